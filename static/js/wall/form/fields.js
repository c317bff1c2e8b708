/** The elements of the map's form. */

import { element } from "../../elements.js";
import { balls as choices, mostSteps } from "../choices.js";

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

/** Where the balls start, how fast they go, how they are clipped, how long. */
function descentFields() {
  const starts = [numberInput("Start: first parameter"), numberInput("Start: second parameter")];
  const labels = starts.map(() => element("span"));
  const rate = numberInput("Learning rate η", { least: "0" });
  const mu = numberInput("Threshold μ of the clipped balls", { least: "0" });
  const steps = numberInput("Steps of the descents", { least: "1", most: String(mostSteps()), step: "1" });
  const row = element("div", "wall-row");
  const fields = starts.map((input, n) => {
    const made = element("label", "wall-field");
    made.append(/** @type {HTMLElement} */ (labels[n]), input);
    return made;
  });
  row.append(...fields, field("η", rate), field("μ", mu), field("steps", steps));
  return { row, starts, labels, rate, mu, steps };
}

/** A box for every ball that there is. */
function ballFields() {
  const row = element("fieldset", "wall-balls");
  row.append(element("legend", "unseen", "Balls"));
  const boxes = new Map(
    [...choices()].map(([name, ball]) => {
      const box = /** @type {HTMLInputElement} */ (element("input"));
      box.type = "checkbox";
      box.autocomplete = "off";
      const label = element("label", "check");
      const dot = element("span", "wall-dot");
      dot.style.background = `var(--${ball.colour})`;
      label.append(box, dot, ` ${ball.label}`);
      row.append(label);
      return [name, box];
    }),
  );
  return { row, boxes };
}

/** What is moved, from where to where. */
function axisFields() {
  const more = element("details", "wall-axes");
  more.append(element("summary", "", "What is moved, from where to where"));
  const axes = ["Across", "Up"].map((name) => {
    const entry = /** @type {HTMLSelectElement} */ (element("select"));
    entry.setAttribute("aria-label", name);
    const [from, to] = [numberInput(`${name}: from`), numberInput(`${name}: to`)];
    const row = element("div", "wall-row");
    row.append(field(name.toLowerCase(), entry), field("from", from), field("to", to));
    more.append(row);
    return { entry, from, to };
  });
  return { more, axes };
}

/** Put the form's elements into a place. @param {HTMLElement} place */
export function createFields(place) {
  const { row, ...descent } = descentFields();
  const balls = ballFields();
  const { more, axes } = axisFields();
  place.replaceChildren(row, balls.row, more);
  return { ...descent, boxes: balls.boxes, axes };
}

/** @typedef {ReturnType<typeof createFields>} Fields */
