/** What one report says of the way back: how much of the last loss arrives at every step. */

/** @import { Series } from "../types.js" */
/** @import { Module, Report } from "./runfile.js" */

/** Less than this of what enters, in decades, is called next to nothing: a millionth. */
export const LITTLE = -6;

/** More than this, a thousand times as much, is called an explosion. */
export const MUCH = 3;

/**
 * @typedef {object} Way   of one report and module
 * @property {Series} row   log₁₀ of what the last loss sends to every step
 * @property {number} entryStep   where that loss enters, from 1
 * @property {Series} left   decades gained since then
 */

/** log₁₀ ‖g‖ before anything clipped it; null where it is not known. @param {Report} report */
export function sizeOf({ clipping, log10_gradient: all }) {
  return clipping ? clipping.log10_before : (all ?? null);
}

/** @param {Report} report @param {string} name @returns {Module | undefined} */
export function moduleOf(report, name) {
  return report.modules.find((module) => module.name === name);
}

/**
 * What the last gradient that enters sends to every step; of very many steps, what all send.
 * @param {any} flow
 * @returns {Series | null}
 */
function rowOf({ followed_gradient: followed, itemized, hidden_gradient: all, steps }) {
  if (followed?.log10_norm) return followed.log10_norm;
  const last = itemized?.log10_norm.at(-1);
  if (last && itemized.steps?.length === steps) return last;
  return all?.log10_norm ?? null;
}

/** What was read of a flow stays read. @type {WeakMap<object, Way | null>} */
const READ = new WeakMap();

/** @param {any} flow @returns {Way | null}   null: nothing was computed */
export function wayOfFlow(flow) {
  if (!flow) return null;
  const known = READ.get(flow);
  if (known !== undefined) return known;
  const way = readWay(rowOf(flow));
  READ.set(flow, way);
  return way;
}

/** @param {Series | null} row @returns {Way | null} */
function readWay(row) {
  if (!row) return null;
  const entryStep = row.findLastIndex((value) => value !== null) + 1;
  if (entryStep === 0) return null;
  const entry = row[entryStep - 1] ?? 0;
  return { row, entryStep, left: row.map((value) => (value === null ? null : value - entry)) };
}

/** @param {Module | undefined} module */
export function wayOf(module) {
  return wayOfFlow(module?.flow);
}

/**
 * The earliest step at and after which at least a millionth of the loss arrives.
 * @param {Way} way
 */
export function reachOf({ left, entryStep }) {
  for (let step = entryStep; step > 1; step -= 1) {
    const before = left[step - 2] ?? null;
    if (before === null || before < LITTLE) return step;
  }
  return 1;
}

/** The step at which most arrives, and how much. @param {Way} way */
export function largestOf({ left }) {
  let [step, decades] = [0, -Infinity];
  left.forEach((value, n) => {
    if (value !== null && value > decades) [step, decades] = [n + 1, value];
  });
  return { step, decades };
}
