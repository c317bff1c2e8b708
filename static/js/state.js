/** The settings, who listens to them, and the browser's history. */

import { leftWords, readLink } from "./link.js";
import { linkOf } from "./properties.js";

/** During a gesture the URL waits so long; browsers refuse to be told of every movement. */
const REST_MS = 150;

/**
 * @param {Window} window
 * @returns a store: get, leftOut, set, replaceAll, subscribe
 */
export function createStore(window) {
  let leftOut = "";
  let settings = fromAddress();
  let gesture = false;
  let unwritten = "";
  let timer = 0;
  const listeners = new Set();

  /** What the address says; what was too long for it lies in the browser's own history. */
  function fromAddress() {
    const { settings: read, left } = readLink(window.location.hash);
    leftOut = leftWords(left);
    return { ...read, ...window.history.state?.left };
  }

  function tell(changed) {
    for (const listener of listeners) listener(settings, changed);
  }

  /** Bring the URL up to date: a new entry, or the same one while a gesture lasts. */
  function write() {
    clearTimeout(timer);
    if (!unwritten) return;
    const { fragment, left } = linkOf(settings);
    const state = left ? { left } : null;
    const url = fragment ? `#${fragment}` : window.location.pathname + window.location.search;
    if (unwritten === "replace") window.history.replaceState(state, "", url);
    else window.history.pushState(state, "", url);
    unwritten = "";
  }

  window.addEventListener("popstate", () => {
    const before = settings;
    settings = fromAddress();
    gesture = false;
    unwritten = "";
    tell(new Set(Object.keys(settings).filter((name) => settings[name] !== before[name])));
  });

  return {
    get: () => settings,

    /** What the link that was opened last says in vain, in a line, until something is changed. */
    leftOut: () => leftOut,

    /**
     * Change some settings. While a gesture lasts (a slider being dragged, a text being typed)
     * all its changes share one entry in the history.
     * @param {Object<string, any>} patch
     * @param {{during?: boolean}} options   during: the gesture goes on
     */
    set(patch, { during = false } = {}) {
      const changed = new Set(Object.keys(patch).filter((name) => settings[name] !== patch[name]));
      if (changed.size) {
        leftOut = "";
        if (!gesture) write();
        unwritten ||= gesture ? "replace" : "push";
        settings = { ...settings, ...patch };
        clearTimeout(timer);
        timer = setTimeout(write, REST_MS);
      }
      gesture = during;
      if (!during) write();
      if (changed.size) tell(changed);
    },

    /** Start from other settings altogether. @param {Object<string, any>} next */
    replaceAll(next) {
      write();
      leftOut = "";
      settings = next;
      gesture = false;
      unwritten = "push";
      write();
      tell(new Set(Object.keys(next)));
    },

    /** @param {(settings: Object<string, any>, changed: Set<string>) => void} listener */
    subscribe(listener) {
      listeners.add(listener);
    },
  };
}
