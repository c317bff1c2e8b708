/** The settings, who listens to them, and the browser's history. */

import { fromFragment, toFragment } from "./properties.js";

/** Changing any of these starts from another experiment than the preset's. */
const FREE_OF_PRESET = new Set(["preset", "follow", "select", "clip", "mu"]);

/**
 * @param {Window} window
 * @returns a store: get, set, replaceAll, settle, subscribe
 */
export function createStore(window) {
  let settings = fromFragment(window.location.hash);
  let gesture = false;
  const listeners = new Set();

  function tell(changed) {
    for (const listener of listeners) listener(settings, changed);
  }

  function write() {
    const fragment = toFragment(settings);
    const url = fragment ? `#${fragment}` : window.location.pathname + window.location.search;
    if (gesture) window.history.replaceState(null, "", url);
    else window.history.pushState(null, "", url);
  }

  window.addEventListener("popstate", () => {
    const before = settings;
    settings = fromFragment(window.location.hash);
    gesture = false;
    tell(new Set(Object.keys(settings).filter((name) => settings[name] !== before[name])));
  });

  return {
    get: () => settings,

    /**
     * Change some settings. While a gesture lasts (a slider being dragged, a text being typed)
     * all its changes share one entry in the history.
     * @param {Object<string, any>} patch
     * @param {{during?: boolean}} options   during: the gesture goes on
     */
    set(patch, { during = false } = {}) {
      const changed = new Set(Object.keys(patch).filter((name) => settings[name] !== patch[name]));
      if (changed.size) {
        settings = { ...settings, ...patch };
        if (![...changed].every((name) => FREE_OF_PRESET.has(name))) settings.preset = "";
        write();
      }
      gesture = during;
      if (changed.size) tell(changed);
    },

    /** Start from other settings altogether. @param {Object<string, any>} next */
    replaceAll(next) {
      settings = next;
      gesture = false;
      write();
      tell(new Set(Object.keys(next)));
    },

    /** @param {(settings: Object<string, any>, changed: Set<string>) => void} listener */
    subscribe(listener) {
      listeners.add(listener);
    },
  };
}
