/** The map update × step: what of the gradient is left at every step, a column some updates. */

import { LIMIT, clamp, colorscale, flowColor } from "../theme.js";

/** @import { Frame, Theme, Trace } from "../types.js" */
/** @import { History } from "./history.js" */

/** More columns or rows than this say no more on a screen. */
const MOST_COLUMNS = 1500;
const MOST_ROWS = 400;

/** So many colours. */
const COLOURS = 121;

/**
 * @typedef {object} Grid   the greatest of what falls into each of its places; NaN: nothing
 * @property {string} key   of what it was made for
 * @property {number} columns
 * @property {number} rows   the first is the last step
 * @property {Float32Array} values   in decades, column by column
 * @property {number} done   rows of the history that are in it
 */

/** How many columns and rows a map so large has. @param {History} history @param {Frame} frame @param {number} height */
function sizesOf(history, frame, height) {
  const pixels = Math.max(20, Math.floor(frame.width - frame.left - frame.right));
  const columns = Math.min(MOST_COLUMNS, pixels, Math.max(1, Math.round(frame.hi - frame.lo)));
  const rows = Math.max(1, Math.min(history.steps(), MOST_ROWS, 2 * Math.floor(height)));
  return { columns, rows };
}

/** Where the last gradient enters: the last step that has one; −1: none. @param {Float32Array} row */
export function entryOf(row) {
  for (let t = row.length - 1; t >= 0; t -= 1) if (Number.isFinite(row[t])) return t;
  return -1;
}

/** @param {Grid} grid @param {Float32Array} row @param {number} column */
function put({ rows, values }, row, column) {
  const entry = entryOf(row);
  if (entry < 0) return;
  for (let t = 0; t <= entry; t += 1) {
    const left = row[t] - row[entry];
    if (Number.isNaN(left)) continue;
    const at = column * rows + (rows - 1 - Math.floor((t * rows) / row.length));
    if (!(values[at] >= left)) values[at] = left;
  }
}

/**
 * The grid brought up to date: only what is new is read, unless it lies elsewhere now.
 * @param {Grid | null} before @param {History} history @param {Frame} frame @param {number} height   in pixels
 * @returns {{grid: Grid, from: number}}   from: the first column that has changed
 */
export function gridOf(before, history, frame, height) {
  const { columns, rows } = sizesOf(history, frame, height);
  const key = [columns, rows, frame.lo, frame.hi].join(" ");
  const same = before?.key === key && before.done <= history.count();
  const grid = same ? before : { key, columns, rows, values: new Float32Array(columns * rows).fill(NaN), done: 0 };
  let from = same ? columns : 0;
  for (let row = grid.done; row < history.count(); row += 1) {
    const at = (history.update(row) - frame.lo) / (frame.hi - frame.lo);
    const column = Math.max(0, Math.min(columns - 1, Math.floor(at * columns)));
    put(grid, history.hidden(row), column);
    from = Math.min(from, column);
  }
  grid.done = history.count();
  return { grid, from };
}

/**
 * A gap of fewer updates than columns is as wide as they are apart: what a sampled run saw, holds
 * until it saw again.
 * @param {Grid} grid @param {number} column @param {number} most   columns that may be filled
 */
function heldColumn({ rows, values }, column, most) {
  for (let k = column; k >= Math.max(0, column - most); k -= 1)
    for (let n = 0; n < rows; n += 1) if (!Number.isNaN(values[k * rows + n])) return k;
  return column;
}

/** The colours of the scale: red, green, blue, 255. @param {Theme} theme */
function paletteOf(theme) {
  const palette = new Uint8ClampedArray(4 * COLOURS);
  for (let n = 0; n < COLOURS; n += 1) {
    const [r, g, b] = flowColor(theme, -LIMIT + (2 * LIMIT * n) / (COLOURS - 1)).match(/\d+/g)?.map(Number) ?? [0, 0, 0];
    palette.set([r, g, b, 255], 4 * n);
  }
  return palette;
}

/**
 * Columns of a grid as pixels, from one on.
 * @param {Grid} grid @param {number} from @param {Theme} theme @param {{apart?: number}} [options]   apart:
 *   columns between two that are sampled
 * @returns {{data: Uint8ClampedArray<ArrayBuffer>, width: number, height: number}}
 */
export function pixelsOf(grid, from, theme, { apart = 0 } = {}) {
  const width = Math.max(0, grid.columns - from);
  const data = new Uint8ClampedArray(4 * Math.max(1, width) * grid.rows);
  const palette = paletteOf(theme);
  for (let column = from; column < grid.columns; column += 1) {
    const own = apart ? heldColumn(grid, column, apart) : column;
    for (let n = 0; n < grid.rows; n += 1) {
      const value = grid.values[own * grid.rows + n];
      if (Number.isNaN(value)) continue;
      const colour = Math.round(((clamp(value) + LIMIT) / (2 * LIMIT)) * (COLOURS - 1));
      data.set(palette.subarray(4 * colour, 4 * colour + 4), 4 * (n * width + column - from));
    }
  }
  return { data, width, height: grid.rows };
}

/**
 * A grid as a trace, for a picture that leaves the page.
 * @param {Grid} grid @param {Frame} frame   it was made for
 * @param {number} steps   T @param {Theme} theme @param {{apart?: number}} [options]   of `pixelsOf`
 * @returns {Trace}
 */
export function heatTrace(grid, frame, steps, theme, { apart = 0 } = {}) {
  const { columns, rows, values } = grid;
  const own = Array.from({ length: columns }, (_, column) => (apart ? heldColumn(grid, column, apart) : column));
  return {
    type: "heatmap",
    hoverinfo: "skip",
    showscale: false,
    zsmooth: false,
    x: Array.from({ length: columns + 1 }, (_, n) => frame.lo + (n / columns) * (frame.hi - frame.lo)),
    y: Array.from({ length: rows + 1 }, (_, n) => 0.5 + (n / rows) * steps),
    z: Array.from({ length: rows }, (_, n) =>
      own.map((column) => {
        const value = values[column * rows + (rows - 1 - n)];
        return Number.isNaN(value) ? null : clamp(value);
      }),
    ),
    zmin: -LIMIT,
    zmax: LIMIT,
    colorscale: colorscale(theme),
  };
}
