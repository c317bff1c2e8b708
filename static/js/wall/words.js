/** What the balls on the loss do, in sentences. */

import { cosineText, fromLog10, number, parameterName, plural, subscript, superscript } from "../format.js";
import { extent, ridgeOf } from "../figures/wall.js";
import { clipRuleOf } from "../vocabulary.js";
import { ballOf, isClipped } from "./choices.js";
import { NOISE } from "./plan.js";

/**
 * @typedef {import("./said.js").Entry} Entry
 * @typedef {object} Path   a descent of an answer
 * @property {[number, number][]} points
 * @property {(number | null)[]} loss
 * @property {(number | null)[]} gradient_log10_norm
 * @property {boolean[]} engaged
 * @property {[number | null, number | null][]} gradient
 * @property {[number | null, number | null][]} clipped
 * @property {"overflow" | null} ended
 *
 * @typedef {object} Place   of an answer
 * @property {number[]} at
 * @property {number | null} loss
 * @property {(number | null)[]} gradient
 * @property {number | null} gradient_log10_norm
 * @property {{mean_of_clipped: (number | null)[], clipped_mean: (number | null)[], engaged: number,
 *   cosine: number | null, ratio: number | null, gradients: (number | null)[][]} | null} samples
 */

/** A step so many times the middle one, and that part of the map's diagonal, is a throw. */
const THROWN = 10;
const FAR = 0.05;

/** Nine digits: "−411.870634", "1.23456789 × 10⁻⁵". @param {number | null} value */
function precisely(value) {
  if (value === null) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  return (value < 0 ? "−" : "") + digitsOf(size);
}

/** @param {number} size   above 0 */
function digitsOf(size) {
  const [digits = "", power = ""] = size.toExponential(8).split("e");
  if (size < 1e-3 || size >= 1e6) return `${digits} × 10${superscript(Number(power))}`;
  return String(Number(size.toPrecision(9)));
}

/** "Wᴴ", "b", "Wᴴ₂" where it has several entries. @param {Entry} entry */
export function symbolOf({ parameter, index }) {
  const [row = 0, column = 0] = index;
  const place = row || column ? subscript(row + 1) : "";
  return `${parameterName(parameter)}${place}`;
}

/** "(4.80, −2.30)" @param {(number | null)[]} pair */
export function pairText(pair) {
  return `(${pair.map((value) => (value === null ? "∞" : number(value))).join(", ")})`;
}

/**
 * Where the loss is steep.
 * @param {import("../figures/wall.js").Land} land
 * @param {boolean} [marked]   whether diamonds mark the ridge
 */
export function ridgeSentence(land, marked = true) {
  if (!ridgeOf(land).length) return "Nowhere on this map does the gradient stand out.";
  const { axes, gradient_log10_norm: table } = land;
  const [, most] = extent(table);
  const j = table.findIndex((row) => row.includes(most));
  const at = pairText([axes[0]?.values[table[j]?.indexOf(most) ?? 0] ?? 0, axes[1]?.values[j] ?? 0]);
  const ridge = marked ? "Red diamonds mark the ridge, where the loss is steepest in its column. " : "";
  return `${ridge}Of the points of this map the gradient is largest at ${at}: ‖g‖ = ${fromLog10(most)}; between them it may be larger.`;
}

/** Lengths of the steps of a path. @param {[number, number][]} points */
export function lengths(points) {
  return points.slice(1).map(([p, q], n) => Math.hypot(p - (points[n]?.[0] ?? p), q - (points[n]?.[1] ?? q)));
}

/**
 * The step that throws a ball off, from 1, or 0.
 * @param {[number, number][]} points @param {number} diagonal   of the map
 */
function throwOf(points, diagonal) {
  const all = lengths(points);
  if (!all.length) return 0;
  const largest = Math.max(...all);
  const middle = [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;
  return largest > THROWN * middle && largest > FAR * diagonal ? all.indexOf(largest) + 1 : 0;
}

/**
 * One ball's sentence.
 * @param {string} name @param {Path} path @param {{mu: number, diagonal: number}} options
 */
export function ballSentence(name, path, { mu, diagonal }) {
  const ball = ballOf(name);
  const clips = isClipped(ball);
  const how = clips ? `${ball.label}, ${clipRuleOf(ball.rule).letter} = ${number(mu)}` : ball.label;
  const steps = lengths(path.points);
  const thrown = throwOf(path.points, diagonal);
  const engaged = path.engaged.slice(0, -1).filter(Boolean).length;
  const parts = [];
  if (thrown) {
    const norm = fromLog10(path.gradient_log10_norm[thrown - 1]);
    parts.push(
      `thrown off at step ${thrown} by a step of ${number(steps[thrown - 1])}, for ‖g‖ is ${norm} there`,
    );
  } else if (steps.length) parts.push(`no step is longer than ${number(Math.max(...steps))}`);
  if (clips) parts.push(`clipping engages at ${engaged} of ${plural(steps.length, "step")}`);
  const last = path.loss.at(-1) ?? null;
  if (path.ended) parts.push(`the next step leaves the range of a double`);
  else parts.push(`after ${plural(steps.length, "step")} E = ${number(last)} at ${pairText(path.points.at(-1) ?? [])}`);
  return `${how[0]?.toUpperCase()}${how.slice(1)}: ${parts.join("; ")}.`;
}

/**
 * The numbers of one place, with as many digits as a check needs.
 * @param {Place} place @param {[Entry, Entry]} entries
 * @returns {[string, string][]}   what, and how much
 */
export function placeRows(place, entries) {
  const [first, second] = entries.map(symbolOf);
  return [
    [`${first}, ${second}`, place.at.map((value) => precisely(value)).join(", ")],
    ["E", precisely(place.loss)],
    [`∂E/∂${first}`, precisely(place.gradient[0] ?? null)],
    [`∂E/∂${second}`, precisely(place.gradient[1] ?? null)],
    ["‖g‖", place.gradient_log10_norm === null ? "–" : fromLog10(place.gradient_log10_norm, 6)],
  ];
}

/** What clipping makes of g at one place of a path. @param {string} name @param {Path} path @param {number} n */
export function arrowSentence(name, path, n) {
  const ball = ballOf(name);
  const [g, after] = [path.gradient[n] ?? [null, null], path.clipped[n] ?? [null, null]];
  const norm = fromLog10(path.gradient_log10_norm[n] ?? null);
  if (!path.engaged[n]) return `${ball.label}: ‖g‖ = ${norm}, not changed.`;
  const turned = angleBetween(g, after);
  const left = number(Math.hypot(after[0] ?? NaN, after[1] ?? NaN));
  const kept = clipRuleOf(ball.rule).keeps_direction;
  const cosine = cosineText(Math.cos(turned));
  if (Number.isNaN(turned)) return `${ball.label}: ‖g‖ ${norm} → ${left}.`;
  if (kept) return `${ball.label}: ‖g‖ ${norm} → ${left}, shortened; the direction is kept: cosine ${cosine}.`;
  const bent = turned < STRAIGHT ? "not bent" : `bent by ${number((180 * turned) / Math.PI, 2)}°`;
  return `${ball.label}: ‖g‖ ${norm} → ${left}, ${bent}: cosine ${cosine}.`;
}

/** An angle below that is none, in radians. */
const STRAIGHT = 1e-6;

/**
 * Between two vectors, in radians; NaN where one of them has no direction.
 * @param {(number | null)[]} one @param {(number | null)[]} other
 */
export function angleBetween(one, other) {
  const [[a, b], [c, d]] = [one, other].map((pair) => {
    const [p = NaN, q = NaN] = pair.map((value) => value ?? NaN);
    const size = Math.max(Math.abs(p), Math.abs(q)); // whose square a double may not hold
    return [p / size, q / size];
  });
  return Math.atan2(Math.abs((a ?? NaN) * (d ?? NaN) - (b ?? NaN) * (c ?? NaN)), (a ?? NaN) * (c ?? NaN) + (b ?? NaN) * (d ?? NaN));
}

/** Whether all that have a direction lie on one line. @param {(number | null)[][]} pairs */
function onOneLine(pairs) {
  const [first, ...others] = pairs.filter((pair) => pair.some(Boolean));
  if (!first) return false;
  return others.every((pair) => {
    const turned = angleBetween(first, pair);
    return Math.min(turned, Math.PI - turned) < STRAIGHT;
  });
}

/** What "biased" means, with numbers. @param {Place} place @param {number} mu */
export function biasSentence(place, mu) {
  const { samples } = place;
  if (!samples) return "";
  const all = samples.gradients.length;
  const lead =
    `Clipping each sample is biased: with ${all} noisy targets (y ± ${NOISE}) at the start and μ = ${number(mu)}, ` +
    `${samples.engaged} of ${all} gradients ${samples.engaged === 1 ? "is" : "are"} clipped.`;
  if (!samples.engaged) return `${lead} So the mean of the clipped gradients is the clipped mean.`;
  const [mean, clipped] = [samples.mean_of_clipped, samples.clipped_mean];
  const share = samples.ratio === null ? "" : ` It has ${number(100 * samples.ratio)} % of its length`;
  const turned = samples.cosine === null ? "" : `${share ? " and" : " It has"} cosine ${cosineText(samples.cosine)} with it`;
  const said = `${lead} Their mean is ${pairText(mean)}; the clipped mean is ${pairText(clipped)}.`;
  const compared = share || turned ? `${share}${turned}.` : "";
  return `${said}${compared}${lineWords(samples)}`;
}

/** Why a mean cannot turn where all gradients lie on one line. @param {NonNullable<Place["samples"]>} samples */
function lineWords({ gradients, cosine, ratio }) {
  if (cosine === null || !onOneLine(gradients)) return "";
  const why =
    " It cannot turn here, so that its cosine is 1 or −1: the gradients of all samples lie on one line, each the same " +
    "derivative of the one output times its own error.";
  if (cosine < 0) return `${why} What clipping changes is the sign: the step goes the other way.`;
  const size = ratio === null ? NaN : Number(number(ratio));
  if (size === 1) return `${why} Its length has not changed either.`;
  return `${why} What clipping changes is how far the step goes${size < 1 ? ": less far" : size > 1 ? ": farther" : ""}.`;
}
