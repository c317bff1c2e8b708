/** Pointer and keys on the pictures: which step is pointed at, clicks, dragging, zooming. */

import { lossAt } from "./figures/map.js";
import { rowPixel } from "./figures/diagram.js";
import { pick } from "./picking.js";
import { toPixel, toStep } from "./view.js";

const DRAG_PIXELS = 6;
const DIAGRAMS = new Set(["diagram", "compared"]);

/**
 * @param {Document} document
 * @param {ReturnType<import("./pictures.js").createPictures>} pictures
 * @param {{hover: (spot: Spot | null) => void, click: (spot: Spot) => void}} on
 *
 * @typedef {object} Spot
 * @property {"diagram" | "compared" | "profile" | "map"} picture
 * @property {number} step
 * @property {string | null} thing   a node or edge
 * @property {number | null} loss   a row of the map
 * @property {number} clientX
 * @property {number} clientY
 */
export function listen(document, pictures, on) {
  const stack = document.getElementById("stack");
  let drag = null;
  let frameRequest = 0;

  /** @returns {Spot | null} */
  function spotOf(event, name) {
    const frame = pictures.frames()[name];
    const reading = pictures.reading(name);
    if (!frame || !reading) return null;
    const box = event.currentTarget.getBoundingClientRect();
    const point = { x: event.clientX - box.left, y: event.clientY - box.top };
    const time = toStep(frame, point.x);
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
      const toPixels = (x, y) => ({ x: toPixel(frame, x), y: rowPixel(frame, y, reading.span) });
      spot.thing = pick(reading, point, toPixels, frame);
    }
    const { loss_steps: losses } = reading.flow.itemized;
    if (name === "map") spot.loss = lossAt(losses, frame, point.y, reading.steps);
    const { first, steps } = name === "profile" ? pictures.extent() : reading;
    const from = DIAGRAMS.has(name) ? first : Math.max(1, first);
    const seen = time > frame.lo && time < frame.hi && spot.step >= from && spot.step <= steps;
    return seen || spot.thing ? spot : null;
  }

  function soon(work) {
    cancelAnimationFrame(frameRequest);
    frameRequest = requestAnimationFrame(work);
  }

  function dragTo(event, name, box) {
    const frame = pictures.frames()[name];
    if (DIAGRAMS.has(name)) {
      const plot = frame.width - frame.left - frame.right;
      const moved = ((event.clientX - drag.x) / plot) * (frame.hi - frame.lo);
      const range = pictures.range();
      if (frame.hi - frame.lo < range.hi - range.lo - 0.5) {
        const middle = drag.middle - moved;
        soon(() => pictures.centreOn(middle));
      } else {
        soon(() => pictures.setRange({ lo: drag.range.lo - moved, hi: drag.range.hi - moved }));
      }
      return;
    }
    brush(box, Math.min(drag.x, event.clientX), Math.max(drag.x, event.clientX));
  }

  /** The part of the axis being chosen, marked in the picture. */
  function brush(box, from, to) {
    drag.brush ??= Object.assign(document.createElement("div"), { className: "brush" });
    if (!drag.brush.isConnected) drag.hit.parentElement.append(drag.brush);
    drag.brush.style.left = `${from - box.left}px`;
    drag.brush.style.width = `${to - from}px`;
  }

  for (const hit of stack.querySelectorAll(".hit")) {
    const name = hit.closest("[data-figure]").dataset.figure;

    hit.addEventListener("pointermove", (event) => {
      if (drag?.hit === hit) {
        if (!drag.moved && Math.abs(event.clientX - drag.x) < DRAG_PIXELS) return;
        if (!drag.moved) hit.setPointerCapture(event.pointerId);
        drag.moved = true;
        stack.classList.add("dragging");
        on.hover(null);
        dragTo(event, name, hit.getBoundingClientRect());
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
          .map((c) => toStep(frame, c - box.left));
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

  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => {
      if (pictures.reading()) pictures.zoom(button.dataset.zoom);
    });
  }
}
