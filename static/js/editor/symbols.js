/** The notes' symbols of parameters, inputs and targets, as MathML. */

import { mathElement, row, sign } from "../mathml.js";
import { lookup } from "../lookup.js";
import { partsOfName } from "./parts.js";

/** Letter, what is raised, and what stands below. */
const OF_PARTS = lookup({
  W_xh: ["W", "X", ""],
  W_hh: ["W", "H", ""],
  W_yh: ["W", "Y", ""],
  b_h: ["b", "", ""],
  b_hn: ["b", "H", "n"],
  W_hr: ["W", "R", ""],
  W_hy: ["W", "O", ""],
  b_y: ["b", "O", ""],
  inputs: ["X", "", "t"],
  targets: ["Y", "", "t"],
});

/** @param {string} text */
const letter = (text) => mathElement("mi", text);

/**
 * W^H, or W_i^{H(2)} of a gate's block in the second layer.
 * @param {string} name   as a request has it
 * @param {string} gate   its letter, or ""
 * @param {boolean} equals   whether a matrix follows
 */
export function partMath(name, gate, equals) {
  const { base, layer } = partsOfName(name);
  const [big, above, below] = OF_PARTS[base] ?? [name, "", ""];
  const over = [
    ...(above ? [letter(above)] : []),
    ...(layer ? [sign("("), mathElement("mn", String(layer + 1)), sign(")")] : []),
  ];
  const symbol = scripted(letter(big), gate || below, over);
  const math = mathElement("math", row(symbol, ...(equals ? [sign("=")] : [])));
  math.setAttribute("class", "numbers-symbol");
  return math;
}

/** @param {Element} base @param {string} below @param {MathMLElement[]} over */
function scripted(base, below, over) {
  if (below && over.length) return mathElement("msubsup", base, letter(below), row(...over));
  if (below) return mathElement("msub", base, letter(below));
  return over.length ? mathElement("msup", base, row(...over)) : base;
}
