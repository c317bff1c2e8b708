/** A link gives way: what the service refuses is left out of it. */

import { keyOf, toRequest } from "../experiment.js";
import { fromFragment } from "../link.js";
import { partsToLeave } from "../refused.js";

/** @import { State } from "./address.js" */

/**
 * Leave out of the link what the service refuses, so that it is asked for something else.
 * @param {State} state
 * @param {import("../api.js").Problem} problem
 * @param {"own" | "inA"} where   whose request it is about
 * @param {() => Iterable<string>} again   read the address again
 * @returns {{gaveWay: boolean, changed: Set<string>}} gaveWay: whether something else is asked for
 */
export function giveWay(state, problem, where, again) {
  const { refused } = state;
  const changed = new Set();
  if (!refused) return { gaveWay: false, changed };
  const asked = () =>
    where === "own" ? state.settings : fromFragment(state.settings.compare ?? "");
  const key = () => keyOf(toRequest(asked()));
  const before = key();
  while (key() === before) {
    const left = partsToLeave(state.given[where], asked().source, problem, refused.rounds[where]);
    if (!left.size) break;
    refused.rounds[where] += 1;
    for (const [name, why] of left) refused[where].set(name, why);
    for (const name of again()) changed.add(name);
  }
  return { gaveWay: key() !== before, changed };
}
