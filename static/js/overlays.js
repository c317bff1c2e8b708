/** What lies over the pictures of the axis: the pointed step, the diagrams' window, where A or B ends. */

import { within } from "./page.js";
import { toPixel } from "./view.js";

/** @import { Frame, Reading, Sight } from "./types.js" */

/** @param {HTMLElement} overlay @param {number} left @param {number} right   in pixels */
function span(overlay, left, right) {
  overlay.style.left = `${left}px`;
  overlay.style.width = `${right - left}px`;
}

/**
 * Mark a step; null marks none.
 * @param {HTMLElement} canvas
 * @param {Frame | undefined} frame
 * @param {number | null} step
 */
export function putMark(canvas, frame, step) {
  const mark = within(canvas, ".mark");
  mark.hidden = step === null || !frame || step < frame.lo || step > frame.hi;
  if (step === null || !frame || mark.hidden) return;
  const left = toPixel(frame, Math.max(frame.lo, step - 0.5));
  const right = toPixel(frame, Math.min(frame.hi, step + 0.5));
  span(mark, left, Math.max(left + 2, right));
}

/**
 * The part of the axis that the diagrams draw.
 * @param {HTMLElement} canvas
 * @param {Frame} frame
 * @param {Sight | null} part   null: all of it
 */
export function putBand(canvas, frame, part) {
  const band = within(canvas, ".band");
  band.hidden = part === null;
  if (part) span(band, toPixel(frame, part.lo), toPixel(frame, part.hi));
}

/**
 * Where a sequence ends before the diagrams' window, say so in place of nothing.
 * @param {HTMLElement} canvas
 * @param {Reading | null} reading
 * @param {Sight} part
 */
export function putEnd(canvas, reading, part) {
  const place = within(canvas, ".ends");
  place.hidden = !reading || reading.steps > part.lo;
  if (reading && !place.hidden)
    place.textContent = `◂ ends at step ${reading.steps}, before this window`;
}
