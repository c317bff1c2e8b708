/** What the pictures show: which flows, and which part of the axis of time. No element is touched here. */

import { RESERVE, capacity, covers, inside, moved, whole, windowOf } from "./view.js";

/** @import { Reading, Sight } from "./types.js" */

/** @typedef {"in" | "out" | "left" | "right" | "all"} Zoom */

/** Nothing, at first. */
export function createScene() {
  const state = {
    /** @type {Reading | null} */
    reading: null,
    /** What the other is compared with. @type {Reading | null} */
    compared: null,
    /** The part of the axis in sight. @type {Sight} */
    range: { lo: 0, hi: 1 },
    centre: 1,
    /** What the diagrams should show. @type {Sight | null} */
    wanted: null,
    /** What they show: the same, once its nodes are there. @type {Sight | null} */
    window: null,
  };

  /** What is shown, once anything is. */
  function shown() {
    const { reading, compared } = state;
    if (!reading) throw new Error("nothing is shown yet");
    return { reading, compared };
  }

  /** The steps of both: the axis covers the longer one. Null where nothing is shown. */
  function extent() {
    const { reading, compared } = state;
    if (!reading || !compared) return reading;
    return {
      first: Math.min(reading.first, compared.first),
      steps: Math.max(reading.steps, compared.steps),
    };
  }

  const axis = () => extent() ?? shown().reading;

  /** What the diagrams show of the axis. */
  const part = () => state.window ?? state.range;

  /** Whether the nodes of these steps are there, in every diagram. @param {Sight} steps */
  function loaded(steps, reserve = 0) {
    const both = [state.reading, state.compared];
    return both.every((one) => !one || covers(one.loaded, steps, reserve));
  }

  /** Whether the diagrams show a part of what is in sight. */
  function windowed() {
    const { lo, hi } = part();
    return hi - lo < state.range.hi - state.range.lo - 0.5;
  }

  /** @param {Sight} asked @returns {boolean} whether that is another part of the axis */
  function setRange(asked) {
    const next = inside(asked, axis());
    if (next.lo === state.range.lo && next.hi === state.range.hi) return false;
    state.range = next;
    if (state.centre < next.lo || state.centre > next.hi) state.centre = (next.lo + next.hi) / 2;
    return true;
  }

  return {
    shown,
    extent,
    part,
    windowed,
    setRange,
    range: () => state.range,
    wanted: () => state.wanted,

    /** The flow of the diagram "compared", or the other. @param {string} [name] */
    reading: (name = "") => (name === "compared" ? state.compared : state.reading),

    /** @param {Reading | null} other */
    compare(other) {
      state.compared = other;
    },

    /**
     * Show another flow; the part of the axis in sight stays where it still makes sense.
     * @param {Reading} next @param {Reading | null} compared
     * @param {number | null} about   a step that is to come into sight
     */
    show(next, compared, about) {
      const before = extent();
      const followed = state.reading?.entryStep !== next.entryStep;
      state.reading = next;
      state.compared = compared;
      const now = axis();
      const same = before && before.steps === now.steps && before.first === now.first;
      state.range = same ? state.range : whole(now);
      /** @param {Sight} one */
      const inSight = (one) => same && about !== null && about > one.lo && about < one.hi;
      if (about === null ? followed || !same : !inSight(part()))
        state.centre = about ?? next.entryStep;
      if (about !== null && !inSight(state.range)) state.range = whole(now);
    },

    /**
     * Which steps diagrams of so many pixels show: those that they should, once these are there.
     * @param {number} pixels
     * @returns {boolean} whether they near, or would show, steps that are not there
     */
    fit(pixels) {
      const wanted = windowOf(state.range, state.centre, pixels);
      state.wanted = wanted;
      if (loaded(wanted) || !state.window || !loaded(state.window)) state.window = wanted;
      return !loaded(wanted, RESERVE);
    },

    /**
     * What the diagram should show of an experiment of so many steps that follows this loss;
     * null where that is another one than is shown.
     * @param {number} steps @param {number} entry
     */
    sight(steps, entry) {
      const { reading, wanted } = state;
      if (!reading) return null;
      const { overflow } = reading.flow;
      const same = overflow
        ? overflow.steps === steps
        : reading.steps === steps && reading.entryStep === entry;
      return same ? wanted : null;
    },

    /** Bring a step into the diagrams. @param {number} step @returns {boolean} false: it was */
    reveal(step) {
      const { range } = state;
      if (step > part().lo && step < part().hi) return false;
      if (step < range.lo || step > range.hi) {
        const span = range.hi - range.lo;
        state.range = inside({ lo: step - span / 2, hi: step + span / 2 }, axis());
      }
      state.centre = step;
      return true;
    },

    /**
     * Put diagrams of so many pixels about a step.
     * @param {number} step @param {number} pixels
     * @returns {boolean} false: they show all that is in sight
     */
    centreOn(step, pixels) {
      const span = state.range.hi - state.range.lo;
      if (span <= capacity(pixels, span)) return false;
      state.centre = step;
      return true;
    },

    /**
     * @param {Zoom} how @param {number} [about]   the time that stays where it is
     * @returns {boolean} whether another part of the axis is in sight
     */
    zoom: (how, about) => setRange(how === "all" ? whole(axis()) : moved(state.range, how, about)),

    /** Move the diagrams by half of what they show. @param {"left" | "right"} how */
    shift(how) {
      const { lo, hi } = part();
      const centre = (lo + hi) / 2 + ((how === "left" ? -1 : 1) * (hi - lo)) / 2;
      state.centre = Math.max(state.range.lo, Math.min(state.range.hi, centre));
    },
  };
}
