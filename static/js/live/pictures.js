/** Draws a run: over training, and one report with the figures of the page. */

import { PICTURES } from "../figures/table.js";
import { ways, waysHeight } from "../figures/ways.js";
import { axisOf } from "../frames.js";
import { read } from "../reading.js";
import { draw } from "../render.js";
import { putCursor } from "../updates/cursor.js";
import { toStep } from "../view.js";
import { OVER_TRAINING, spanOf } from "./figures.js";
import { hasSaturation, hasTerms, saturationFigure, saturationHeight, termsFigure } from "./inside.js";

/** @import { Figure, Frame, Reading, Theme } from "../types.js" */
/** @import { Report } from "./runfile.js" */
/** @import { Shown } from "./figures.js" */

/** @param {HTMLElement} plot */
const widthOf = (plot) => Math.max(240, plot.clientWidth);

/** What the pictures over training show now. @type {WeakMap<HTMLElement, string>} */
const DRAWN = new WeakMap();

/**
 * @param {HTMLElement[]} plots   each with its picture's name @param {Shown} shown @param {Theme} theme
 * @param {number} at   the update that is looked at
 */
export function drawTraining(plots, shown, theme, at) {
  for (const { name, figure, height, bottom, has } of OVER_TRAINING) {
    const plot = plots.find(({ dataset }) => dataset.training === name);
    const here = has(shown);
    plot?.parentElement?.toggleAttribute("hidden", !here);
    if (!here || !plot?.clientWidth) continue;
    const frame = { ...axisOf(widthOf(plot)), height, ...spanOf(shown.reports) };
    const state = [shown.reports.length, shown.module, shown.reverse, frame.width, theme.mode].join(" ");
    if (DRAWN.get(plot) !== state) {
      DRAWN.set(plot, state);
      plot.style.height = `${height}px`;
      draw(plot, figure(shown, frame, theme));
    }
    putCursor(plot, { ...frame, height: height - bottom }, at);
  }
}

/** Which update lies under a place of such a picture. @param {HTMLElement} plot @param {number} x @param {Report[]} reports */
export function updateAt(plot, x, reports) {
  const frame = { ...axisOf(widthOf(plot)), height: 0, ...spanOf(reports) };
  const update = toStep(frame, x);
  const apart = reports.map((report) => Math.abs(report.update - update));
  return apart.indexOf(Math.min(...apart));
}

/** What a brief flow does not say, as if nothing were there. @param {any} flow */
function filled(flow) {
  const { followed_gradient: alone, hidden_gradient: all, steps } = flow;
  const follow = flow.experiment?.follow ?? null;
  const several = alone?.log10_norm?.some((/** @type {number} */ value, /** @type {number} */ n) => value !== all.log10_norm[n]);
  const losses = follow === null ? [] : several ? [follow === 1 ? steps : 1, follow] : [follow];
  return {
    graph: { nodes: [], edges: [] },
    itemized: { loss_steps: losses, steps: Array.from({ length: steps }, (_, n) => n + 1), log10_norm: [] },
    clipping: { engaged: false },
    ...flow,
  };
}

/**
 * A flow as the pictures of Explore read it; null where nothing was computed.
 * @param {any} flow
 * @returns {Reading | null}
 */
export function readingOf(flow) {
  return flow?.hidden_gradient?.log10_norm ? read(filled(flow)) : null;
}

/**
 * @typedef {object} Inside   a picture inside a report
 * @property {string} name
 * @property {(given: {reading: Reading, layer: number, frame: Frame, theme: Theme}) => Figure} figure
 * @property {"axis" | "beside"} where
 * @property {(flow: any) => number} height
 * @property {(flow: any, layer: number) => boolean} has   whether a flow has it
 * @property {{left: number, right: number}} [margins]
 */

/** A picture of Explore. @param {string} name @returns {Inside["figure"]} */
function ofExplore(name) {
  const picture = PICTURES.find((each) => each.name === name);
  return ({ reading, frame, theme }) => {
    if (!picture) throw new Error(`there is no picture ${name}`);
    return picture.figure({ reading, compared: null, frame, theme, selected: "", selectedInA: "", marks: [] });
  };
}

/** @type {Inside[]} */
const INSIDE = [
  { name: "profile", figure: ofExplore("profile"), where: "axis", height: () => 170, has: () => true },
  {
    name: "map",
    figure: ofExplore("map"),
    where: "axis",
    height: () => 250,
    has: ({ itemized }) => itemized?.log10_norm?.length > 1,
  },
  {
    name: "ways",
    figure: ({ reading, frame, theme }) => ways(reading.flow, frame, theme),
    where: "axis",
    height: waysHeight,
    has: ({ way, itemized }) => Boolean(way && itemized),
  },
  {
    name: "terms",
    figure: ({ reading, layer, frame, theme }) => termsFigure(reading.flow, layer, frame, theme),
    where: "axis",
    height: () => 160,
    has: hasTerms,
  },
  {
    name: "saturation",
    figure: ({ reading, frame, theme }) => saturationFigure(reading.flow, frame, theme),
    where: "axis",
    height: saturationHeight,
    has: hasSaturation,
  },
  {
    name: "spectrum",
    figure: ofExplore("spectrum"),
    where: "beside",
    height: () => 190,
    has: ({ spectrum }) => Boolean(spectrum),
  },
  {
    name: "product",
    figure: ofExplore("product"),
    where: "beside",
    height: () => 150,
    margins: { left: 40, right: 14 },
    has: ({ spectrum, steps }) => Boolean(spectrum) && steps > 1,
  },
];

/**
 * Of a brief report only what it has; the others stay as they are until the whole one is there.
 * @param {HTMLElement[]} plots   each with its picture's name
 * @param {{reading: Reading, layer: number, whole: boolean}} given
 * @param {Theme} theme
 */
export function drawReport(plots, { reading, layer, whole }, theme) {
  for (const { name, figure, where, height, has, margins } of INSIDE) {
    const plot = plots.find(({ dataset }) => dataset.picture === name);
    const here = has(reading.flow, layer);
    if (!plot || (!here && !whole)) continue;
    plot.closest("figure")?.toggleAttribute("hidden", !here);
    if (!here || !plot.clientWidth) continue;
    /** @type {Frame} */
    const frame =
      where === "axis"
        ? { ...axisOf(widthOf(plot)), height: height(reading.flow), lo: 0.5, hi: reading.steps + 0.5 }
        : { width: plot.clientWidth, height: height(reading.flow), lo: 0, hi: 0, left: 0, right: 0, ...margins };
    plot.style.height = `${frame.height}px`;
    draw(plot, figure({ reading, layer, frame, theme }));
  }
}
