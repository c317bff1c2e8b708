/** What a matrix of weights is like in a few numbers. */

import { isNumber } from "./numeric.js";

/** @import { Series } from "./types.js" */

/** Of larger squares ρ and σ_max are not computed here. */
export const MOST_SQUARE = 128;
/** Squarings after which the growth of a power is known beyond a double's digits. */
const SQUARINGS = 46;

/**
 * @typedef {object} Square   a square matrix, or a gate's block of rows
 * @property {string} mark   the gate's letter; "" for the whole
 * @property {number} radius   ρ, the largest |eigenvalue|
 * @property {number} stretch   σ_max, the largest singular value
 *
 * @typedef {object} Statistics   of the numbers that are there; NaN where there is none
 * @property {number} count
 * @property {number} missing   numbers that no double holds, or that are not there
 * @property {number} min
 * @property {number} max
 * @property {number} mean
 * @property {number} deviation   √(Σ (w − mean)² / n), of all of them and not of a sample
 * @property {number} norm   √(Σ w²), Frobenius
 * @property {Square[]} squares   none where it is not square, too large, or has missing numbers
 */

/**
 * @param {Series[]} rows
 * @param {string[]} [marks]   letters of blocks of rows of equal height
 * @returns {Statistics}
 */
export function statisticsOf(rows, marks = []) {
  const all = rows.flat();
  const known = all.filter(isNumber);
  const count = known.length;
  const most = known.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  const scale = most || 1; // so that no square over- or underflows
  const mean = (known.reduce((sum, value) => sum + value / scale, 0) / count) * scale;
  const spread = known.reduce((sum, value) => sum + ((value - mean) / scale) ** 2, 0) / count;
  const size = known.reduce((sum, value) => sum + (value / scale) ** 2, 0);
  const whole = count === all.length;
  return {
    count,
    missing: all.length - count,
    min: count ? known.reduce((a, b) => Math.min(a, b)) : NaN,
    max: count ? known.reduce((a, b) => Math.max(a, b)) : NaN,
    mean,
    deviation: Math.sqrt(spread) * scale,
    norm: count ? Math.sqrt(size) * scale : NaN,
    squares: whole ? squaresOf(/** @type {number[][]} */ (rows), marks) : [],
  };
}

/** The squares in a matrix: itself, or each gate's block. @param {number[][]} rows @param {string[]} marks @returns {Square[]} */
function squaresOf(rows, marks) {
  const width = rows[0]?.length ?? 0;
  const letters = marks.length ? marks : [""];
  if (!width || width > MOST_SQUARE || rows.length !== letters.length * width) return [];
  return letters.map((mark, n) => {
    const block = rows.slice(n * width, (n + 1) * width);
    return { mark, radius: spectralRadius(block), stretch: spectralNorm(block) };
  });
}

/**
 * ρ(A) = lim ‖Aⁿ‖^(1/n), by squaring A again and again: n = 2⁴⁶.
 * @param {number[][]} matrix   square, of finite numbers
 */
export function spectralRadius(matrix) {
  let power = matrix;
  let log = 0; // of what has been divided out of A, log₂
  for (let k = 0; ; k += 1) {
    const most = power.flat().reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    if (most === 0) return 0;
    log += Math.log2(most) / 2 ** k;
    if (k === SQUARINGS) return 2 ** log;
    const scaled = power.map((row) => row.map((value) => value / most));
    power = product(scaled, scaled);
  }
}

/** σ_max(A) = √ρ(AᵀA). @param {number[][]} matrix   of finite numbers */
export function spectralNorm(matrix) {
  const most = matrix.flat().reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  if (most === 0) return 0;
  const scaled = matrix.map((row) => row.map((value) => value / most));
  return Math.sqrt(spectralRadius(product(transposed(scaled), scaled))) * most;
}

/** @param {number[][]} matrix */
const transposed = (matrix) => matrix[0].map((_, c) => matrix.map((row) => row[c]));

/** @param {number[][]} left @param {number[][]} right */
function product(left, right) {
  const columns = transposed(right);
  return left.map((row) => columns.map((column) => row.reduce((sum, value, n) => sum + value * column[n], 0)));
}
