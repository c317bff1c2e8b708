/** What the hand changes in the map's form. */

import { mostBalls } from "../choices.js";

/** @import { Plan } from "../said.js" */
/** @import { Shown } from "../form.js" */
/** @import { Fields } from "./fields.js" */

/** What a number field says, where it says something that is allowed. @param {HTMLInputElement} input */
function said(input) {
  const value = Number(input.value);
  if (input.value === "" || !Number.isFinite(value) || !input.validity.valid) return null;
  return value;
}

/** @param {HTMLInputElement} input @param {(value: number) => void} take */
function onNumber(input, take) {
  input.addEventListener("change", () => {
    const value = said(input);
    if (value !== null) take(value);
  });
}

/**
 * @param {Fields} fields
 * @param {() => Shown | null} shown   what stands in the form
 * @param {(change: Partial<Plan>) => void} change
 */
export function listenFields(fields, shown, change) {
  for (const [n, input] of fields.starts.entries())
    onNumber(input, (value) => {
      const [p, q] = shown()?.start ?? [null, null];
      if (p !== null && q !== null) change({ start: n ? [p, value] : [value, q] });
    });
  for (const name of /** @type {const} */ (["rate", "mu", "steps"]))
    onNumber(fields[name], (value) => {
      if (value > 0) change({ [name]: value });
    });
  listenBalls(fields.boxes, change);
  for (const [n, axis] of fields.axes.entries())
    listenAxis(axis, n ? "y" : "x", () => shown()?.entries[n], change);
}

/** @param {Fields["boxes"]} boxes @param {(change: Partial<Plan>) => void} change */
function listenBalls(boxes, change) {
  for (const [name, box] of boxes)
    box.addEventListener("change", () => {
      const chosen = [...boxes].filter(([, one]) => one.checked).map(([one]) => one);
      if (chosen.length > mostBalls()) box.checked = false;
      else change({ balls: chosen.length ? chosen : [name] });
    });
}

/**
 * @param {Fields["axes"][number]} axis @param {"x" | "y"} name
 * @param {() => import("../said.js").Entry | undefined} own   what is moved along it
 * @param {(change: Partial<Plan>) => void} change
 */
function listenAxis({ entry, from, to }, name, own, change) {
  entry.addEventListener("change", () => {
    const [parameter = "", ...index] = entry.value.split(".");
    change({ [name]: { entry: { parameter, index: index.map(Number) }, from: NaN, to: NaN }, start: null });
  });
  for (const input of [from, to])
    input.addEventListener("change", () => {
      const [low, high] = [said(from), said(to)];
      const moved = own();
      if (low !== null && high !== null && low < high && moved)
        change({ [name]: { entry: moved, from: low, to: high } });
    });
}
