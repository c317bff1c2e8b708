/** A second profile over the first one's bars: an outline in steps, with marks of its own. */

import { lineOf } from "./columns.js";

/** @import { Frame, Reading, Theme, Trace } from "../types.js" */

/**
 * @param {Reading} reading
 * @param {Frame} frame
 * @param {Theme} theme
 * @param {{floor: number, top: number}} range   of the vertical axis
 * @returns {Trace[]}
 */
export function outline(reading, frame, theme, { floor, top }) {
  const steps = stepsInSight(reading, frame);
  const shown = steps.filter((t) => reading.row[t - 1] !== null);
  const { from, to } = reading.reach;
  const zero = steps.filter((t) => reading.row[t - 1] === null && t >= from && t <= to);
  const plot = frame.width - frame.left - frame.right;
  const dense = plot / (frame.hi - frame.lo) < 9;
  /** @param {number} t */
  const value = (t) => reading.row[t - 1];
  const columns = Math.ceil(plot);
  const line =
    steps.length > 2 * columns
      ? lineOf(steps, value, frame, columns)
      : {
          x: steps.flatMap((t) => [t - 0.5, t + 0.5]),
          y: steps.flatMap((t) => [value(t), value(t)]),
        };
  const base = { type: "scatter", hoverinfo: "skip" };
  return [
    { ...base, ...line, mode: "lines", line: { color: theme.paper, width: 4.5, simplify: false } },
    { ...base, ...line, mode: "lines", name: "A", line: { color: theme.ink, width: 1.8, simplify: false } },
    {
      ...base,
      mode: "markers",
      x: dense ? [] : shown,
      y: dense ? [] : shown.map((t) => reading.row[t - 1]),
      marker: {
        symbol: "diamond",
        size: 7,
        color: theme.paper,
        line: { width: 1.6, color: theme.ink },
      },
    },
    {
      ...base,
      mode: "markers",
      x: zero,
      y: zero.map(() => floor + 0.13 * (top - floor)),
      marker: {
        symbol: "diamond-x",
        size: dense ? 5 : 7,
        color: theme.paper,
        line: { width: 1.2, color: theme.ink },
      },
    },
  ];
}

/** All heights that the outline needs. @param {Reading} reading @param {Frame} frame */
export function heightsOf(reading, frame) {
  return stepsInSight(reading, frame).map((t) => reading.row[t - 1]);
}

/** @param {Reading} reading @param {Frame} frame */
function stepsInSight({ row }, frame) {
  return row.map((_, n) => n + 1).filter((t) => t > frame.lo - 1 && t < frame.hi + 1);
}
