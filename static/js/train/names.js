/** What two runs are called beside each other: what their names do not share. */

import { counted } from "../live/alarms.js";

/** @param {string} name */
const partsOf = (name) => name.split(", ");

/** @typedef {{name: string, training?: {changes?: {update: number}[]} | null}} Named */

/** A name says how a run began: from where on it is another. @param {Named} run */
function changed({ training }) {
  const [first] = training?.changes ?? [];
  return first ? `, changed at ${counted(first.update)}` : "";
}

/**
 * "adding, T = 50, clipped" and "adding, T = 50, not clipped" are "clipped" and "not clipped".
 * @param {Named[]} runs
 * @returns {string[]}
 */
export function namesOf(runs) {
  return apart(runs).map((name, n) => name + changed(runs[n]));
}

/** @param {Named[]} runs @returns {string[]} */
function apart(runs) {
  const [a = [], b = []] = runs.map(({ name }) => partsOf(name));
  if (runs.length < 2) return runs.map(({ name }) => name);
  const own = [a.filter((part) => !b.includes(part)), b.filter((part) => !a.includes(part))].map((parts) => parts.join(", "));
  if (own.every(Boolean) && own[0] !== own[1]) return own;
  return runs.map(({ name }) => name);
}
