/** Pointer and keys on the pictures: which step is pointed at, clicks, dragging, zooming. */

import { lossAt } from "./figures/map.js";
import { rowPixel } from "./figures/diagram.js";
import { allWithin, boxOf, byId, sure, zoomOf } from "./page.js";
import { pick } from "./picking.js";
import { toPixel, toStep } from "./view.js";

/** @import { Pictures } from "./pictures.js" */
/** @import { Zoom } from "./scene.js" */
/** @import { Pointed, Sight } from "./types.js" */

const DRAG_PIXELS = 6;
/**
 * @typedef {object} Drag
 * @property {HTMLElement} hit   where it began
 * @property {number} x
 * @property {boolean} moved
 * @property {Sight} range   of the axis then
 * @property {number} middle   of the diagram's window
 * @property {HTMLElement} [brush]
 */

const DIAGRAMS = new Set(["diagram", "compared"]);

/**
 * @param {Document} document
 * @param {Pictures} pictures
 * @param {{hover: (spot: Pointed | null) => void, click: (spot: Pointed) => void}} on
 */
export function listen(document, pictures, on) {
  const stack = byId(document, "stack");
  /** @type {Drag | null} */
  let drag = null;
  let frameRequest = 0;

  /** @param {MouseEvent} event @param {string} name @returns {Pointed | null} */
  function spotOf(event, name) {
    const frame = pictures.frames()[name];
    const reading = pictures.reading(name);
    if (!frame || !reading) return null;
    const box = boxOf(event);
    const point = {
      x: (event.clientX - box.left) / zoomOf(stack),
      y: (event.clientY - box.top) / zoomOf(stack),
    };
    const time = toStep(frame, point.x);
    /** @type {Pointed} */
    const spot = {
      picture: name,
      step: Math.round(time),
      thing: null,
      loss: null,
      clientX: event.clientX,
      clientY: event.clientY,
      time,
    };
    if (DIAGRAMS.has(name)) {
      /** @param {number} x @param {number} y */
      const toPixels = (x, y) => ({ x: toPixel(frame, x), y: rowPixel(frame, y, reading.span) });
      spot.thing = pick(reading, point, toPixels, frame);
    }
    const { loss_steps: losses } = reading.flow.itemized;
    if (name === "map") spot.loss = lossAt(losses, frame, point.y, reading.steps);
    const { first, steps } = (name === "profile" && pictures.extent()) || reading;
    const from = DIAGRAMS.has(name) ? first : Math.max(1, first);
    const seen = time > frame.lo && time < frame.hi && spot.step >= from && spot.step <= steps;
    return seen || spot.thing ? spot : null;
  }

  /** @param {() => void} work */
  function soon(work) {
    cancelAnimationFrame(frameRequest);
    frameRequest = requestAnimationFrame(work);
  }

  /**
   * @param {Drag} drag
   * @param {PointerEvent} event
   * @param {string} name
   * @param {DOMRect} box
   */
  function dragTo(drag, event, name, box) {
    const frame = pictures.frames()[name];
    if (DIAGRAMS.has(name)) {
      const plot = frame.width - frame.left - frame.right;
      const moved = ((event.clientX - drag.x) / zoomOf(stack) / plot) * (frame.hi - frame.lo);
      const range = pictures.range();
      if (frame.hi - frame.lo < range.hi - range.lo - 0.5) {
        const middle = drag.middle - moved;
        soon(() => pictures.centreOn(middle));
      } else {
        soon(() => pictures.setRange({ lo: drag.range.lo - moved, hi: drag.range.hi - moved }));
      }
      return;
    }
    brush(drag, box, Math.min(drag.x, event.clientX), Math.max(drag.x, event.clientX));
  }

  /**
   * The part of the axis being chosen, marked in the picture.
   * @param {Drag} drag
   * @param {DOMRect} box
   * @param {number} from
   * @param {number} to
   */
  function brush(drag, box, from, to) {
    drag.brush ??= Object.assign(document.createElement("div"), { className: "brush" });
    if (!drag.brush.isConnected) drag.hit.after(drag.brush);
    drag.brush.style.left = `${(from - box.left) / zoomOf(stack)}px`;
    drag.brush.style.width = `${(to - from) / zoomOf(stack)}px`;
  }

  for (const hit of allWithin(stack, ".hit")) {
    const name = sure(hit.closest("[data-figure]"), "[data-figure]").dataset.figure ?? "";

    hit.addEventListener("pointermove", (event) => {
      if (drag?.hit === hit) {
        if (!drag.moved && Math.abs(event.clientX - drag.x) < DRAG_PIXELS) return;
        if (!drag.moved) hit.setPointerCapture(event.pointerId);
        drag.moved = true;
        stack.classList.add("dragging");
        on.hover(null);
        dragTo(drag, event, name, hit.getBoundingClientRect());
        return;
      }
      const spot = spotOf(event, name);
      hit.dataset.over = spot?.thing || spot?.loss ? "thing" : "";
      on.hover(spot);
    });

    hit.addEventListener("pointerleave", () => {
      if (!drag) on.hover(null);
    });

    hit.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !pictures.reading()) return;
      const frame = pictures.frames()[name];
      drag = {
        hit,
        x: event.clientX,
        moved: false,
        range: pictures.range(),
        middle: (frame.lo + frame.hi) / 2,
      };
    });

    /** @param {PointerEvent} event */
    const end = (event) => {
      if (drag?.hit !== hit) return;
      const { moved, x, brush: chosen } = drag;
      chosen?.remove();
      drag = null;
      stack.classList.remove("dragging");
      if (event.type === "pointercancel") return;
      if (!moved) {
        const spot = spotOf(event, name);
        if (spot) on.click(spot);
      } else if (!DIAGRAMS.has(name)) {
        const frame = pictures.frames()[name];
        const box = hit.getBoundingClientRect();
        const [lo, hi] = [x, event.clientX]
          .sort((a, b) => a - b)
          .map((c) => toStep(frame, (c - box.left) / zoomOf(stack)));
        pictures.setRange({ lo: Math.round(lo) - 0.5, hi: Math.round(hi) + 0.5 });
      }
    };
    hit.addEventListener("pointerup", end);
    hit.addEventListener("pointercancel", end);
    hit.addEventListener("dblclick", () => pictures.zoom("all"));
    hit.addEventListener(
      "wheel",
      (event) => {
        if (!pictures.reading() || !(event.ctrlKey || event.metaKey || event.shiftKey)) return;
        event.preventDefault();
        const spot = spotOf(event, name);
        if (!spot) return;
        const turn = event.deltaY || event.deltaX;
        soon(() => pictures.zoom(turn < 0 ? "in" : "out", spot.time));
      },
      { passive: false },
    );
  }

  for (const button of allWithin(document, "[data-zoom]")) {
    button.addEventListener("click", () => {
      if (pictures.reading()) pictures.zoom(/** @type {Zoom} */ (button.dataset.zoom));
    });
  }
}
