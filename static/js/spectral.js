/** The spectrum in words: what the matrix promises, and what happens along this sequence. */

import { apart, compare, number, plural, tidy, times } from "./format.js";
import { termHtml } from "./glossary.js";
import { batchOf, chosenSentence, lastOf } from "./samples.js";
import { GROWN, courseOf } from "./turns.js";
import { activationOf, cellOf, gateThat } from "./vocabulary.js";

/** @import { Flow, Series } from "./types.js" */

/**
 * The largest product ‖∂h_T/∂h_t‖, and how many steps back it lies.
 * @param {(number | null)[]} series   log₁₀ at t = 1 … T − 1
 * @returns {{back: number, log10: number} | null}   null where it never exceeds 1
 */
export function humpOf(series) {
  const steps = series.length + 1;
  let [most, at] = [GROWN, -1];
  series.forEach((value, n) => {
    if (value !== null && value > most) [most, at] = [value, n];
  });
  return at < 0 ? null : { back: steps - (at + 1), log10: most };
}

/**
 * Of a matrix with an activation: eigenvalues, singular values and their bound 1/γ.
 * @param {Flow} flow
 */
function plainCell(flow) {
  const { spectral_radius: radius, spectral_norm: norm, bound } = flow.spectrum;
  const [series] = computed(flow);
  const rho = tidy(radius);
  if (bound === null || bound === undefined) return `ρ = ${rho}, σₘₐₓ = ${tidy(norm)}.`;
  const happens = series.length ? `here ${courseOf(series, "the product", flow.spectrum.first_step)}` : "here is one step";
  const [sigma, limit] = apart(norm, bound);
  if (compare(norm, bound) === 0)
    return (
      `σₘₐₓ = 1/γ = ${limit}: neither vanishing nor exploding is promised ` +
      `(Pascanu et al. 2013). ρ = ${rho}: ${happens}.`
    );
  if (compare(norm, bound) < 0)
    return (
      `σₘₐₓ = ${sigma} < 1/γ = ${limit}: the gradient must vanish, whatever the inputs ` +
      `(Pascanu et al. 2013). ρ = ${rho}: ${happens}.`
    );
  if (compare(radius, bound) < 0) return belowTheBound(flow, bound, happens);
  return (
    `σₘₐₓ = ${sigma} > 1/γ = ${limit}: the gradient can explode; it need not, for that is ` +
    `necessary and not sufficient (Pascanu et al. 2013). ρ = ${rho}: ${happens}.`
  );
}

/**
 * Where eigenvalues lie inside the circle of radius 1/γ and a singular value does not.
 * @param {Flow} flow
 * @param {number} bound
 * @param {string} happens
 */
function belowTheBound(flow, bound, happens) {
  const { spectral_radius: radius, spectral_norm: norm } = flow.spectrum;
  const [rho, limit] = apart(radius, bound);
  const [sigma] = apart(norm, bound);
  const linear = !activationOf(flow.experiment.network.activation).symbol;
  const promise = linear
    ? `ρ = ${rho} < 1/γ = ${limit} promises decay in the long run, `
    : `ρ = ${rho} < 1/γ = ${limit} makes decay likely in the long run, `;
  return humpOf(computed(flow)[0])
    ? `${promise}but σₘₐₓ = ${sigma}: ${happens.replace(/^here /, "")}.`
    : `${promise}though σₘₐₓ = ${sigma} would allow growth on the way: ${happens}.`;
}

/** Of a gated cell: no single matrix decides. @param {Flow} flow */
function gatedCell(flow) {
  const { blocks, spectral_radius: radius } = flow.spectrum;
  const [series, cells] = computed(flow);
  const { cell } = flow.experiment.network;
  const each = cellOf(cell).gates
    .filter(({ name }) => blocks?.[name] !== undefined)
    .map(({ name, letter }) => `${letter} ${tidy(blocks?.[name] ?? 0)}`);
  const listed = each.length ? ` Spectral radii by gate: ${each.join(", ")}.` : "";
  const { first_step: first } = flow.spectrum;
  const of = cells ? "the product for H" : "the product";
  const said = [growthOf(series, of, first), growthOf(cells, "that for C", first)];
  const course = batchOf(flow) > 1 ? "the first sample" : "this sequence";
  const along = said.filter(Boolean).join("; ");
  const projected = cellOf(cell).projects ? ", projected" : "";
  return (
    `Drawn is the candidate’s block ${gateThat(cell, "candidate")?.letter}${projected}, ρ = ${tidy(radius)}. It promises nothing by ` +
    `itself: gates multiply what passes.${listed}${along ? ` Along ${course} ${along}.` : ""}`
  );
}

/**
 * log₁₀ of the products for h and for c at the steps that were computed.
 * @param {Flow} flow
 * @returns {[Series, Series | null]}
 */
function computed(flow) {
  const { first_step: first = 1, product_log10_norm: hidden } = flow.spectrum;
  const { cell_product_log10_norm: cells } = flow.spectrum;
  const there = [first - 1, Math.max(0, lastOf(flow) - 1)];
  return [hidden.slice(...there), cells && cells.slice(...there)];
}

/** @param {Series | null} series @param {string} what @param {number} first   its first t */
function growthOf(series, what, first = 1) {
  return series?.length ? courseOf(series, what, first) : "";
}

/** Whether nearby states come together along this sequence. @param {Flow} flow */
function lyapunov({ steps, spectrum }) {
  const { lyapunov_exponents: exponents, exponents_over: over } = spectrum;
  if (!exponents?.length) return "";
  const [largest] = exponents;
  if (largest === null)
    return "No direction survives this sequence: nearby states become the same.";
  const size = number(largest, 3, 1);
  const moved = `Largest Lyapunov exponent ${size}: nearby states`;
  // Over the whole sequence, not over a step: 0.004 a step is 50-fold in 1000.
  if (Math.abs(largest) * (over ?? steps - 1) < Math.log(1.05)) return `${moved} keep their distance.`;
  const factor = `× ${times(largest / Math.LN10)} a step`;
  return `${moved} ${largest < 0 ? "come together" : "part"}, ${factor}.`;
}

/** What the far past adds against what the near past adds. @param {Flow} flow */
function ratio({ steps, spectrum: { long_to_short: given }, itemized }) {
  if (!given || steps === 1) return "";
  if (itemized.log10_norm.every((row) => row.every((value) => value === null))) return "";
  const far = `from ${plural(given.split, "step")} back or more`;
  if (given.log10_ratio === null) return `Nothing comes ${far}.`;
  return `What comes ${far} is ${times(given.log10_ratio, 2)} times as much as the rest.`;
}

/** The regulariser of Pascanu et al., summed. @param {Flow} flow */
function regulariser({ spectrum: { omega } }) {
  const known = (omega ?? []).filter((value) => value !== null);
  if (!known.length) return "";
  return `Ω = ${number(known.reduce((a, b) => a + b, 0), 3, 1)}.`;
}

/**
 * Under the picture of the matrix.
 * @param {Flow} flow
 */
export function spectrumSentence(flow) {
  if (!flow.spectrum) return "";
  return isGatedFlow(flow) ? gatedCell(flow) : plainCell(flow);
}

/** Under the picture of the product. @param {Flow} flow */
export function productSentence(flow) {
  if (!flow.spectrum) return "";
  const said = [lyapunov(flow), ratio(flow), regulariser(flow), chosenSentence(flow)];
  return said.filter(Boolean).join(" ");
}

/** The key of the product's lines, as HTML of our own. @param {Flow} flow */
export function productKey(flow) {
  const norm = termHtml("jacobians", "‖∂H<sub>T</sub>/∂H<sub>t</sub>‖");
  const parts = [`<span><i></i>${norm}</span>`];
  if (flow.spectrum?.cell_product_log10_norm)
    parts.push('<span><i class="dash"></i>‖∂C<sub>T</sub>/∂C<sub>t</sub>‖</span>');
  if (!isGatedFlow(flow)) {
    const base = (flow.spectrum?.gamma ?? 1) === 1 ? "ρ" : "(γρ)";
    parts.push(`<span><i class="dots"></i>${base}<sup>T−t</sup></span>`);
  }
  return parts.join("");
}

/** @param {Flow} flow */
function isGatedFlow(flow) {
  return Boolean(flow.gates);
}
