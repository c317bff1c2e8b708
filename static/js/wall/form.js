/** The controls of the map: what is moved, from where to where, and how the balls go down. */

import { element } from "../elements.js";
import { balls as choices, mostBalls, mostSteps } from "./choices.js";
import { entriesOf } from "./plan.js";
import { nameOf } from "./said.js";
import { symbolOf } from "./words.js";

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

/** @param {string} label @param {HTMLElement} control */
function field(label, control) {
  const made = element("label", "wall-field");
  made.append(element("span", "", label), control);
  return made;
}

/**
 * @param {string} label @param {{least?: string, most?: string, step?: string}} [bounds]
 */
function numberInput(label, { least = "", most = "", step = "any" } = {}) {
  const input = /** @type {HTMLInputElement} */ (element("input"));
  Object.assign(input, { type: "number", step, min: least, max: most, autocomplete: "off" });
  input.inputMode = "decimal";
  input.setAttribute("aria-label", label);
  return input;
}

/** What a number field says, where it says something that is allowed. @param {HTMLInputElement} input */
function said(input) {
  const value = Number(input.value);
  if (input.value === "" || !Number.isFinite(value) || !input.validity.valid) return null;
  return value;
}

/**
 * @param {HTMLElement} place
 * @param {(change: Partial<Plan>) => void} change
 */
export function createForm(place, change) {
  /** @type {Shown | null} */
  let shown = null;
  const starts = [numberInput("Start: first parameter"), numberInput("Start: second parameter")];
  const rate = numberInput("Learning rate η", { least: "0" });
  const mu = numberInput("Threshold μ of the clipped balls", { least: "0" });
  const steps = numberInput("Steps of the descents", { least: "1", most: String(mostSteps()), step: "1" });
  const names = ["x", "y"];
  const axes = names.map((name) => ({
    entry: /** @type {HTMLSelectElement} */ (element("select")),
    from: numberInput(`${name === "x" ? "Across" : "Up"}: from`),
    to: numberInput(`${name === "x" ? "Across" : "Up"}: to`),
  }));
  const labels = starts.map(() => element("span"));
  const balls = element("fieldset", "wall-balls");

  const startFields = element("div", "wall-row");
  startFields.append(
    ...starts.map((input, n) => {
      const made = element("label", "wall-field");
      made.append(/** @type {HTMLElement} */ (labels[n]), input);
      return made;
    }),
    field("η", rate),
    field("μ", mu),
    field("steps", steps),
  );
  const more = element("details", "wall-axes");
  more.append(element("summary", "", "What is moved, from where to where"));
  for (const [n, axis] of axes.entries()) {
    axis.entry.setAttribute("aria-label", n ? "Up" : "Across");
    const row = element("div", "wall-row");
    row.append(field(n ? "up" : "across", axis.entry), field("from", axis.from), field("to", axis.to));
    more.append(row);
  }
  place.replaceChildren(startFields, balls, more);

  balls.append(element("legend", "unseen", "Balls"));
  const boxes = new Map(
    [...choices()].map(([name, ball]) => {
      const box = /** @type {HTMLInputElement} */ (element("input"));
      box.type = "checkbox";
      box.autocomplete = "off";
      const label = element("label", "check");
      const dot = element("span", "wall-dot");
      dot.style.background = `var(--${ball.colour})`;
      label.append(box, dot, ` ${ball.label}`);
      balls.append(label);
      return [name, box];
    }),
  );

  /** @param {number} n @param {number} value */
  function startWith(n, value) {
    if (!shown) return;
    const [p, q] = shown.start;
    change({ start: n ? [p, value] : [value, q] });
  }

  for (const [n, input] of starts.entries())
    input.addEventListener("change", () => {
      const value = said(input);
      if (value !== null) startWith(n, value);
    });
  for (const [name, input] of /** @type {["rate" | "mu" | "steps", HTMLInputElement][]} */ ([
    ["rate", rate],
    ["mu", mu],
    ["steps", steps],
  ]))
    input.addEventListener("change", () => {
      const value = said(input);
      if (value !== null && value > 0) change({ [name]: value });
    });
  for (const [name, box] of boxes)
    box.addEventListener("change", () => {
      const chosen = [...boxes].filter(([, one]) => one.checked).map(([one]) => one);
      if (chosen.length > mostBalls()) box.checked = false;
      else change({ balls: chosen.length ? chosen : [name] });
    });
  for (const [n, { entry, from, to }] of axes.entries()) {
    const name = n ? "y" : "x";
    entry.addEventListener("change", () => {
      const [parameter = "", ...index] = entry.value.split(".");
      change({ [name]: { entry: { parameter, index: index.map(Number) }, from: NaN, to: NaN }, start: null });
    });
    for (const input of [from, to])
      input.addEventListener("change", () => {
        const [low, high] = [said(from), said(to)];
        const own = shown?.entries[n];
        if (low !== null && high !== null && low < high && own)
          change({ [name]: { entry: own, from: low, to: high } });
      });
  }

  /** @param {HTMLInputElement} input @param {number} value */
  function put(input, value) {
    if (input.value === "" || Number(input.value) !== value) input.value = String(value);
  }

  return {
    /** @param {Shown} next */
    show(next) {
      shown = next;
      const { plan, entries, start, ranges, network } = next;
      for (const [n, input] of starts.entries()) {
        put(input, start[n] ?? 0);
        const label = labels[n];
        const own = entries[n];
        if (label && own) label.textContent = `start ${symbolOf(own)}`;
      }
      put(rate, plan.rate);
      put(mu, plan.mu);
      put(steps, plan.steps);
      for (const [name, box] of boxes) {
        box.checked = plan.balls.includes(name);
        box.disabled = !box.checked && plan.balls.length >= mostBalls();
      }
      const offered = entriesOf(network).slice(0, OFFERED);
      for (const [n, { entry, from, to }] of axes.entries()) {
        const [own, other] = n ? [entries[1], entries[0]] : entries;
        const options = offered.filter((one) => nameOf(one) !== nameOf(other));
        entry.replaceChildren(
          ...options.map((one) => {
            const option = /** @type {HTMLOptionElement} */ (element("option", "", ""));
            option.value = nameOf(one);
            option.textContent = `${symbolOf(one)} [${one.index.map((i) => i + 1).join(", ")}]`;
            option.selected = option.value === nameOf(own);
            return option;
          }),
        );
        put(from, ranges[n]?.from ?? 0);
        put(to, ranges[n]?.to ?? 0);
      }
    },
  };
}
