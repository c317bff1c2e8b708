/** ‖∂h_T/∂h_t‖ over time, against what the spectral radius promises for the long run. */

import { power } from "../format.js";
import { lineOf } from "./columns.js";
import { plainAxis, timeLayout } from "./layout.js";

const MARGIN = { top: 8, bottom: 34 };

/**
 * @param {import("../types.js").Flow} flow
 * @param {import("../types.js").Frame} frame
 * @param {import("../types.js").Theme} theme
 * @returns {import("../types.js").Figure}
 */
export function product(flow, frame, theme) {
  const { product_log10_norm: series, cell_product_log10_norm: cells } = flow.spectrum;
  const last = series.length + 1;
  const at = (list) => (t) => (t === last ? 0 : list[t - 1]);
  const steps = Array.from({ length: last }, (_, n) => n + 1);
  const sight = { ...frame, lo: 0.5, hi: last + 0.5 };
  const columns = Math.max(40, frame.width - frame.left - frame.right);
  const promise = promised(flow);
  const [low, high] = bounds([...series, ...(cells ?? []), 0, promise?.[0] ?? 0]);
  return {
    data: [
      {
        ...line(promise ? { x: [1, last], y: promise } : { x: [], y: [] }),
        line: { color: theme.blocked, width: 1.4, dash: "2px,3px" },
      },
      {
        ...line(cells ? lineOf(steps, at(cells), sight, columns) : { x: [], y: [] }),
        line: { color: theme.soft, width: 1.4, dash: "5px,3px" },
      },
      {
        ...line(lineOf(steps, at(series), sight, columns)),
        line: { color: theme.ink, width: 1.8 },
      },
    ],
    layout: {
      ...timeLayout(theme, sight, { ...MARGIN, title: "time step t" }),
      yaxis: plainAxis(theme, {
        range: [low, high],
        tickmode: "array",
        ...ticks(low, high),
      }),
    },
  };
}

/**
 * log₁₀ (γρ)^(T−t) at t = 1 and t = T; null where no matrix promises it: in gated cells.
 * @param {import("../types.js").Flow} flow
 */
export function promised({ spectrum: given, gates }) {
  const base = (given.gamma ?? 1) * given.spectral_radius;
  const back = given.product_log10_norm.length;
  return base > 0 && back && !gates ? [back * Math.log10(base), 0] : null;
}

/** The product at every step, T the empty one. @param {import("../types.js").Flow} flow */
export function productSpots({ spectrum: { product_log10_norm: series } }) {
  return [...series, 0].map((y, n) => ({ id: `product.${n + 1}`, x: n + 1, y: y ?? 0 }));
}

function line({ x, y }) {
  return { type: "scatter", mode: "lines", hoverinfo: "skip", x, y };
}

function bounds(values) {
  const finite = values.filter((v) => v !== null && Number.isFinite(v));
  const low = finite.reduce((a, b) => Math.min(a, b), 0);
  const high = finite.reduce((a, b) => Math.max(a, b), 0);
  const spare = Math.max(0.2, 0.07 * (high - low));
  return [low - spare, high + spare];
}

function ticks(low, high) {
  const every =
    [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000].find((n) => (high - low) / n <= 4.5) ?? 5000;
  const tickvals = [];
  for (let e = Math.ceil(low / every) * every; e <= high; e += every) tickvals.push(e);
  return { tickvals, ticktext: tickvals.map(power) };
}
