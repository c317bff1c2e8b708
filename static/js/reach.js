/** Which losses reach a step, and which of them an edge lets pass. */

import { partsOf } from "./format.js";

/** Whether an edge leads from one step to the next. @param {import("./types.js").Edge} edge */
export function crosses(edge) {
  return partsOf(edge.source).step < partsOf(edge.target).step;
}

/** The losses that a gradient on the page is of: the followed one, or null for all. */
export function followedLosses(reading) {
  return reading.follow === null ? null : [reading.follow];
}

/**
 * The losses that an edge lets pass: null where that is every loss that reaches its target. Under
 * a window, what all losses together bring to a step goes on only in part.
 * @param {import("./types.js").Edge} edge
 * @param {import("./types.js").Reading} reading
 * @returns {number[] | null}
 */
export function passing(edge, reading) {
  if (reading.follow !== null) return [reading.follow];
  const { truncation } = reading.flow.experiment;
  if (truncation.kind !== "window" || !crosses(edge)) return null;
  const { step } = partsOf(edge.target);
  const alive = reading.lossSteps.filter((i) => i >= step && i - step < truncation.steps);
  const going = alive.filter((i) => i - step + 1 < truncation.steps);
  return going.length === alive.length ? null : going;
}

/** The earliest step that a loss reaches; 0 is the initial state. */
export function firstReached({ kind, steps }, loss) {
  if (kind === "window") return Math.max(0, loss - steps + 1);
  if (kind !== "chunk") return 0;
  const begin = Math.floor((loss - 1) / steps) * steps + 1;
  return begin === 1 ? 0 : begin;
}

/** The nearest of the followed losses at a step or after it, or undefined. */
export function nearestLoss(reading, step) {
  const { follow, lossSteps } = reading;
  if (follow !== null) return follow >= step ? follow : undefined;
  return lossSteps.find((i) => i >= step);
}
