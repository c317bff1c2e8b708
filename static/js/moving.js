/** While a hand moves a number, the page asks only for what follows the hand. */

import { everyPerLayer } from "./vocabulary.js";

/** @import { Flow, Request, Settings } from "./types.js" */

/** Settings that change numbers and nothing of what is drawn where. */
const NUMBERS = new Set(["radius", "mu", "weights"]);

/** The parts of an answer that the pictures of the axis show. */
const AT_ONCE = ["itemized", "graph"];

/** So long after the last of these answers the whole one is asked for, in milliseconds. */
export const REST = 150;

/**
 * Whether an answer without what the matrix promises will do for now: what is selected may quote it.
 * @param {Set<string>} changed   names of settings
 * @param {Settings} settings
 * @param {Flow | null} latest
 */
export function moves(changed, settings, latest) {
  const numbers = new Set([...NUMBERS, ...everyPerLayer()]);
  return Boolean(latest?.spectrum) && !settings.select && [...changed].every((name) => numbers.has(name));
}

/** @param {Request} request @returns {Request} */
export function atOnce(request) {
  return { ...request, include: AT_ONCE };
}

/** Whether a request is for what follows the hand. @param {Request} request */
export function isAtOnce({ include }) {
  return include === AT_ONCE;
}

/**
 * Such an answer with the rest of the last whole one, until that comes anew.
 * @param {Flow} flow @param {Flow} before
 */
export function completed(flow, before) {
  const layers = flow.layers?.map((layer, n) => ({
    ...layer,
    spectrum: before.layers?.[n]?.spectrum ?? layer.spectrum,
  }));
  return { ...flow, spectrum: before.spectrum, layers: layers ?? null };
}
