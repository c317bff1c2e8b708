/** What the pictures show: which flows, and which part of the axis of time. No element is touched here. */

import { RESERVE, capacity, covers, inside, moved, whole, windowOf } from "./view.js";

/** @import { Reading, Sight } from "./types.js" */

/**
 * @typedef {"in" | "out" | "left" | "right" | "all"} Zoom
 *
 * @typedef {object} State
 * @property {Reading | null} reading
 * @property {Reading | null} compared   what the other is compared with
 * @property {Sight} range   the part of the axis in sight
 * @property {number} centre
 * @property {Sight | null} wanted   what the diagrams should show
 * @property {Sight | null} window   what they show: the same, once its nodes are there
 */

/** Nothing, at first. */
export function createScene() {
  /** @type {State} */
  const state = {
    reading: null,
    compared: null,
    range: { lo: 0, hi: 1 },
    centre: 1,
    wanted: null,
    window: null,
  };

  return {
    shown: () => shown(state),
    extent: () => extent(state),
    part: () => part(state),
    windowed: () => isWindowed(state),
    range: () => state.range,
    wanted: () => state.wanted,

    /** The flow of the diagram "compared", or the other. @param {string} [name] */
    reading: (name = "") => (name === "compared" ? state.compared : state.reading),

    /** @param {Reading | null} other */
    compare(other) {
      state.compared = other;
    },

    /** @param {Reading} next @param {Reading | null} compared @param {number | null} about */
    show: (next, compared, about) => show(state, next, compared, about),
    /** @param {number} pixels */
    fit: (pixels) => fit(state, pixels),
    /** @param {number} steps @param {number} entry */
    sight: (steps, entry) => sightOf(state, steps, entry),
    /** @param {number} step */
    reveal: (step) => reveal(state, step),
    /** @param {number} step @param {number} pixels */
    centreOn: (step, pixels) => centreOn(state, step, pixels),
    /** @param {Sight} asked */
    setRange: (asked) => setRange(state, asked),

    /**
     * @param {Zoom} how @param {number} [about]   the time that stays where it is
     * @returns {boolean} whether another part of the axis is in sight
     */
    zoom: (how, about) =>
      setRange(state, how === "all" ? whole(axis(state)) : moved(state.range, how, about)),

    /** @param {"left" | "right"} how */
    shift: (how) => shift(state, how),
  };
}

/** What is shown, once anything is. @param {State} state */
function shown({ reading, compared }) {
  if (!reading) throw new Error("nothing is shown yet");
  return { reading, compared };
}

/** The steps of both: the axis covers the longer one. Null where nothing is shown. @param {State} state */
function extent({ reading, compared }) {
  if (!reading || !compared) return reading;
  return {
    first: Math.min(reading.first, compared.first),
    steps: Math.max(reading.steps, compared.steps),
  };
}

/** @param {State} state */
function axis(state) {
  return extent(state) ?? shown(state).reading;
}

/** What the diagrams show of the axis. @param {State} state */
function part({ window, range }) {
  return window ?? range;
}

/** Whether the nodes of these steps are there, in every diagram. @param {State} state @param {Sight} steps */
function isLoaded({ reading, compared }, steps, reserve = 0) {
  return [reading, compared].every((one) => !one || covers(one.loaded, steps, reserve));
}

/** Whether the diagrams show a part of what is in sight. @param {State} state */
function isWindowed(state) {
  const { lo, hi } = part(state);
  return hi - lo < state.range.hi - state.range.lo - 0.5;
}

/** @param {State} state @param {Sight} asked @returns {boolean} whether that is another part of the axis */
function setRange(state, asked) {
  const next = inside(asked, axis(state));
  if (next.lo === state.range.lo && next.hi === state.range.hi) return false;
  state.range = next;
  if (state.centre < next.lo || state.centre > next.hi) state.centre = (next.lo + next.hi) / 2;
  return true;
}

/**
 * Show another flow; the part of the axis in sight stays where it still makes sense.
 * @param {State} state @param {Reading} next @param {Reading | null} compared
 * @param {number | null} about   a step that is to come into sight
 */
function show(state, next, compared, about) {
  const before = extent(state);
  const followed = state.reading?.entryStep !== next.entryStep;
  state.reading = next;
  state.compared = compared;
  const now = axis(state);
  const same = before && before.steps === now.steps && before.first === now.first;
  state.range = same ? state.range : whole(now);
  /** @param {Sight} one */
  const inSight = (one) => same && about !== null && about > one.lo && about < one.hi;
  if (about === null ? followed || !same : !inSight(part(state)))
    state.centre = about ?? next.entryStep;
  if (about !== null && !inSight(state.range)) state.range = whole(now);
}

/**
 * Which steps diagrams of so many pixels show: those that they should, once these are there.
 * @param {State} state @param {number} pixels
 * @returns {boolean} whether they near, or would show, steps that are not there
 */
function fit(state, pixels) {
  const wanted = windowOf(state.range, state.centre, pixels);
  state.wanted = wanted;
  if (isLoaded(state, wanted) || !state.window || !isLoaded(state, state.window))
    state.window = wanted;
  return !isLoaded(state, wanted, RESERVE);
}

/**
 * What the diagram should show of an experiment of so many steps that follows this loss;
 * null where that is another one than is shown.
 * @param {State} state @param {number} steps @param {number} entry
 */
function sightOf({ reading, wanted }, steps, entry) {
  if (!reading) return null;
  const { overflow } = reading.flow;
  const same = overflow
    ? overflow.steps === steps
    : reading.steps === steps && reading.entryStep === entry;
  return same ? wanted : null;
}

/** Bring a step into the diagrams. @param {State} state @param {number} step @returns {boolean} false: it was */
function reveal(state, step) {
  const { range } = state;
  const { lo, hi } = part(state);
  if (step > lo && step < hi) return false;
  if (step < range.lo || step > range.hi) {
    const span = range.hi - range.lo;
    state.range = inside({ lo: step - span / 2, hi: step + span / 2 }, axis(state));
  }
  state.centre = step;
  return true;
}

/**
 * Put diagrams of so many pixels about a step.
 * @param {State} state @param {number} step @param {number} pixels
 * @returns {boolean} false: they show all that is in sight
 */
function centreOn(state, step, pixels) {
  const span = state.range.hi - state.range.lo;
  if (span <= capacity(pixels, span)) return false;
  state.centre = step;
  return true;
}

/** Move the diagrams by half of what they show. @param {State} state @param {"left" | "right"} how */
function shift(state, how) {
  const { lo, hi } = part(state);
  const centre = (lo + hi) / 2 + ((how === "left" ? -1 : 1) * (hi - lo)) / 2;
  state.centre = Math.max(state.range.lo, Math.min(state.range.hi, centre));
}
