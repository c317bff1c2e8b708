/** The pictures on one time axis and the two beside them: what is in sight, drawn. */

import { clipping } from "./figures/clipping.js";
import { diagram } from "./figures/diagram.js";
import { map } from "./figures/map.js";
import { marked } from "./figures/marks.js";
import { product } from "./figures/product.js";
import { profile } from "./figures/profile.js";
import { singular } from "./figures/singular.js";
import { spectrum } from "./figures/spectrum.js";
import { draw } from "./render.js";
import { RESERVE, capacity, covers, inside, toPixel, whole, windowOf, zoomed } from "./view.js";

const STACK = ["diagram", "compared", "profile", "map"];
const BESIDE = { clipping: 190, spectrum: 190, singular: 84, product: 150 };

/** Milliseconds of rest before the pictures beside are drawn, and the longest that they wait. */
const REST = 100;
const LATEST = 300;

/** Room for every parameter's pair of bars and their numbers. */
function clippingHeight({ parameter_gradients: gradients }) {
  return Math.max(BESIDE.clipping, 28 + 27 * (Object.keys(gradients).length + 1));
}

/** Shares of the height that the three have together. */
const SHARES = { diagram: 0.4, profile: 0.24, map: 0.36 };

/** The same where two diagrams stand above one another: together they need more. */
const COMPARING = { diagram: 0.38, profile: 0.3, map: 0.3 };
const LOW_MAP = 84;

/** Rows beyond the usual (several layers, cell states) make the diagram higher by so much each. */
const USUAL_ROWS = 3;
const EXTRA_ROW = 44;

/** @param {import("./types.js").Reading} reading */
function extraRows({ rows }) {
  return Math.round(EXTRA_ROW * (rows.at(-1).y - USUAL_ROWS));
}

/** Together as high as the window allows beneath the sentence and the captions. */
function heights(windowHeight, shares) {
  const all = Math.max(525, Math.min(1100, windowHeight - 390));
  return Object.fromEntries(
    Object.entries(shares).map(([name, share]) => [name, Math.round(share * all)]),
  );
}

/** The recurrent matrix: plane and strip have one scale. */
function matrixFrames(width) {
  const plane = { width, height: BESIDE.spectrum };
  return {
    spectrum: plane,
    singular: { width, height: BESIDE.singular, plane },
    product: { width, height: BESIDE.product, left: 40, right: 8 },
  };
}

const ALONE = { __proto__: null, clipping, product, singular, spectrum };

/**
 * @param {Document} document
 * @param {{theme: () => import("./types.js").Theme, selected: () => string,
 *   selectedInA: () => string, marks: () => number[], about: () => number | null,
 *   drawn: () => void, beside: () => void, beyond: () => void}} context   about: a step that is
 *   to come into sight; beside: the pictures beside are drawn; beyond: a diagram nears, or would
 *   show, steps whose nodes are not there
 */
export function createPictures(document, context) {
  const plots = Object.fromEntries(
    [...STACK, ...Object.keys(BESIDE)].map((name) => [
      name,
      document.getElementById(`plot-${name}`),
    ]),
  );
  const canvases = Object.fromEntries(STACK.map((name) => [name, plots[name].parentElement]));
  /** @type {import("./types.js").Reading | null} */
  let reading = null;
  /** @type {import("./types.js").Reading | null} what the other is compared with */
  let compared = null;
  let range = null;
  let centre = 1;
  let wanted = null; // what the diagram should show
  let sight = null; // what it shows: the same, once its nodes are there
  let frames = {};
  let pending = 0; // the timer of the pictures beside
  let latest = 0; // when they must be drawn, even if the hand still moves

  /** The pictures that are there: the second diagram only where there is something to compare. */
  const shown = () => STACK.filter((name) => name !== "compared" || compared);

  /** The steps of both: the axis covers the longer one. */
  function extent() {
    if (!compared) return reading;
    return {
      first: Math.min(reading.first, compared.first),
      steps: Math.max(reading.steps, compared.steps),
    };
  }

  function measure() {
    const width = Math.max(240, canvases.diagram.clientWidth);
    const narrow = width < 560;
    const few = reading.lossSteps.length < 4;
    const base = { width, left: narrow ? 42 : 78, right: narrow ? 8 : 14 };
    wanted = windowOf(range, centre, width - base.left - base.right);
    if (loaded(wanted) || !sight || !loaded(sight)) sight = wanted;
    const high = heights(document.defaultView.innerHeight, compared ? COMPARING : SHARES);
    if (few) {
      const spare = high.map - LOW_MAP;
      Object.assign(high, {
        diagram: high.diagram + Math.round(spare * 0.55),
        profile: high.profile + Math.round(spare * 0.45),
        map: LOW_MAP,
      });
    }
    if (compared) high.compared = high.diagram + extraRows(compared);
    frames = {
      diagram: { ...base, height: high.diagram + extraRows(reading), ...sight },
      ...(compared ? { compared: { ...base, height: high.compared, ...sight } } : {}),
      profile: { ...base, height: high.profile, ...range },
      map: { ...base, height: high.map, ...range },
      clipping: {
        width: plots.clipping.clientWidth || 260,
        height: clippingHeight(reading.flow),
      },
      ...matrixFrames(plots.spectrum.clientWidth || 260),
    };
    for (const name of shown())
      canvases[name].style.setProperty("--height", `${frames[name].height}px`);
  }

  function figure(name) {
    const bare = unmarked(name);
    if (!STACK.includes(name)) return bare;
    const behind = name === "diagram" || name === "compared";
    return marked(bare, context.marks(), frames[name], context.theme(), { behind });
  }

  function unmarked(name) {
    const theme = context.theme();
    if (name === "diagram") return diagram(reading, frames.diagram, theme, context.selected());
    if (name === "compared") {
      return diagram(compared, frames.compared, theme, context.selectedInA());
    }
    if (name === "profile") return profile(reading, frames.profile, theme, compared);
    if (name === "map") return map(reading, frames.map, theme);
    return ALONE[name](reading.flow, frames[name], theme);
  }

  function drawStack(names = STACK) {
    measure();
    for (const name of shown()) if (names.includes(name)) draw(plots[name], figure(name));
    placeBand();
    sayEnds();
    if (!loaded(wanted, RESERVE)) context.beyond();
  }

  /** Whether the nodes of these steps are there, in every diagram. */
  function loaded(steps, reserve = 0) {
    return [reading, compared].every((one) => !one || covers(one.loaded, steps, reserve));
  }

  /** Where a sequence ends before the diagrams' window, say so in place of nothing. */
  function sayEnds() {
    for (const [name, flow] of [
      ["diagram", reading],
      ["compared", compared],
    ]) {
      const place = canvases[name].querySelector(".ends");
      place.hidden = !flow || flow.steps > frames.diagram.lo;
      if (!place.hidden) place.textContent = `◂ ends at step ${flow.steps}, before this window`;
    }
  }

  /** The pictures beside come once the hand rests: they must not hold up the ones in the middle. */
  function drawBeside() {
    const now = performance.now();
    if (!pending) latest = now + LATEST;
    clearTimeout(pending);
    for (const name of Object.keys(BESIDE)) plots[name].ariaBusy = "true";
    pending = setTimeout(
      () => {
        pending = 0;
        for (const name of Object.keys(BESIDE)) {
          draw(plots[name], figure(name));
          plots[name].ariaBusy = "false";
        }
        context.beside();
      },
      Math.max(0, Math.min(REST, latest - now)),
    );
  }

  /** On profile and map, the part of the axis that the diagram draws. */
  function placeBand() {
    const windowed = frames.diagram.hi - frames.diagram.lo < range.hi - range.lo - 0.5;
    document.querySelector(".strip").toggleAttribute("data-windowed", windowed);
    for (const name of ["profile", "map"]) {
      const band = canvases[name].querySelector(".band");
      band.hidden = !windowed;
      if (!windowed) continue;
      const left = toPixel(frames[name], frames.diagram.lo);
      band.style.left = `${left}px`;
      band.style.width = `${toPixel(frames[name], frames.diagram.hi) - left}px`;
    }
  }

  return {
    frames: () => frames,
    extent,

    /** The flow that a picture shows. @param {string} [name] */
    reading: (name = "") => (name === "compared" ? compared : reading),
    figure,
    plot: (name) => plots[name],

    /** What the diagrams should show, or null. */
    wanted: () => wanted,

    /**
     * What the diagram should show of an experiment of so many steps that follows this loss;
     * null where that is another one than is drawn.
     */
    sight(steps, entry) {
      if (!reading) return null;
      const { overflow } = reading.flow;
      const same = overflow
        ? overflow.steps === steps
        : reading.steps === steps && reading.entryStep === entry;
      return same ? wanted : null;
    },

    /** Show another flow; the part of the axis in sight stays where it still makes sense. */
    show(next, other = compared) {
      const before = reading && extent();
      const followed = !reading || reading.entryStep !== next.entryStep;
      reading = next;
      compared = other;
      const now = extent();
      const same = before && before.steps === now.steps && before.first === now.first;
      range = same ? range : whole(now);
      const about = context.about();
      const inSight = (one) => same && about > one.lo && about < one.hi;
      if (about === null ? followed || !same : !inSight(frames.diagram))
        centre = about ?? reading.entryStep;
      if (about !== null && !inSight(range)) range = whole(now);
      drawStack();
      drawBeside();
      context.drawn();
    },

    /** Draw another flow above the axis too; null takes it away. */
    compare(other) {
      if (other === compared) return;
      if (reading) this.show(reading, other);
      else compared = other;
    },

    /** Draw again, after a change of size, colours or selection. */
    redraw(names) {
      if (!reading) return;
      drawStack(names);
      if (!names) drawBeside();
      context.drawn();
    },

    /** Mark a step in all pictures of the axis; null marks none. */
    mark(step) {
      for (const name of shown()) {
        const mark = canvases[name].querySelector(".mark");
        const frame = frames[name];
        mark.hidden = step === null || !frame || step < frame.lo || step > frame.hi;
        if (mark.hidden) continue;
        const left = toPixel(frame, Math.max(frame.lo, step - 0.5));
        const right = toPixel(frame, Math.min(frame.hi, step + 0.5));
        mark.style.left = `${left}px`;
        mark.style.width = `${Math.max(2, right - left)}px`;
      }
    },

    /** Bring a step into the diagram's window. */
    reveal(step) {
      const { lo, hi } = frames.diagram;
      if (step > lo && step < hi) return;
      if (step < range.lo || step > range.hi) {
        const span = range.hi - range.lo;
        range = inside({ lo: step - span / 2, hi: step + span / 2 }, extent());
      }
      centre = step;
      drawStack();
    },

    /** Put the diagram's window about a step. */
    centreOn(step) {
      const { width, left, right } = frames.diagram;
      const most = capacity(width - left - right, range.hi - range.lo);
      if (range.hi - range.lo <= most) return;
      centre = step;
      drawStack(["diagram", "compared"]);
    },

    /** @param {"in" | "out" | "left" | "right" | "all"} how */
    zoom(how, about = (range.lo + range.hi) / 2) {
      const span = range.hi - range.lo;
      const moves = {
        in: () => zoomed(range, about, 1.6),
        out: () => zoomed(range, about, 1 / 1.6),
        left: () => ({ lo: range.lo - span / 4, hi: range.hi - span / 4 }),
        right: () => ({ lo: range.lo + span / 4, hi: range.hi + span / 4 }),
        all: () => whole(extent()),
      };
      this.setRange(moves[how]());
      const windowed = frames.diagram.hi - frames.diagram.lo < range.hi - range.lo - 0.5;
      if (windowed && (how === "left" || how === "right")) {
        const width = frames.diagram.hi - frames.diagram.lo;
        centre =
          (frames.diagram.lo + frames.diagram.hi) / 2 + (how === "left" ? -width / 2 : width / 2);
        centre = Math.max(range.lo, Math.min(range.hi, centre));
        drawStack(["diagram", "compared"]);
      }
    },

    /** @param {{lo: number, hi: number}} wanted */
    setRange(wanted) {
      const next = inside(wanted, extent());
      if (next.lo === range.lo && next.hi === range.hi) return;
      range = next;
      if (centre < range.lo || centre > range.hi) centre = (range.lo + range.hi) / 2;
      drawStack();
      context.drawn();
    },

    range: () => range,
  };
}
