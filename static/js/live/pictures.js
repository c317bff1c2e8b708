/** Draws a run: over training, and one report with the figures of the page. */

import { PICTURES } from "../figures/table.js";
import { axisOf } from "../frames.js";
import { read } from "../reading.js";
import { draw } from "../render.js";
import { whole } from "../view.js";
import { OVER_TRAINING, spanOf } from "./figures.js";
import { moduleOf } from "./reached.js";

/** @import { Frame, Reading, Theme } from "../types.js" */
/** @import { Report } from "./runfile.js" */
/** @import { Shown } from "./figures.js" */

/** Heights of the pictures of one report that share the axis of time. */
const HEIGHTS = new Map([["profile", 170], ["map", 250]]);

/** @param {HTMLElement} plot */
const widthOf = (plot) => Math.max(240, plot.clientWidth);

/** @param {HTMLElement[]} plots   each with its picture's name @param {Shown} shown @param {Theme} theme */
export function drawTraining(plots, shown, theme) {
  for (const { name, figure, height } of OVER_TRAINING) {
    const plot = plots.find(({ dataset }) => dataset.training === name);
    if (!plot?.clientWidth) continue;
    const frame = { ...axisOf(widthOf(plot)), height, ...spanOf(shown.reports) };
    plot.style.height = `${height}px`;
    draw(plot, figure(shown, frame, theme));
  }
}

/** Which update lies under a place of such a picture. @param {HTMLElement} plot @param {number} x @param {Report[]} reports */
export function updateAt(plot, x, reports) {
  const { left, right, width } = axisOf(widthOf(plot));
  const { lo, hi } = spanOf(reports);
  const update = lo + ((x - left) / (width - left - right)) * (hi - lo);
  const apart = reports.map((report) => Math.abs(report.update - update));
  return apart.indexOf(Math.min(...apart));
}

/**
 * A module's report as the pictures of Explore read it; null where nothing was computed.
 * @param {Report} report @param {string} name
 * @returns {Reading | null}
 */
export function readingOf(report, name) {
  const flow = moduleOf(report, name)?.flow;
  if (!flow?.hidden_gradient) return null;
  const graph = flow.graph ?? { nodes: [], edges: [] };
  return read({ ...flow, graph });
}

/** @param {HTMLElement[]} plots @param {Reading} reading @param {Theme} theme */
export function drawReport(plots, reading, theme) {
  for (const picture of PICTURES) {
    const plot = plots.find(({ dataset }) => dataset.picture === picture.name);
    if (!plot?.clientWidth) continue;
    const { where, height, margins } = picture;
    /** @type {Frame} */
    const frame =
      where === "axis"
        ? { ...axisOf(widthOf(plot)), height: HEIGHTS.get(picture.name) ?? 150, ...whole(reading) }
        : { width: plot.clientWidth, height: height?.(reading.flow) ?? 190, lo: 0, hi: 0, left: 0, right: 0, ...margins };
    plot.style.height = `${frame.height}px`;
    const given = { reading, compared: null, frame, theme, selected: "", selectedInA: "", marks: [] };
    draw(plot, picture.figure(given));
  }
}
