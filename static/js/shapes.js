/** Whether what a link holds as numbers has the shape that the page can read. */

import { lookup } from "./lookup.js";

/** A tensor's axes are the most that anything here has. */
const MOST_AXES = 3;

/**
 * The lengths of an array along its axes: [] of a finite number; null where it is empty or ragged,
 * has too many axes, or holds something else.
 * @param {any} value
 * @param {number} most   axes
 * @returns {number[] | null}
 */
export function shapeOf(value, most = MOST_AXES) {
  if (typeof value === "number") return Number.isFinite(value) ? [] : null;
  if (!Array.isArray(value) || !value.length || most === 0) return null;
  const first = shapeOf(value[0], most - 1);
  if (!first) return null;
  /** @param {unknown} part */
  const alike = (part) => String(shapeOf(part, most - 1)) === String(first);
  return value.every(alike) ? [value.length, ...first] : null;
}

/** How many axes an array has; NaN where it has no shape. @param {any} value */
function axesOf(value) {
  return shapeOf(value)?.length ?? NaN;
}

/** @param {unknown} value */
function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

const WEIGHT = /^(W_xh|W_hh|W_yh|W_hr|b_h|b_hn|p_[ifo])(_[1-3])?$|^(W_hy|b_y)$/;

/** Fields of what the server keeps, and how each is written. @type {Object<string, string>} */
const NAMED = lookup({
  kind: "string",
  id: "string",
  module: "string",
  head: "string",
  recurrent_scale: "real",
  forget_bias: "real",
  update_bias: "real",
  inputs: "strings",
  target: "string",
  scaling: "string",
  update: "number",
  start: "number",
  steps: "number",
  batch: "number",
  batch_size: "number",
  stride: "number",
  ahead: "number",
});

/** Whether an object names something that is kept. @param {any} value @param {string} kind */
function isNamed(value, kind) {
  if (!isObject(value) || value.kind !== kind || typeof value.id !== "string") return false;
  return Object.entries(value).every(([name, given]) => {
    const type = NAMED[name];
    if (type === "strings") return Array.isArray(given) && given.length > 0 && given.every((one) => typeof one === "string");
    if (type === "real") return Number.isFinite(given);
    return type === "number" ? Number.isInteger(given) && given >= 0 : typeof given === type;
  });
}

/** Parameters by their names, at least the recurrent one; or the name of a network that is kept, or of a run. @param {any} value */
export function areWeights(value) {
  if (isNamed(value, "network")) return typeof value.module === "string";
  if (isNamed(value, "run")) return value.update >= 1;
  if (!isObject(value) || !(Object.hasOwn(value, "W_hh") || Object.hasOwn(value, "W_yh")))
    return false;
  return Object.entries(value).every(
    ([name, given]) => WEIGHT.test(name) && axesOf(given) === (name[0] === "W" ? 2 : 1),
  );
}

/** Which numbers of axes each part of a given sequence may have. @type {Object<string, number[]>} */
const AXES = lookup({
  inputs: [3],
  targets: [2, 3],
  h_0: [2, 3],
  c_0: [2, 3],
});

/** A sequence in numbers: its inputs and targets, and what may stand beside them; or one that is kept. @param {any} value */
export function isSequence(value) {
  if (isNamed(value, "stored") || isNamed(value, "run")) return value.steps >= 1;
  if (!isObject(value) || !["inputs", "targets"].every((name) => Object.hasOwn(value, name)))
    return false;
  return Object.entries(value).every(([name, given]) =>
    name === "steps"
      ? Number.isInteger(given) && given >= 1
      : (AXES[name]?.includes(axesOf(given)) ?? false),
  );
}
