/** The pictures, drawn: what they show is one state, and the table says how each shows it. */

import { putMark } from "./overlays.js";
import { createDrawing } from "./pictures/drawing.js";
import { pixelsOf, shownOf } from "./pictures/measuring.js";
import { DIAGRAMS, placesOf } from "./pictures/places.js";
import { layoutOf } from "./render.js";
import { createScene } from "./scene.js";

/** @import { Zoom } from "./scene.js" */
/** @import { Reading, Sight } from "./types.js" */

/** @typedef {ReturnType<typeof createPictures>} Pictures */

/**
 * @param {Document} document
 * @param {import("./pictures/drawing.js").Context} context
 */
export function createPictures(document, context) {
  const places = placesOf(document);
  const scene = createScene();
  /** @type {import("./pictures/measuring.js").State} */
  const state = { scene, frames: {}, stage: null, waiting: false };
  const { figure, drawAxis, drawAll } = createDrawing(places, state, context);

  return {
    frames: () => state.frames,
    figure,
    extent: scene.extent,
    range: scene.range,
    reading: scene.reading,
    sight: scene.sight,
    wanted: scene.wanted,

    /** @param {string} name */
    plot: (name) => places.plots[name],

    /** The layout that a picture is drawn with, or null. @param {string} name */
    layout: (name) => layoutOf(places.plots[name]),

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

    /** Be so high together, whatever the window; null: as usual. @param {typeof state.stage} next */
    setStage(next) {
      if (JSON.stringify(next) === JSON.stringify(state.stage)) return;
      state.stage = next;
      this.redraw();
    },

    /** Mark a step in all pictures of the axis; null marks none. @param {number | null} step */
    mark(step) {
      for (const name of shownOf(state)) putMark(places.canvases[name], state.frames[name], step);
    },

    ...createMoves(scene, places, drawAxis, context.drawn),
  };
}

/**
 * The pictures go along the axis of time.
 * @param {ReturnType<typeof createScene>} scene
 * @param {import("./pictures/places.js").Places} places
 * @param {(names?: string[]) => void} drawAxis
 * @param {() => void} drawn   another part of the axis is in sight
 */
function createMoves(scene, places, drawAxis, drawn) {
  function drawRange() {
    drawAxis();
    drawn();
  }

  return {
    /** Bring a step into the diagrams. @param {number} step */
    reveal(step) {
      if (scene.reveal(step)) drawAxis();
    },

    /** Put the diagrams about a step. @param {number} step */
    centreOn(step) {
      if (scene.centreOn(step, pixelsOf(places))) drawAxis(DIAGRAMS);
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
