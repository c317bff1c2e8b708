/** Letters that depend on the network: the activation is never f, which is the forget gate. */

import { subscript } from "./format.js";

/** "L₁₅" or "L". @param {number | null} follow */
export function lossName(follow) {
  return follow === null ? "L" : `L${subscript(follow)}`;
}

const SLOPES = { tanh: "tanh′(A)", sigmoid: "σ′(A)", relu: "relu′(A)", linear: "the derivative of a linear unit" };

/** The activation's derivative by its own name. @param {import("./types.js").Flow} flow */
export function slopeName({ experiment }) {
  return SLOPES[experiment.network.activation] ?? "f′(A)";
}
