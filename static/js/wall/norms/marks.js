/** What the field's rules choose: a row each, and a tick each on the slider of μ. */

import { element, unbroken } from "../../elements.js";
import { fromLog10 } from "../../format.js";
import { wholeRule } from "../../vocabulary.js";

/** @import { Mark } from "../histogram.js" */

/** The logarithmic slider of μ goes from −this to this. */
const SLIDER = 4;

/** One rule's row, whose button takes what it chooses.
 * @param {Mark} mark @param {(clip: {clip: string | undefined, mu: number}) => void} choose */
export function rowOf({ name, log10, most, source }, choose) {
  const row = element("tr");
  const head = element("th", "", name);
  head.setAttribute("scope", "row");
  head.title = source;
  const value = element("td");
  value.append(...unbroken(fromLog10(log10) + (most === undefined ? "" : ` to ${fromLog10(most)}`)));
  const take = /** @type {HTMLButtonElement} */ (element("button", "small", "take"));
  take.type = "button";
  const whole = wholeRule();
  take.setAttribute("aria-label", `Clip by ${whole?.label} at what ${name} chooses`);
  const mu = Number((10 ** log10).toPrecision(3));
  take.disabled = !(mu > 0 && Number.isFinite(mu));
  take.addEventListener("click", () => choose({ clip: whole?.name, mu }));
  const cell = element("td");
  cell.append(take);
  row.append(head, value, cell);
  return row;
}

/** On the slider, where it reaches so far. @param {Mark} mark @returns {HTMLElement[]} */
export function ticksOf({ name, log10, most }) {
  return [log10, most].flatMap((at) => {
    if (at === undefined || Math.abs(at) > SLIDER) return [];
    const tick = element("span", "tick rule");
    tick.setAttribute("aria-hidden", "true");
    tick.title = name;
    tick.style.setProperty("--at", String((at + SLIDER) / (2 * SLIDER)));
    return [tick];
  });
}
