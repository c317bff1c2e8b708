/** What is left of a loss in every layer and direction: a row each, and which way a gradient goes in it. */

import { hasBoth, layersOf, partOf } from "../parts.js";
import { LIMIT, clamp, colorscale } from "../theme.js";
import { plainAxis, timeLayout } from "./layout.js";

/** @import { Figure, Frame, Series, Theme } from "../types.js" */

const HIGH = 22;

/** An arrowhead stands every so many pixels. */
const APART = 56;

/** In a narrower margin a layer is a number, in pixels. */
const NAMES = 60;

/**
 * @typedef {object} Row
 * @property {number} layer   from 0
 * @property {boolean} reverse
 * @property {boolean} top   whether losses enter it one by one
 * @property {number | null} entryStep
 * @property {Series} left   decades gained since then
 */

/** From below upwards, forward in time before backward. @param {any} flow @returns {Row[]} */
export function rowsOf(flow) {
  if (!hasBoth(flow)) return [];
  return flow.directions.map((/** @type {any} */ { layer, reverse }) => {
    const part = partOf(flow, layer, reverse);
    const { follow } = part.experiment;
    const row = followedRow(part);
    const entry = follow === null ? null : (row[follow - 1] ?? null);
    const left = row.map((value) => (value === null || entry === null ? null : value - entry));
    return { layer, reverse, top: !part.way.through, entryStep: follow, left };
  });
}

/** log₁₀ ‖∂L_i/∂h_t‖ of the followed loss; of very many steps those that were measured. @param {any} part @returns {Series} */
export function followedRow({ followed_gradient: followed, itemized, experiment: { follow }, steps }) {
  if (followed) return followed.log10_norm;
  /** @type {Series} */
  const full = Array(steps).fill(null);
  const own = itemized?.log10_norm[itemized.loss_steps.indexOf(follow)];
  if (own) itemized.steps.forEach((/** @type {number} */ t, /** @type {number} */ k) => (full[t - 1] = own[k]));
  return full;
}

/** @param {any} flow */
export const waysHeight = (flow) => 44 + HIGH * rowsOf(flow).length;

/** @param {Row} row @param {number} layers @param {boolean} narrow */
function labelOf({ layer, reverse }, layers, narrow) {
  const arrow = `${reverse ? "→" : "←"}\u00a0\u00a0`; // the mark of a loss may stand at the first step
  if (layers > 1) return narrow ? `${layer + 1} ${arrow}` : `layer ${layer + 1} ${arrow}`;
  return narrow ? arrow : `${reverse ? "backward" : "forward"} ${arrow}`;
}

/**
 * Arrowheads along a row: which way a gradient goes in it.
 * @param {Row[]} rows @param {number} steps @param {Frame} frame
 */
function headsOf(rows, steps, { width, left, right }) {
  const every = Math.max(1, Math.round((APART * steps) / (width - left - right)));
  const at = Array.from({ length: Math.max(0, Math.floor((steps - 1) / every)) }, (_, n) => 1 + every * (n + 0.5));
  return rows.flatMap(({ reverse }, y) => at.map((x) => ({ x, y, symbol: reverse ? "triangle-right" : "triangle-left" })));
}

/**
 * @param {any} flow   of any of its layers and directions
 * @param {Frame} frame
 * @param {Theme} theme
 * @returns {Figure}
 */
export function ways(flow, frame, theme) {
  const rows = rowsOf(flow);
  const layers = layersOf(flow);
  const enters = rows.flatMap(({ top, entryStep }, y) => (top && entryStep !== null ? [{ x: entryStep, y }] : []));
  const known = [...new Set(rows.flatMap(({ left }) => left.flatMap((value, n) => (value === null ? [] : [n + 1]))))];
  const every = known.length < flow.steps ? known.sort((a, b) => a - b) : Array.from({ length: flow.steps }, (_, n) => n + 1);
  const heads = headsOf(rows, flow.steps, frame);
  const steps = every.length > 1 ? every : [every[0] ?? 1];
  return {
    data: [
      {
        type: "heatmap",
        hoverinfo: "skip",
        showscale: false,
        zsmooth: false,
        ygap: 3,
        ...(steps.length > 1 ? { x: steps } : { x0: steps[0], dx: 1 }),
        y: rows.map((_, n) => n),
        z: rows.map(({ left }) => steps.map((t) => (left[t - 1] === null ? null : clamp(/** @type {number} */ (left[t - 1]))))),
        zmin: -LIMIT,
        zmax: LIMIT,
        colorscale: colorscale(theme),
      },
      {
        type: "scatter",
        mode: "markers",
        hoverinfo: "skip",
        x: heads.map(({ x }) => x),
        y: heads.map(({ y }) => y),
        marker: { symbol: heads.map(({ symbol }) => symbol), size: 7, opacity: 0.75, color: theme.paper, line: { width: 0 } },
      },
      {
        type: "scatter",
        mode: "markers",
        hoverinfo: "skip",
        cliponaxis: false,
        x: enters.map(({ x }) => x),
        y: enters.map(({ y }) => y),
        marker: { symbol: "diamond", size: 8, color: theme.paper, line: { width: 1.4, color: theme.ink } },
      },
    ],
    layout: {
      ...timeLayout(theme, frame, { top: 4, bottom: 40, title: "time step t" }),
      yaxis: plainAxis(theme, {
        range: [-0.5, rows.length - 0.5],
        showgrid: false,
        tickmode: "array",
        tickvals: rows.map((_, n) => n),
        ticktext: rows.map((row) => labelOf(row, layers, frame.left < NAMES)),
      }),
    },
  };
}
