/** The spectrum in words: what the eigenvalues promise, and what happens before it. */

import { fromLog10, number, plain } from "./format.js";
import { LETTERS } from "./gates.js";

/** A product that stays below this is no growth. */
const GROWN = Math.log10(1.05);

/**
 * The largest product ‖∂h_T/∂h_t‖, and how many steps back it lies.
 * @param {(number | null)[]} series   log₁₀ at t = 1 … T − 1
 * @returns {{back: number, log10: number} | null}   null where it never exceeds 1
 */
export function humpOf(series) {
  const steps = series.length + 1;
  let hump = null;
  series.forEach((value, n) => {
    if (value !== null && value > (hump?.log10 ?? GROWN))
      hump = { back: steps - (n + 1), log10: value };
  });
  return hump;
}

/** "21-fold", "1.3-fold", "3.2 × 10⁵-fold". */
function fold(log10) {
  const times = 10 ** log10;
  const digits = times < 10 ? 2 : Math.ceil(log10);
  return `${log10 < 4 ? plain(times, digits) : fromLog10(log10, 2)}-fold`;
}

function stepsBack(back) {
  return back === 1 ? "in the first step back" : `in the first ${back} steps back`;
}

/** What the product does, after what ρ says of the long run. */
function growth(flow) {
  const { product_log10_norm: series } = flow.spectrum;
  const hump = humpOf(series);
  if (!hump) return "the product shrinks from the first step back";
  const turns = hump.back < series.length ? " before it shrinks" : ", as far as this sequence goes";
  return `${stepsBack(hump.back)} the product grows ${fold(hump.log10)}${turns}`;
}

/** Of a matrix with an activation: eigenvalues, singular values and their bound 1/γ. */
function plainCell(flow) {
  const { spectral_radius: radius, spectral_norm: norm, bound = 1, sufficient } = flow.spectrum;
  const [rho, sigma, limit] = [tidy(radius), tidy(norm), boundWords(bound)];
  if (sufficient)
    return (
      `σₘₐₓ = ${sigma} < ${limit}: the gradient must vanish, whatever the inputs ` +
      `(Pascanu et al. 2013). ρ = ${rho}.`
    );
  if (!flow.spectrum.product_log10_norm.length) return `ρ = ${rho}, σₘₐₓ = ${sigma}.`;
  if (radius < bound - 1e-9) {
    const promise = `ρ = ${rho} < ${limit} promises decay in the long run, `;
    return humpOf(flow.spectrum.product_log10_norm)
      ? `${promise}but σₘₐₓ = ${sigma}: ${growth(flow)}.`
      : `${promise}though σₘₐₓ = ${sigma} would allow growth on the way: here ${growth(flow)}.`;
  }
  return (
    `ρ = ${rho} ≥ ${limit}: the gradient can explode, if f′ stays near its largest; ` +
    `here ${growth(flow)}.`
  );
}

function boundWords(bound) {
  return `1/γ = ${tidy(bound)}`;
}

/** A number without the zeros at its end. */
function tidy(value) {
  return number(value).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
}

/** Of a gated cell: no single matrix decides. */
function gatedCell(flow) {
  const { blocks, spectral_radius: radius } = flow.spectrum;
  const each = Object.entries(blocks ?? {}).map(([name, r]) => `${LETTERS[name]} ${tidy(r)}`);
  const listed = each.length ? ` Spectral radii by gate: ${each.join(", ")}.` : "";
  const written = flow.experiment.network.cell === "lstm" ? "g" : "n";
  return (
    `Drawn is the candidate’s block ${written}, ρ = ${tidy(radius)}. It promises nothing by ` +
    `itself: gates multiply what passes.${listed} Along this sequence ${growth(flow)}.`
  );
}

/** Whether nearby states come together along this sequence. */
function lyapunov({ spectrum: { lyapunov_exponents: exponents } }) {
  const largest = exponents?.[0];
  if (largest === undefined || largest === null || !Number.isFinite(largest)) return "";
  const factor = `× ${number(Math.exp(largest))} a step`;
  const size = number(largest);
  if (Math.abs(largest) < 0.005)
    return `Largest Lyapunov exponent ${size}: nearby states keep their distance.`;
  return largest < 0
    ? `Largest Lyapunov exponent ${size}: nearby states come together, ${factor}.`
    : `Largest Lyapunov exponent ${size}: nearby states part, ${factor}.`;
}

/** What the far past adds against what the near past adds. */
function ratio({ spectrum: { long_to_short: given } }) {
  if (!given) return "";
  const far = `from ${given.split} steps back or more`;
  return given.log10_ratio === null
    ? `Nothing comes ${far}.`
    : `What comes ${far} is ${fromLog10(given.log10_ratio, 2)} times as much as the rest.`;
}

/**
 * Under the picture of the matrix.
 * @param {import("./types.js").Flow} flow
 */
export function spectrumSentence(flow) {
  return isGatedFlow(flow) ? gatedCell(flow) : plainCell(flow);
}

/** Under the picture of the product. @param {import("./types.js").Flow} flow */
export function productSentence(flow) {
  return [lyapunov(flow), ratio(flow)].filter(Boolean).join(" ");
}

/** The key of the product's lines, as HTML of our own. @param {import("./types.js").Flow} flow */
export function productKey(flow) {
  const parts = ["<span><i></i>‖∂H<sub>T</sub>/∂H<sub>t</sub>‖</span>"];
  if (flow.spectrum.cell_product_log10_norm)
    parts.push('<span><i class="dash"></i>‖∂C<sub>T</sub>/∂C<sub>t</sub>‖</span>');
  if (!isGatedFlow(flow)) {
    const base = (flow.spectrum.gamma ?? 1) === 1 ? "ρ" : "(γρ)";
    parts.push(`<span><i class="dots"></i>${base}<sup>T−t</sup></span>`);
  }
  return parts.join("");
}

function isGatedFlow(flow) {
  return Boolean(flow.gates);
}
