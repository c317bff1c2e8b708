/** How the norms of many draws are spread, and where rules would cut. */

import { fromLog10, number, power, tidy } from "../format.js";
import { thresholdRules } from "../vocabulary.js";
import { shape } from "./overlay.js";

/**
 * @typedef {object} Norms   an answer of `POST /api/v1/norms`
 * @property {number} draws
 * @property {(number | null)[]} log10_norms
 * @property {number} zeros
 * @property {number} overflows
 * @property {Object<string, number | null>} percentiles
 * @property {{log10: Object<string, number | null | (number | null)[]>}} rules
 * @property {{threshold: number | null, share: number | null}} engaged
 *
 * @typedef {{name: string, letter: string, log10: number, most?: number, source: string}} Mark
 */

const BINS = 48;
const [WIDTH, HEIGHT, FOOT, HEAD] = [280, 150, 26, 18];

/** What the rules choose, as marks; nothing of a rule that no norm lets choose. @param {Norms} norms @returns {Mark[]} */
export function marksOf({ rules: { log10 } }) {
  return thresholdRules().flatMap(({ name, label, letter, chooses, year }) => {
    const [least, most] = [log10[name] ?? null].flat();
    if (typeof least !== "number" || most === null) return [];
    return [{ name: label, letter, log10: least, most, source: `${chooses} (${year})` }];
  });
}

/** The share of the norms above a threshold. @param {Norms} norms @param {number} mu */
function shareAbove({ log10_norms: all, overflows }, mu) {
  const counted = all.length - overflows;
  const above = all.filter((value) => value !== null && value > Math.log10(mu)).length;
  return counted ? above / counted : null;
}

/** @param {number[]} values @param {number} from @param {number} to */
function counts(values, from, to) {
  const bins = /** @type {number[]} */ (Array(BINS).fill(0));
  for (const value of values) {
    const at = Math.min(BINS - 1, Math.max(0, Math.floor((BINS * (value - from)) / (to - from))));
    bins[at] = (bins[at] ?? 0) + 1;
  }
  return bins;
}

/**
 * @param {SVGElement} svg @param {Norms} norms @param {number} mu
 */
export function putHistogram(svg, norms, mu) {
  const values = /** @type {number[]} */ (norms.log10_norms.filter((value) => value !== null));
  const marks = marksOf(norms);
  const places = [...values, Math.log10(mu), ...marks.map(({ log10 }) => log10)];
  const [low, high] = [Math.min(...places), Math.max(...places)];
  const room = Math.max(0.05, 0.06 * (high - low));
  const [from, to] = [low - room, high + room];
  /** @param {number} log10 */
  const x = (log10) => (WIDTH * (log10 - from)) / (to - from);
  const bins = counts(values, from, to);
  const most = Math.max(1, ...bins);
  const plot = HEIGHT - FOOT - HEAD;
  const parts = bins.map((count, n) =>
    shape("rect", {
      class: "norms-bar",
      x: (n * WIDTH) / BINS + 0.5,
      width: WIDTH / BINS - 1,
      y: HEAD + plot * (1 - count / most),
      height: (plot * count) / most,
    }),
  );
  for (const { letter, log10, most: last } of marks) {
    if (last !== undefined)
      parts.push(shape("rect", { class: "norms-range", x: x(log10), width: Math.min(WIDTH, x(last)) - x(log10), y: HEAD - 5, height: 5 }));
    parts.push(...line(x(log10), letter, "norms-rule"));
  }
  parts.push(...line(x(Math.log10(mu)), "μ", "norms-mu"));
  for (const tick of ticksOf(from, to)) parts.push(text(x(tick), HEIGHT - 8, labelOf(tick), "norms-tick"));
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.replaceChildren(shape("path", { class: "norms-foot", d: `M0,${HEAD + plot}H${WIDTH}` }), ...parts);
}

/** Round places of a logarithmic axis, as log₁₀: 1, 2 and 5, or powers of ten alone. @param {number} from @param {number} to */
function ticksOf(from, to) {
  const every = Math.max(1, Math.ceil((to - from) / 6));
  const within = to - from < 2.5 ? [0, Math.log10(2), Math.log10(5)] : [0];
  const ticks = [];
  for (let decade = Math.floor(from); decade <= to; decade += every)
    for (const more of within)
      if (decade + more >= from && decade + more <= to) ticks.push(decade + more);
  return ticks;
}

/** @param {number} tick */
function labelOf(tick) {
  return Number.isInteger(tick) && Math.abs(tick) > 2 ? power(tick) : tidy(10 ** tick);
}

/** @param {number} x @param {string} letter @param {string} kind */
function line(x, letter, kind) {
  return [
    shape("path", { class: kind, d: `M${x},${HEAD - 4}V${HEIGHT - FOOT}` }),
    text(Math.max(6, Math.min(WIDTH - 6, x)), HEAD - 7, letter, kind),
  ];
}

/** @param {number} x @param {number} y @param {string} words @param {string} kind */
function text(x, y, words, kind) {
  const made = shape("text", { x, y, class: kind, "text-anchor": "middle" });
  made.textContent = words;
  return made;
}

/**
 * The norms in a sentence.
 * @param {Norms} norms @param {number} mu
 * @param {number} [wanted]   draws that were asked for
 */
export function normsSentence(norms, mu, wanted = norms.draws) {
  const { percentiles, draws, zeros, overflows } = norms;
  const fewer =
    draws < wanted
      ? [`${wanted} were asked for; of an experiment of this size the service computes at most ${draws} at once.`]
      : [];
  const share = shareAbove(norms, mu);
  if (share === null)
    return [`In all ${draws} draws a state leaves the range of a double: no norm is known.`, ...fewer].join(" ");
  /** @param {string} p */
  const at = (p) => fromLog10(percentiles[p] ?? null);
  const parts =
    draws === 1
      ? [`One draw: ‖g‖ = ${at("50")}.`, `μ = ${number(mu)} would ${share ? "" : "not "}engage.`, ...fewer]
      : [
          `${draws} draws: half of them have ‖g‖ below ${at("50")}, nine in ten lie between ${at("5")} and ${at("95")}.`,
          `μ = ${number(mu)} would engage at ${number(100 * share)} % of them.`,
          ...fewer,
        ];
  if (zeros) parts.push(`${zeros} have a gradient of exactly zero.`);
  if (overflows) parts.push(`In ${overflows} a state leaves the range of a double; they are not counted.`);
  return parts.join(" ");
}
