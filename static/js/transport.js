/**
 * Moves time wherever there is time to move: play, pause, one on, one back, scrub, speed.
 *
 * It knows places 0 … length − 1 and nothing of what they mean; its owner draws a place when
 * `onChange` names it. Space plays and pauses, the left and right arrows go by one: where the focus
 * is inside, and for the transport that was used last wherever nothing else takes these keys.
 */

import { loadSheet } from "./stylesheet.js";
import { activate, listenKeys } from "./transport/keys.js";
import { createParts, showPlace, showPlaying } from "./transport/parts.js";
import { createPlay } from "./transport/play.js";

/**
 * @typedef {object} Change   how a place was come to
 * @property {boolean} playing
 * @property {boolean} animate   whether what is between two places may be drawn as a movement
 *
 * @typedef {object} TransportOptions
 * @property {number} length   places, at least 1
 * @property {(index: number, change: Change) => void} onChange   called whenever the place changes,
 *   by `set` too
 * @property {string} label   names the group: what is moved
 * @property {(index: number) => string} [say]   what a place is called; "3 of 12" if left out
 * @property {number} [start]   the first place, 0 if left out; not told to `onChange`
 * @property {number[]} [speeds]   places a second that are offered
 * @property {number} [speed]   of these the first
 * @property {(playing: boolean) => void} [onPlay]   it plays now, or has stopped
 *
 * @typedef {object} Transport
 * @property {(index: number) => void} set   go to a place; outside of 0 … length − 1 to the nearest
 * @property {() => void} play   from the start again where it stands at the end
 * @property {() => void} pause
 * @property {(n: number) => void} setLength   the place stays, or becomes the last one
 * @property {() => void} refresh   say the place anew: its words have changed
 * @property {() => number} index
 * @property {() => boolean} playing
 * @property {() => void} close   take it off the page
 */

const SPEEDS = [0.5, 1, 2, 5, 10];
const SPEED = 2;

/**
 * Put a transport into an element.
 * @param {HTMLElement} element
 * @param {TransportOptions} options
 * @returns {Transport}
 */
export function createTransport(element, options) {
  const { onChange, label, onPlay = () => {}, speeds = SPEEDS } = options;
  const speed = options.speed ?? (speeds.includes(SPEED) ? SPEED : speeds[0]);
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  loadSheet(element.ownerDocument, "transport");
  const parts = createParts(element, { label, speeds, speed });
  /** @type {import("./transport/play.js").State} */
  const state = { length: Math.max(1, options.length), index: 0, timer: 0, due: 0 };
  state.index = inside(state, options.start ?? 0);
  const say = options.say ?? ((place) => `${place + 1} of ${state.length}`);
  const show = () => showPlace(parts, state, say(state.index));

  /** @param {number} place */
  function go(place) {
    const next = inside(state, place);
    if (next === state.index) return show();
    state.index = next;
    show();
    const playing = state.timer !== 0;
    onChange(next, { playing, animate: playing && !still.matches });
  }

  const play = createPlay(state, parts, { go, onPlay });
  const deaf = listenHands(parts, state, { play, go });
  showPlaying(parts, false);
  show();

  return {
    set: go,
    play: play.start,
    pause: play.stop,
    setLength(n) {
      state.length = Math.max(1, n);
      if (state.index > state.length - 1) go(state.length - 1);
      else show();
    },
    refresh: show,
    index: () => state.index,
    playing: () => state.timer !== 0,
    close() {
      play.stop();
      deaf();
      element.replaceChildren();
    },
  };
}

/** The nearest place that there is. @param {{length: number}} of @param {number} place */
function inside({ length }, place) {
  return Math.max(0, Math.min(length - 1, Math.round(place) || 0));
}

/**
 * By hand: what plays stops.
 * @param {import("./transport/parts.js").Parts} parts
 * @param {{index: number}} state
 * @param {{play: {stop: () => void, toggle: () => void}, go: (place: number) => void}} on
 * @returns {() => void} hear no key any more
 */
function listenHands(parts, state, { play, go }) {
  /** @param {number} place */
  function take(place) {
    activate(parts.element);
    play.stop();
    go(place);
  }
  parts.back.addEventListener("click", () => take(state.index - 1));
  parts.on.addEventListener("click", () => take(state.index + 1));
  parts.play.addEventListener("click", play.toggle);
  parts.scrub.addEventListener("input", () => take(Number(parts.scrub.value)));
  return listenKeys(parts, { toggle: play.toggle, by: (steps) => take(state.index + steps) });
}
