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
 * @param {History} history @param {(row: number) => number} value   NaN: none @param {Frame} frame
 * @returns {Column[]}
 */
export function reduced(history, value, { lo, hi, width, left, right }) {
  const columns = Math.max(20, Math.floor((width - left - right) / WIDE));
  const whole = hi - lo <= columns;
  /** @type {Column[]} */
  const found = [];
  let at = -1;
  for (let row = 0; row < history.count(); row += 1) {
    const own = value(row);
    if (!Number.isFinite(own)) continue;
    const update = history.update(row);
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

/**
 * One place for each column of pixels in which something is so.
 * @param {History} history @param {(row: number) => boolean} is @param {Frame} frame
 */
export function places(history, is, frame) {
  return reduced(history, (row) => (is(row) ? 1 : NaN), frame).map(({ x }) => x);
}

/**
 * Steps of a quantity that stays for long, such as μ: where it changes there are two points.
 * @param {History} history @param {(row: number) => number} value   NaN: a gap
 * @returns {{x: Series, y: Series}}
 */
export function stairs(history, value) {
  /** @type {{x: Series, y: Series}} */
  const found = { x: [], y: [] };
  /** @param {number | null} x @param {number | null} y */
  const put = (x, y) => {
    found.x.push(x);
    found.y.push(y);
  };
  let before = NaN;
  for (let row = 0; row < history.count(); row += 1) {
    const own = value(row);
    const last = row === history.count() - 1;
    if (Object.is(own, before) && !last) continue;
    const update = history.update(row);
    if (row && !Number.isNaN(before)) put(update, before);
    if (Number.isNaN(own)) {
      if (!Number.isNaN(before)) put(null, null);
    } else if (!Object.is(own, before)) put(update, own);
    before = own;
  }
  return found;
}
