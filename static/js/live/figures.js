/** The pictures over training: loss, norms, and what arrives at every step in every report. */

import { plainAxis } from "../figures/layout.js";
import { tidy } from "../format.js";
import { LIMIT, clamp, colorscale } from "../theme.js";
import { BOTTOM, NAMED_BOTTOM, decadesOf, layoutOf, line, rangeOf, roundTicks, scaleOf } from "../updates/axis.js";
import { clipRuleOf } from "../vocabulary.js";
import { moduleOf, wayOf } from "./reached.js";

/** @import { Figure, Frame, Theme } from "../types.js" */
/** @import { Report } from "./runfile.js" */

/**
 * @typedef {object} Shown   what is drawn
 * @property {Report[]} reports
 * @property {string} module   its name
 *
 * @typedef {(shown: Shown, frame: Frame, theme: Theme) => Figure} Draw
 */

/** Of more reports every second, or third, … is a column. */
const MOST_COLUMNS = 1500;

/** From the first update to the last. @param {Report[]} reports */
export function spanOf(reports) {
  const [first, last] = [reports[0]?.update ?? 0, reports.at(-1)?.update ?? 0];
  const spare = Math.max(0.5, 0.01 * (last - first));
  return { lo: first - spare, hi: last + spare };
}

/** Points are seen as long as there are few. @param {Report[]} reports */
const sizeOf = (reports) => (reports.length > 60 ? 0 : 4);

/** @type {Draw} */
export function lossFigure(shown, frame, theme) {
  const x = shown.reports.map(({ update }) => update);
  const y = shown.reports.map(({ loss }) => loss);
  const range = rangeOf(/** @type {number[]} */ (y.filter((value) => value !== null)), 1e-6);
  return {
    data: [line(x, y, { color: theme.ink, size: sizeOf(shown.reports) })],
    layout: layoutOf(frame, theme, { bottom: false, yaxis: scaleOf(theme, range, frame, (v) => tidy(v, 3)) }),
  };
}

/** ‖g‖ before clipping, after it, the threshold, and a tick where it engaged. @type {Draw} */
export function normFigure(shown, frame, theme) {
  const x = shown.reports.map(({ update }) => update);
  const of = shown.reports.map(({ clipping }) => clipping);
  const before = of.map((clipping) => clipping?.log10_before ?? null);
  const after = of.map((clipping) => clipping?.log10_after ?? null);
  const mu = of.map((clipping) => (clipping && clipRuleOf(clipping.rule).keeps_direction && clipping.threshold > 0 ? Math.log10(clipping.threshold) : null));
  const drawn = [...before, ...after, ...mu].flatMap((value) => (value === null ? [] : [value]));
  const yaxis = decadesOf(theme, rangeOf(drawn, 0.2), frame);
  const engaged = x.filter((_, n) => of[n]?.engaged);
  return {
    data: [
      line(x, mu, { color: theme.known, dash: "2px,3px", width: 1.2 }),
      line(x, before, { color: theme.blocked, size: sizeOf(shown.reports) }),
      line(x, after, { color: theme.ink, dash: "5px,3px" }),
      {
        type: "scatter",
        mode: "markers",
        hoverinfo: "skip",
        x: engaged,
        y: engaged.map(() => yaxis.range[0]),
        marker: { symbol: "line-ns-open", size: 9, color: theme.known, line: { width: 1.4, color: theme.known } },
      },
    ],
    layout: layoutOf(frame, theme, { bottom: false, yaxis }),
  };
}

/** Update × step: how much of the last loss is left there. @type {Draw} */
export function reachFigure(shown, frame, theme) {
  const every = Math.max(1, Math.ceil(shown.reports.length / MOST_COLUMNS));
  const reports = shown.reports.filter((_, n) => n % every === 0);
  const ways = reports.map((report) => wayOf(moduleOf(report, shown.module)));
  const steps = Math.max(1, ...ways.map((way) => way?.row.length ?? 1));
  const x = reports.map(({ update }) => update);
  const z = Array.from({ length: steps }, (_, n) =>
    ways.map((way) => {
      const left = way?.left[n] ?? null;
      return left === null ? null : clamp(left);
    }),
  );
  const tickvals = roundTicks(1, steps, Math.max(2, frame.height / 40)).filter((t) => Number.isInteger(t) && t >= 1);
  const range = [0.5, steps + 0.5];
  return {
    data: [
      {
        type: "heatmap",
        hoverinfo: "skip",
        showscale: false,
        zsmooth: false,
        x: x.length > 1 ? x : undefined,
        ...(x.length === 1 ? { x0: x[0], dx: 1 } : {}),
        y: Array.from({ length: steps }, (_, n) => n + 1),
        z,
        zmin: -LIMIT,
        zmax: LIMIT,
        colorscale: colorscale(theme),
      },
    ],
    layout: layoutOf(frame, theme, {
      bottom: true,
      yaxis: plainAxis(theme, { range, showgrid: false, tickmode: "array", tickvals, ticktext: tickvals.map(String) }),
    }),
  };
}

/**
 * @typedef {object} OverTraining   a picture of a whole training
 * @property {string} name
 * @property {Draw} figure
 * @property {number} height
 * @property {number} bottom   its margin there
 * @property {(shown: Shown) => boolean} has   whether there is anything to draw
 */

/** @type {OverTraining[]} from above */
export const OVER_TRAINING = [
  {
    name: "loss",
    figure: lossFigure,
    height: 130,
    bottom: BOTTOM,
    has: ({ reports }) => reports.some(({ loss }) => loss !== null),
  },
  {
    name: "size",
    figure: normFigure,
    height: 150,
    bottom: BOTTOM,
    has: ({ reports }) => reports.some(({ clipping }) => clipping !== null),
  },
  {
    name: "reach",
    figure: reachFigure,
    height: 240,
    bottom: NAMED_BOTTOM,
    has: ({ reports, module }) => reports.some((report) => wayOf(moduleOf(report, module)) !== null),
  },
];
