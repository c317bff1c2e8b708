/** What one report says of the way back: how much of the last loss arrives at every step. */

import { partOf } from "../parts.js";

/** @import { Series } from "../types.js" */
/** @import { Module, Report } from "./runfile.js" */

/** Less than this of what enters, in decades, is called next to nothing: a millionth. */
export const LITTLE = -6;

/** More than this, a thousand times as much, is called an explosion. */
export const MUCH = 3;

/**
 * @typedef {object} Way   of one report and module
 * @property {Series} row   log₁₀ of what the last loss sends to every step; the first one's, backward in time
 * @property {number} entryStep   where that loss enters, from 1
 * @property {Series} left   decades gained since then
 * @property {boolean} ahead   whether it goes to later steps: in a direction that reads backward in time
 * @property {number} end   the step where its way ends: the first, or the last one
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
function rowOf({ followed_gradient: followed, itemized, hidden_gradient: all, steps, experiment, way }) {
  if (followed?.log10_norm) return followed.log10_norm;
  const place = way ? (itemized?.loss_steps.indexOf(experiment.follow) ?? -1) : -1;
  const last = itemized?.log10_norm.at(place);
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
  const way = readWay(rowOf(flow), flow);
  READ.set(flow, way);
  return way;
}

/** @param {Series | null} row @param {any} flow @returns {Way | null} */
function readWay(row, { way, experiment }) {
  if (!row) return null;
  const known = way ? experiment.follow : null;
  if (way && known === null) return null;
  const entryStep = known ?? row.findLastIndex((value) => value !== null) + 1;
  if (entryStep === 0) return null;
  const entry = row[entryStep - 1] ?? 0;
  const ahead = way?.reverse ?? false;
  return {
    row,
    entryStep,
    left: row.map((value) => (value === null ? null : value - entry)),
    ahead,
    end: ahead ? row.length : 1,
  };
}

/** Parts of flows, which stay what they are. @type {WeakMap<object, {[reverse: string]: any}>} */
const PARTS = new WeakMap();

/** Of the last layer. @param {Module | undefined} module @param {boolean} [reverse]   the direction that reads backward in time */
export function wayOf(module, reverse = false) {
  const flow = module?.flow;
  if (!flow) return null;
  const parts = PARTS.get(flow) ?? {};
  PARTS.set(flow, parts);
  parts[String(reverse)] ??= partOf(flow, null, reverse);
  return wayOfFlow(parts[String(reverse)]);
}

/**
 * The furthest step up to which at least a millionth of the loss arrives: the earliest, or where it
 * goes to later steps the latest.
 * @param {Way} way
 */
export function reachOf({ left, entryStep, ahead, end }) {
  const on = ahead ? 1 : -1;
  for (let step = entryStep; step !== end; step += on) {
    const next = left[step + on - 1] ?? null;
    if (next === null || next < LITTLE) return step;
  }
  return end;
}

/** The step at which most arrives, and how much. @param {Way} way */
export function largestOf({ left }) {
  let [step, decades] = [0, -Infinity];
  left.forEach((value, n) => {
    if (value !== null && value > decades) [step, decades] = [n + 1, value];
  });
  return { step, decades };
}
