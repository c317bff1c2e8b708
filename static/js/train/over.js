/** The pictures over updates on the page: drawn, with the line at the update that is looked at. */

import { axisOf } from "../frames.js";
import { fromLog10, tidy } from "../format.js";
import { counted } from "../live/alarms.js";
import { lookup } from "../lookup.js";
import { allWithin, byId, sure, within, zoomOf } from "../page.js";
import { draw } from "../render.js";
import { createTooltip } from "../tooltip.js";
import { TOP, line } from "../updates/axis.js";
import { putCursor, putLines } from "../updates/cursor.js";
import { toStep } from "../view.js";
import { bottomOf, heatAxes, lossFigure, normFigure, radiusFigure, seenOf, shareFigure, spanOf } from "./figures.js";
import { entryOf, gridOf, heatTrace, pixelsOf } from "./heat.js";
import { LETTERS } from "./looking.js";
import { lossWords, normWords, percentOf, summary } from "./words.js";

/** @import { Figure, Frame, Theme } from "../types.js" */
/** @import { Given } from "./figures.js" */
/** @import { Grid } from "./heat.js" */
/** @import { Looking } from "./looking.js" */

/**
 * @typedef {object} Picture
 * @property {string} name
 * @property {number} run   which one it is of; −1: of all
 * @property {number} share   of the height
 * @property {string} what   for who cannot see it
 * @property {boolean} [aside]   whether it has no place in a lecture hall
 * @property {(given: Given) => Figure} figure
 */

/** @typedef {{frame: Frame, named: boolean}} Placed   named: whether the axis of updates is named below it */

/** @type {Picture[]} from above */
const PICTURES = [
  { name: "loss", run: -1, share: 0.24, what: "Loss", figure: lossFigure },
  { name: "share", run: -1, share: 0.13, what: "Share of right answers", figure: shareFigure, aside: true },
  ...[0, 1].map((n) => ({ name: `size-${n}`, run: n, share: 0.17, what: "Norm of the gradient", figure: (/** @type {Given} */ given) => normFigure(given, n) })),
  ...[0, 1].map((n) => ({ name: `heat-${n}`, run: n, share: 0.21, what: "Gradient at each step, update by step", figure: (/** @type {Given} */ given) => heatAxes(given, n) })),
  { name: "radius", run: -1, share: 0.16, what: "Spectral radius", figure: radiusFigure, aside: true },
];

/** So much of the window stands around them, and so high are they together, in pixels. */
const AROUND = 396;
/** Captions that are counted there, and how high one more is. */
const CAPTIONS = 6;
const CAPTION = 22;
const LEAST = 420;
const MOST = 900;
/** Each, in a lecture hall, before it is enlarged. */
const LEAST_ON_STAGE = 44;

/** What the name of the axis takes more, below the last of them. */
const NAME = 32;

/** @param {Picture[]} shown @param {number | null} room   on a stage; null: as the window allows */
function heights(shown, room) {
  const all = room === null ? Math.max(LEAST, Math.min(MOST, innerHeight - AROUND - CAPTION * Math.max(0, shown.length - CAPTIONS))) : Math.max(LEAST_ON_STAGE * shown.length, room - NAME);
  const sum = shown.reduce((total, { share }) => total + share, 0);
  const last = shown.at(-1)?.name;
  return new Map(shown.map(({ name, share }) => [name, Math.round((share / sum) * all) + (name === last ? NAME : 0)]));
}

/** The axis of updates in so much width: where there is room, words stand at the right. @param {number} width */
function axisIn(width) {
  const axis = axisOf(Math.max(240, width));
  return { ...axis, left: Math.min(axis.left, 56), right: width < 560 ? axis.right : 96 };
}

/** Picture → what is measured now and then, and not in every run. @type {Object<string, string>} */
const MEASURED = lookup({ radius: "rho", share: "share" });

/** Whether there is anything to draw. @param {string} name @param {Looking} looking */
function has(name, { sources }) {
  const quantity = MEASURED[name];
  if (!quantity) return true;
  return sources.some(({ history }) => history.count() > 0 && !Number.isNaN(history.latest(quantity, history.count() - 1)));
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
  /** @type {Map<HTMLElement, {grid: Grid, mode: string, history: import("./history.js").History}>} */
  const drawn = new Map();
  /** @param {HTMLElement} plot @param {import("./history.js").History} history @param {Frame} frame @param {Theme} theme @param {boolean} named */
  return (plot, history, frame, theme, named) => {
    const bottom = bottomOf(named);
    const canvas = canvasIn(plot, frame, bottom);
    const known = drawn.get(plot);
    const before = known?.history === history ? known : null;
    const { grid, from } = gridOf(before?.grid ?? null, history, frame, frame.height - TOP - bottom);
    const apart = apartOf(history, grid, frame);
    const again = before?.grid !== grid || before.mode !== theme.mode || apart > 0 ? 0 : from;
    if (canvas.width !== grid.columns || canvas.height !== grid.rows) Object.assign(canvas, { width: grid.columns, height: grid.rows });
    drawn.set(plot, { grid, mode: theme.mode, history });
    if (again >= grid.columns) return;
    const { data, width, height } = pixelsOf(grid, again, theme, { apart });
    canvas.getContext("2d")?.putImageData(new ImageData(data, width, height), again, 0);
  };
}

/**
 * A picture with all that lies over it on the page.
 * @param {Picture} picture @param {Placed} placed
 * @param {{runs: import("./figures.js").Drawn[], changes: number[][]}} of @param {Theme} theme @returns {Figure}
 */
function wholeFigure({ figure, name, run }, placed, { runs, changes }, theme) {
  const frame = { ...placed.frame, height: placed.frame.height + (placed.named ? 0 : NAME) };
  const { data, layout } = figure({ runs, frame, theme, named: true });
  const at = run < 0 ? changes.flat() : changes[run];
  const x = at.flatMap((update) => [update, update, null]);
  const y = at.flatMap(() => [...layout.yaxis.range, null]);
  return { data: [...mapOf(name, runs[run], frame, theme), ...data, line(x, y, { color: theme.known, dash: "4px,3px", width: 1.5 })], layout };
}

/** @param {string} name @param {import("./figures.js").Drawn | undefined} run @param {Frame} frame @param {Theme} theme */
function mapOf(name, run, frame, theme) {
  if (!run || !name.startsWith("heat")) return [];
  const { grid } = gridOf(null, run.heat, frame, frame.height - TOP - bottomOf(true));
  return [heatTrace(grid, frame, run.history.steps(), theme, { apart: apartOf(run.heat, grid, frame) })];
}

/** What a place of a picture is: an update, and of the map a step. @param {Picture} picture @param {Placed} placed @param {HTMLElement} plot @param {MouseEvent} event @param {number} steps */
function placeAt({ name }, { frame, named }, plot, event, steps) {
  const at = plot.getBoundingClientRect();
  const zoom = zoomOf(plot);
  const update = Math.max(1, Math.round(toStep(frame, (event.clientX - at.left) / zoom)));
  const up = 1 - ((event.clientY - at.top) / zoom - TOP) / (frame.height - TOP - bottomOf(named));
  return { update, step: name.startsWith("heat") ? Math.max(1, Math.min(steps, Math.ceil(up * steps))) : null };
}

/** What a run says of a place. @param {Picture} picture @param {import("./history.js").History} history @param {number} row @param {number | null} step */
function told({ name }, history, row, step) {
  const values = history.hidden(row);
  const entry = entryOf(values);
  if (step !== null && entry >= 0) {
    const own = values[step - 1];
    const beside = `${tidy(own - values[entry], 2)} decades beside step ${entry + 1}`;
    return `step ${step}: ${Number.isNaN(own) ? "nothing arrives" : `${fromLog10(own)}, ${beside}`}`;
  }
  if (name === "share") return `${percentOf(history.latest("share", row))} right`;
  if (name === "loss") return `loss ${lossWords(history, row)}`;
  return name === "radius" ? `ρ ${tidy(history.latest("rho", row), 4)}` : `‖g‖ ${normWords(history, row)}`;
}

/**
 * Pointer on the pictures.
 * @param {Document} document @param {Map<string, HTMLElement>} plots
 * @param {{placed: (name: string) => Placed | undefined, looking: () => Looking | null,
 *   look: (update: number, step: number | null, run: number) => void}} on
 */
function listen(document, plots, on) {
  const tooltip = createTooltip(byId(document, "tooltip"));

  /** @param {Picture} picture @param {HTMLElement} plot @param {MouseEvent} event */
  function spotOf(picture, plot, event) {
    const placed = on.placed(picture.name);
    const looking = on.looking();
    if (!placed || !looking) return null;
    const steps = looking.sources[Math.max(0, picture.run)]?.history.steps() ?? 0;
    return { ...placeAt(picture, placed, plot, event, steps), looking };
  }

  for (const picture of PICTURES) {
    const plot = plots.get(picture.name);
    plot?.addEventListener("pointermove", (event) => {
      const spot = spotOf(picture, plot, event);
      if (!spot) return;
      const { sources } = spot.looking;
      const lines = sources.flatMap(({ history }, n) => {
        const own = picture.name.startsWith("heat") ? spot.looking.heat(n) : history;
        const row = own.row(spot.update);
        if (row < 0 || (picture.run >= 0 && picture.run !== n)) return [];
        return [`${sources.length > 1 ? `${LETTERS[n]}: ` : ""}${told(picture, own, row, spot.step)}`];
      });
      tooltip.show([`update ${counted(spot.update)}`, ...lines], event);
    });
    plot?.addEventListener("pointerleave", () => tooltip.hide());
    plot?.addEventListener("click", (event) => {
      const spot = spotOf(picture, plot, event);
      if (spot) on.look(spot.update, spot.step, Math.max(0, picture.run));
    });
  }
}

/**
 * @param {Document} document
 * @param {{look: (update: number, step: number | null, run: number) => void}} on   a place was clicked
 */
export function createOver(document, on) {
  const box = byId(document, "over");
  const plots = new Map(allWithin(box, "[data-over]").map((plot) => [plot.dataset.over ?? "", plot]));
  const heat = createHeat();
  /** @type {Map<string, Placed>} */
  const places = new Map();
  /** @type {Looking | null} */
  let shown = null;
  /** @type {{runs: import("./figures.js").Drawn[], changes: number[][]}} */
  let last = { runs: [], changes: [] };
  listen(document, plots, { ...on, placed: (name) => places.get(name), looking: () => shown });

  return {
    /**
     * @param {Looking} looking @param {{planned: number, over: boolean, theme: Theme, baselines: (number | null)[],
     *   changes: number[][], room: number | null}} given   room: of all pictures on a stage; changes: of each run, updates at which its settings changed
     */
    draw(looking, { planned, over, theme, baselines, changes, room }) {
      shown = looking;
      const { sources } = looking;
      const seen = PICTURES.filter(({ run, name, aside }) => run < sources.length && has(name, looking) && (room === null || !aside));
      const high = heights(seen, room);
      const span = spanOf(sources.map(({ history }) => history), planned, over);
      const wide = axisIn(plots.get("loss")?.clientWidth || box.clientWidth);
      const runs = sources.map(({ history }, n) => ({
        label: sources.length > 1 ? LETTERS[n] : "",
        history,
        baseline: baselines[n],
        heat: looking.heat(n),
        seen: seenOf(history, { ...wide, height: 0, ...span }),
      }));
      last = { runs, changes };
      places.clear();
      for (const picture of PICTURES) {
        const { name, run } = picture;
        const plot = plots.get(name);
        const here = seen.includes(picture);
        plot?.closest("figure")?.toggleAttribute("hidden", !here);
        if (!here || !plot?.clientWidth) continue;
        const named = picture === seen.at(-1);
        const frame = { ...axisIn(plot.clientWidth), height: high.get(name) ?? 100, ...span };
        places.set(name, { frame, named });
        plot.style.height = `${frame.height}px`;
        draw(plot, picture.figure({ runs, frame, theme, named }));
        if (name.startsWith("heat")) heat(plot, runs[run].heat, frame, theme, named);
        putLines(plot, { ...frame, height: frame.height - bottomOf(named) }, run < 0 ? changes.flat() : changes[run], "train-changed");
      }
      this.cursor(looking);
    },

    /**
     * As a file shows it: the axis of updates below, the map in it, and where settings changed.
     * @param {string} name @param {Theme} theme @returns {Figure | null}   null: it is not on the page
     */
    figure(name, theme) {
      const picture = PICTURES.find((one) => one.name === name);
      const place = places.get(name);
      return picture && place ? wholeFigure(picture, place, last, theme) : null;
    },

    /** Only the line moves. @param {Looking} looking */
    cursor(looking) {
      for (const [name, { frame, named }] of places) {
        const plot = plots.get(name);
        if (plot?.clientWidth) putCursor(plot, { ...frame, height: frame.height - bottomOf(named) }, looking.update());
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
