/**
 * The number of every stop, counted over the whole sequence though only a part of its network is
 * there: how many stops a step has follows from the cell and the wiring.
 */

import { firstReached } from "../reach.js";
import { cellOf, countedFrom, wiringOf } from "../vocabulary.js";

/** @typedef {import("./order.js").Stop} Stop @typedef {import("../types.js").Reading} Reading */

/**
 * @typedef {object} Count
 * @property {number} length   of the whole way
 * @property {(stop: number) => number} placeOf   where in the list of stops one is, or −1
 * @property {(place: number) => number} numberOf   of the stop at a place of the list
 * @property {(stop: number) => number} stepOf   the step that a stop is at, also of one that is not there
 */

/**
 * How many stops each step has.
 * @param {Reading} reading
 */
function perStep({ flow, follow, steps, layers, row, lossSteps }) {
  const { network, truncation } = flow.experiment;
  const { copies, has_c: hasC, feeds_outputs: feeds } = cellOf(network.cell);
  const { reads_all: readsAll, emits_all: emitsAll } = wiringOf(network.topology);
  /** @param {number} t */
  const reads = (t) => Number(readsAll || t === 1);
  /** @param {number} t */
  const emits = (t) => Number(emitsAll || t === steps);
  const top = follow ?? steps;
  const bottom = follow === null ? 1 : Math.max(1, firstReached(truncation, top));
  const whole = countedFrom(truncation) === null;
  const alone = follow === null || lossSteps.length === 1;
  /**
   * Whether a gradient arrives at a unit's step: where none does, no arrow into it is a stop. Of one
   * of several losses the answer says that of the last layer alone.
   * @param {number} layer @param {number} t
   */
  const arrives = (layer, t) => {
    if (hasC) return true;
    const norms = layer === layers - 1 ? row : alone ? flow.layers?.[layer]?.hidden_gradient.log10_norm : null;
    return !norms || norms[t - 1] !== null;
  };
  return {
    /** Input, context, cell, what a unit weighs, hidden, output, loss. @param {number} t */
    forward: (t) =>
      reads(t) +
      layers * (2 + Number(copies) + Number(hasC)) +
      Math.max(emits(t), Number(feeds)) +
      emits(t),
    /** Where a loss enters, and every arrow into the step's units. @param {number} t */
    back(t) {
      if (t > top || t < bottom) return 0;
      const judged = follow === null || t === top ? emits(t) : 0;
      const said = Math.max(judged, Number(feeds && t < top && whole));
      const recurrent = 1 + Number(copies) + 2 * Number(hasC);
      let into = 0;
      for (let layer = 0; layer < layers; layer += 1)
        if (arrives(layer, t)) into += recurrent + (layer ? 1 : reads(t));
      return 2 * judged + said + into;
    },
  };
}

/**
 * @param {Reading} reading
 * @param {Stop[]} stops   of the part that is there
 * @returns {Count}
 */
export function countStops(reading, stops) {
  const { lo, hi } = reading.loaded;
  if (lo === -Infinity && hi === Infinity)
    return {
      length: stops.length,
      placeOf: (stop) => (stop < stops.length ? stop : -1),
      numberOf: (place) => place,
      stepOf: (stop) => stops[Math.min(stop, stops.length - 1)]?.step ?? 1,
    };
  const { forward, back } = perStep(reading);
  const before = [0]; // before[n]: stops forward of the first n steps
  const after = [0]; // after[n]: stops back of the last n
  for (let n = 1; n <= reading.steps; n += 1) {
    before.push(before[n - 1] + forward(n));
    after.push(after[n - 1] + back(reading.steps - n + 1));
  }
  const turn = before[reading.steps];
  const found = stops.findIndex(({ phase }) => phase === "back");
  const there = found < 0 ? stops.length : found;
  const first = before[Math.max(0, Math.ceil(lo) - 1)] ?? 0;
  const firstBack = turn + (after[Math.max(0, reading.steps - Math.floor(hi))] ?? 0);
  const last = stops.length - there + firstBack;
  /** @param {number} place */
  const numberOf = (place) => (place < there ? first + place : firstBack + place - there);
  const ends = lo === -Infinity;
  return {
    length: ends ? last : Math.max(last, turn + after[reading.steps]),
    numberOf,
    placeOf(stop) {
      if (stop >= first && stop < first + there) return stop - first;
      return stop >= firstBack && stop < last ? stop - firstBack + there : -1;
    },
    stepOf(stop) {
      if (stop < turn) return before.findIndex((count) => count > stop);
      const n = after.findIndex((count) => turn + count > stop);
      return n < 0 ? 1 : reading.steps - n + 1;
    },
  };
}
