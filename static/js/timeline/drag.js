/** Dragging in a picture of the axis: a diagram is moved, elsewhere a part of the axis is chosen. */

import { zoomOf } from "../page.js";
import { toStep } from "../view.js";
import { DIAGRAMS } from "./spot.js";

/** @import { Pictures } from "../pictures.js" */
/** @import { Sight } from "../types.js" */

/** A hand that has moved less than this has clicked. */
const DRAG_PIXELS = 6;

/**
 * @typedef {object} Drag
 * @property {HTMLElement} hit   where it began
 * @property {number} x
 * @property {boolean} moved
 * @property {Sight} range   of the axis then
 * @property {number} middle   of the diagram's window
 * @property {HTMLElement} [brush]   the part of the axis being chosen, marked in the picture
 */

/**
 * @param {HTMLElement} stack   what holds the pictures
 * @param {Pictures} pictures
 * @param {(work: () => void) => void} soon   with the next frame, once
 */
export function createDragging(stack, pictures, soon) {
  const state = {
    /** @type {Drag | null} */
    drag: null,
  };

  return {
    /** Whether a hand holds something anywhere. */
    any: () => state.drag !== null,

    /** Whether it is this picture. @param {HTMLElement} hit */
    holds: (hit) => state.drag?.hit === hit,

    /** @param {HTMLElement} hit @param {PointerEvent} event @param {string} name */
    begin(hit, event, name) {
      const { lo, hi } = pictures.frames()[name];
      const range = pictures.range();
      state.drag = { hit, x: event.clientX, moved: false, range, middle: (lo + hi) / 2 };
    },

    /**
     * @param {PointerEvent} event @param {string} name
     * @returns {boolean} whether the hand has moved far enough
     */
    to(event, name) {
      const { drag } = state;
      if (!drag || (!drag.moved && Math.abs(event.clientX - drag.x) < DRAG_PIXELS)) return false;
      if (!drag.moved) drag.hit.setPointerCapture(event.pointerId);
      drag.moved = true;
      stack.classList.add("dragging");
      if (DIAGRAMS.has(name)) soon(() => moveDiagram(stack, pictures, drag, event.clientX, name));
      else brush(stack, drag, event.clientX);
      return true;
    },

    /** Let go. @returns {Drag | null} what was held */
    end() {
      const { drag } = state;
      drag?.brush?.remove();
      state.drag = null;
      stack.classList.remove("dragging");
      return drag;
    },
  };
}

/**
 * The diagram's window, or the whole axis, goes with the hand.
 * @param {HTMLElement} stack @param {Pictures} pictures @param {Drag} drag
 * @param {number} x   of the hand @param {string} name
 */
function moveDiagram(stack, pictures, drag, x, name) {
  const frame = pictures.frames()[name];
  const plot = frame.width - frame.left - frame.right;
  const moved = ((x - drag.x) / zoomOf(stack) / plot) * (frame.hi - frame.lo);
  const range = pictures.range();
  if (frame.hi - frame.lo < range.hi - range.lo - 0.5) pictures.centreOn(drag.middle - moved);
  else pictures.setRange({ lo: drag.range.lo - moved, hi: drag.range.hi - moved });
}

/** @param {HTMLElement} stack @param {Drag} drag @param {number} x   of the hand */
function brush(stack, drag, x) {
  drag.brush ??= Object.assign(document.createElement("div"), { className: "brush" });
  if (!drag.brush.isConnected) drag.hit.after(drag.brush);
  const { left } = drag.hit.getBoundingClientRect();
  const zoom = zoomOf(stack);
  drag.brush.style.left = `${(Math.min(drag.x, x) - left) / zoom}px`;
  drag.brush.style.width = `${Math.abs(x - drag.x) / zoom}px`;
}

/**
 * The steps between where the hand began and where it let go.
 * @param {HTMLElement} stack @param {Pictures} pictures @param {Drag} drag
 * @param {number} x @param {string} name
 */
export function chosenRange(stack, pictures, drag, x, name) {
  const frame = pictures.frames()[name];
  const { left } = drag.hit.getBoundingClientRect();
  const [lo, hi] = [drag.x, x]
    .sort((a, b) => a - b)
    .map((at) => Math.round(toStep(frame, (at - left) / zoomOf(stack))));
  return { lo: lo - 0.5, hi: hi + 0.5 };
}
