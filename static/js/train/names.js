/** What two runs are called beside each other: what their names do not share. */

/** @param {string} name */
const partsOf = (name) => name.split(", ");

/**
 * "adding, T = 50, clipped" and "adding, T = 50, not clipped" are "clipped" and "not clipped".
 * @param {{name: string}[]} runs
 * @returns {string[]}
 */
export function namesOf(runs) {
  const [a = [], b = []] = runs.map(({ name }) => partsOf(name));
  if (runs.length < 2) return runs.map(({ name }) => name);
  const own = [a.filter((part) => !b.includes(part)), b.filter((part) => !a.includes(part))].map((parts) => parts.join(", "));
  if (own.every(Boolean) && own[0] !== own[1]) return own;
  return runs.map(({ name }) => name);
}
