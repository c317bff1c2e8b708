/** The points of a map as they come, and one of its numbers over the whole of it. */

import { tellThem } from "./told.js";

/** More places of an axis than this no screen shows. */
export const RESOLUTION = 600;

/**
 * @typedef {{middle: any, low: number | null, high: number | null, shares: Object<string, number> | null, count: number}} Told
 * @typedef {{at: number[], stride: number, error: string | null, numbers: Object<string, Told>, told?: boolean}} Point   told: by its neighbours, not computed
 * @typedef {ReturnType<typeof createGrid>} Grid
 */

/** @param {any} sweep   as the service says it */
export function createGrid(sweep) {
  const axes = sweep.rows ? [sweep.rows, ...sweep.axes] : sweep.axes;
  /** @type {number[]} */
  const shape = axes.map((/** @type {{values: any[]}} */ axis) => axis.values.length);
  /** @type {Map<number, Point>} */
  const points = new Map();
  /** Those that were not computed. @type {Map<number, Point>} */
  let beside = new Map();
  let last = 0;

  /** @param {number[]} at */
  const place = (at) => at.reduce((sum, n, axis) => sum * shape[axis] + n, 0);

  return {
    shape,
    /** How many small maps there are. */
    maps: sweep.rows ? shape[0] : 1,
    /** The sequence of the last one that is known. */
    last: () => last,
    count: () => points.size,
    /** Those that are told by their neighbours as well. @returns {Point[]} */
    points: () => [...points.values(), ...beside.values()],
    /** @param {number[]} at @returns {Point | null} */
    point: (at) => points.get(place(at)) ?? beside.get(place(at)) ?? null,
    /** Nothing more comes: what was not computed is told by what lies around it. */
    complete() {
      if (sweep.refine && !beside.size) beside = tellThem(points, place, shape, sweep.axes.length, RESOLUTION);
    },
    /** Points by columns, as the service tells them. @param {any} told */
    add(told) {
      told.sequence.forEach((/** @type {number} */ sequence, /** @type {number} */ n) => {
        /** @type {Object<string, Told>} */
        const numbers = {};
        for (const [name, columns] of Object.entries(/** @type {Object<string, any>} */ (told.numbers)))
          numbers[name] = {
            middle: columns.middle[n],
            low: columns.low?.[n] ?? null,
            high: columns.high?.[n] ?? null,
            shares: columns.shares?.[n] ?? null,
            count: columns.count[n],
          };
        beside = new Map();
        points.set(place(told.at[n]), { at: told.at[n], stride: told.stride[n], error: told.error[n], numbers });
        last = Math.max(last, sequence);
      });
    },
    /**
     * A number over one small map, up first: of what is not known yet the nearest coarser point's.
     * @param {string} name @param {number} map
     * @returns {any[][]}   undefined: nothing is known; null: there is no such number
     */
    over(name, map) {
      const [width, height = 1] = sweep.rows ? shape.slice(1) : shape;
      const rows = Array.from({ length: height }, () => Array(width).fill(undefined));
      const own = this.points().filter(({ at }) => !sweep.rows || at[0] === map);
      own.sort((a, b) => b.stride - a.stride);
      for (const { at, stride, numbers } of own) {
        const [x, y = 0] = sweep.rows ? at.slice(1) : at;
        const value = numbers[name]?.middle ?? null;
        for (let row = y; row < Math.min(height, y + stride); row += 1)
          rows[row].fill(value, x, Math.min(width, x + stride));
      }
      return rows;
    },
  };
}
