/** What neighbours tell of the places of a refined map that were not computed. */

/** @import { Point, Told } from "./grid.js" */

/** The mean of numbers, the most frequent of names; null where one of them has none. @param {any[]} values */
function among(values) {
  if (values.some((value) => value === null || value === undefined)) return null;
  if (values.every((value) => typeof value === "number")) return values.reduce((sum, value) => sum + value, 0) / values.length;
  /** @param {any} name */
  const count = (name) => values.filter((value) => value === name).length;
  return values.reduce((most, value) => (count(value) > count(most) ? value : most));
}

/** @param {number[]} at @param {number} stride @param {Point[]} corners @returns {Point} */
function toldBy(at, stride, corners) {
  /** @type {Object<string, Told>} */
  const numbers = {};
  for (const name of Object.keys(corners[0].numbers))
    numbers[name] = { middle: among(corners.map((one) => one.numbers[name]?.middle)), low: null, high: null, shares: null, count: 0 };
  return { at, stride, error: null, numbers, told: true };
}

/** Every way to take one of each. @param {number[][]} sides @returns {number[][]} */
const product = (sides) => sides.reduce((found, side) => found.flatMap((one) => side.map((n) => [...one, n])), [/** @type {number[]} */ ([])]);

/**
 * Level by level, as the engine tells them: a place by the corners of the coarser cell that holds it.
 * @param {Map<number, Point>} points   those that were computed @param {(at: number[]) => number} place
 * @param {number[]} shape   rows first @param {number} axes   how many of it are axes @param {number} resolution   finer levels are not there
 * @returns {Map<number, Point>}
 */
export function tellThem(points, place, shape, axes, resolution) {
  const skip = shape.length - axes;
  const longest = Math.max(...shape.slice(skip));
  let finest = 1;
  while (Math.ceil(longest / finest) > resolution) finest *= 2;
  /** @type {Map<number, Point>} */
  const told = new Map();
  for (let stride = 2 ** Math.ceil(Math.log2(longest)); stride >= finest; stride /= 2) {
    const level = shape.map((size, axis) => Array.from({ length: axis < skip ? size : Math.ceil(size / stride) }, (_, n) => (axis < skip ? n : n * stride)));
    for (const at of product(level)) {
      if (points.has(place(at)) || told.has(place(at))) continue;
      const sides = at.map((n, axis) => {
        const low = n - (n % (2 * stride));
        return axis < skip || low === n ? [n] : [low, low + 2 * stride];
      });
      const around = product(sides).map((one) => (one.every((n, axis) => n < shape[axis]) ? (points.get(place(one)) ?? told.get(place(one))) : undefined));
      const corners = around.filter((one) => one !== undefined);
      if (corners.length === around.length) told.set(place(at), toldBy(at, stride, corners));
    }
  }
  return told;
}
