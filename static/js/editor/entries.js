/** What is typed or pasted into cells of numbers, and how numbers stand in them. */

import { real } from "../kinds.js";

/**
 * @typedef {object} Range   what a cell takes
 * @property {boolean} [whole]
 * @property {number} least
 * @property {number} most
 *
 * @typedef {{value: number} | {wrong: string}} Entry   wrong: what came, and what is allowed
 */

/** What a weight or an input may be. @type {Range} */
export const ANY = { least: -1e6, most: 1e6 };

/** So much of an entry is repeated. */
const SHOWN = 24;
/** A number that is no longer than this is written as it is. */
const SHORT = 6;

/** @param {Range} range */
function allowed({ whole = false, least, most }) {
  /** @param {number} bound */
  const say = (bound) => bound.toLocaleString("en-US").replace("-", "−");
  return `${whole ? "a whole number" : "a number"} from ${say(least)} to ${say(most)}`;
}

/** A number as JSON has it, also with a minus as it is printed. @param {string} text @param {Range} range @returns {Entry} */
export function readEntry(text, range) {
  const plain = text.trim().replace(/^[−–]/u, "-").replace(/(e)[−–]/iu, "$1-").replace(/^\+/, "");
  const value = real.parse(plain);
  const fits = value !== undefined && value >= range.least && value <= range.most;
  if (fits && !(range.whole && !Number.isInteger(value))) return { value: value + 0 }; // never −0
  const said = text.trim();
  const received = said ? `“${said.length > SHOWN ? `${said.slice(0, SHOWN)}…` : said}”` : "nothing";
  const point = /^[-+\d]*,\d+$/.test(plain) ? ", with a decimal point" : "";
  return { wrong: `received ${received}; allowed: ${allowed(range)}${point}` };
}

/** All digits, as a cell has them that is being edited. @param {number | null} value */
export function exact(value) {
  return value === null ? "" : String(value);
}

/** As a cell shows a number: all of it where it is short, else three decimals. @param {number | null} value */
export function shown(value) {
  if (value === null) return "–";
  const size = Math.abs(value);
  const whole = String(value);
  if (whole.length <= SHORT) return whole.replace("-", "−");
  const text = size >= 1e-3 && size < 1e4 ? value.toFixed(size < 100 ? 3 : 1) : value.toExponential(1);
  return text.replace(/^-/, "−").replace("e+", "e");
}

/**
 * A block of cells out of a spreadsheet, a file or a printed array: rows on lines, entries between
 * tabs, commas, semicolons or spaces; brackets are left out.
 * @param {string} text
 */
export function pasted(text) {
  return text
    .replace(/^[\s[({]+|[\s\])}]+$/g, "")
    .split(/\r?\n|[\])}]\s*,?\s*[[({]/)
    .map((line) => line.replace(/^[[({]+|[\])},;]+$/g, "").replace(/^ +| +$/g, ""))
    .map((line) => line.split(line.includes("\t") ? "\t" : /[,;]/.test(line) ? /[,;]/ : /\s+/))
    .map((row) => row.map((entry) => entry.trim()));
}

/**
 * An array with some numbers changed; what holds none of them stays the same object.
 * @template {any} T
 * @param {T} array
 * @param {{path: number[], value: number}[]} edits   path: indices, the outermost first
 * @returns {T}
 */
export function withEdits(array, edits) {
  return edits.reduce((whole, { path, value }) => put(whole, path, value), array);
}

/** @param {any} array @param {number[]} path @param {number} value @returns {any} */
function put(array, [first, ...rest], value) {
  const copy = [...array];
  copy[first] = rest.length ? put(array[first], rest, value) : value;
  return copy;
}
