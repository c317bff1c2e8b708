/** The pictures, drawn: what they show is one state, and the table says how each shows it. */

import { PICTURES } from "./figures/table.js";
import { axisOf, framesOf } from "./frames.js";
import { createQueue } from "./queue.js";
import { draw, isDrawn } from "./render.js";
import { RESERVE, capacity, covers, inside, toPixel, whole, windowOf, zoomed } from "./view.js";

const ROWS = new Map(PICTURES.map((picture) => [picture.name, picture]));
const AXIS = PICTURES.filter(({ where }) => where === "axis").map(({ name }) => name);
const DIAGRAMS = AXIS.filter((name) => ROWS.get(name).sight === "window");
const BESIDE = PICTURES.filter(({ where }) => where === "beside").map(({ name }) => name);

/**
 * @param {Document} document
 * @param {{theme: () => import("./types.js").Theme, selected: () => string,
 *   selectedInA: () => string, marks: () => number[], about: () => number | null,
 *   drawn: () => void, beside: () => void, beyond: () => void}} context   about: a step that is
 *   to come into sight; drawn: the pictures of the axis are; beside: those beside are; beyond: a
 *   diagram nears, or would show, steps whose nodes are not there
 */
export function createPictures(document, context) {
  const window = document.defaultView;
  const plots = Object.fromEntries(
    PICTURES.map(({ name }) => [name, document.getElementById(`plot-${name}`)]),
  );
  const canvases = Object.fromEntries(AXIS.map((name) => [name, plots[name].parentElement]));
  const strip = document.querySelector(".strip");

  /** What is shown. */
  const state = {
    /** @type {import("./types.js").Reading | null} */
    reading: null,
    /** @type {import("./types.js").Reading | null} what the other is compared with */
    compared: null,
    range: null,
    centre: 1,
    wanted: null, // what the diagrams should show
    window: null, // what they show: the same, once its nodes are there
    frames: {},
    waiting: false, // whether pictures of the axis are still to be drawn
  };

  const queue = createQueue(window, drawLater, () => {
    sayDrawn();
    if (BESIDE.some((name) => plots[name].ariaBusy === "true")) return;
    context.beside();
  });

  /** The pictures of the axis: the second diagram only where there is something to compare. */
  const shown = () => AXIS.filter((name) => name !== "compared" || state.compared);

  /** The steps of both: the axis covers the longer one. */
  function extent() {
    const { reading, compared } = state;
    if (!compared) return reading;
    return {
      first: Math.min(reading.first, compared.first),
      steps: Math.max(reading.steps, compared.steps),
    };
  }

  /** Whether the nodes of these steps are there, in every diagram. */
  function loaded(steps, reserve = 0) {
    const both = [state.reading, state.compared];
    return both.every((one) => !one || covers(one.loaded, steps, reserve));
  }

  function measure() {
    const sizes = {
      axis: Math.max(240, canvases.diagram.clientWidth),
      beside: (name) => plots[name].clientWidth || 260,
      window: window.innerHeight,
    };
    const { width, left, right } = axisOf(sizes.axis);
    state.wanted = windowOf(state.range, state.centre, width - left - right);
    if (loaded(state.wanted) || !state.window || !loaded(state.window)) state.window = state.wanted;
    state.frames = framesOf(state, sizes);
    for (const name of shown())
      canvases[name].style.setProperty("--height", `${state.frames[name].height}px`);
  }

  /** @param {string} name @returns {import("./types.js").Figure} */
  function figure(name) {
    return ROWS.get(name).figure({
      reading: state.reading,
      compared: state.compared,
      frame: state.frames[name],
      theme: context.theme(),
      selected: context.selected(),
      selectedInA: context.selectedInA(),
      marks: context.marks(),
    });
  }

  function drawNow(name) {
    queue.drop(name);
    draw(plots[name], figure(name));
    plots[name].ariaBusy = "false";
  }

  function drawLater(name) {
    if (AXIS.includes(name) && !shown().includes(name)) plots[name].ariaBusy = "false";
    else drawNow(name);
    sayDrawn();
  }

  /** Draw pictures of the axis; on an empty page the first, and the others in their turn. */
  function drawAxis(names = AXIS) {
    measure();
    const now = shown().filter((name) => names.includes(name));
    const later = isDrawn(plots.diagram) ? [] : now.splice(1);
    for (const name of now) drawNow(name);
    for (const name of later) plots[name].ariaBusy = "true";
    queue.add(later);
    placeBand();
    sayEnds();
    if (!loaded(state.wanted, RESERVE)) context.beyond();
  }

  /** Once all of the axis are there. */
  function sayDrawn() {
    if (!state.waiting || shown().some((name) => plots[name].ariaBusy === "true")) return;
    state.waiting = false;
    context.drawn();
  }

  /** The pictures beside come once the hand rests. */
  function drawAll({ beside = true } = {}) {
    state.waiting = true;
    drawAxis();
    for (const name of BESIDE) plots[name].ariaBusy = "true";
    if (beside) queue.rest(BESIDE);
    sayDrawn();
  }

  /** Where a sequence ends before the diagrams' window, say so in place of nothing. */
  function sayEnds() {
    for (const name of DIAGRAMS) {
      const flow = name === "compared" ? state.compared : state.reading;
      const place = canvases[name].querySelector(".ends");
      place.hidden = !flow || flow.steps > state.window.lo;
      if (!place.hidden) place.textContent = `◂ ends at step ${flow.steps}, before this window`;
    }
  }

  /** Whether the diagrams draw a part of the axis. */
  function windowed() {
    const { window: part, range } = state;
    return part.hi - part.lo < range.hi - range.lo - 0.5;
  }

  /** On profile and map, the part of the axis that the diagrams draw. */
  function placeBand() {
    const { window: part, frames } = state;
    strip.toggleAttribute("data-windowed", windowed());
    for (const name of AXIS.filter((one) => !DIAGRAMS.includes(one))) {
      const band = canvases[name].querySelector(".band");
      band.hidden = !windowed();
      if (band.hidden) continue;
      const left = toPixel(frames[name], part.lo);
      band.style.left = `${left}px`;
      band.style.width = `${toPixel(frames[name], part.hi) - left}px`;
    }
  }

  return {
    frames: () => state.frames,
    extent,

    /** The flow that a picture shows. @param {string} [name] */
    reading: (name = "") => (name === "compared" ? state.compared : state.reading),
    figure,
    plot: (name) => plots[name],

    /** What the diagrams should show, or null. */
    wanted: () => state.wanted,

    /**
     * What the diagram should show of an experiment of so many steps that follows this loss;
     * null where that is another one than is drawn.
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

    /**
     * Show another flow; the part of the axis in sight stays where it still makes sense.
     * @param {import("./types.js").Reading} next
     * @param {{compared?: import("./types.js").Reading | null, beside?: boolean}} [options]
     *   beside: whether the pictures beside the axis are drawn, too
     */
    show(next, { compared = state.compared, beside = true } = {}) {
      const before = state.reading && extent();
      const followed = !before || state.reading.entryStep !== next.entryStep;
      state.reading = next;
      state.compared = compared;
      const now = extent();
      const same = before && before.steps === now.steps && before.first === now.first;
      state.range = same ? state.range : whole(now);
      const about = context.about();
      const inSight = (one) => same && about > one.lo && about < one.hi;
      if (about === null ? followed || !same : !inSight(state.window))
        state.centre = about ?? next.entryStep;
      if (about !== null && !inSight(state.range)) state.range = whole(now);
      drawAll({ beside });
    },

    /** Draw another flow above the axis too; null takes it away. */
    compare(other) {
      if (other === state.compared) return;
      if (state.reading) this.show(state.reading, { compared: other });
      else state.compared = other;
    },

    /** Draw again, after a change of size, colours or selection. @param {string[]} [names] */
    redraw(names) {
      if (!state.reading) return;
      if (!names) return drawAll();
      drawAxis(names);
      context.drawn();
    },

    /** Mark a step in all pictures of the axis; null marks none. */
    mark(step) {
      for (const name of shown()) {
        const mark = canvases[name].querySelector(".mark");
        const frame = state.frames[name];
        mark.hidden = step === null || !frame || step < frame.lo || step > frame.hi;
        if (mark.hidden) continue;
        const left = toPixel(frame, Math.max(frame.lo, step - 0.5));
        const right = toPixel(frame, Math.min(frame.hi, step + 0.5));
        mark.style.left = `${left}px`;
        mark.style.width = `${Math.max(2, right - left)}px`;
      }
    },

    /** Bring a step into the diagrams' window. */
    reveal(step) {
      const { range, window: part } = state;
      if (step > part.lo && step < part.hi) return;
      if (step < range.lo || step > range.hi) {
        const span = range.hi - range.lo;
        state.range = inside({ lo: step - span / 2, hi: step + span / 2 }, extent());
      }
      state.centre = step;
      drawAxis();
    },

    /** Put the diagrams' window about a step. */
    centreOn(step) {
      const { width, left, right } = state.frames.diagram;
      const span = state.range.hi - state.range.lo;
      if (span <= capacity(width - left - right, span)) return;
      state.centre = step;
      drawAxis(DIAGRAMS);
    },

    /** @param {"in" | "out" | "left" | "right" | "all"} how */
    zoom(how, about = (state.range.lo + state.range.hi) / 2) {
      const { lo, hi } = state.range;
      const span = hi - lo;
      const moves = {
        in: () => zoomed(state.range, about, 1.6),
        out: () => zoomed(state.range, about, 1 / 1.6),
        left: () => ({ lo: lo - span / 4, hi: hi - span / 4 }),
        right: () => ({ lo: lo + span / 4, hi: hi + span / 4 }),
        all: () => whole(extent()),
      };
      this.setRange(moves[how]());
      if (!windowed() || (how !== "left" && how !== "right")) return;
      const part = state.window;
      const half = (part.hi - part.lo) / 2;
      const centre = (part.lo + part.hi) / 2 + (how === "left" ? -half : half);
      state.centre = Math.max(state.range.lo, Math.min(state.range.hi, centre));
      drawAxis(DIAGRAMS);
    },

    /** @param {{lo: number, hi: number}} asked */
    setRange(asked) {
      const next = inside(asked, extent());
      if (next.lo === state.range.lo && next.hi === state.range.hi) return;
      state.range = next;
      if (state.centre < next.lo || state.centre > next.hi) state.centre = (next.lo + next.hi) / 2;
      drawAxis();
      context.drawn();
    },

    range: () => state.range,
  };
}
