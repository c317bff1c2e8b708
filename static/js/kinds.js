/**
 * Kinds of settings: how a value is written in a link and read from it, what is allowed in words,
 * and, beyond what can be read at all, which values `fits` takes.
 *
 * @typedef {object} Kind
 * @property {(value: any) => string} print
 * @property {(text: string) => any} parse   undefined where it cannot be read
 * @property {string} allowed
 * @property {(value: any) => boolean} [fits]
 */

import { areWeights, isSequence } from "./shapes.js";
import { limitOf } from "./vocabulary.js";

/** @type {Kind} */
export const text = { print: String, parse: (s) => s, allowed: "a text" };

/** @type {Kind} */
export const whole = {
  print: String,
  parse: (s) => (/^\d{1,7}$/.test(s) ? Number(s) : undefined),
  allowed: "a whole number",
};

/** Decimal notation; `Number` alone would read "0x10" and " 1 " as well. */
const DECIMAL = /^-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/** @type {Kind} */
export const real = {
  print: String,
  parse: (s) => (DECIMAL.test(s) && Number.isFinite(Number(s)) ? Number(s) : undefined),
  allowed: "a number",
};

/** @type {Kind} */
export const positive = { ...real, allowed: "a number above 0", fits: (value) => value > 0 };

/** A place in a sequence of places, from 1, or none. @type {Kind} */
export const nth = {
  print: (value) => (value === null ? "" : String(value)),
  parse: (s) => (s === "" ? null : whole.parse(s)),
  allowed: "a whole number from 1",
  fits: (value) => value === null || value >= 1,
};

/** @param {string[]} allowed @returns {Kind} */
export const choice = (...allowed) => ({
  print: String,
  parse: (s) => (allowed.includes(s) ? s : undefined),
  allowed: allowed.join(", "),
});

/** A text of a certain form, or none. @param {RegExp} form @param {string} allowed @returns {Kind} */
const formed = (form, allowed) => ({ ...text, allowed, fits: (s) => s === "" || form.test(s) });

/** What a number that a layer may have of its own lies between. */
export const LAYER = { least: -1000, most: 1000 };

/** A number for every layer, or one for each: "1", "3,0". @type {Kind} */
export const perLayer = {
  print: String,
  parse: (s) => {
    const values = s.split(",").map(real.parse);
    if (values.includes(undefined)) return undefined;
    return values.length > 1 ? values : values[0];
  },
  get allowed() {
    const layers = `one for each of at most ${limitOf("num_layers")} layers`;
    return `a number from ${LAYER.least} to ${LAYER.most}, or ${layers}`;
  },
  fits: (value) =>
    [value].flat().length <= limitOf("num_layers") &&
    [value].flat().every((b) => b >= LAYER.least && b <= LAYER.most),
};

/** A number, or "drawn" for as drawn. @type {Kind} */
export const radius = {
  print: (value) => (value === null ? "drawn" : String(value)),
  parse: (s) => (s === "drawn" ? null : real.parse(s)),
  allowed: "a number, or drawn",
};

/** A number of steps, within its control’s range, or "T" for the sequence's own. @type {Kind} */
export const longest = {
  print: (value) => (value === null ? "T" : String(value)),
  parse: (s) => (s === "" || s === "T" ? null : whole.parse(s)),
  allowed: "a whole number, or T",
};

/** The width of a projected state: half of the units, or a number. @type {Kind} */
export const half = {
  print: (value) => (value === null ? "half" : String(value)),
  parse: (s) => (s === "" || s === "half" ? null : whole.parse(s)),
  allowed: "a whole number, or half",
};

/** The last loss, all of them, or a step. @type {Kind} */
export const follow = {
  print: String,
  parse: (s) => (s === "last" || s === "all" ? s : whole.parse(s)),
  allowed: "last, all, or a step",
  fits: (value) => value !== 0,
};

/** What can be selected: "h_3", "h_3_1>h_4_1", "eigenvalue.2", in A's diagram "A:h_3". @type {Kind} */
export const selection = formed(
  /^(A:)?([xhcoL]_\d{1,7}(_\d)?(>[xhcoL]_\d{1,7}(_\d)?)?|(eigenvalue|singular|product)\.\d{1,7}|parameter\.(g|[Wb]_[a-z]{1,2}(_\d)?))$/,
  "a node, an edge, or a part of a picture",
);

/** The map of the loss: "1" where it is open, or what differs from its defaults. @type {Kind} */
export const map = formed(/^[\w.,:~+-]{1,400}$/, "1, or parts such as start:4.8,-2.3 between ~");

/** So many steps may be marked. */
export const MOST_MARKS = 40;

/** Steps: "50,65". @type {Kind} */
export const steps = formed(
  new RegExp(`^\\d{1,7}(,\\d{1,7}){0,${MOST_MARKS - 1}}$`),
  `steps between commas, at most ${MOST_MARKS}`,
);

/**
 * Numbers, or "none" where an example has them and an experiment that began there has not.
 * @param {(value: any) => boolean} shaped @param {string} allowed @returns {Kind}
 */
const json = (shaped, allowed) => ({
  print: (value) => (value === null ? "none" : JSON.stringify(value)),
  parse: (s) => {
    if (s === "none") return null;
    try {
      const value = JSON.parse(s);
      return shaped(value) ? value : undefined;
    } catch {
      return undefined;
    }
  },
  allowed,
});

export const weights = json(areWeights, "matrices and vectors of finite numbers, by name");
export const sequence = json(isSequence, "inputs and targets as arrays of finite numbers");
