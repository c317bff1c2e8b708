/** The elements of stepping through: the bar above, the formulas, the sums beside. */

import { element } from "../../elements.js";

/** @import { Mode } from "./state.js" */

/** @typedef {ReturnType<typeof layOut>} Places */

const MODES = /** @type {const} */ (["values", "gradients"]);

/** @param {HTMLElement} place */
export function layOut(place) {
  const bar = element("div", "way-bar");
  const transport = element("div");
  const modes = element("fieldset", "segments way-modes");
  bar.append(transport, modes);
  const title = element("h3", "way-title");
  const maths = element("div", "way-maths equations");
  const notes = element("div", "way-notes");
  const said = element("div", "way-said");
  said.append(title, maths, notes);
  const sums = element("div", "way-sums");
  const body = element("div", "way-body");
  body.append(said, sums);
  place.append(bar, body);
  return { transport, modes, body, said, title, maths, notes, sums };
}

/** The choice of what stands on the nodes. @param {HTMLElement} place @param {(mode: Mode) => void} choose */
export function putModes(place, choose) {
  const row = element("div", "segment-row");
  place.append(element("legend", "unseen", "On the nodes"), row);
  for (const name of MODES) {
    const label = element("label");
    const input = element("input");
    Object.assign(input, { type: "radio", name: "way-mode", value: name, autocomplete: "off" });
    input.addEventListener("change", () => choose(name));
    label.append(input, element("span", "", name));
    row.append(label);
  }
}

/** @param {HTMLElement} place @param {Mode} mode */
export function checkMode(place, mode) {
  for (const input of place.querySelectorAll("input")) input.checked = input.value === mode;
}
