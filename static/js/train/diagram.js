/** The diagram of one update, and what is selected in it: by pointer, by key, in the inspector. */

import { diagram, rowPixel } from "../figures/diagram.js";
import { axisOf } from "../frames.js";
import { inspect } from "../inspect.js";
import { byId, zoomOf } from "../page.js";
import { pick, walk } from "../picking.js";
import { hiddenId } from "../reading.js";
import { draw } from "../render.js";
import { thing } from "../describe.js";
import { stepOf } from "../format.js";
import { createTooltip } from "../tooltip.js";
import { toPixel, toStep, whole, windowOf } from "../view.js";

/** @import { Frame, Reading, Theme } from "../types.js" */

/** So high is a row of nodes, in pixels. */
const ROW = 46;

const KEYS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"]);

/**
 * @param {Document} document
 * @param {{select: (id: string) => void}} on
 */
export function createDiagram(document, on) {
  const plot = byId(document, "plot-diagram");
  const hit = byId(document, "walk");
  const tooltip = createTooltip(byId(document, "tooltip"));
  /** @type {{reading: Reading, frame: Frame, selected: string} | null} */
  let shown = null;

  /** @param {Reading} reading @param {string} selected @returns {Frame} */
  function frameOf(reading, selected) {
    const axis = axisOf(Math.max(240, plot.clientWidth));
    const pixels = axis.width - axis.left - axis.right;
    const step = selected ? stepOf(selected) : reading.entryStep;
    const height = 26 + Math.round(ROW * (reading.span.high - reading.span.low));
    return { ...axis, height, ...windowOf(whole(reading), Math.min(step, reading.steps), pixels) };
  }

  /** @param {MouseEvent} event */
  function thingAt(event) {
    if (!shown) return null;
    const { reading, frame } = shown;
    const box = hit.getBoundingClientRect();
    /** @param {number} x @param {number} y */
    const toPixels = (x, y) => ({ x: toPixel(frame, x), y: rowPixel(frame, y, reading.span) });
    const zoom = zoomOf(hit);
    return pick(reading, { x: (event.clientX - box.left) / zoom, y: (event.clientY - box.top) / zoom }, toPixels, frame);
  }

  function listen() {
    hit.addEventListener("pointermove", (event) => {
      const id = thingAt(event);
      hit.dataset.over = id ? "thing" : "";
      if (id && shown) tooltip.show(thing(id, shown.reading), event);
      else tooltip.hide();
    });
    hit.addEventListener("pointerleave", () => tooltip.hide());
    hit.addEventListener("click", (event) => on.select(thingAt(event) ?? ""));
    hit.addEventListener("keydown", (event) => {
      if (!shown || event.altKey || event.ctrlKey || event.metaKey) return;
      if (KEYS.has(event.key)) on.select(walk(shown.reading, shown.selected, event.key));
      else if (event.key === "Escape") on.select("");
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  listen();
  return {
    /** @param {Reading} reading @param {string} selected @param {Theme} theme */
    put(reading, selected, theme) {
      const there = reading.nodes.size > 0;
      byId(document, "figure-diagram").hidden = !there;
      byId(document, "inspector").hidden = !there;
      if (!there || !plot.clientWidth) return;
      const frame = frameOf(reading, selected);
      shown = { reading, frame, selected };
      plot.style.height = `${frame.height}px`;
      draw(plot, diagram(reading, frame, theme, selected));
      const window = frame.hi - frame.lo < reading.steps ? `, steps ${Math.ceil(Math.max(1, frame.lo))} to ${Math.floor(frame.hi)}` : "";
      byId(document, "diagram-part").textContent = window.replace(/^, /, "");
    },

    /** The equations and numbers of what is selected. @param {Reading} reading @param {string} selected */
    inspect(reading, selected) {
      const body = byId(document, "inspector-body");
      inspect(body, byId(document, "inspector-title"), selected, reading);
      for (const button of body.querySelectorAll("[data-follow]")) button.closest(".row")?.remove();
    },
  };
}

/** The hidden state of the step under a pixel of a picture on the axis of time. @param {Reading} reading @param {HTMLElement} plot @param {number} x */
export function hiddenUnder(reading, plot, x) {
  const frame = { ...axisOf(Math.max(240, plot.clientWidth)), height: 0, lo: 0.5, hi: reading.steps + 0.5 };
  return hiddenId(reading, Math.max(1, Math.min(reading.steps, Math.round(toStep(frame, x)))));
}
