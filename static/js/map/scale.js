/** Which colour a number of a map has: gradients in the page's own scale, names a colour each. */

import { fromLog10, number, power, tidy } from "../format.js";
import { LIMIT } from "../theme.js";

/** @import { Theme } from "../types.js" */

/**
 * @typedef {{name: string, label: string, unit: string, words: string, names: string[], share: boolean, relative: boolean, trained: boolean}} MapNumber
 * @typedef {object} Scale
 * @property {number} low
 * @property {number} high
 * @property {[number, string][]} colours   as Plotly takes them
 * @property {string} unit   of z
 * @property {number[]} levels   where contour lines are drawn
 * @property {(value: any) => number | null} z
 * @property {(z: number) => string} say   what stands at a level
 * @property {[number, string][]} marks   of the legend: [z, words]
 */

const DECADES = [-300, -100, -30, -10, -3, -1, 0, 1, 3, 10, 30, 100];

/** What of some values most lie between. @param {number[]} values @returns {[number, number]} */
function between(values) {
  const all = values.toSorted((a, b) => a - b);
  if (!all.length) return [0, 1];
  const [low, high] = [0.02, 0.98].map((share) => all[Math.round(share * (all.length - 1))]);
  return low < high ? [low, high] : [low - 0.5, low + 0.5];
}

/** Round levels between two numbers. @param {number} low @param {number} high */
function rounds(low, high) {
  const unit = 10 ** Math.floor(Math.log10((high - low) / 3));
  const step = [1, 2, 5, 10].map((n) => n * unit).find((one) => (high - low) / one <= 6) ?? unit;
  const found = [];
  for (let n = Math.ceil(low / step); n * step <= high; n += 1) found.push(n * step);
  return found;
}

/** @param {Theme} theme @returns {[number, string][]} */
const gradients = (theme) => theme.flow.map((colour, n) => [n / (theme.flow.length - 1), colour]);

/** Equal colours for what has no order. @param {string[]} colours @returns {[number, string][]} */
const steps = (colours) =>
  colours.flatMap((colour, n) => /** @type {[number, string][]} */ ([[n / colours.length, colour], [(n + 1) / colours.length, colour]]));

/** @param {MapNumber} of @param {Theme} theme @returns {Scale} */
function named({ names }, theme) {
  const colours = [theme.flow[0], theme.flow[2], theme.flow[4], theme.ink];
  return {
    low: -0.5,
    high: names.length - 0.5,
    colours: steps(names.map((_, n) => colours[n % colours.length])),
    levels: [],
    unit: "",
    z: (value) => (names.includes(value) ? names.indexOf(value) : null),
    say: (z) => names[z] ?? "",
    marks: names.map((name, n) => [n, name]),
  };
}

/** @param {any} value */
const plainly = (value) => (typeof value === "number" ? value : null);

/**
 * @param {MapNumber} of @param {any[]} values   all that are known @param {Theme} theme
 * @returns {Scale}
 */
export function scaleOf(of, values, theme) {
  if (of.names.length) return named(of, theme);
  if (of.relative) {
    const marks = [-LIMIT, -1, 0, 1, LIMIT];
    const ends = new Map([[-LIMIT, "≤ "], [LIMIT, "≥ "]]);
    return { low: -LIMIT, high: LIMIT, colours: gradients(theme), unit: "log₁₀", levels: DECADES, z: plainly, say: (z) => power(z), marks: marks.map((z) => [z, `${ends.get(z) ?? ""}${power(z)}`]) };
  }
  const known = values.filter((value) => typeof value === "number");
  const [least, most] = of.share ? [0, 1] : between(known);
  const decades = of.unit === "decades";
  const signed = !decades && least < 0 && most > 0;
  const far = Math.max(-least, most);
  const [low, high] = signed ? [-far, far] : [least, most];
  const levels = of.share ? [0.25, 0.5, 0.75] : rounds(low, high);
  /** Some values lie beyond the ends. @param {number} z */
  const beyond = (z) => (z === low && known.some((value) => value < low) ? "≤ " : z === high && known.some((value) => value > high) ? "≥ " : "");
  /** @param {number} z */
  const words = (z) => (of.share ? `${Math.round(100 * z)} %` : decades ? fromLog10(z) : tidy(z));
  return {
    low,
    high,
    colours: signed ? gradients(theme) : [[0, theme.pale], [1, theme.muted]],
    levels,
    unit: decades ? "log₁₀" : of.unit,
    z: plainly,
    say: (z) => (decades && Number.isInteger(z) ? power(z) : words(z)),
    marks: [low, ...(signed ? [0] : [(low + high) / 2]), high].map((z) => [z, `${beyond(z)}${words(z)}`]),
  };
}

/** A number in words: "4.2 × 10⁻⁵". @param {MapNumber} of @param {any} value */
export function toldOf(of, value) {
  if (value === null || value === undefined) return "no such number";
  if (typeof value === "string") return value;
  if (of.unit === "decades") return fromLog10(value);
  if (of.share) return `${Math.round(100 * value)} %`;
  return number(value);
}
