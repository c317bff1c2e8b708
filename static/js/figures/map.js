/** The itemized map: every loss i against every step t that it reaches. */

import { LIMIT, clamp, colorscale } from "../theme.js";
import { stepTicks } from "../format.js";
import { plainAxis, timeLayout } from "./layout.js";

/** @import { Figure, Frame, Reading, Sight, Theme, Way } from "../types.js" */

/** More rows or columns than this say no more on a screen. */
const MOST = 640;

/**
 * @param {Reading} reading
 * @param {Frame} frame
 * @param {Theme} theme
 * @returns {Figure}
 */
export function map(reading, frame, theme) {
  const { loss_steps: losses, steps, log10_norm: norms } = reading.flow.itemized;
  const columns = thin(steps, (t) => t > frame.lo - 1 && t < frame.hi + 1);
  const way = reading.flow.way;
  const rows = thin(losses, (i) => reaches(way, i, frame));
  const z = rows.map((n) => {
    const own = norms[n][nearestTo(losses[n], steps, way)] ?? null;
    return columns.map((k) => {
      const value = norms[n][k];
      return value === null || own === null ? null : clamp(value - own);
    });
  });
  const range = rowRange(losses, frame);
  const plot = frame.height - 44;
  const values = losses.length < 5 ? losses : stepTicks(range[0], range[1], Math.max(1, plot / 20));
  return {
    data: [
      {
        type: "heatmap",
        hoverinfo: "skip",
        showscale: false,
        zsmooth: false,
        x: columns.map((k) => steps[k]),
        y: rows.map((n) => losses[n]),
        z,
        zmin: -LIMIT,
        zmax: LIMIT,
        colorscale: colorscale(theme),
        ...(columns.length === 1 ? { dx: 1, x0: steps[columns[0]], x: undefined } : {}),
        ...(rows.length === 1 ? { dy: 1, y0: losses[rows[0]], y: undefined } : {}),
      },
      follows(reading, frame, theme),
    ],
    layout: {
      ...timeLayout(theme, frame, { top: 4, bottom: 40, title: "time step t" }),
      yaxis: plainAxis(theme, {
        range,
        showgrid: false,
        tickmode: "array",
        tickvals: values,
        ticktext: values.map(String),
        ticks: "outside",
        ticklen: 3,
        tickcolor: theme.rule,
      }),
    },
  };
}

/** Whether a loss reaches into what is in sight. @param {Way | undefined} way @param {number} loss @param {Sight} sight */
function reaches(way, loss, { lo, hi }) {
  return way?.through || (way?.reverse ? loss < hi + 1 : loss > lo - 1);
}

/**
 * The place of a loss's own step, or of the sampled one that it reaches first.
 * @param {number} loss
 * @param {number[]} steps
 * @param {Way | undefined} way
 */
function nearestTo(loss, steps, way) {
  return way?.reverse ? steps.findIndex((t) => t >= loss) : steps.findLastIndex((t) => t <= loss);
}

/**
 * The losses in sight, from below upwards.
 * @param {number[]} losses
 * @param {Frame} frame
 */
export function rowRange(losses, frame) {
  if (!losses.length) return [0, 1];
  const low = Math.max(losses[0] - 0.5, losses.length > 1 ? frame.lo : 0);
  const high = losses[losses.length - 1] + 0.5;
  return [Math.min(low, high - 1), high];
}

/**
 * Indices of what is in sight, every k-th where there is too much.
 * @param {number[]} all
 * @param {(step: number) => boolean} keep
 */
function thin(all, keep) {
  const kept = [...all.keys()].filter((n) => keep(all[n]));
  const every = Math.ceil(kept.length / MOST);
  return every > 1 ? kept.filter((_, n) => n % every === 0) : kept;
}

/**
 * A frame around the followed row.
 * @param {Reading} reading
 * @param {Frame} frame
 * @param {Theme} theme
 */
function follows(reading, frame, theme) {
  const alone = reading.follow === null || reading.lossSteps.length < 2;
  const follow = reading.follow ?? 0;
  const [left, right] = [Math.max(reading.reach.from - 0.5, frame.lo), reading.reach.to + 0.5];
  const [low, high] = [follow - 0.5, follow + 0.5];
  return {
    type: "scatter",
    mode: "lines",
    hoverinfo: "skip",
    cliponaxis: false,
    x: alone ? [] : [left, right, right, left, left],
    y: alone ? [] : [low, low, high, high, low],
    line: { color: theme.ink, width: 1.4 },
  };
}

/**
 * The loss under a pixel of the map, or null; of sampled losses the nearest.
 * @param {number[]} losses   that have a row
 * @param {Frame} frame
 * @param {number} pixel
 * @param {number} steps   T: fewer rows than this may be a sample
 */
export function lossAt(losses, frame, pixel, steps) {
  const [low, high] = rowRange(losses, frame);
  const plot = frame.height - 44;
  const at = high - ((pixel - 4) / plot) * (high - low);
  if (losses.length < 2 || losses.length >= steps) {
    return losses.includes(Math.round(at)) ? Math.round(at) : null;
  }
  return at < low || at > high ? null : nearest(losses, at);
}

/** The nearest of ascending steps. @param {number[]} steps @param {number} step */
export function nearest(steps, step) {
  return steps.reduce((best, t) => (Math.abs(t - step) < Math.abs(best - step) ? t : best));
}
