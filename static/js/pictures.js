/** The pictures, drawn: what they show is one state, and the table says how each shows it. */

import { PICTURES } from "./figures/table.js";
import { axisOf, framesOf } from "./frames.js";
import { lookup } from "./lookup.js";
import { putBand, putEnd, putMark } from "./overlays.js";
import { byId, sure, windowOf, within } from "./page.js";
import { createQueue } from "./queue.js";
import { draw, isDrawn, layoutOf } from "./render.js";
import { createScene } from "./scene.js";

/** @import { Zoom } from "./scene.js" */
/** @import { Figure, Frame, Reading, Sight, Theme } from "./types.js" */

const ROWS = lookup(Object.fromEntries(PICTURES.map((picture) => [picture.name, picture])));
const AXIS = PICTURES.filter(({ where }) => where === "axis").map(({ name }) => name);
const DIAGRAMS = AXIS.filter((name) => ROWS[name].sight === "window");
const BESIDE = PICTURES.filter(({ where }) => where === "beside").map(({ name }) => name);

/** @typedef {{width?: number, height?: number}} Size */
/** @typedef {ReturnType<typeof createPictures>} Pictures */

/**
 * @param {Document} document
 * @param {{theme: () => Theme, selected: () => string,
 *   selectedInA: () => string, marks: () => number[], about: () => number | null,
 *   drawn: () => void, beside: () => void, placed: () => void, beyond: () => void}} context   about: a step that is
 *   to come into sight; drawn: the pictures of the axis are; beside: those beside are; placed: the
 *   diagram lies where it will be seen; beyond: a
 *   diagram nears, or would show, steps whose nodes are not there
 */
export function createPictures(document, context) {
  const window = windowOf(document);
  const plots = Object.fromEntries(
    PICTURES.map(({ name }) => [name, byId(document, `plot-${name}`)]),
  );
  const canvases = Object.fromEntries(
    AXIS.map((name) => [name, sure(plots[name].parentElement, `about #plot-${name}`)]),
  );
  const strip = within(document, ".strip");

  const scene = createScene();
  /** @type {Object<string, Frame>} */
  let frames = {};
  /** While the pictures fill a stage. @type {import("./frames.js").Stage | null} */
  let stage = null;
  let waiting = false; // whether pictures of the axis are still to be drawn

  const queue = createQueue(window, drawLater, () => {
    sayDrawn();
    if (BESIDE.some((name) => plots[name].ariaBusy === "true")) return;
    context.beside();
  });

  /** The pictures of the axis: the second diagram only where there is something to compare. */
  const shown = () => AXIS.filter((name) => name !== "compared" || scene.reading("compared"));

  /** How many pixels wide the axis is. */
  function pixels() {
    const { width, left, right } = axisOf(Math.max(240, canvases.diagram.clientWidth));
    return width - left - right;
  }

  /** Place everything. @returns {boolean} whether the diagrams want for nodes */
  function measure() {
    const sizes = {
      axis: Math.max(240, canvases.diagram.clientWidth),
      beside: (/** @type {string} */ name) => plots[name].clientWidth || 260,
      window: window.innerHeight,
      stage,
    };
    const wants = scene.fit(pixels());
    frames = framesOf({ ...scene.shown(), range: scene.range(), window: scene.part() }, sizes);
    for (const name of shown())
      canvases[name].style.setProperty("--height", `${frames[name].height}px`);
    return wants;
  }

  /** How a picture of the axis lies in another size. @param {string} name @param {Size} size */
  function sized(name, { width, height }) {
    if (!width || !AXIS.includes(name)) return frames[name];
    return { ...frames[name], ...axisOf(width), height: height ?? frames[name].height };
  }

  /** @param {string} name @param {Size & {theme?: Theme}} [given]   as shown where left out @returns {Figure} */
  function figure(name, given = {}) {
    return ROWS[name].figure({
      ...scene.shown(),
      frame: sized(name, given),
      theme: given.theme ?? context.theme(),
      selected: context.selected(),
      selectedInA: context.selectedInA(),
      marks: context.marks(),
    });
  }

  /** @param {string} name */
  function drawNow(name) {
    queue.drop(name);
    draw(plots[name], figure(name));
    plots[name].ariaBusy = "false";
  }

  /** @param {string} name */
  function drawLater(name) {
    if (AXIS.includes(name) && !shown().includes(name)) plots[name].ariaBusy = "false";
    else drawNow(name);
    sayDrawn();
  }

  /** Draw pictures of the axis; on an empty page the first, and the others in their turn. */
  function drawAxis(names = AXIS) {
    const wants = measure();
    const now = shown().filter((name) => names.includes(name));
    const later = isDrawn(plots.diagram) ? [] : now.splice(1);
    for (const name of now) drawNow(name);
    for (const name of later) plots[name].ariaBusy = "true";
    queue.add(later);
    putOverlays();
    context.placed();
    if (wants) context.beyond();
  }

  /** Once all of the axis are there. */
  function sayDrawn() {
    if (!waiting || shown().some((name) => plots[name].ariaBusy === "true")) return;
    waiting = false;
    context.drawn();
  }

  /** Another part of the axis is in sight. */
  function drawRange() {
    drawAxis();
    context.drawn();
  }

  /** The pictures beside come once the hand rests. */
  function drawAll({ beside = true } = {}) {
    waiting = true;
    drawAxis();
    for (const name of BESIDE) plots[name].ariaBusy = "true";
    if (beside) queue.rest(BESIDE);
    sayDrawn();
  }

  /** On profile and map, the part of the axis that the diagrams draw; on these, where one ends. */
  function putOverlays() {
    const part = scene.windowed() ? scene.part() : null;
    strip.toggleAttribute("data-windowed", part !== null);
    for (const name of AXIS) {
      if (DIAGRAMS.includes(name)) putEnd(canvases[name], scene.reading(name), scene.part());
      else putBand(canvases[name], frames[name], part);
    }
  }

  return {
    frames: () => frames,
    figure,
    extent: scene.extent,
    range: scene.range,
    reading: scene.reading,
    sight: scene.sight,
    wanted: scene.wanted,

    /** @param {string} name */
    plot: (name) => plots[name],

    /** The layout that a picture is drawn with, or null. @param {string} name */
    layout: (name) => layoutOf(plots[name]),

    /**
     * Show another flow; the part of the axis in sight stays where it still makes sense.
     * @param {Reading} next
     * @param {{compared?: Reading | null, beside?: boolean}} [options]
     *   beside: whether the pictures beside the axis are drawn, too
     */
    show(next, { compared = scene.reading("compared"), beside = true } = {}) {
      scene.show(next, compared, context.about());
      drawAll({ beside });
    },

    /** Draw another flow above the axis too; null takes it away. @param {Reading | null} other */
    compare(other) {
      if (other === scene.reading("compared")) return;
      const reading = scene.reading();
      if (reading) this.show(reading, { compared: other });
      else scene.compare(other);
    },

    /** Draw again, after a change of size, colours or selection. @param {string[]} [names] */
    redraw(names) {
      if (!scene.reading()) return;
      if (!names) return drawAll();
      drawAxis(names);
      context.drawn();
    },

    /** Be so high together, whatever the window; null: as usual. @param {typeof stage} next */
    setStage(next) {
      if (JSON.stringify(next) === JSON.stringify(stage)) return;
      stage = next;
      this.redraw();
    },

    /** Mark a step in all pictures of the axis; null marks none. @param {number | null} step */
    mark(step) {
      for (const name of shown()) putMark(canvases[name], frames[name], step);
    },

    /** Bring a step into the diagrams. @param {number} step */
    reveal(step) {
      if (scene.reveal(step)) drawAxis();
    },

    /** Put the diagrams about a step. @param {number} step */
    centreOn(step) {
      if (scene.centreOn(step, pixels())) drawAxis(DIAGRAMS);
    },

    /** @param {Zoom} how @param {number} [about]   the time that stays where it is */
    zoom(how, about) {
      if (scene.zoom(how, about)) drawRange();
      if (!scene.windowed() || (how !== "left" && how !== "right")) return;
      scene.shift(how);
      drawAxis(DIAGRAMS);
    },

    /** @param {Sight} asked */
    setRange(asked) {
      if (scene.setRange(asked)) drawRange();
    },
  };
}
