/** The pictures over training: loss, norms, and what arrives at every step in every report. */

import { plainAxis } from "../figures/layout.js";
import { tidy } from "../format.js";
import { LIMIT, clamp, colorscale } from "../theme.js";
import { BOTTOM, NAMED_BOTTOM, decadesOf, layoutOf, line, rangeOf, roundTicks, scaleOf } from "../updates/axis.js";
import { clipRuleOf } from "../vocabulary.js";
import { moduleOf, sizeOf, wayOf } from "./reached.js";

/** @import { Figure, Frame, Theme } from "../types.js" */
/** @import { Report } from "./runfile.js" */

/**
 * @typedef {object} Shown   what is drawn
 * @property {Report[]} reports
 * @property {string} module   its name
 * @property {number} [every]   updates from one sample to the next, where that is known
 * @property {boolean} [reverse]   the direction that reads backward in time, where there are two
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
const pointSize = (reports) => (reports.length > 60 ? 0 : 4);

/** @type {Draw} */
export function lossFigure(shown, frame, theme) {
  const x = shown.reports.map(({ update }) => update);
  const y = shown.reports.map(({ loss }) => loss);
  const range = rangeOf(/** @type {number[]} */ (y.filter((value) => value !== null)), 1e-6);
  return {
    data: [line(x, y, { color: theme.ink, size: pointSize(shown.reports) })],
    layout: layoutOf(frame, theme, { bottom: false, yaxis: scaleOf(theme, range, frame, (v) => tidy(v, 3)) }),
  };
}

/** ‖g‖, and where a clip function is called ‖g‖ after it, the threshold, and a tick where it engaged. @type {Draw} */
export function normFigure(shown, frame, theme) {
  const x = shown.reports.map(({ update }) => update);
  const of = shown.reports.map(({ clipping }) => clipping);
  const before = shown.reports.map(sizeOf);
  const after = of.map((clipping) => clipping?.log10_after ?? null);
  const mu = of.map((clipping) => (clipping && clipRuleOf(clipping.rule).keeps_direction && clipping.threshold > 0 ? Math.log10(clipping.threshold) : null));
  const drawn = [...before, ...after, ...mu].flatMap((value) => (value === null ? [] : [value]));
  const yaxis = decadesOf(theme, rangeOf(drawn, 0.2), frame);
  const engaged = x.filter((_, n) => of[n]?.engaged);
  return {
    data: [
      line(x, mu, { color: theme.known, dash: "2px,3px", width: 1.2 }),
      line(x, before, { color: of.some(Boolean) ? theme.blocked : theme.ink, size: pointSize(shown.reports) }),
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

/** How far apart the reports are that nothing lies between. @param {Shown} shown */
function apartOf({ reports, every }) {
  if (every) return every;
  const apart = reports.slice(1).map(({ update }, n) => update - reports[n].update);
  return apart.sort((a, b) => a - b)[apart.length >> 1] || 1;
}

/**
 * A column an update, as wide as samples are apart, and nothing where a sample was not analysed.
 * @template T
 * @param {number[]} updates   in their order @param {T[]} columns   one for each @param {number} apart
 * @returns {{edges: number[], cells: (T | null)[]}}   one edge more than cells
 */
export function columnsOf(updates, columns, apart) {
  /** @type {number[]} */
  const edges = [];
  /** @type {(T | null)[]} */
  const cells = [];
  updates.forEach((update, n) => {
    const end = edges.at(-1);
    const from = update - apart / 2;
    if (end === undefined) edges.push(from);
    else if (from - end > apart / 4) {
      edges.push(from); // nothing reaches from one column to the other
      cells.push(null);
    }
    const next = updates[n + 1];
    edges.push(next === undefined ? update + apart / 2 : Math.min(update + apart / 2, (update + next) / 2));
    cells.push(columns[n]);
  });
  return { edges, cells };
}

/** Update × step: how much of the followed loss is left there. @type {Draw} */
export function reachFigure(shown, frame, theme) {
  const every = Math.max(1, Math.ceil(shown.reports.length / MOST_COLUMNS));
  const reports = shown.reports.filter((_, n) => n % every === 0);
  const ways = reports.map((report) => wayOf(moduleOf(report, shown.module), shown.reverse));
  const steps = Math.max(1, ...ways.map((way) => way?.row.length ?? 1));
  const updates = reports.map(({ update }) => update);
  const { edges, cells } = columnsOf(updates, ways, every * apartOf(shown));
  const z = Array.from({ length: steps }, (_, n) =>
    cells.map((way) => {
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
        x: edges,
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
    has: ({ reports }) => reports.some((report) => sizeOf(report) !== null),
  },
  {
    name: "reach",
    figure: reachFigure,
    height: 240,
    bottom: NAMED_BOTTOM,
    has: ({ reports, module, reverse }) => reports.some((report) => wayOf(moduleOf(report, module), reverse) !== null),
  },
];
