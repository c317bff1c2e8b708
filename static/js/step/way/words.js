/** What is said beside the formulas: where a stop is, what its numbers are of. No element is touched here. */

import { plural, symbol } from "../../format.js";
import { lossName } from "../../letters.js";
import { stopAt } from "./route.js";
import { turnOf } from "../order.js";

/** @import { Route } from "./route.js" */

/** What the transport calls a stop. @param {Route | null} route @param {number} number */
export function placeName(route, number) {
  if (!route?.stops.length) return "nothing to step through";
  const { count } = route;
  const of = `${number + 1} of ${count.length}`;
  const stop = stopAt(route, number);
  if (!stop) return `${of}: step ${count.stepOf(number)} is on its way`;
  const [source, target] = stop.id.split(">");
  if (stop.kind === "edge") return `${of}: back, ${symbol(target)} → ${symbol(source)}`;
  if (stop.kind === "enter") return `${of}: back from ${symbol(stop.id)}`;
  return `${of}: forward, ${stop.kind === "inside" ? "inside " : ""}${symbol(stop.id)}`;
}

/** Why there is no stop of a number. @param {Route} route @param {number} number */
export function whyNone({ stops, count }, number) {
  if (!stops.length) return "There is no loss from which anything could go back.";
  return `Step ${count.stepOf(number)} is on its way.`;
}

/**
 * What the numbers of the formulas stand for.
 * @param {{able: boolean, here: boolean, batch: number, crossed: boolean}} numbers   able: whether
 *   they can be written down; here: whether they are; crossed: whether one stands as ✕
 */
export function aboutNumbers({ able, here, batch, crossed }) {
  const words = [];
  if (!able) words.push("There are too many numbers to write them down: the norms stand for them.");
  else if (here && batch > 1)
    words.push(
      `The numbers are those of the first of ${batch} samples. A loss is the mean, and what a step adds to a weight the sum, over all of them${
        batch > 3 ? ", of which the first and the last are written out" : ""
      }; the norms are of all.`,
    );
  if (crossed) words.push("✕ stands for a number that a double cannot hold; its norm is exact.");
  return words;
}

/** What stands when everything has been walked. @param {Route} route */
export function ending({ reading, stops }) {
  const { follow, lossSteps, flow } = reading;
  if (turnOf(stops) === stops.length) return "No loss is followed back.";
  const what = lossSteps.length > 1 && follow !== null ? `${lossName(follow)} alone` : "the whole loss";
  const parameters = plural(Object.keys(flow.parameter_gradients).length, "parameter");
  return `The way back is walked. The sums are the gradient of ${what}: ${parameters}, each summed over the steps.`;
}
