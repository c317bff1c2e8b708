/** The initial state in the equations: H_0 = 0, or that it is given. */

import { partsOf, symbol } from "./format.js";
import { digits, formula, sign, symbolMath } from "./mathml.js";
import { numbersIn } from "./numeric.js";

/** @import { Reading } from "./types.js" */

/**
 * H_0 = 0, or that it is given.
 * @param {string} id @param {Reading} reading @param {string[]} notes
 */
export function initialState(id, reading, notes) {
  if (isZero(id, reading)) return formula(symbolMath(id), sign("="), digits(0));
  notes.push(`${symbol(id)} is given with the sequence.`);
  return formula(symbolMath(id));
}

/**
 * Say that a node is zero where it is.
 * @param {string} id @param {Reading} reading @param {string[]} notes
 */
export function noteZero(id, reading, notes) {
  if (partsOf(id).step === 0 && isZero(id, reading)) notes.push(`(${symbol(id)} = 0)`);
}

/**
 * Whether the initial state that a node stands for is zero.
 * @param {string} id @param {Reading} reading
 */
function isZero(id, { flow }) {
  const { letter, layer } = partsOf(id);
  const { h_0: h, c_0: c } = flow.experiment.sequence;
  const given = { h, c }[letter];
  const own = Array.isArray(given?.[0]?.[0]) ? given[layer] : given;
  return !own || numbersIn(own).every((value) => value === 0);
}
