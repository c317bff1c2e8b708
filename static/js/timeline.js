/** Pointer and keys on the pictures: which step is pointed at, clicks, dragging, zooming. */

import { allWithin, byId, sure } from "./page.js";
import { chosenRange, createDragging } from "./timeline/drag.js";
import { DIAGRAMS, spotOf } from "./timeline/spot.js";

/** @import { Pictures } from "./pictures.js" */
/** @import { Zoom } from "./scene.js" */
/** @import { Pointed } from "./types.js" */

/**
 * @typedef {object} On
 * @property {(spot: Pointed | null) => void} hover
 * @property {(spot: Pointed) => void} click
 *
 * @typedef {object} Axis   what every picture of the axis shares
 * @property {HTMLElement} stack
 * @property {Pictures} pictures
 * @property {ReturnType<typeof createDragging>} dragging
 * @property {(work: () => void) => void} soon
 * @property {On} on
 */

/**
 * @param {Document} document
 * @param {Pictures} pictures
 * @param {On} on
 */
export function listen(document, pictures, on) {
  const stack = byId(document, "stack");
  const soon = nextFrame();
  const dragging = createDragging(stack, pictures, soon);
  const axis = { stack, pictures, dragging, soon, on };
  for (const hit of allWithin(stack, ".hit")) {
    const name = sure(hit.closest("[data-figure]"), "[data-figure]").dataset.figure ?? "";
    listenPointer(hit, name, axis);
    listenZoom(hit, name, axis);
  }
  for (const button of allWithin(document, "[data-zoom]")) {
    button.addEventListener("click", () => {
      if (pictures.reading()) pictures.zoom(/** @type {Zoom} */ (button.dataset.zoom));
    });
  }
}

/** Work that is done with the next frame; of several only the last. */
function nextFrame() {
  let request = 0;
  return (/** @type {() => void} */ work) => {
    cancelAnimationFrame(request);
    request = requestAnimationFrame(work);
  };
}

/** @param {HTMLElement} hit @param {string} name @param {Axis} axis */
function listenPointer(hit, name, { stack, pictures, dragging, on }) {
  hit.addEventListener("pointermove", (event) => {
    if (dragging.holds(hit)) {
      if (dragging.to(event, name)) on.hover(null);
      return;
    }
    const spot = spotOf(stack, pictures, event, name);
    hit.dataset.over = spot?.thing || spot?.loss ? "thing" : "";
    on.hover(spot);
  });
  hit.addEventListener("pointerleave", () => {
    if (!dragging.any()) on.hover(null);
  });
  hit.addEventListener("pointerdown", (event) => {
    if (event.button === 0 && pictures.reading()) dragging.begin(hit, event, name);
  });

  /** @param {PointerEvent} event */
  const end = (event) => {
    const drag = dragging.holds(hit) ? dragging.end() : null;
    if (!drag || event.type === "pointercancel") return;
    if (!drag.moved) {
      const spot = spotOf(stack, pictures, event, name);
      if (spot) on.click(spot);
    } else if (!DIAGRAMS.has(name)) {
      pictures.setRange(chosenRange(stack, pictures, drag, event.clientX, name));
    }
  };
  hit.addEventListener("pointerup", end);
  hit.addEventListener("pointercancel", end);
}

/** A double click shows all; the wheel zooms with a key held, else it scrolls.
 * @param {HTMLElement} hit @param {string} name @param {Axis} axis */
function listenZoom(hit, name, { stack, pictures, soon }) {
  hit.addEventListener("dblclick", () => pictures.zoom("all"));
  hit.addEventListener(
    "wheel",
    (event) => {
      if (!pictures.reading() || !(event.ctrlKey || event.metaKey || event.shiftKey)) return;
      event.preventDefault();
      const spot = spotOf(stack, pictures, event, name);
      if (!spot) return;
      const turn = event.deltaY || event.deltaX;
      soon(() => pictures.zoom(turn < 0 ? "in" : "out", spot.time));
    },
    { passive: false },
  );
}
