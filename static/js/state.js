/** The settings, who listens to them, and the browser's history. */

import { nothing, readAddress, readAgain, writeAddress } from "./state/address.js";
import { giveWay } from "./state/giving.js";

/** @import { Settings } from "./types.js" */
/** @import { State } from "./state/address.js" */

/** During a gesture the URL waits so long; browsers refuse to be told of every movement. */
const REST_MS = 150;

/**
 * @typedef {(settings: Settings, changed: Set<string>, during: boolean) => void} Listener
 *   during: a gesture goes on
 *
 * @typedef {ReturnType<typeof createStore>} Store
 */

/** What the address says, at first. @param {Window} window @returns {State} */
function opened(window) {
  const refused = nothing();
  const read = readAddress(window, refused);
  const fresh = Boolean(read.settings.select);
  return { ...read, refused, fresh, gesture: false, unwritten: "", timer: 0 };
}

/**
 * Other settings, whose address is written when the hand rests.
 * @param {State} state @param {Partial<Settings>} patch
 * @param {boolean} same   the entry in the history stays the same
 * @param {() => void} write
 */
function change(state, patch, same, write) {
  if (!same) Object.assign(state, { leftOut: "", refused: null });
  if (!state.gesture) write();
  state.unwritten ||= state.gesture || same ? "replace" : "push";
  state.settings = /** @type {Settings} */ ({ ...state.settings, ...patch });
  clearTimeout(state.timer);
  state.timer = setTimeout(write, REST_MS);
}

/**
 * get, isFresh, seen, leftOut, leave, giveWay, set, replaceAll, subscribe.
 * @param {Window} window
 */
export function createStore(window) {
  const state = opened(window);
  /** @type {Set<Listener>} */
  const listeners = new Set();
  const write = () => writeAddress(window, state);
  const again = () => readAgain(window, state);

  /** @param {Set<string>} changed */
  function tell(changed, during = false) {
    for (const listener of listeners) listener(state.settings, changed, during);
  }

  window.addEventListener("popstate", () => {
    Object.assign(state, { refused: nothing(), fresh: true, gesture: false, unwritten: "" });
    tell(again());
  });

  return {
    get: () => state.settings,

    /** Whether what the address selects has not been brought into sight yet. */
    isFresh: () => state.fresh,
    seen() {
      state.fresh = false;
    },

    /** What the link that was opened last says in vain, in a line, until something is changed. */
    leftOut: () => state.leftOut,

    /** Leave a setting of the link out. @param {string} name @param {string} why */
    leave(name, why) {
      if (!state.refused) return;
      state.refused.own.set(name, why);
      tell(again());
    },

    /**
     * Leave out of the link what the service refuses, so that it is asked for something else.
     * @param {import("./api.js").Problem} problem
     * @param {"own" | "inA"} where   whose request it is about
     * @returns {boolean} false: this is nothing that a link could give way in, or no link's at all
     */
    giveWay(problem, where = "own") {
      const { gaveWay, changed } = giveWay(state, problem, where, again);
      if (changed.size) tell(changed);
      return gaveWay;
    },

    /**
     * Change some settings. While a gesture lasts (a slider being dragged, a text being typed)
     * all its changes share one entry in the history.
     * @param {Partial<Settings>} patch
     * @param {{during?: boolean, same?: boolean}} options   during: the gesture goes on; same: the
     *   entry in the history stays the same, and so does what the link says in vain
     */
    set(patch, { during = false, same = false } = {}) {
      const changed = new Set(Object.keys(patch).filter((name) => state.settings[name] !== patch[name]));
      if (changed.size) change(state, patch, same, write);
      state.gesture = during;
      if (!during) write();
      if (changed.size) tell(changed, during);
    },

    /** Start from other settings altogether. @param {Settings} next */
    replaceAll(next) {
      write();
      Object.assign(state, { leftOut: "", refused: null, settings: next, gesture: false, unwritten: "push" });
      write();
      tell(new Set(Object.keys(next)));
    },

    /** @param {Listener} listener */
    subscribe(listener) {
      listeners.add(listener);
    },
  };
}
