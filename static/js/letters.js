/** Letters that depend on the network: the activation is never f, which is the forget gate. */

import { activationSymbol, subscript } from "./format.js";

/** @import { Flow } from "./types.js" */

/** "L₁₅" or "L". @param {number | null} follow */
export function lossName(follow) {
  return follow === null ? "L" : `L${subscript(follow)}`;
}

/** The activation's derivative by its own name. @param {Flow} flow */
export function slopeName({ experiment }) {
  const name = activationSymbol(experiment.network.activation);
  return name ? `${name}′(A)` : "the derivative of a linear unit";
}
