/** What is a number among what an answer or a link holds. */

/**
 * Whether there is a number, and a double holds it.
 * @param {number | null} value
 * @returns {value is number}
 */
export function isNumber(value) {
  return Number.isFinite(value);
}

/** The numbers of an array of any depth. @param {any} given @returns {number[]} */
export function numbersIn(given) {
  return [given].flat(Infinity);
}
