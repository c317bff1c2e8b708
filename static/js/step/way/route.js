/** The stops of what is drawn, with their numbers. No element is touched here. */

import { cellOf } from "../../vocabulary.js";
import { countStops } from "../count.js";
import { stopsOf, summedTo } from "../order.js";

/** @import { Reading } from "../../types.js" */
/** @import { Stop } from "../order.js" */

/**
 * @typedef {object} Route
 * @property {Reading} reading
 * @property {Stop[]} stops   of the part of it that is there
 * @property {import("../count.js").Count} count   their numbers, over the whole sequence
 */

/** @param {Reading} reading @returns {Route} */
export function routeThrough(reading) {
  const stops = stopsOf(reading);
  return { reading, stops, count: countStops(reading, stops) };
}

/**
 * The stop of a number, where it is there.
 * @param {Route} route @param {number} number @returns {Stop | undefined}
 */
export function stopAt({ stops, count }, number) {
  return stops[count.placeOf(number)];
}

/**
 * The number that a stop of another route has in this one, or null.
 * @param {Route} route @param {Stop | undefined} other
 */
export function numberOfSame({ stops, count }, other) {
  const same = stops.findIndex(({ id, kind }) => id === other?.id && kind === other.kind);
  return same < 0 ? null : count.numberOf(same);
}

/**
 * How far each parameter's sum has come: the earliest step that has added. What later steps than
 * those that are there have added is in it already.
 * @param {Route} route
 * @param {number} place   of the stop in the list
 * @returns {Map<string, number>}
 */
export function reachedAt({ reading, stops }, place) {
  const { loaded, entryStep, flow, follow } = reading;
  const reached = summedTo(stops, place);
  if (stops[place].phase === "forward" || loaded.hi >= entryStep) return reached;
  const alone = follow !== null && !cellOf(flow.experiment.network.cell).feeds_outputs;
  /** @type {[string, number][]} */
  const later = Object.keys(flow.parameter_gradients).map((name) => {
    const ofOutput = name === "W_hy" || name === "b_y"; // which one loss hears of at its own step
    return [name, alone && ofOutput ? entryStep : Math.ceil(loaded.hi)];
  });
  return new Map([...later, ...reached]);
}
