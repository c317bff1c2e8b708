/** What a dot, a bar or a point beside the pictures of the axis says: in a line, and in full. */

import { productAt, promisedStep } from "./figures/product.js";
import { activationSymbol, fromLog10, number, parameterName, plain, share, subscript, tidy } from "./format.js";
import { lookup } from "./lookup.js";
import { lastOf, whose } from "./samples.js";
import { clipRuleOf, countedFrom } from "./vocabulary.js";

/** @import { Flow, TableRow } from "./types.js" */

/**
 * @typedef {object} Measure
 * @property {string} name   as in "Selected: λ₃"
 * @property {string} kind   in words
 * @property {TableRow[]} rows   term, number, remark
 * @property {string} meaning
 */

const BACK = 10;

/** @param {number} value */
function logOf(value) {
  return value > 0 ? Math.log10(value) : null;
}

/** What stands between the matrix by itself and the gradient. @param {Flow} flow */
function conditions(flow) {
  if (flow.gates) return "It is the candidate’s block alone: the gates multiply what passes.";
  const { network, truncation } = flow.experiment;
  const bends = activationSymbol(network.activation) !== "";
  const slope = bends ? `f′(A) ≤ ${tidy(flow.spectrum.gamma ?? 1)} comes on top.` : "";
  const cut = countedFrom(truncation) === null ? "" : "Truncation stops the gradient where it cuts.";
  return [slope, cut].filter(Boolean).join(" ");
}

/**
 * @param {number} index
 * @param {Flow} flow
 * @returns {Measure | null}
 */
function eigenvalue(index, flow) {
  const found = flow.spectrum.eigenvalues[index - 1];
  if (!found) return null;
  const [re, im] = found;
  const modulus = Math.hypot(re, im);
  const angle = (Math.atan2(im, re) * 180) / Math.PI;
  const turned = Math.abs(im) > 1e-12 * modulus;
  const after = fromLog10(modulus > 0 ? BACK * Math.log10(modulus) : null);
  const turning = turned ? `, turned by ${plain(Math.abs(angle))}°` : re < 0 ? ", sign changed" : "";
  return {
    name: `λ${subscript(index)}`,
    kind: `eigenvalue ${index} of ${flow.spectrum.eigenvalues.length} of the recurrent matrix`,
    rows: [
      ["Re λ", number(re, 4)],
      ["Im λ", number(im, 4), turned ? "one of a conjugate pair" : "real"],
      ["|λ|", number(modulus, 4), besideOne(modulus)],
      ["angle", modulus > 0 ? `${number(angle, 4)}°` : "–"],
    ],
    meaning:
      `By itself the matrix multiplies the gradient’s part along this left eigenvector by ` +
      `|λ| = ${number(modulus)} a step back${turning}; in ${BACK} steps by ${after}. ` +
      conditions(flow),
  };
}

/** Where a modulus lies beside 1. @param {number} modulus */
function besideOne(modulus) {
  if (Math.abs(modulus - 1) < 1e-9) return "on the unit circle: holds";
  return modulus < 1 ? "inside the unit circle: fades" : "outside the unit circle: grows";
}

/**
 * @param {number} index
 * @param {Flow} flow
 * @returns {Measure | null}
 */
function singular(index, flow) {
  const values = flow.spectrum.singular_values ?? [];
  const value = values[index - 1];
  if (value === undefined) return null;
  const last = index === values.length;
  const most = index === 1 ? "at most " : last ? "at least " : "";
  const which = most ? "every gradient" : "a gradient in its direction";
  return {
    name: `σ${subscript(index)}`,
    kind: `singular value ${index} of ${values.length} of the recurrent matrix`,
    rows: [
      ["σ", number(value, 4), index === 1 ? "the largest: σₘₐₓ" : last ? "the smallest" : ""],
      ["σ / σₘₐₓ", values[0] > 0 ? number(value / values[0]) : "–"],
    ],
    meaning:
      `By itself the matrix multiplies ${which} by ${most}σ = ${number(value)} in one step back; ` +
      `the next step may meet another direction. ${conditions(flow)}`,
  };
}

/** "61.4 %", also of next to nothing. @param {number | null} log10 @param {number | null} whole */
function partOfNorm(log10, whole) {
  return log10 === null || whole === null ? "–" : share(2 * (log10 - whole));
}

/**
 * @param {Flow} flow
 * @returns {Measure}
 */
function allParameters({ clipping }) {
  const { rule, scale, cosine, threshold } = clipping;
  const { letter, keeps_direction: keeps } = clipRuleOf(rule);
  /** @type {TableRow[]} */
  const rows = [["‖g‖", fromLog10(clipping.log10_norm_before, 4)]];
  if (letter) {
    rows.push(["‖g‖ after clipping", number(clipping.norm_after, 4)]);
    rows.push([letter, number(threshold)]);
    if (scale !== null && keeps) rows.push(["every component times", number(scale)]);
    if (cosine !== null) rows.push(["cosine of before and after", number(cosine, 4)]);
  }
  return {
    name: "‖g‖",
    kind: "the gradient of all parameters together",
    rows,
    meaning: "‖g‖² is the sum of the squared norms of every parameter’s gradient.",
  };
}

/**
 * @param {string} name
 * @param {Flow} flow
 * @returns {Measure | null}
 */
function parameter(name, flow) {
  if (name === "g") return allParameters(flow);
  if (!Object.hasOwn(flow.parameter_gradients, name)) return null;
  const found = flow.parameter_gradients[name];
  const written = parameterName(name);
  const norm = `‖∂L/∂${written}‖`;
  /** @type {TableRow[]} */
  const rows = [[norm, fromLog10(found.log10_norm, 4), "every loss, every step"]];
  if (clipRuleOf(flow.clipping.rule).letter)
    rows.push(["after clipping", number(found.clipped_norm, 4), flow.clipping.engaged ? "" : "as before"]);
  rows.push(["share of ‖g‖²", partOfNorm(found.log10_norm, flow.clipping.log10_norm_before)]);
  const steps = found.step_log10_norm;
  let largest = 0;
  steps.forEach((v, n) => {
    if (v !== null && v > (steps[largest] ?? -Infinity)) largest = n;
  });
  if (steps[largest] !== null && steps[largest] !== undefined)
    rows.push([`largest term: step ${largest + 1}`, fromLog10(steps[largest], 4), `of ${steps.length} steps`]);
  return {
    name: `∂L/∂${written}`,
    kind: `gradient of ${written}, one term for each step`,
    rows,
    meaning: "The weights are shared: every step adds its term, and terms may cancel.",
  };
}

/**
 * @param {number} step
 * @param {Flow} flow
 * @returns {Measure | null}
 */
function product(step, flow) {
  const steps = lastOf(flow);
  const found = productAt(flow, step);
  if (!found) return null;
  const [t, last] = [subscript(step), subscript(steps)];
  const back = steps - step;
  const promise = promisedStep(flow);
  /** @type {TableRow[]} */
  const rows = [
    [`‖∂H${last}/∂H${t}‖₂`, fromLog10(found.hidden, 4), whose(flow)],
    ["steps back", String(back)],
  ];
  if (promise !== null && back)
    rows.push([
      (flow.spectrum.gamma ?? 1) === 1 ? "ρᵀ⁻ᵗ" : "(γρ)ᵀ⁻ᵗ",
      fromLog10(promise * back, 4),
      "what the eigenvalues say of the long run",
    ]);
  if (found.cells !== null && flow.spectrum.cell_product_log10_norm)
    rows.push([`‖∂C${last}/∂C${t}‖₂`, fromLog10(found.cells, 4)]);
  return {
    name: `∂H${last}/∂H${t}`,
    kind: back === 0 ? "no step back: the identity" : `product of ${back} Jacobians`,
    rows,
    meaning: `What enters at H${last} arrives at H${t} at most this many times as large.`,
  };
}

/** @type {Object<string, (which: string, flow: Flow) => Measure | null>} */
const MEASURES = lookup({
  eigenvalue: (which, flow) => eigenvalue(Number(which), flow),
  singular: (which, flow) => singular(Number(which), flow),
  product: (which, flow) => product(Number(which), flow),
  parameter: (which, flow) => parameter(which, flow),
});

/**
 * What an id such as "eigenvalue.3", "singular.1", "parameter.W_hh" or "product.12" says.
 * @param {string} id
 * @param {Flow} flow
 * @returns {Measure | null}   null where there is no such thing
 */
export function measureOf(id, flow) {
  const dot = id.indexOf(".");
  return dot < 0 ? null : (MEASURES[id.slice(0, dot)]?.(id.slice(dot + 1), flow) ?? null);
}

/**
 * Lines for the tooltip and the announcer; the first is its name.
 * @param {string} id
 * @param {Flow} flow
 */
export function measureLines(id, flow) {
  const found = measureOf(id, flow);
  if (!found) return [];
  const rows = found.rows.map(
    ([term, value, remark]) => `${term} = ${value}${remark ? `, ${remark}` : ""}`,
  );
  return [`${found.name}, ${found.kind}`, ...rows];
}
