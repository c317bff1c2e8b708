/** Which losses reach a step, and which of them an edge lets pass. */

import { partsOf } from "./format.js";
import { countedFrom } from "./vocabulary.js";

/** @import { Edge, Reading, Truncation } from "./types.js" */

/** Whether an edge leads from one step to the next. @param {Edge} edge */
export function crosses(edge) {
  return partsOf(edge.source).step < partsOf(edge.target).step;
}

/**
 * The losses that a gradient on the page is of: the followed one, or null for all.
 * @param {Reading} reading
 */
export function followedLosses(reading) {
  return reading.follow === null ? null : [reading.follow];
}

/**
 * The losses that an edge lets pass: null where that is every loss that reaches its target. Under
 * a window, what all losses together bring to a step goes on only in part.
 * @param {Edge} edge
 * @param {Reading} reading
 * @returns {number[] | null}
 */
export function passing(edge, reading) {
  if (reading.follow !== null) return [reading.follow];
  const { truncation } = reading.flow.experiment;
  const { steps = Infinity } = truncation;
  if (countedFrom(truncation) !== "loss" || !crosses(edge)) return null;
  const { step } = partsOf(edge.target);
  const alive = reading.lossSteps.filter((i) => i >= step && i - step < steps);
  const going = alive.filter((i) => i - step + 1 < steps);
  return going.length === alive.length ? null : going;
}

/**
 * The earliest step that a loss reaches; 0 is the initial state.
 * @param {Truncation} truncation
 * @param {number} loss
 */
export function firstReached(truncation, loss) {
  const { steps = Infinity } = truncation;
  const from = countedFrom(truncation);
  if (from === "loss") return Math.max(0, loss - steps + 1);
  if (from === null) return 0;
  const begin = Math.floor((loss - 1) / steps) * steps + 1;
  return begin === 1 ? 0 : begin;
}

/**
 * The nearest of the followed losses at a step or after it, or undefined.
 * @param {Reading} reading
 * @param {number} step
 */
export function nearestLoss(reading, step) {
  const { follow, lossSteps } = reading;
  if (follow !== null) return follow >= step ? follow : undefined;
  return lossSteps.find((i) => i >= step);
}
