/** Places that go by themselves, so many a second. */

import { activate } from "./keys.js";
import { showPlaying } from "./parts.js";

/** Timers are not finer than that; faster play goes by several places at once. */
const LEAST_MS = 1000 / 30;

/**
 * @typedef {object} State   where a transport stands
 * @property {number} length   places
 * @property {number} index
 * @property {number} timer   of the next place while it plays, else 0
 * @property {number} due   when that place is due
 */

/**
 * @param {State} state
 * @param {import("./parts.js").Parts} parts
 * @param {{go: (place: number) => void, onPlay: (playing: boolean) => void}} on
 */
export function createPlay(state, parts, { go, onPlay }) {
  function stop() {
    if (!state.timer) return;
    clearTimeout(state.timer);
    state.timer = 0;
    showPlaying(parts, false);
    onPlay(false);
  }

  function start() {
    if (state.timer || state.length < 2) return;
    activate(parts.element);
    showPlaying(parts, true);
    state.due = performance.now();
    const again = state.index === state.length - 1;
    state.timer = -1;
    onPlay(true);
    if (again) go(0);
    if (state.timer === -1) next();
  }

  function next() {
    const every = 1000 / Number(parts.select.value);
    state.due = Math.max(state.due + Math.max(every, LEAST_MS), performance.now());
    const own = setTimeout(() => {
      go(state.index + Math.max(1, Math.round(LEAST_MS / every)));
      if (state.timer !== own) return;
      if (state.index === state.length - 1) stop();
      else next();
    }, state.due - performance.now());
    state.timer = own;
  }

  return { start, stop, toggle: () => (state.timer ? stop() : start()) };
}
