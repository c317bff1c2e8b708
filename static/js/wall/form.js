/** The controls of the map: what is moved, from where to where, and how the balls go down. */

import { element } from "../elements.js";
import { mostBalls } from "./choices.js";
import { listenFields } from "./form/changes.js";
import { createFields } from "./form/fields.js";
import { entriesOf } from "./plan.js";
import { nameOf } from "./said.js";
import { symbolOf } from "./words.js";

/** @import { Fields } from "./form/fields.js" */

/**
 * @typedef {import("./said.js").Plan} Plan
 * @typedef {import("./said.js").Entry} Entry
 * @typedef {object} Shown   what stands in the form
 * @property {Plan} plan
 * @property {[Entry, Entry]} entries
 * @property {[number, number]} start
 * @property {{from: number, to: number}[]} ranges
 * @property {{cell: string, input_size: number, output_size: number}} network
 */

/** So many entries are offered for an axis. */
const OFFERED = 60;

/**
 * @param {HTMLElement} place
 * @param {(change: Partial<Plan>) => void} change
 */
export function createForm(place, change) {
  const fields = createFields(place);
  const state = { shown: /** @type {Shown | null} */ (null) };
  listenFields(fields, () => state.shown, change);
  return {
    /** @param {Shown} next */
    show(next) {
      state.shown = next;
      putDescent(fields, next);
      putBalls(fields, next.plan);
      putAxes(fields, next);
    },
  };
}

/** @param {HTMLInputElement} input @param {number} value */
function put(input, value) {
  if (input.value === "" || Number(input.value) !== value) input.value = String(value);
}

/** @param {Fields} fields @param {Shown} shown */
function putDescent({ starts, labels, rate, mu, steps }, { plan, entries, start }) {
  for (const [n, input] of starts.entries()) {
    put(input, start[n] ?? 0);
    const label = labels[n];
    const own = entries[n];
    if (label && own) label.textContent = `start ${symbolOf(own)}`;
  }
  put(rate, plan.rate);
  put(mu, plan.mu);
  put(steps, plan.steps);
}

/** @param {Fields} fields @param {Plan} plan */
function putBalls({ boxes }, plan) {
  for (const [name, box] of boxes) {
    box.checked = plan.balls.includes(name);
    box.disabled = !box.checked && plan.balls.length >= mostBalls();
  }
}

/** @param {Fields} fields @param {Shown} shown */
function putAxes({ axes }, { entries, ranges, network }) {
  const offered = entriesOf(network).slice(0, OFFERED);
  for (const [n, { entry, from, to }] of axes.entries()) {
    const [own, other] = n ? [entries[1], entries[0]] : entries;
    const options = offered.filter((one) => nameOf(one) !== nameOf(other));
    entry.replaceChildren(...options.map((one) => optionOf(one, own)));
    put(from, ranges[n]?.from ?? 0);
    put(to, ranges[n]?.to ?? 0);
  }
}

/** @param {Entry} entry @param {Entry} chosen */
function optionOf(entry, chosen) {
  const option = /** @type {HTMLOptionElement} */ (element("option", "", ""));
  option.value = nameOf(entry);
  option.textContent = `${symbolOf(entry)} [${entry.index.map((i) => i + 1).join(", ")}]`;
  option.selected = option.value === nameOf(chosen);
  return option;
}
