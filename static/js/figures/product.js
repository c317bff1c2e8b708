/** ‖∂h_T/∂h_t‖ over time, from the initial state on, against what the spectral radius promises for the long run. */

import { power } from "../format.js";
import { isNumber } from "../numeric.js";
import { lastOf } from "../samples.js";
import { lineOf } from "./columns.js";
import { plainAxis, timeLayout } from "./layout.js";

/** @import { Axis, Figure, Flow, Frame, Series, Theme } from "../types.js" */

const MARGIN = { top: 8, bottom: 34 };

/**
 * @param {Flow} flow
 * @param {Frame} frame
 * @param {Theme} theme
 * @returns {Figure}
 */
export function product(flow, frame, theme) {
  const first = firstOf(flow);
  const [series, cells] = productsOf(flow);
  const last = lastOf(flow);
  /** @param {Series} list */
  const at = (list) => (/** @type {number} */ t) => (t === last ? 0 : list[t - first]);
  const steps = Array.from({ length: last - first + 1 }, (_, n) => n + first);
  const sight = { ...frame, lo: first - 0.5, hi: last + 0.5 };
  const columns = Math.max(40, frame.width - frame.left - frame.right);
  const promise = promised(flow);
  const [low, high] = bounds([...series, ...(cells ?? []), 0, promise?.[0] ?? 0]);
  const time = timeLayout(theme, sight, { ...MARGIN, title: flow.way?.reverse ? "step t, counted from the end" : "time step t" });
  if (first === 0) fromZero(time.xaxis);
  return {
    data: [
      {
        ...line(promise ? { x: [first, last], y: promise } : { x: [], y: [] }),
        line: { color: theme.blocked, width: 1.4, dash: "2px,3px", simplify: false },
      },
      {
        ...line(cells ? lineOf(steps, at(cells), sight, columns) : { x: [], y: [] }),
        line: { color: theme.soft, width: 1.4, dash: "5px,3px", simplify: false },
      },
      {
        ...line(lineOf(steps, at(series), sight, columns)),
        line: { color: theme.ink, width: 1.8, simplify: false },
      },
    ],
    layout: {
      ...time,
      yaxis: plainAxis(theme, {
        range: [low, high],
        tickmode: "array",
        ...ticks(low, high),
      }),
    },
  };
}

/**
 * The first t: 0, or 1 where no step reads an initial state, or the first that was computed.
 * @param {Flow} flow
 */
function firstOf(flow) {
  const { first_step: computed = 1 } = flow.spectrum;
  if (computed > 1) return computed;
  return flow.initial_gradient?.hidden ? 0 : 1;
}

/**
 * log₁₀ of ‖∂h_T/∂h_t‖, and of ‖∂c_T/∂c_t‖ where there is a c, from the first t to T − 1.
 * @param {Flow} flow
 * @returns {[Series, Series | null]}
 */
function productsOf(flow) {
  const { product_log10_norm, cell_product_log10_norm } = flow.spectrum;
  const there = [Math.max(0, firstOf(flow) - 1), Math.max(0, lastOf(flow) - 1)];
  const hidden = product_log10_norm.slice(...there);
  const cells = cell_product_log10_norm && cell_product_log10_norm.slice(...there);
  if (firstOf(flow) > 0) return [hidden, cells];
  const { initial_log10_norm: start, cell_initial_log10_norm: cell } = flow.spectrum;
  return [[start, ...hidden], cells && [cell, ...cells]];
}

/**
 * A tick at 0, which takes the place of one at 1 where that would stand too near.
 * @param {Axis} axis
 */
function fromZero(axis) {
  const ticks = axis.tickvals ?? [];
  const apart = (ticks[1] ?? 2) - 1;
  axis.tickvals = [0, ...ticks.filter((t) => t !== 1 || apart === 1)];
  axis.ticktext = axis.tickvals.map(String);
}

/** log₁₀ γρ, what a step promises; null where no matrix does. @param {Flow} flow */
export function promisedStep({ spectrum: given, gates }) {
  const base = (given.gamma ?? 1) * given.spectral_radius;
  return base > 0 && !gates ? Math.log10(base) : null;
}

/**
 * log₁₀ (γρ)^(T−t) at the first t and at T; null where no matrix promises it: in gated cells.
 * @param {Flow} flow
 */
export function promised(flow) {
  const step = promisedStep(flow);
  const back = lastOf(flow) - firstOf(flow);
  return step !== null && back ? [back * step, 0] : null;
}

/** The product at every step, T the empty one. @param {Flow} flow */
export function productSpots(flow) {
  const first = firstOf(flow);
  const [series] = productsOf(flow);
  return [...series, 0].map((y, n) => ({ id: `product.${n + first}`, x: n + first, y: y ?? 0 }));
}

/**
 * log₁₀ of the products from T back to a step, of h and of c where there is one; null where the
 * picture holds no such step.
 * @param {Flow} flow
 * @param {number} step
 */
export function productAt(flow, step) {
  const at = step - firstOf(flow);
  const [series, cells] = productsOf(flow);
  if (!(Number.isInteger(at) && at >= 0 && at <= series.length)) return null;
  const empty = at === series.length;
  return { hidden: empty ? 0 : series[at], cells: cells && (empty ? 0 : cells[at]) };
}

/** @param {{x: Series, y: Series}} given */
function line({ x, y }) {
  return { type: "scatter", mode: "lines", hoverinfo: "skip", x, y };
}

/** @param {Series} values */
function bounds(values) {
  const finite = values.filter(isNumber);
  const low = finite.reduce((a, b) => Math.min(a, b), 0);
  const high = finite.reduce((a, b) => Math.max(a, b), 0);
  const spare = Math.max(0.2, 0.07 * (high - low));
  return [low - spare, high + spare];
}

/** @param {number} low @param {number} high */
function ticks(low, high) {
  const every =
    [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000].find((n) => (high - low) / n <= 4.5) ?? 5000;
  const tickvals = [];
  for (let e = Math.ceil(low / every) * every; e <= high; e += every) tickvals.push(e);
  return { tickvals, ticktext: tickvals.map(power) };
}
