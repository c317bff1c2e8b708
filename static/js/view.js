/** Which steps are in sight: the time axis of all pictures, and the diagram's window on it. */

/** @import { Frame, Sight } from "./types.js" */

/** At most so many steps are drawn node by node. */
const MOST_NODES = 61; // sixty steps and the initial state
const LEAST_PIXELS = 11;

/** A window on a longer sequence leaves each step so much. */
const WINDOW_PIXELS = 18;

/**
 * The whole sequence.
 * @param {{first: number, steps: number}} reading
 */
export function whole(reading) {
  return { lo: reading.first - 0.5, hi: reading.steps + 0.5 };
}

/**
 * A range inside the sequence, at least two steps wide.
 * @param {{lo: number, hi: number}} range
 * @param {{first: number, steps: number}} reading
 */
export function inside(range, reading) {
  const all = whole(reading);
  const span = Math.min(all.hi - all.lo, Math.max(2, range.hi - range.lo));
  const lo = Math.max(all.lo, Math.min(all.hi - span, range.lo));
  return { lo, hi: lo + span };
}

/**
 * A range zoomed about a point.
 * @param {Sight} range
 * @param {number} about
 * @param {number} factor  above 1 zooms in
 */
export function zoomed(range, about, factor) {
  return { lo: about - (about - range.lo) / factor, hi: about + (range.hi - about) / factor };
}

/** By so much a step of zooming zooms, and such a part of a range is moved. */
const FACTOR = 1.6;
const SHIFT = 1 / 4;

/**
 * A range zoomed or moved by one step.
 * @param {Sight} range
 * @param {"in" | "out" | "left" | "right"} how
 * @param {number} [about]   the point that stays where it is in zooming
 * @returns {Sight}
 */
export function moved(range, how, about = (range.lo + range.hi) / 2) {
  if (how === "in") return zoomed(range, about, FACTOR);
  if (how === "out") return zoomed(range, about, 1 / FACTOR);
  const far = (how === "left" ? -SHIFT : SHIFT) * (range.hi - range.lo);
  return { lo: range.lo + far, hi: range.hi + far };
}

/**
 * How many steps a diagram so wide draws of so many.
 * @param {number} pixels
 * @param {number} steps
 */
export function capacity(pixels, steps) {
  const all = Math.min(MOST_NODES, Math.floor(pixels / LEAST_PIXELS));
  return steps <= all + 1e-9 ? all : Math.max(6, Math.min(all, Math.floor(pixels / WINDOW_PIXELS)));
}

/**
 * The steps that the diagram draws: all in sight where they fit, else a window about a step.
 * @param {{lo: number, hi: number}} range   in sight
 * @param {number} centre   a step
 * @param {number} pixels   width of the plot
 */
export function windowOf(range, centre, pixels) {
  const most = capacity(pixels, range.hi - range.lo);
  if (range.hi - range.lo <= most + 1e-9) return range;
  const lo = Math.max(range.lo, Math.min(range.hi - most, Math.round(centre) - most / 2));
  const start = Math.min(Math.ceil(lo - 0.5) + 0.5, Math.floor(range.hi - most - 0.5) + 0.5);
  return { lo: Math.max(range.lo, start), hi: Math.max(range.lo, start) + most };
}

/**
 * A step's place in pixels.
 * @param {Frame} frame
 * @param {number} step
 */
export function toPixel(frame, step) {
  const plot = frame.width - frame.left - frame.right;
  return frame.left + ((step - frame.lo) / (frame.hi - frame.lo)) * plot;
}

/** The time under a pixel. @param {Frame} frame @param {number} pixel */
export function toStep(frame, pixel) {
  const plot = frame.width - frame.left - frame.right;
  return frame.lo + ((pixel - frame.left) / plot) * (frame.hi - frame.lo);
}

/** So many steps on either side of the diagram's are asked for too, to pan without waiting. */
const MARGIN = 120;

/** With fewer steps than this left in reserve, the next window is asked for. */
export const RESERVE = 40;

/**
 * The window of the graph to ask for.
 * @param {{lo: number, hi: number}} sight   the steps that the diagram draws
 * @param {number} steps   T
 */
export function windowAround({ lo, hi }, steps) {
  return {
    first: Math.max(1, Math.min(steps, Math.floor(lo) - MARGIN)),
    last: Math.max(1, Math.min(steps, Math.ceil(hi) + MARGIN)),
  };
}

/**
 * Whether the nodes of a range of steps are there.
 * @param {{lo: number, hi: number}} loaded
 * @param {{lo: number, hi: number}} sight
 * @param {number} reserve   steps that must be there on either side
 */
export function covers(loaded, sight, reserve = 0) {
  return loaded.lo <= sight.lo - reserve && sight.hi + reserve <= loaded.hi;
}

/**
 * @param {{first: number, last: number} | null | undefined} a
 * @param {{first: number, last: number} | null | undefined} b
 */
export function sameWindow(a, b) {
  return a?.first === b?.first && a?.last === b?.last;
}
