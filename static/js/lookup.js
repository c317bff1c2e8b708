/** Tables that names are looked up in; names may come from a link. */

/**
 * A table without inherited names: of an ordinary object `constructor` would be found.
 * @template T
 * @param {Object<string, T>} rows
 * @returns {Object<string, T>}
 */
export function lookup(rows) {
  return Object.assign(Object.create(null), rows);
}
