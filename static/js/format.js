/** Numbers and tokens as text. */

import { lookup } from "./lookup.js";
import { graphemesOf } from "./tokens.js";
import { activationOf } from "./vocabulary.js";

/** @type {Object<string, string>} */
const SUPERSCRIPTS = lookup({
  "-": "⁻",
  0: "⁰",
  1: "¹",
  2: "²",
  3: "³",
  4: "⁴",
  5: "⁵",
  6: "⁶",
  7: "⁷",
  8: "⁸",
  9: "⁹",
});
const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";

/** Relative differences below these are rounding: of one operation, and of a whole computation. */
const ROUNDING = 1e-12;
const EQUAL = 1e-9;

/** Parameters in the notes' symbols. @type {Object<string, string>} */
const PARAMETERS = lookup({
  W_xh: "Wˣ",
  W_hh: "Wᴴ",
  W_yh: "Wʸ",
  b_h: "b",
  b_hn: "bₙᴴ",
  W_hr: "Wᴿ",
  W_hy: "Wᴼ",
  b_y: "bᴼ",
  p_i: "pᵢ",
  p_f: "p_f",
  p_o: "pₒ",
});

/**
 * Superscripts of parameters. Unicode has no raised X and Y: where markup can be, it raises them.
 * @type {Object<string, string>}
 */
const RAISED = lookup({ ˣ: "X", ᴴ: "H", ʸ: "Y", ᴼ: "O", ᴿ: "R" });

/**
 * A text cut where parameters have superscripts: [text, "X", text, …].
 * @param {string} text
 */
export function raised(text) {
  return text
    .split(/(?<=[Wb]ₙ?)([ˣᴴʸᴼᴿ])/u)
    .map((part, n) => (n % 2 ? RAISED[part] : part));
}

/** @param {string} name   as in the response: "W_hh", or "W_hh_1" in the second layer */
export function parameterName(name) {
  const [, base, layer] = name.match(/^(.*?)(?:_(\d))?$/) ?? ["", name];
  return `${PARAMETERS[base] ?? base}${layerMark(Number(layer ?? 0))}`;
}

/** What marks the layers above the first: "⁽²⁾". @param {number} layer   from 0 */
export function layerMark(layer) {
  return layer > 0 ? `⁽${superscript(layer + 1)}⁾` : "";
}

/** A node's id, read: "h_3_1" is H of step 3 in the second layer. @param {string} id */
export function partsOf(id) {
  const [letter, step, layer] = id.split("_");
  return { letter, step: Number(step), layer: Number(layer ?? 0) };
}

/** The step of a node or edge by its id: of an edge the later one. @param {string} id */
export function stepOf(id) {
  return partsOf(id.slice(id.indexOf(">") + 1)).step;
}

/** A node's indices as they are written: "₃⁽²⁾". @param {string} id */
export function indices(id) {
  const { step, layer } = partsOf(id);
  return subscript(step) + layerMark(layer);
}

/** A node's letter, a capital as in the notes. @param {string} id */
export function letterOf(id) {
  return id[0].toUpperCase();
}

/** A node's id as it is written: "H₁₃", "H₃⁽²⁾". @param {string} id */
export function symbol(id) {
  return letterOf(id) + indices(id);
}

/** How an activation is written in formulas: "" for a linear unit. @param {string} activation */
export function activationSymbol(activation) {
  return activationOf(activation).symbol;
}

/** @param {number} value   a whole number */
export function superscript(value) {
  return [...String(value)].map((c) => SUPERSCRIPTS[c]).join("");
}

/** @param {number} value   a whole number from 0 */
export function subscript(value) {
  return [...String(value)].map((c) => SUBSCRIPTS[Number(c)]).join("");
}

/**
 * A number given by its log₁₀, also outside the range of a double: "0.0123", "4.56 × 10⁻³⁰⁰⁰".
 * @param {number | null | undefined} log10
 * @param {number} digits   significant ones
 */
export function fromLog10(log10, digits = 3) {
  if (log10 === null || log10 === undefined || Number.isNaN(log10)) return "0";
  if (!Number.isFinite(log10)) return log10 > 0 ? "∞" : "0";
  if (log10 > -3.0005 && log10 < 4) return plain(10 ** log10, digits);
  let exponent = Math.floor(log10);
  let mantissa = (10 ** (log10 - exponent)).toFixed(digits - 1);
  if (Number(mantissa) >= 10) {
    exponent += 1;
    mantissa = (1).toFixed(digits - 1);
  }
  return `${mantissa} × 10${superscript(exponent)}`;
}

/** An ordinary number to so many significant digits. @param {number} value */
export function plain(value, digits = 3) {
  if (value === 0) return "0";
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
  const size = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(digits)))));
  const decimals = Math.max(0, Math.min(15, digits - 1 - size));
  return value.toFixed(decimals).replace("-", "−");
}

/**
 * Any number of ordinary or extraordinary size.
 * @param {number | null | undefined} value
 * @param {number} digits   significant ones
 * @param {number} scale   beside which the value is 0 where it is no more than rounding
 */
export function number(value, digits = 3, scale = 0) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (Math.abs(value) <= ROUNDING * scale) return "0";
  return (value < 0 ? "−" : "") + fromLog10(Math.log10(Math.abs(value)), digits);
}

/** A number without the zeros at its end: "0.55", "4". @param {number} value */
export function tidy(value, digits = 3) {
  const text = number(value, digits);
  return text.includes("×") ? text : text.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
}

/**
 * Two numbers with as many digits as tell them apart, or the same words where they are equal
 * beyond rounding.
 * @param {number} a @param {number} b
 * @returns {[string, string]}
 */
export function apart(a, b) {
  const equal = Math.abs(a - b) <= EQUAL * Math.max(Math.abs(a), Math.abs(b));
  if (equal) return [tidy(b), tidy(b)];
  for (let digits = 3; digits < 12; digits += 1) {
    /** @type {[string, string]} */
    const pair = [tidy(a, digits), tidy(b, digits)];
    if (pair[0] !== pair[1]) return pair;
  }
  return [String(a), String(b)];
}

/** −1 below, 0 equal within rounding, 1 above. @param {number} a @param {number} b */
export function compare(a, b) {
  if (Math.abs(a - b) <= EQUAL * Math.max(Math.abs(a), Math.abs(b))) return 0;
  return a < b ? -1 : 1;
}

/** A cosine: "1.000" only where it is 1. @param {number} value */
export function cosineText(value) {
  for (let digits = 3; digits < 10; digits += 1) {
    const text = value.toFixed(digits);
    if (Math.abs(Number(text)) < 1) return text.replace(/^-(0\.0*)$/, "$1").replace("-", "−");
  }
  return value < 0 ? "−1.000" : "1.000";
}

/** Whether a factor is 1 within rounding. @param {number} decades   its log₁₀ */
export function isOne(decades) {
  return Math.abs(decades) <= EQUAL;
}

/**
 * A factor: "6.80", "0.00106", and "1.0004" rather than a "1.00" that it is not.
 * @param {number} decades   its log₁₀
 */
export function times(decades, digits = 3) {
  if (isOne(decades)) return "1";
  for (let more = digits; more < 12; more += 1) {
    const text = fromLog10(decades, more);
    if (Number(text) !== 1) return text;
  }
  return "1";
}

/**
 * A share: "12.6 %", "0.10 %", "a share of 1.0 × 10⁻⁴⁰⁰"; "99.99 %" where it is all but 100 %, and
 * where it is more than all, "6.80 times as much".
 * @param {number | null} decades   log₁₀ of the share
 */
export function share(decades) {
  if (decades === null) return "nothing";
  if (isOne(decades)) return "100 %";
  if (decades > 0) return `${times(decades)} times as much`;
  return decades < -5 ? `a share of ${fromLog10(decades, 2)}` : `${percent(decades)} %`;
}

/**
 * A share and what it is of, less the words of that: "12.6 % of", "1.0 × 10⁻⁴⁰⁰ of", "all of",
 * "6.80 times", "nothing of".
 * @param {number | null} decades   log₁₀ of the share
 */
export function portion(decades) {
  if (decades === null) return "nothing of";
  if (isOne(decades)) return "all of";
  if (decades > 0) return `${times(decades)} times`;
  return decades < -5 ? `${fromLog10(decades, 2)} of` : `${percent(decades)} % of`;
}

/**
 * How much there is beside what entered: "12.6 % of what entered", "6.80 times as much as entered",
 * "as much as entered", "nothing".
 * @param {number | null} decades   log₁₀ of the share
 */
export function besideEntered(decades) {
  if (decades === null) return "nothing";
  if (isOne(decades)) return "as much as entered";
  return decades > 0 ? `${share(decades)} as entered` : `${share(decades)} of what entered`;
}

/** Below 100, and never rounded up to it. @param {number} decades */
function percent(decades) {
  const value = 100 * 10 ** decades;
  if (value >= 99.95) return (Math.floor(100 * value) / 100).toFixed(2);
  return plain(value, decades < -1 ? 2 : 3);
}

/** "1 step", "2 steps", "2 losses". @param {number} count @param {string} one */
export function plural(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}

/** "1 step back", "2 steps back". @param {number} count */
export function stepsBack(count) {
  return `${plural(count, "step")} back`;
}

/**
 * What a field takes, as an error says it: "a whole number from 0 to 10".
 * @param {{whole: boolean, least?: string, most?: string}} given
 */
export function allowedNumber({ whole, least = "", most = "" }) {
  const kind = whole ? "a whole number" : "a number";
  return kind + (least === "" ? "" : ` from ${least}`) + (most === "" ? "" : ` to ${most}`);
}

/** A tick of a log axis: "10⁻²", "1". @param {number} exponent */
export function power(exponent) {
  return exponent === 0 ? "1" : exponent === 1 ? "10" : `10${superscript(exponent)}`;
}

const GLYPHS = new Map([
  [" ", "␣"],
  ["\n", "↵"],
  ["\r", "␍"],
  ["\t", "⇥"],
  ["\u00a0", "⍽"],
  ["\u200d", "⁀"],
]);
const UNSEEN = /^[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zs}\p{Zl}\p{Zp}\p{Variation_Selector}]$/u;

/** What shapes the signs beside it within one grapheme: joiners, variation selectors, tags. */
const SHAPES = /^[\u200c\u200d\p{Variation_Selector}\u{e0020}-\u{e007f}]$/u;

/** One grapheme so that one sees it. @param {string} grapheme */
function seen(grapheme) {
  const points = [...grapheme];
  return points
    .map((c, i) => {
      const within = i > 0 && (i < points.length - 1 || c !== "\u200d");
      if (within && SHAPES.test(c)) return c;
      if (GLYPHS.has(c)) return GLYPHS.get(c);
      if (UNSEEN.test(c)) return "▫";
      if (i === 0 && /^\p{M}/u.test(c)) return `◌${c}`;
      return c;
    })
    .join("");
}

/**
 * A token so that one sees it: white space and controls as glyphs, a lone mark on a dotted circle.
 * @param {string} token
 */
export function glyph(token) {
  if (!/[^\x21-\x7e]/.test(token)) return token;
  return graphemesOf(token).map(seen).join("");
}

/**
 * A token in running text: its glyphs, and the code point of a single unseen one.
 * @param {string} token
 */
export function spoken(token) {
  const points = [...token];
  const code =
    points.length === 1 && (GLYPHS.has(token) || UNSEEN.test(token) || /^\p{M}/u.test(token));
  const seen = `“\u2068${glyph(token)}\u2069”`;
  return code
    ? `${seen} U+${(points[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`
    : seen;
}

/** Cut to so many graphemes. @param {string} text @param {number} most */
export function shorten(text, most) {
  if (text.length <= most) return text;
  const parts = graphemesOf(text);
  return parts.length <= most ? text : `${parts.slice(0, Math.max(1, most - 1)).join("")}…`;
}

/** For Plotly, which reads a little HTML in its text. @param {string} text */
export function escapeMarkup(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/**
 * Round step numbers for an axis.
 * @param {number} lo @param {number} hi
 * @param {number} most   how many fit
 */
export function stepTicks(lo, hi, most) {
  const span = hi - lo;
  const rounds = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];
  const every = rounds.find((n) => span / n <= most) ?? 5000;
  const ticks = [];
  const first = Math.max(every > 2 ? 1 : 0, Math.ceil(lo));
  if (every > 2 && first === 1) ticks.push(1);
  for (let t = Math.ceil(first / every) * every; t <= hi; t += every) ticks.push(t);
  return ticks;
}
