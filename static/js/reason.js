/** Why nothing travels back along an edge, in words. */

import { activationSymbol, parameterName, partsOf, plural, symbol } from "./format.js";
import { lossName } from "./letters.js";
import { numbersIn } from "./numeric.js";
import { passesNothing } from "./passage.js";
import { firstReached, nearestLoss } from "./reach.js";
import { activationOf, cellOf, countedFrom } from "./vocabulary.js";

/** @import { Edge, Flow, Numbers, Reading, Truncation } from "./types.js" */

/**
 * Why nothing passes an edge, or "".
 * @param {{edge: Edge, state: string}} placed
 * @param {Reading} reading
 */
export function reason({ edge, state }, reading) {
  if (state === "blocked") return stopped(edge, reading);
  if (state === "dead") return dead(edge, reading);
  return state === "off" ? unreached(edge, reading) : "";
}

/** A copy, or the end of a window or chunk. @param {Edge} edge @param {Reading} reading */
function stopped(edge, reading) {
  const { truncation } = reading.flow.experiment;
  const { step } = partsOf(edge.target);
  const loss = nearestLoss(reading, step);
  if (loss === undefined || firstReached(truncation, loss) > step) return unreached(edge, reading);
  return truncationEnds(edge.kind === "context", truncation);
}

/** @param {boolean} copied @param {Truncation} truncation */
function truncationEnds(copied, truncation) {
  const size = plural(truncation.steps ?? Infinity, "step");
  if (copied && passesNothing(truncation)) return "a copy passes no gradient";
  if (countedFrom(truncation) === "start")
    return `no gradient crosses from a chunk of ${size} into the one before`;
  return `the window of ${size} ends here`;
}

/**
 * Something arrives at the target, and nothing of it at the source.
 * @param {Edge} edge
 * @param {Reading} reading
 */
function dead(edge, reading) {
  const { activation } = reading.flow.experiment.network;
  const { step, layer } = partsOf(edge.target);
  const plain = !reading.flow.gates && edge.target[0] === "h";
  const top = layer === reading.layers - 1;
  if (plain && top && reading.flow.activity.mean_derivative[step - 1] === 0) {
    const { label, state } = activationOf(activation);
    const unit = state === "off" ? label : "unit";
    const slope = `${activationSymbol(activation)}′ = 0`;
    return `every ${unit} of ${symbol(edge.target)} is ${state}: ${slope}`;
  }
  const { parameter } = edge;
  if (parameter && isZeroMatrix(parameter, reading.flow)) return `${parameterName(parameter)} is 0`;
  const { label, state } = activationOf(activation);
  if (plain && state === "off")
    return `the ${label}s that the gradient reaches are off, or the weights are zero`;
  return "the gradient is exactly zero here";
}

/**
 * Whether all weights of a parameter are known to be 0: so given, or drawn with radius 0.
 * @param {string} parameter
 * @param {Flow} flow
 */
function isZeroMatrix(parameter, { experiment: { weights } }) {
  if (weights.kind === "explicit")
    return numbersIn(/** @type {Numbers} */ (weights)[parameter] ?? 1).every((value) => value === 0);
  return weights.kind === "random" && /^W_[hy]h/.test(parameter) && weights.spectral_radius === 0;
}

/** Nothing arrives at the target either. @param {Edge} edge @param {Reading} reading */
function unreached(edge, reading) {
  const { truncation, network } = reading.flow.experiment;
  const { step } = partsOf(edge.target);
  const { follow } = reading;
  const own = edge.kind === "loss" || (edge.kind === "output" && !cellOf(network.cell).feeds_outputs);
  if (own && follow !== null && follow !== step)
    return `${lossName(follow)} is followed, not ${lossName(step)}`;
  const loss = nearestLoss(reading, step);
  if (loss === undefined)
    return follow === null ? "no loss comes after this" : "a loss cannot reach a later step";
  const reached = firstReached(truncation, loss);
  if (reached > step) {
    const why = truncationEnds(cellOf(network.cell).copies, truncation).replace("here", "there");
    return `${lossName(loss)} reaches no step before ${reached}: ${why}`;
  }
  return `nothing of ${lossName(follow)} arrives at ${symbol(edge.target)}`;
}
