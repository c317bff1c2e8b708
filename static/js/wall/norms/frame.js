/** The elements of "Which threshold?". */

import { element } from "../../elements.js";
import { shape } from "../overlay.js";

const DRAWS = [50, 200, 1000];
const FIRST = 200;

/** @param {string} label @param {[string, string][]} choices */
function chooser(label, choices) {
  const select = /** @type {HTMLSelectElement} */ (element("select"));
  select.setAttribute("aria-label", label);
  select.autocomplete = "off";
  for (const [value, words] of choices) {
    const option = /** @type {HTMLOptionElement} */ (element("option", "", words));
    option.value = value;
    select.append(option);
  }
  return select;
}

/**
 * Put them into a place.
 * @param {HTMLElement} place
 * @param {(picture: SVGElement) => HTMLElement} toolsFor   the buttons that keep the picture
 */
export function createFrame(place, toolsFor) {
  const draws = chooser("Draws", DRAWS.map((n) => [String(n), `${n} draws`]));
  draws.value = String(FIRST);
  const vary = chooser("What is drawn anew", [
    ["sequence", "of the sequence"],
    ["weights", "of the weights"],
  ]);
  const stop = /** @type {HTMLButtonElement} */ (element("button", "small", "Stop"));
  stop.type = "button";
  const bar = /** @type {HTMLProgressElement} */ (element("progress"));
  bar.setAttribute("aria-label", "Draws that are done");
  const busy = element("div", "norms-busy");
  busy.append(bar, stop);
  busy.hidden = true;
  const asked = element("div", "wall-row");
  asked.append(draws, vary);
  const picture = /** @type {SVGElement} */ (shape("svg", { class: "norms-picture", role: "img" }));
  const words = element("p", "note");
  words.id = "thresholds-words";
  const table = element("table", "wall-numbers");
  const error = element("p", "error");
  error.setAttribute("role", "alert");
  const tools = toolsFor(picture);
  place.replaceChildren(asked, busy, error, tools, picture, words, table);
  return { place, draws, vary, stop, bar, busy, picture, words, table, error, tools };
}

/** @typedef {ReturnType<typeof createFrame>} Frame */
