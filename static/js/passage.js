/** How far back the followed gradient comes, and how much of it: what the sentences say. */

import { indices } from "./format.js";
import { firstReached } from "./reach.js";
import { hiddenId } from "./reading.js";
import { cellOf, countedFrom } from "./vocabulary.js";

/** @import { Reading, Truncation } from "./types.js" */

/**
 * @typedef {"state" | "hidden" | "part"} Measured   h beside c, h, or of both h alone
 *
 * @typedef {{kind: "none"} | {kind: "all"} | {kind: "one", entryStep: number, of: Measured}
 *   | Arrived} Passage   none: no gradient enters; all: every loss together, of which no share has a
 *   meaning; one: it enters at step 1
 *
 * @typedef {object} Arrived
 * @property {"left" | "stops"} kind   whether it arrives at step 1
 * @property {number} entryStep   where it enters
 * @property {number} first   the earliest step at which something arrives
 * @property {number} decades   log₁₀ of what arrives there, as a share of what enters
 * @property {boolean} [cut]   stops: whether a truncation ends it
 * @property {Measured} of
 */

/** Whether every loss is followed at once. @param {Reading} reading */
export function followsAll({ follow, lossSteps }) {
  return follow === null && lossSteps.length > 1;
}

/**
 * @param {Reading} reading
 * @returns {Passage}
 */
export function passageOf(reading) {
  const { entryStep, entry, lossSteps, flow } = reading;
  if (followsAll(reading)) return { kind: entry === null ? "none" : "all" };
  const { row, of } = stateRow(reading);
  const enters = row[entryStep - 1] ?? null;
  if (!lossSteps.length || enters === null) return { kind: "none" };
  if (entryStep === 1) return { kind: "one", entryStep, of };
  const first = row.findIndex((value) => value !== null && value !== undefined) + 1;
  const decades = (row[first - 1] ?? 0) - enters;
  if (first === 1) return { kind: "left", entryStep, first, decades, of };
  const cut = first === Math.max(1, firstReached(flow.experiment.truncation, entryStep));
  return { kind: "stops", entryStep, first, decades, cut, of };
}

/**
 * The state at a step in symbols: "H₁₅", "(H₁₅, C₁₅)", "H₁₅⁽²⁾".
 * @param {Reading} reading
 * @param {number} step
 * @param {Measured} [of]
 */
export function stateName(reading, step, of = "hidden") {
  const at = indices(hiddenId(reading, step));
  return of === "state" ? `(H${at}, C${at})` : `H${at}`;
}

/**
 * What enters, as the sentences measure it: log₁₀ of its norm, and of which part of the state.
 * @param {Reading} reading
 * @returns {{norm: number | null, of: Measured}}
 */
export function entering(reading) {
  if (followsAll(reading)) return { norm: reading.entry, of: "hidden" };
  const { row, of } = stateRow(reading);
  return { norm: row[reading.entryStep - 1] ?? null, of };
}

/**
 * log₁₀ of the followed gradient with respect to the whole state, at every step that is measured:
 * of a cell with a c, h and c together, where the answer holds that; of other cells h is the state.
 * @param {Reading} reading
 * @returns {{row: (number | null | undefined)[], of: Measured}}
 */
function stateRow({ flow, row, entryStep }) {
  if (!cellOf(flow.experiment.network.cell).has_c) return { row, of: "hidden" };
  const { loss_steps: losses, steps, state_log10_norm: norms } = flow.itemized;
  const own = norms?.[losses.indexOf(entryStep)];
  if (!own) return { row, of: "part" };
  /** @type {(number | null | undefined)[]} */
  const whole = new Array(flow.steps).fill(undefined);
  steps.forEach((step, n) => {
    whole[step - 1] = own[n];
  });
  const all = steps.length === flow.steps;
  return all || typeof whole[0] === "number" ? { row: whole, of: "state" } : { row, of: "part" };
}

/** Whether a loss reaches its own step alone. @param {Truncation} truncation */
export function passesNothing(truncation) {
  return countedFrom(truncation) === "loss" && truncation.steps === 1;
}

/**
 * Whether the truncation is the copy of Elman's and Jordan's networks.
 * @param {{network: {cell: string}, truncation: Truncation}} given
 */
export function isCopy({ network, truncation }) {
  return cellOf(network.cell).copies && passesNothing(truncation);
}
