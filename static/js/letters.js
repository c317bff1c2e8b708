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

/** Letters that are spoken one by one, and those whose names begin with a vowel. */
const INITIALS = /^[A-Z]{2}/;
const OPEN_INITIAL = /^[AEFHILMNORSX]/;

/** "an LSTM", "a GRU", "an Elman". @param {string} words */
export function withArticle(words) {
  const open = INITIALS.test(words) ? OPEN_INITIAL : /^[aeiou]/i;
  return `${open.test(words) ? "an" : "a"} ${words}`;
}
