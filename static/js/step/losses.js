/** A loss's formula, so written that numbers can stand in it: without names of its own and sums over k. */

import { mathElement, row, sign } from "../mathml.js";

/** So many outputs are written out; of more the first and the last. */
const OUTPUTS = 3;

/** @param {Element} one @returns {Element} */
function copyOf(one) {
  return /** @type {Element} */ (one.cloneNode(true));
}

/** @param {Element} math @returns {Element[]} what stands in a formula, from left to right */
function childrenOf(math) {
  return [...(math.firstElementChild?.children ?? [])];
}

/** What a formula names by one letter: p of p = σ(O), and the other side. @param {Element} math */
function namedBy(math) {
  const [left, equals, ...rest] = childrenOf(math);
  const name = left?.children.length === 1 ? left.firstElementChild : left;
  const is = name?.localName === "mi" && equals?.textContent === "=";
  return is ? { name: name.textContent, rest } : null;
}

/** A sum over k and what is summed, to the formula's end. @param {Element} math */
function sumOf(math) {
  const sum = [...math.querySelectorAll("msub")].find(
    (one) => one.textContent?.replaceAll(/\s/g, "") === "∑k",
  );
  const all = [...(sum?.parentElement?.children ?? [])];
  return sum && { sum, summed: all.slice(all.indexOf(sum) + 1) };
}

/** A term of the sum. @param {Element[]} summed @param {number} k   from 1 */
function termOf(summed, k) {
  const term = row(...summed.map(copyOf));
  for (const one of term.querySelectorAll("mi"))
    if (one.textContent === "k") one.replaceWith(mathElement("mn", String(k)));
  return term;
}

/**
 * L = Σ_k ℓ(O_k) as ℓ(O_1) + ℓ(O_2) + …, and what a letter names, as log p, as what it stands for.
 * @param {Element} math
 * @param {Element[]} beside   the formulas that say what is named
 * @param {number} outputs   K
 * @returns {Element} another formula
 */
export function spelledOut(math, beside, outputs) {
  const whole = copyOf(math);
  for (const named of beside.map(namedBy)) {
    if (!named) continue;
    for (const one of whole.querySelectorAll("mi"))
      if (one.textContent === named.name) one.replaceWith(row(...named.rest.map(copyOf)));
  }
  const found = sumOf(whole);
  if (!found) return whole;
  const { sum, summed } = found;
  const all = outputs <= OUTPUTS ? Array.from({ length: outputs }, (_, n) => n + 1) : [1, outputs];
  const between = outputs <= OUTPUTS ? ["+"] : ["+", "⋯", "+"];
  const terms = all.flatMap((k, n) => [...(n ? between.map(sign) : []), termOf(summed, k)]);
  sum.replaceWith(...terms);
  for (const one of summed) one.remove();
  return whole;
}
