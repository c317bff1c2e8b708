/** What the address says is read, and what is set is written there and into the browser's history. */

import { leftWords, readLink, sayable } from "../link.js";
import { differing, linkOf } from "../properties.js";

/** @import { Settings } from "../types.js" */

/**
 * @typedef {object} Refused   setting → why it is left out, of the link itself and of its A; and how
 *   often parts of each were
 * @property {Map<string, string>} own
 * @property {Map<string, string>} inA
 * @property {{own: number, inA: number}} rounds
 *
 * @typedef {object} State   what the store remembers
 * @property {Settings} settings
 * @property {string} leftOut   what the link says in vain, in a line
 * @property {Refused | null} refused   what the link that is shown has given way in; null once
 *   something is changed by hand
 * @property {{own: string[], inA: string[]}} given   what it could give way in besides
 * @property {boolean} fresh   whether the address has changed since what it selects was last brought
 *   into sight
 * @property {boolean} gesture   one goes on
 * @property {"" | "replace" | "push"} unwritten   how the address is to be written, where it is
 * @property {number} timer
 */

/** A link that has given way in nothing. @returns {Refused} */
export function nothing() {
  return { own: new Map(), inA: new Map(), rounds: { own: 0, inA: 0 } };
}

/**
 * What the address says; what was too long for it lies in the browser's own history.
 * @param {Window} window @param {Refused | null} refused
 */
export function readAddress({ location, history }, refused) {
  const parts = new URLSearchParams(location.hash.replace(/^#/, ""));
  for (const [name, value] of Object.entries(history.state?.left ?? {}))
    if (value !== null) parts.set(name, String(value));
  const { settings, left, given } = readLink(parts, refused ?? {});
  return { settings, leftOut: leftWords(left), given };
}

/**
 * Read the address again; what says the same stays the same object.
 * @param {Window} window @param {State} state
 * @returns {Set<string>} the settings that are others now
 */
export function readAgain(window, state) {
  const { settings: read, leftOut, given } = readAddress(window, state.refused);
  const changed = new Set(differing(read, state.settings));
  const next = { ...read };
  for (const name of Object.keys(read)) if (!changed.has(name)) next[name] = state.settings[name];
  Object.assign(state, { settings: next, leftOut, given });
  return changed;
}

/**
 * Bring the address up to date: a new entry, or the same one while a gesture lasts.
 * @param {Window} window @param {State} state
 */
export function writeAddress({ history, location }, state) {
  clearTimeout(state.timer);
  if (!state.unwritten) return;
  const { fragment, left } = linkOf(sayable(state.settings));
  const kept = left ? { left } : null;
  const url = fragment ? `#${fragment}` : location.pathname + location.search;
  if (state.unwritten === "replace") history.replaceState(kept, "", url);
  else history.pushState(kept, "", url);
  state.unwritten = "";
}
