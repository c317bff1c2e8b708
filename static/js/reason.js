/** Why nothing travels back along an edge, in words. */

import { partsOf, plural, symbol } from "./format.js";
import { lossName } from "./letters.js";
import { firstReached, nearestLoss } from "./reach.js";

/**
 * Why nothing passes an edge, or "".
 * @param {{edge: import("./types.js").Edge, state: string}} placed
 * @param {import("./types.js").Reading} reading
 */
export function reason({ edge, state }, reading) {
  if (state === "blocked") return stopped(edge, reading);
  if (state === "dead") return dead(edge, reading);
  return state === "off" ? unreached(edge, reading) : "";
}

/** A copy, or the end of a window or chunk. */
function stopped(edge, reading) {
  const { truncation } = reading.flow.experiment;
  const { step } = partsOf(edge.target);
  const loss = nearestLoss(reading, step);
  if (loss === undefined || firstReached(truncation, loss) > step) return unreached(edge, reading);
  return truncationEnds(edge.kind === "context", truncation);
}

function truncationEnds(copied, { kind, steps }) {
  const size = plural(steps, "step");
  if (copied && kind === "window" && steps === 1)
    return "a copy passes no gradient";
  if (kind === "chunk") return `no gradient crosses from a chunk of ${size} into the one before`;
  return `the window of ${size} ends here`;
}

/** Something arrives at the target, and nothing of it at the source. */
function dead(edge, reading) {
  const { network } = reading.flow.experiment;
  const { step, layer } = partsOf(edge.target);
  if (network.activation === "relu" && !reading.flow.gates && edge.target[0] === "h") {
    const slopes = layer === reading.layers - 1 ? reading.flow.activity.mean_derivative : [];
    return slopes[step - 1] === 0
      ? `every ReLU of ${symbol(edge.target)} is off: relu′ = 0`
      : "the ReLUs that the gradient reaches are off, or the weights are zero";
  }
  return "the gradient is exactly zero here";
}

/** Nothing arrives at the target either. */
function unreached(edge, reading) {
  const { truncation, network } = reading.flow.experiment;
  const { step } = partsOf(edge.target);
  const { follow } = reading;
  const own = edge.kind === "loss" || (edge.kind === "output" && network.cell !== "jordan");
  if (own && follow !== null && follow !== step)
    return `${lossName(follow)} is followed, not ${lossName(step)}`;
  const loss = nearestLoss(reading, step);
  if (loss === undefined)
    return follow === null ? "no loss comes after this" : "a loss cannot reach a later step";
  const reached = firstReached(truncation, loss);
  if (reached > step) {
    const copied = network.cell === "elman" || network.cell === "jordan";
    const why = truncationEnds(copied, truncation).replace("here", "there");
    return `${lossName(loss)} reaches no step before ${reached}: ${why}`;
  }
  return `nothing of ${lossName(follow)} arrives at ${symbol(edge.target)}`;
}
