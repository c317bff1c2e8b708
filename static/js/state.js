/** The settings, who listens to them, and the browser's history. */

import { keyOf, toRequest } from "./experiment.js";
import { fromFragment, leftWords, readLink, sayable } from "./link.js";
import { differing, linkOf } from "./properties.js";
import { partsToLeave } from "./refused.js";

/** @import { Settings } from "./types.js" */

/** During a gesture the URL waits so long; browsers refuse to be told of every movement. */
const REST_MS = 150;

/**
 * @typedef {object} Refused   setting → why it is left out, of the link itself and of its A; and how
 *   often parts of each were
 * @property {Map<string, string>} own
 * @property {Map<string, string>} inA
 * @property {{own: number, inA: number}} rounds
 *
 * @typedef {(settings: Settings, changed: Set<string>, during: boolean) => void} Listener
 *   during: a gesture goes on
 *
 * @typedef {ReturnType<typeof createStore>} Store
 */

/**
 * get, isFresh, seen, leftOut, leave, giveWay, set, replaceAll, subscribe.
 * @param {Window} window
 */
export function createStore(window) {
  let leftOut = "";
  /** What the link that is shown has given way in; null once something is changed by hand. */
  let refused = /** @type {Refused | null} */ (nothing());
  /** What it could give way in besides. @type {{own: string[], inA: string[]}} */
  let given = { own: [], inA: [] };
  let settings = fromAddress();
  /** Whether the address has changed since what it selects was last brought into sight. */
  let fresh = Boolean(settings.select);
  let gesture = false;
  let unwritten = "";
  let timer = 0;
  /** @type {Set<Listener>} */
  const listeners = new Set();

  /** @returns {Refused} */
  function nothing() {
    return { own: new Map(), inA: new Map(), rounds: { own: 0, inA: 0 } };
  }

  /** What the address says; what was too long for it lies in the browser's own history. */
  function fromAddress() {
    const parts = new URLSearchParams(window.location.hash.replace(/^#/, ""));
    for (const [name, value] of Object.entries(window.history.state?.left ?? {}))
      if (value !== null) parts.set(name, String(value));
    const link = readLink(parts, refused ?? {});
    leftOut = leftWords(link.left);
    given = link.given;
    return link.settings;
  }

  /** Read the address again; what says the same stays the same object. */
  function again() {
    const read = fromAddress();
    const changed = new Set(differing(read, settings));
    const next = { ...read };
    for (const name of Object.keys(read)) if (!changed.has(name)) next[name] = settings[name];
    settings = next;
    return changed;
  }

  /** @param {Set<string>} changed */
  function tell(changed, during = false) {
    for (const listener of listeners) listener(settings, changed, during);
  }

  /** Bring the URL up to date: a new entry, or the same one while a gesture lasts. */
  function write() {
    clearTimeout(timer);
    if (!unwritten) return;
    const { fragment, left } = linkOf(sayable(settings));
    const state = left ? { left } : null;
    const url = fragment ? `#${fragment}` : window.location.pathname + window.location.search;
    if (unwritten === "replace") window.history.replaceState(state, "", url);
    else window.history.pushState(state, "", url);
    unwritten = "";
  }

  window.addEventListener("popstate", () => {
    refused = nothing();
    fresh = true;
    gesture = false;
    unwritten = "";
    tell(again());
  });

  return {
    get: () => settings,

    /** Whether what the address selects has not been brought into sight yet. */
    isFresh: () => fresh,
    seen() {
      fresh = false;
    },

    /** What the link that was opened last says in vain, in a line, until something is changed. */
    leftOut: () => leftOut,

    /**
     * Leave a setting of the link out.
     * @param {string} name @param {string} why
     */
    leave(name, why) {
      if (!refused) return;
      refused.own.set(name, why);
      tell(again());
    },

    /**
     * Leave out of the link what the service refuses, so that it is asked for something else.
     * @param {import("./api.js").Problem} problem
     * @param {"own" | "inA"} where   whose request it is about
     * @returns {boolean} false: this is nothing that a link could give way in, or no link's at all
     */
    giveWay(problem, where = "own") {
      if (!refused) return false;
      const asked = () => (where === "own" ? settings : fromFragment(settings.compare ?? ""));
      const key = () => keyOf(toRequest(asked()));
      const before = key();
      const changed = new Set();
      while (key() === before) {
        const left = partsToLeave(given[where], asked().source, problem, refused.rounds[where]);
        if (!left.size) break;
        refused.rounds[where] += 1;
        for (const [name, why] of left) refused[where].set(name, why);
        for (const name of again()) changed.add(name);
      }
      if (changed.size) tell(changed);
      return key() !== before;
    },

    /**
     * Change some settings. While a gesture lasts (a slider being dragged, a text being typed)
     * all its changes share one entry in the history.
     * @param {Partial<Settings>} patch
     * @param {{during?: boolean, same?: boolean}} options   during: the gesture goes on; same: the
     *   entry in the history stays the same, and so does what the link says in vain
     */
    set(patch, { during = false, same = false } = {}) {
      const changed = new Set(Object.keys(patch).filter((name) => settings[name] !== patch[name]));
      if (changed.size) {
        if (!same) {
          leftOut = "";
          refused = null;
        }
        if (!gesture) write();
        unwritten ||= gesture || same ? "replace" : "push";
        settings = /** @type {Settings} */ ({ ...settings, ...patch });
        clearTimeout(timer);
        timer = setTimeout(write, REST_MS);
      }
      gesture = during;
      if (!during) write();
      if (changed.size) tell(changed, during);
    },

    /** Start from other settings altogether. @param {Settings} next */
    replaceAll(next) {
      write();
      leftOut = "";
      refused = null;
      settings = next;
      gesture = false;
      unwritten = "push";
      write();
      tell(new Set(Object.keys(next)));
    },

    /**
     * @param {Listener} listener
     */
    subscribe(listener) {
      listeners.add(listener);
    },
  };
}
