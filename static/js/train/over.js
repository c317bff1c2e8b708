/** The pictures over updates on the page: drawn, with the line at the update that is looked at. */

import { axisOf } from "../frames.js";
import { tidy } from "../format.js";
import { counted } from "../live/alarms.js";
import { allWithin, byId, sure, within } from "../page.js";
import { draw } from "../render.js";
import { createTooltip } from "../tooltip.js";
import { TOP } from "../updates/axis.js";
import { putCursor, putLines } from "../updates/cursor.js";
import { toStep } from "../view.js";
import { bottomOf, heatAxes, lossFigure, normFigure, radiusFigure, seenOf, spanOf } from "./figures.js";
import { entryOf, gridOf, pixelsOf } from "./heat.js";
import { LETTERS } from "./looking.js";
import { lossWords, normWords, summary } from "./words.js";

/** @import { Figure, Frame, Theme } from "../types.js" */
/** @import { Given } from "./figures.js" */
/** @import { Grid } from "./heat.js" */
/** @import { Looking } from "./looking.js" */

/**
 * @typedef {object} Picture
 * @property {string} name
 * @property {number} run   which one it is of; −1: of all
 * @property {number} share   of the height
 * @property {boolean} named   whether the axis of updates is named below it
 * @property {string} what   for who cannot see it
 * @property {(given: Given) => Figure} figure
 */

/** @type {Picture[]} from above */
const PICTURES = [
  { name: "loss", run: -1, share: 0.24, named: false, what: "Loss", figure: lossFigure },
  ...[0, 1].map((n) => ({ name: `norm-${n}`, run: n, share: 0.17, named: false, what: "Norm of the gradient", figure: (/** @type {Given} */ given) => normFigure(given, n) })),
  ...[0, 1].map((n) => ({ name: `heat-${n}`, run: n, share: 0.21, named: false, what: "Gradient at each step, update by step", figure: (/** @type {Given} */ given) => heatAxes(given, n, false) })),
  { name: "radius", run: -1, share: 0.16, named: true, what: "Spectral radius", figure: radiusFigure },
];

/** So much of the window stands around them, and so high are they together, in pixels. */
const AROUND = 396;
const LEAST = 420;
const MOST = 900;

/** @param {number} runs @param {number} windowHeight */
function heights(runs, windowHeight) {
  const all = Math.max(LEAST, Math.min(MOST, windowHeight - AROUND));
  const shown = PICTURES.filter(({ run }) => run < runs);
  const sum = shown.reduce((total, { share }) => total + share, 0);
  return new Map(shown.map(({ name, share, named }) => [name, Math.round((share / sum) * all) + (named ? 32 : 0)]));
}

/** The axis of updates in so much width: where there is room, words stand at the right. @param {number} width */
function axisIn(width) {
  const axis = axisOf(Math.max(240, width));
  return { ...axis, left: Math.min(axis.left, 56), right: width < 560 ? axis.right : 96 };
}

/** Whether there is anything to draw. @param {string} name @param {Looking} looking */
function has(name, { sources }) {
  if (name !== "radius") return true;
  return sources.some(({ history }) => history.count() > 0 && !Number.isNaN(history.latest("rho", history.count() - 1)));
}

/** The map's canvas lies where the plot of its axes is. @param {HTMLElement} plot @param {Frame} frame @param {number} bottom */
function canvasIn(plot, frame, bottom) {
  const box = sure(plot.parentElement, "about a plot");
  const found = box.querySelector("canvas");
  const canvas = found ?? box.ownerDocument.createElement("canvas");
  if (!found) {
    canvas.setAttribute("aria-hidden", "true");
    box.prepend(canvas);
  }
  Object.assign(canvas.style, {
    left: `${frame.left}px`,
    top: `${TOP}px`,
    width: `${frame.width - frame.left - frame.right}px`,
    height: `${frame.height - TOP - bottom}px`,
  });
  return canvas;
}

/** How far apart the updates of a sampled run are, in columns. @param {import("./history.js").History} history @param {Grid} grid @param {Frame} frame */
function apartOf(history, grid, frame) {
  const count = history.count();
  if (count < 2) return 0;
  const every = (history.last() - history.first()) / (count - 1);
  return every > 1.5 ? Math.ceil((every / (frame.hi - frame.lo)) * grid.columns) - 1 : 0;
}

function createHeat() {
  /** @type {Map<HTMLElement, {grid: Grid, mode: string}>} */
  const drawn = new Map();
  /** @param {HTMLElement} plot @param {import("./history.js").History} history @param {Frame} frame @param {Theme} theme @param {boolean} named */
  return (plot, history, frame, theme, named) => {
    const bottom = bottomOf(named);
    const canvas = canvasIn(plot, frame, bottom);
    const before = drawn.get(plot) ?? null;
    const { grid, from } = gridOf(before?.grid ?? null, history, frame, frame.height - TOP - bottom);
    const apart = apartOf(history, grid, frame);
    const again = before?.grid !== grid || before.mode !== theme.mode || apart > 0 ? 0 : from;
    if (canvas.width !== grid.columns || canvas.height !== grid.rows) Object.assign(canvas, { width: grid.columns, height: grid.rows });
    drawn.set(plot, { grid, mode: theme.mode });
    if (again >= grid.columns) return;
    const { data, width, height } = pixelsOf(grid, again, theme, { apart });
    canvas.getContext("2d")?.putImageData(new ImageData(data, width, height), again, 0);
  };
}

/**
 * @param {Document} document
 * @param {{look: (update: number, step: number | null, run: number) => void}} on   a place was clicked
 */
export function createOver(document, on) {
  const box = byId(document, "over");
  const plots = new Map(allWithin(box, "[data-over]").map((plot) => [plot.dataset.over ?? "", plot]));
  const tooltip = createTooltip(byId(document, "tooltip"));
  const heat = createHeat();
  /** @type {Map<string, Frame>} */
  const frames = new Map();
  /** @type {Looking | null} */
  let shown = null;

  /** What a place of a picture is: an update, and of the map a step. @param {Picture} picture @param {MouseEvent} event */
  function placeAt({ name, named }, event) {
    const frame = frames.get(name);
    const plot = plots.get(name);
    if (!frame || !plot || !shown) return null;
    const at = plot.getBoundingClientRect();
    const update = Math.round(toStep(frame, event.clientX - at.left));
    const height = frame.height - TOP - bottomOf(named);
    const steps = shown.sources[Number(name.split("-")[1])]?.history.steps() ?? 0;
    const up = 1 - (event.clientY - at.top - TOP) / height;
    const step = name.startsWith("heat") ? Math.max(1, Math.min(steps, Math.ceil(up * steps))) : null;
    return { update: Math.max(1, update), step };
  }

  /** @param {number} update @param {number | null} step @param {Picture} picture @param {Looking} looking */
  function told(update, step, { name, run }, { sources }) {
    const lines = [`update ${counted(update)}`];
    sources.forEach(({ history }, n) => {
      const row = history.row(update);
      if (row < 0 || (run >= 0 && run !== n)) return;
      const whose = sources.length > 1 ? `${LETTERS[n]}: ` : "";
      const values = history.hidden(row);
      const entry = entryOf(values);
      if (step !== null && entry >= 0) {
        const own = values[step - 1];
        lines.push(`${whose}step ${step}: ${Number.isNaN(own) ? "nothing arrives" : `10^${tidy(own, 3)}, ${tidy(own - values[entry], 2)} decades beside step ${entry + 1}`}`);
      } else if (name === "loss") lines.push(`${whose}loss ${lossWords(history, row)}`);
      else if (name === "radius") lines.push(`${whose}ρ ${tidy(history.latest("rho", row), 4)}`);
      else lines.push(`${whose}‖g‖ ${normWords(history, row)}`);
    });
    return lines;
  }

  function listen() {
    for (const picture of PICTURES) {
      const plot = plots.get(picture.name);
      plot?.addEventListener("pointermove", (event) => {
        const at = placeAt(picture, event);
        if (at && shown) tooltip.show(told(at.update, at.step, picture, shown), event);
      });
      plot?.addEventListener("pointerleave", () => tooltip.hide());
      plot?.addEventListener("click", (event) => {
        const at = placeAt(picture, event);
        if (at) on.look(at.update, at.step, Math.max(0, picture.run));
      });
    }
  }

  listen();
  return {
    /**
     * @param {Looking} looking @param {{planned: number, over: boolean, theme: Theme, baselines: (number | null)[],
     *   changes: number[][]}} given   changes: of each run, updates at which its settings changed
     */
    draw(looking, { planned, over, theme, baselines, changes }) {
      shown = looking;
      const { sources } = looking;
      const high = heights(sources.length, innerHeight);
      const span = spanOf(sources.map(({ history }) => history), planned, over);
      const wide = axisIn(plots.get("loss")?.clientWidth || box.clientWidth);
      const runs = sources.map(({ history }, n) => ({
        label: sources.length > 1 ? LETTERS[n] : "",
        history,
        baseline: baselines[n],
        seen: seenOf(history, { ...wide, height: 0, ...span }),
      }));
      for (const picture of PICTURES) {
        const plot = plots.get(picture.name);
        const seen = picture.run < sources.length && has(picture.name, looking);
        plot?.closest("figure")?.toggleAttribute("hidden", !seen);
        if (!seen || !plot?.clientWidth) continue;
        const frame = { ...axisIn(plot.clientWidth), height: high.get(picture.name) ?? 100, ...span };
        frames.set(picture.name, frame);
        plot.style.height = `${frame.height}px`;
        draw(plot, picture.figure({ runs, frame, theme }));
        if (picture.name.startsWith("heat")) heat(plot, sources[picture.run].history, frame, theme, picture.named);
        putLines(plot, { ...frame, height: frame.height - bottomOf(picture.named) }, picture.run < 0 ? changes.flat() : changes[picture.run], "train-changed");
      }
      this.cursor(looking);
    },

    /** Only the line moves. @param {Looking} looking */
    cursor(looking) {
      for (const { name, named } of PICTURES) {
        const frame = frames.get(name);
        const plot = plots.get(name);
        if (frame && plot?.clientWidth) putCursor(plot, { ...frame, height: frame.height - bottomOf(named) }, looking.update());
      }
    },

    /** What the pictures say, for who cannot see them. @param {Looking} looking */
    describe({ sources }) {
      for (const { name, run, what } of PICTURES) {
        const of = sources[Math.max(0, run)];
        if (of) plots.get(name)?.setAttribute("aria-label", summary(run < 0 ? what : `${what}${sources.length > 1 ? ` of ${LETTERS[run]}` : ""}`, of.history));
      }
    },

    /** @param {string} name */
    caption: (name) => within(box, `[data-caption="${name}"]`),
  };
}
