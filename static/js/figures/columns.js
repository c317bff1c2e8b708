/** Long series: no more points than a screen has columns. */

/** @import { Series } from "../types.js" */

/**
 * @typedef {{step: number, middle: number, low: number, high: number}} Column   of pixels: `step` is
 *   where `high` is, `middle` its own
 */

/**
 * The least and the greatest of every column of pixels.
 * @param {number[]} steps   ascending
 * @param {(step: number) => number | null} value
 * @param {{lo: number, hi: number}} range   of the steps in sight
 * @param {number} columns
 * @returns {Column[]}   columns without a value are left out
 */
export function columnsOf(steps, value, { lo, hi }, columns) {
  const found = new Map();
  for (const step of steps) {
    const v = value(step);
    if (v === null || !Number.isFinite(v)) continue;
    const k = Math.min(columns - 1, Math.max(0, Math.floor(((step - lo) / (hi - lo)) * columns)));
    const column = found.get(k);
    const middle = lo + ((k + 0.5) / columns) * (hi - lo);
    if (!column) found.set(k, { step, middle, low: v, high: v });
    else if (v > column.high) Object.assign(column, { step, high: v });
    else if (v < column.low) column.low = v;
  }
  return [...found.values()];
}

/**
 * A line through many steps with at most two points a column.
 * @param {number[]} steps   ascending
 * @param {(step: number) => number | null} value
 * @param {{lo: number, hi: number}} range
 * @param {number} columns
 * @returns {{x: number[], y: Series}}
 */
export function lineOf(steps, value, range, columns) {
  if (steps.length <= 2 * columns) return { x: steps, y: steps.map(value) };
  const reduced = columnsOf(steps, value, range, columns);
  return {
    x: reduced.flatMap(({ step }) => [step, step]),
    y: reduced.flatMap(({ low, high }) => [high, low]),
  };
}
