/** What of a drawn figure may change in place, and whether another figure changes nothing else. */

import { lookup } from "../lookup.js";

/** @import { Figure, Layout, Trace } from "../types.js" */

/** By the type of a trace: what can be set on the elements that stand for its points. */
const FREE = lookup({
  scatter: new Set([
    "x",
    "y",
    "text",
    "textposition",
    "textfont.color",
    "line.color",
    "line.width",
    "marker.color",
    "marker.size",
    "marker.line.color",
  ]),
  bar: new Set(["x", "y", "base", "marker.color"]),
  heatmap: new Set(["z"]),
});

export const AXIS_NAMES = /** @type {const} */ (["xaxis", "yaxis"]);

const AXES = new Set(
  AXIS_NAMES.flatMap((axis) => ["range", "tickvals", "ticktext"].map((part) => `${axis}.${part}`)),
);

/**
 * Whether two figures have one structure: the same traces, drawn in the same way, on the same axes
 * but for how far they reach.
 * @param {Figure} before   as it is drawn
 * @param {Figure} after
 */
export function keepsStructure(before, after) {
  return (
    before.data.length === after.data.length &&
    before.data.every((trace, n) => keepsTrace(trace, after.data[n])) &&
    same(before.layout, after.layout, AXES) &&
    AXIS_NAMES.every(
      (name) =>
        same(before.layout[name].range, after.layout[name].range) ||
        isFree(after.layout, name[0]),
    )
  );
}

/**
 * Whether nothing else lies at a place on an axis.
 * @param {Layout} layout
 * @param {string} letter
 */
function isFree({ shapes = [], annotations = [] }, letter) {
  const all = [...shapes, ...annotations];
  return all.every((one) => one[`${letter}ref`] === "paper");
}

/** @param {Trace} before @param {Trace} after */
function keepsTrace(before, after) {
  const free = FREE[after.type];
  return Boolean(free) && same(before, after, free) && isEmpty(before) === isEmpty(after);
}

/** Plotly draws nothing at all of a trace without points. @param {Trace} trace */
function isEmpty({ x, y }) {
  return x?.length === 0 || y?.length === 0;
}

const NOTHING = new Set();

/**
 * Deep equality, but for what is free.
 * @param {any} a @param {any} b @param {Set<string>} free   paths into it, "line.color"
 * @returns {boolean}
 */
export function same(a, b, free = NOTHING, path = "") {
  if (a === b || free.has(path)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) && Array.isArray(b) && a.length === b.length &&
      a.every((value, n) => same(value, b[n]))
    );
  }
  const inner = path ? `${path}.` : "";
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)]))
    if (!same(a[name], b[name], free, inner + name)) return false;
  return true;
}
