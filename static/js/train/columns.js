/** A quantity over updates, with no more points than the picture has pixels. */

/** @import { Frame, Series } from "../types.js" */
/** @import { History } from "./history.js" */

/** Columns of a line are so wide, in pixels, and what lies nearer than this in one of them is one point. */
const WIDE = 2;
const NEAR = 1.2;

/**
 * @typedef {object} Column
 * @property {number} x   the update, or of several the middle of the column
 * @property {number} low
 * @property {number} high
 * @property {boolean} rises   whether the least came first
 */

/**
 * The least and the greatest of every column of pixels.
 * @param {History} history @param {ArrayLike<number> | undefined} values   one a row; NaN: none
 * @param {Frame} frame
 * @returns {Column[]}
 */
export function reduced(history, values, { lo, hi, width, left, right }) {
  const columns = Math.max(20, Math.floor((width - left - right) / WIDE));
  const whole = hi - lo <= columns;
  const updates = history.updates();
  const count = values ? history.count() : 0;
  /** @type {Column[]} */
  const found = [];
  let at = -1;
  for (let row = 0; row < count; row += 1) {
    const own = values?.[row] ?? NaN;
    if (!Number.isFinite(own)) continue;
    const update = updates[row];
    const k = whole ? row : Math.floor(((update - lo) / (hi - lo)) * columns);
    const last = found[found.length - 1];
    if (k !== at || !last) {
      found.push({ x: whole ? update : lo + ((k + 0.5) / columns) * (hi - lo), low: own, high: own, rises: true });
      at = k;
    } else if (own > last.high) Object.assign(last, { high: own, rises: true });
    else if (own < last.low) Object.assign(last, { low: own, rises: false });
  }
  return found;
}

/**
 * The line through them.
 * @param {Column[]} columns @param {number[]} range   of the axis @param {number} height   of the plot, in pixels
 * @returns {{x: number[], y: number[]}}
 */
export function lineThrough(columns, range, height) {
  const pixel = (range[1] - range[0]) / Math.max(1, height);
  const x = [];
  const y = [];
  for (const { x: at, low, high, rises } of columns) {
    if (high - low < NEAR * pixel) {
      x.push(at);
      y.push(high);
      continue;
    }
    x.push(at, at);
    y.push(...(rises ? [low, high] : [high, low]));
  }
  return { x, y };
}

/** The same on a scale that rises with it. @param {Column[]} columns @param {(value: number) => number} scale */
export function scaled(columns, scale) {
  return columns.flatMap(({ x, low, high, rises }) => {
    const [least, most] = [scale(low), scale(high)];
    return Number.isFinite(most) ? [{ x, low: Number.isFinite(least) ? least : most, high: most, rises }] : [];
  });
}

/**
 * Steps of a quantity that stays for long, such as μ: where it changes there are two points.
 * @param {History} history @param {ArrayLike<number> | undefined} values   NaN: a gap
 * @param {(value: number) => number} scale
 * @returns {{x: Series, y: Series}}
 */
export function stairs(history, values, scale) {
  /** @type {{x: Series, y: Series}} */
  const found = { x: [], y: [] };
  /** @param {number | null} x @param {number | null} y */
  const put = (x, y) => {
    found.x.push(x);
    found.y.push(y);
  };
  let before = NaN;
  for (let row = 0; row < history.count(); row += 1) {
    const own = values?.[row] ?? NaN;
    const last = row === history.count() - 1;
    if (Object.is(own, before) && !last) continue;
    const update = history.update(row);
    if (row && !Number.isNaN(before)) put(update, scale(before));
    if (Number.isNaN(own)) {
      if (!Number.isNaN(before)) put(null, null);
    } else if (!Object.is(own, before)) put(update, scale(own));
    before = own;
  }
  return found;
}
