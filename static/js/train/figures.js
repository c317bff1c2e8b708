/** The pictures over a training: losses, norms, the radius; of one run or two on one axis. */

import { plainAxis } from "../figures/layout.js";
import { number, power, tidy } from "../format.js";
import { BOTTOM, NAMED_BOTTOM, TOP, decadesOf, layoutOf, line, rangeOf, roundTicks, scaleOf } from "../updates/axis.js";
import { lineThrough, reduced, scaled, stairs } from "./columns.js";

/** @import { Axis, Figure, Frame, Theme, Trace } from "../types.js" */
/** @import { Column } from "./columns.js" */
/** @import { History } from "./history.js" */

/**
 * @typedef {object} Drawn   a run as it is drawn
 * @property {string} label   "A" or "B", or "" where it is alone
 * @property {History} history
 * @property {History} heat   of the layer whose map is shown
 * @property {number | null} baseline   the loss that is to be beaten
 * @property {Seen} seen   what is drawn of it
 *
 * @typedef {Record<"loss" | "held" | "share" | "before" | "after" | "engaged" | "rho", Column[]>} Seen   norms
 *   and losses as log₁₀; after: where it was clipped
 * @typedef {{runs: Drawn[], frame: Frame, theme: Theme, named?: boolean}} Given   named: whether the
 *   axis of updates is named below
 */

/** Values below this are no logarithm's. */
const LEAST = 1e-30;

/** Outwards to a round number, so that an axis rests while a line grows. @param {number[]} range @param {number} unit */
function rested([low, high], unit) {
  return [Math.floor(low / unit + 1e-9) * unit, Math.ceil(high / unit - 1e-9) * unit];
}

/** @param {number} value */
const log10 = (value) => (value > 0 ? Math.log10(Math.max(value, LEAST)) : NaN);

/** Every quantity read once, for all pictures. @param {History} history @param {Frame} frame @returns {Seen} */
export function seenOf(history, frame) {
  /** @param {string} name */
  const of = (name) => reduced(history, history.column(name), frame);
  const count = history.count();
  const clipped = new Float64Array(count).fill(NaN);
  const after = history.column("log10_after");
  for (let row = 0; row < count; row += 1) if (history.engaged(row)) clipped[row] = after?.[row] ?? NaN;
  return {
    loss: scaled(of("loss"), log10),
    held: scaled(of("held_out"), log10),
    share: of("share"),
    before: of("log10_before"),
    after: reduced(history, clipped, frame),
    engaged: reduced(history, Float64Array.from(clipped, (_, row) => (history.engaged(row) ? 1 : NaN)), frame),
    rho: of("rho"),
  };
}

/** The first is a thin line in ink over the second, a wide grey one. @param {Theme} theme @param {number} n */
export function lookOf(theme, n) {
  return n === 0 ? { color: theme.ink, width: 1.3 } : { color: theme["pale-ink"], width: 2.6 };
}

/** Of the plot itself. @param {Frame} frame @param {number} bottom */
const heightOf = ({ height }, bottom) => height - TOP - bottom;

/** The updates in sight: from the first to a round number behind the last. @param {History[]} histories @param {number} planned @param {boolean} over */
export function spanOf(histories, planned, over) {
  const first = Math.min(...histories.map((one) => (one.count() ? one.first() : 1)));
  const last = Math.max(1, ...histories.map((one) => one.last()));
  if (over) return { lo: first - 0.5, hi: last + 0.5 };
  const unit = 10 ** Math.floor(Math.log10(last));
  const round = [1, 1.5, 2, 3, 5, 7.5, 10].map((n) => Math.round(n * unit)).find((n) => n >= 1.02 * last) ?? 10 * unit;
  return { lo: first - 0.5, hi: Math.max(10, Math.min(planned || Infinity, Math.max(round, 20))) + 0.5 };
}

/** In a picture that is no higher, in pixels, decades alone have ticks. */
const LOW = 72;

/** Ticks of a logarithmic axis: decades, or of less than two 1, 2, 5. @param {Theme} theme @param {number[]} range @param {Frame} frame */
function logAxis(theme, range, frame) {
  if (range[1] - range[0] > 2.2) {
    const axis = scaleOf(theme, range, frame, power);
    const decades = (axis.tickvals ?? []).filter(Number.isInteger);
    return { ...axis, tickvals: decades, ticktext: decades.map(power) };
  }
  const low = frame.height < LOW && range[1] - range[0] > 1.1;
  const between = [];
  for (let e = Math.floor(range[0]); e <= range[1]; e += 1)
    for (const n of low ? [1] : range[1] - range[0] > 0.7 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9]) between.push(e + Math.log10(n));
  const tickvals = between.filter((value) => value >= range[0] && value <= range[1]);
  const ticktext = tickvals.map((value) => (Math.abs(value) < 4 ? tidy(10 ** value, 2) : power(Math.round(value))));
  return plainAxis(theme, { range, tickmode: "array", tickvals, ticktext });
}

/** A word beside a line, at the right. @param {Frame} frame @param {Theme} theme @param {{y: number, text: string, color?: string}[]} notes @returns {Trace} */
function noted({ hi, right }, theme, notes) {
  const outside = right > 60;
  return {
    type: "scatter",
    mode: "text",
    hoverinfo: "skip",
    cliponaxis: false,
    x: notes.map(() => hi),
    y: notes.map(({ y }) => y),
    text: notes.map(({ text }) => (outside ? `\u00a0\u00a0${text}` : text)),
    textposition: notes.map(() => (outside ? "middle right" : "top left")),
    textfont: { size: 10.5, color: notes.map(({ color }) => color ?? theme.soft) },
  };
}

/** @param {Frame} frame @param {number} y @param {Theme} theme @param {string} [color] @returns {Trace} */
function level(frame, y, theme, color = theme.blocked) {
  const there = Number.isFinite(y);
  return line(there ? [frame.lo, frame.hi] : [], there ? [y, y] : [], { color, dash: "2px,3px", width: 1.2 });
}

/** Of a batch, behind what is known of the held-out set. @param {Theme} theme @param {number} n */
const paleOf = (theme, n) => ({ color: n === 0 ? theme.blocked : theme.pale, width: 1 });

/** Of two runs the wilder one leaves the picture so many decades above the other. */
const ABOVE = 4;
const WILD = 8;

/** @param {Column[]} columns */
const topOf = (columns) => columns.reduce((top, { high }) => Math.max(top, high), -Infinity);

/**
 * Where a picture of two runs ends, one of which explodes, so that the other is seen; null: nowhere.
 * @param {Column[][]} runs   as log₁₀ @returns {number | null}
 */
export function ceilingOf(runs) {
  const tops = runs.map(topOf).filter(Number.isFinite).sort((a, b) => a - b);
  return tops.length > 1 && tops[tops.length - 1] - tops[0] > WILD ? tops[0] + ABOVE : null;
}

/** What a run that leaves a picture rises to. @param {Drawn[]} runs @param {Column[][]} columns @param {number | null} ceiling */
function leaving(runs, columns, ceiling) {
  if (ceiling === null) return [];
  return runs.flatMap(({ label }, n) => {
    const top = topOf(columns[n]);
    return top > ceiling ? [{ y: ceiling - 0.2, text: `${label} ↑ ${power(Math.round(top))}` }] : [];
  });
}

/** Losses of batches and of the held-out set, and the baselines. @param {Given} given @returns {Figure} */
export function lossFigure({ runs, frame, theme, named = false }) {
  const batch = runs.map(({ seen }) => seen.loss);
  const held = runs.map(({ seen }) => seen.held);
  const baselines = [...new Set(runs.flatMap(({ baseline }) => (baseline === null ? [] : [baseline])))].filter((one) => one > 0);
  const all = runs.map((_, n) => [...batch[n], ...held[n]]);
  const ceiling = ceilingOf(all);
  const values = all.flat().flatMap(({ low, high }) => [low, high]).map((value) => Math.min(value, ceiling ?? Infinity));
  const range = rested(rangeOf([...values, ...(values.length ? baselines.map(log10) : [])], 0.3), 0.25);
  const height = heightOf(frame, bottomOf(named));
  const order = runs.map((_, n) => n).reverse(); // the first lies on top
  return {
    data: [
      ...[0, 1].map((n) => level(frame, log10(baselines[n] ?? 0), theme)),
      ...order.map((n) => {
        const { x, y } = lineThrough(batch[n], range, height);
        return line(x, y, held[n].length ? paleOf(theme, n) : lookOf(theme, n));
      }),
      ...order.map((n) => {
        const { x, y } = lineThrough(held[n], range, height);
        return { ...line(x, y, lookOf(theme, n)), mode: "lines+markers", marker: { size: held[n].length > 60 ? 2 : 4, color: lookOf(theme, n).color } };
      }),
      noted(frame, theme, [
        ...baselines.map((one) => ({ y: log10(one), text: `baseline ${tidy(one)}` })),
        ...leaving(runs, all, ceiling),
      ]),
    ],
    layout: layoutOf(frame, theme, { bottom: named, yaxis: logAxis(theme, range, frame) }),
  };
}

/** What the thresholds are called that are seen. @param {History} history */
function thresholdsOf(history) {
  const now = history.value("threshold", history.count() - 1);
  return now > 0 ? [{ y: log10(now), text: `μ = ${tidy(now)}` }] : [];
}

/** The range of all norms, so that two runs are drawn on one scale, unless one of them explodes. @param {Given} given @param {number} n */
function normRange({ runs: all }, n) {
  const runs = ceilingOf(all.map(({ seen }) => seen.before)) === null ? all : [all[n]];
  const values = runs.flatMap(({ seen: { before, after } }) => [...before, ...after].flatMap(({ low, high }) => [low, high]));
  const mu = runs.flatMap(({ history }) => thresholdsOf(history).map(({ y }) => y));
  return rangeOf([...values, ...mu], 0.4);
}

/**
 * ‖g‖ of one of the runs before clipping, after it, μ, and a tick where it engaged.
 * @param {Given} given @param {number} n @returns {Figure}
 */
export function normFigure(given, n) {
  const { runs, frame, theme, named = false } = given;
  const { history, seen } = runs[n];
  const yaxis = decadesOf(theme, normRange(given, n), frame);
  const height = heightOf(frame, bottomOf(named));
  const before = lineThrough(seen.before, yaxis.range, height);
  // Where nothing is clipped both are the same line.
  const after = lineThrough(seen.after, yaxis.range, height);
  const mu = stairs(history, history.column("threshold"), log10);
  const engaged = seen.engaged.map(({ x }) => x);
  const [lowest, highest] = yaxis.range;
  return {
    data: [
      line(before.x, before.y, { color: theme.blocked, width: 1.4 }),
      { ...line(after.x, after.y, { color: theme.ink }), mode: "markers", marker: { size: 2.5, color: theme.ink, symbol: "circle" } },
      line(mu.x, mu.y, { color: theme.known, dash: "2px,3px", width: 1.4 }),
      {
        type: "scatter",
        mode: "markers",
        hoverinfo: "skip",
        x: engaged,
        y: engaged.map(() => lowest + 0.03 * (highest - lowest)),
        marker: { symbol: "line-ns-open", size: 7, color: theme.known, line: { width: 1.2, color: theme.known } },
      },
      noted(frame, theme, thresholdsOf(history).map((one) => ({ ...one, color: theme.known }))),
    ],
    layout: layoutOf(frame, theme, { bottom: named, yaxis }),
  };
}

/** From none to all, with room for a line at either end. */
const SHARES = [-0.06, 1.06];

/** The share of right answers on the held-out set. @param {Given} given @returns {Figure} */
export function shareFigure({ runs, frame, theme, named = false }) {
  const height = heightOf(frame, bottomOf(named));
  const tickvals = height < 70 ? [0, 0.5, 1] : [0, 0.25, 0.5, 0.75, 1];
  return {
    data: runs.map((_, n) => n).reverse().map((n) => {
      const { x, y } = lineThrough(runs[n].seen.share, SHARES, height);
      const look = lookOf(theme, n);
      return { ...line(x, y, look), mode: "lines+markers", marker: { size: runs[n].seen.share.length > 60 ? 2 : 4, color: look.color } };
    }),
    layout: layoutOf(frame, theme, {
      bottom: named,
      yaxis: plainAxis(theme, { range: SHARES, tickmode: "array", tickvals, ticktext: tickvals.map((one) => `${100 * one} %`) }),
    }),
  };
}

/** What leaves a picture is drawn so many times as high at most: beyond 1e38 no path of SVG goes. */
const FAR = 10;

/** The spectral radius of W_hh, beside 1. @param {Given} given @returns {Figure} */
export function radiusFigure({ runs, frame, theme, named = false }) {
  const all = runs.map(({ seen }) => seen.rho);
  const calm = Math.min(...all.map(topOf).filter(Number.isFinite), 1e3);
  const most = Math.max(3, 3 * calm);
  const values = all.flat().flatMap(({ low, high }) => [low, high]).map((value) => Math.min(value, most));
  const range = rested(rangeOf([1, ...values], 0.2), 0.1);
  const height = heightOf(frame, bottomOf(named));
  return {
    data: [
      level(frame, 1, theme),
      ...runs.map((_, n) => n).reverse().map((n) => {
        const { x, y } = lineThrough(all[n], range, height);
        return line(x, y.map((value) => Math.min(value, FAR * most)), lookOf(theme, n));
      }),
      noted(frame, theme, [
        { y: 1, text: "1" },
        ...runs.flatMap(({ label }, n) => (topOf(all[n]) > most ? [{ y: 0.94 * most, text: `${label} ↑ ${number(topOf(all[n]), 2)}` }] : [])),
      ]),
    ],
    layout: layoutOf(frame, theme, { bottom: named, yaxis: scaleOf(theme, range, frame, (value) => tidy(value, 2)) }),
  };
}

/** The axes of the map update × step, which is drawn on a canvas of its own. @param {Given} given @param {number} n @returns {Figure} */
export function heatAxes({ runs, frame, theme, named = false }, n) {
  const steps = Math.max(1, runs[n].history.steps());
  const tickvals = roundTicks(1, steps, Math.max(1, frame.height / 34)).filter((t) => Number.isInteger(t) && t >= 1);
  if (steps > 3 && tickvals[0] !== 1 && tickvals[0] > 0.15 * steps) tickvals.unshift(1);
  return {
    data: [line([], [], { color: theme.ink })],
    layout: layoutOf(frame, theme, {
      bottom: named,
      yaxis: plainAxis(theme, { range: [0.5, steps + 0.5], showgrid: false, tickmode: "array", tickvals, ticktext: tickvals.map(String) }),
    }),
  };
}

/** The margins that a picture has below. @param {boolean} named */
export const bottomOf = (named) => (named ? NAMED_BOTTOM : BOTTOM);
