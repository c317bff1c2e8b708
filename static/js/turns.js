/** Where a series turns on its way back from the last step, and what it does between, in words. */

import { fromLog10, isOne, plain, stepsBack, times } from "./format.js";

/** What stays within this factor neither grows nor shrinks. */
export const GROWN = Math.log10(1.05);

/** More legs than these are not told one by one. */
const MOST = 3;

/**
 * The points between which a path rises or falls: its start, where it turns, and its end. What
 * turns back by less than 5 % is no turn.
 * @param {number[]} path   log₁₀, 0 at the start
 * @returns {number[]}   places in the path
 */
export function turnsOf(path) {
  const turns = reversals(path);
  if (turns.length && Math.abs(path[turns[0]]) < GROWN) turns.shift();
  return [0, ...turns, path.length - 1];
}

/** Every extreme after which a path goes the other way by 5 % at least. @param {number[]} path */
function reversals(path) {
  /** @type {number[]} */
  const found = [];
  let [low, high] = [0, 0];
  /** @type {boolean | null} */
  let up = null;
  path.forEach((value, n) => {
    if (value < path[low]) low = n;
    if (value > path[high]) high = n;
    if (up !== false && value <= path[high] - GROWN) {
      if (high > 0) found.push(high);
      [low, up] = [n, false];
      high = n;
    } else if (up !== true && value >= path[low] + GROWN) {
      if (low > 0) found.push(low);
      [high, up] = [n, true];
      low = n;
    }
  });
  return found;
}

/** "21-fold", "1.3-fold", "3.2 × 10⁵-fold". @param {number} log10 */
export function fold(log10) {
  const factor = 10 ** log10;
  const digits = factor < 1.095 ? 3 : factor < 10 ? 2 : Math.ceil(log10);
  return `${log10 < 4 ? plain(factor, digits) : fromLog10(log10, 2)}-fold`;
}

/** @param {number} back */
function early(back) {
  return back === 1 ? "in the first step back" : `in the first ${stepsBack(back)}`;
}

/**
 * What a product of Jacobians does from the last step back to step 1.
 * @param {(number | null)[]} series   log₁₀ at t = 1 … T − 1, null where it is exactly zero
 * @param {string} what   its name
 * @param {number} first   the step t at which the series begins
 */
export function courseOf(series, what, first = 1) {
  const back = [0, ...series.toReversed()];
  const gone = back.findIndex((value) => value === null);
  const path = /** @type {number[]} */ (gone < 0 ? back : back.slice(0, gone));
  if (path.length === 1) return `${what} is exactly zero from the first step back`;
  const last = back.length - path.length + first;
  const zero = gone < 0 ? "" : `, and is exactly zero before that`;
  return along(path, last, what) + zero;
}

/** By how much a path rises at most from any point to a later one. @param {number[]} path */
function largestRise(path) {
  let [low, most] = [Infinity, 0];
  for (const value of path) {
    low = Math.min(low, value);
    most = Math.max(most, value - low);
  }
  return most;
}

/**
 * A path that is nowhere zero.
 * @param {number[]} path
 * @param {number} last   the step at its end
 * @param {string} what
 */
function along(path, last, what) {
  const points = turnsOf(path);
  const n = path.length - 1;
  const at = `${isOne(path[n]) ? "1" : times(path[n])} at step ${last}`;
  /** @param {number} k */
  const change = (k) => path[points[k + 1]] - path[points[k]];
  const legs = points.length - 1;
  const [rise, fall] = [path, path.map((value) => -value)].map(largestRise);
  if (rise < GROWN && fall < GROWN) return `${what} neither grows nor shrinks, and is ${at}`;
  if (legs > MOST)
    return `${what} goes up and down, by up to ${fold(rise)} and ${fold(fall)}, and is ${at}`;
  if (legs === 1 && change(0) < 0) {
    const from = path[1] < 0 ? " from the first step back" : "";
    return `${what} shrinks${from}, to ${at}`;
  }
  if (legs === 1) {
    const top = path.indexOf(Math.max(...path));
    const goes = last === 1 ? "as far as this sequence goes" : `to ${at}`;
    const after = top < n ? ` and then holds, at ${at}` : `, ${goes}`;
    return `${early(top)} ${what} grows ${fold(path[top])}${after}`;
  }
  let text = early(points[1]);
  for (let k = 0; k < legs; k += 1) {
    const ends = k === legs - 1;
    const value = times(path[points[k + 1]]);
    const up = change(k) > 0;
    const does = up ? `grows ${fold(change(k))}` : `shrinks to ${ends ? at : value}`;
    if (k === 0) text += ` ${what} ${does}`;
    else if (ends) text += `${k > 1 ? "," : ""} before it ${does}${up ? `, to ${at}` : ""}`;
    else text += `, then ${does} until ${stepsBack(points[k + 1])}`;
  }
  return text;
}
