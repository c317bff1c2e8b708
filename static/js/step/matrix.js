/** Numbers inside of a formula: written where they are few, else a small coloured field. */

import { number } from "../format.js";
import { mathElement, row, sign } from "../mathml.js";

/** @typedef {import("./lookup.js").Matrix} Matrix */

/** Up to so many hidden units numbers are written; */
const WRITTEN_UNITS = 3;
/** so many of a matrix. */
const WRITTEN = { rows: 8, columns: 4 };
/** A field is so high at most, and a number in it at most so large, in pixels. */
const FIELD = { most: 72, cell: 8, least: 6 };

/** What stands for a number that no double holds. */
const LOST = "✕";

/** @type {{mode: string, plus: number[], minus: number[]} | null} */
let colours = null;

/** The two colours, as red, green and blue. */
function coloursOf() {
  const root = document.documentElement;
  const mode = root.dataset.theme ?? "";
  if (colours?.mode === mode) return colours;
  const style = getComputedStyle(root);
  /** @param {string} name */
  const channels = (name) => {
    const hex = style.getPropertyValue(name).trim() || "#888888";
    return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
  };
  colours = { mode, plus: channels("--plus"), minus: channels("--minus") };
  return colours;
}

/** Whether numbers are written rather than drawn. @param {Matrix} rows @param {number} units */
export function isWritten(rows, units) {
  const small = rows.length <= WRITTEN.rows && rows[0].length <= WRITTEN.columns;
  return rows.length * rows[0].length === 1 || (units <= WRITTEN_UNITS && small);
}

/** @param {number | null} value */
export function digit(value) {
  return value === null ? LOST : number(value);
}

/** The largest number, as a field takes for its full colour. @param {Matrix} rows */
export function largest(rows) {
  let most = 0;
  for (const line of rows) for (const value of line) most = Math.max(most, Math.abs(value ?? 0));
  return most;
}

/** What a picture of numbers holds, in words. @param {string} name @param {Matrix} rows */
function inWords(name, rows) {
  const flat = rows.flat();
  const known = flat.filter((value) => value !== null).map(Number);
  const size = `${rows.length} × ${rows[0].length}`;
  if (!known.length) return `${name}, ${size}: beyond a double`;
  if (known.every((value) => value === 0)) return `${name}, ${size}: all of them 0`;
  const [low, high] = [Math.min(...known), Math.max(...known)];
  return `${name}, ${size}: from ${number(low)} to ${number(high)}`;
}

/**
 * A field: one pixel a number, sign by colour, size by strength; white is 0.
 * @param {string} name
 * @param {Matrix} rows
 * @param {{most?: number, canvas?: HTMLCanvasElement}} [options]
 */
export function field(name, rows, { most = FIELD.most, canvas } = {}) {
  const made = canvas ?? document.createElement("canvas");
  const [height, width] = [rows.length, rows[0].length];
  if (made.width !== width || made.height !== height) Object.assign(made, { width, height });
  const size = Math.min(FIELD.cell, most / Math.max(height, width));
  made.style.width = `${Math.max(FIELD.least, size * width)}px`;
  made.style.height = `${Math.max(FIELD.least, size * height)}px`;
  made.className = "number-field";
  made.setAttribute("role", "img");
  made.setAttribute("aria-label", inWords(name, rows));
  const context = made.getContext("2d");
  if (!context) return made;
  const image = context.createImageData(width, height);
  const { plus, minus } = coloursOf();
  const scale = largest(rows) || 1;
  rows.forEach((line, r) =>
    line.forEach((value, c) => {
      const at = 4 * (r * width + c);
      const [red, green, blue] = (value ?? 0) < 0 ? minus : plus;
      image.data.set([red, green, blue, Math.round((255 * Math.abs(value ?? 0)) / scale)], at);
    }),
  );
  context.putImageData(image, 0, 0);
  return made;
}

/**
 * Numbers as a part of a formula.
 * @param {string} name   of what they are
 * @param {Matrix} rows
 * @param {number} units   H
 * @returns {Element}
 */
export function matrixMath(name, rows, units) {
  if (rows.length === 1 && rows[0].length === 1) {
    const value = mathElement("mn", digit(rows[0][0]));
    return (rows[0][0] ?? 0) < 0 ? row(paren("("), value, paren(")")) : value;
  }
  if (isWritten(rows, units)) {
    const lines = rows.map((line) =>
      mathElement(
        "mtr",
        ...line.map((value) => mathElement("mtd", mathElement("mn", digit(value)))),
      ),
    );
    const table = mathElement("mtable", ...lines);
    table.setAttribute("class", "numbers");
    return row(sign("["), table, sign("]"));
  }
  const inline = document.createElement("span"); // a canvas alone would stand on the baseline
  inline.className = "field-line";
  inline.append(field(name, rows));
  const size = mathElement("mtext", `${rows.length}×${rows[0].length}`);
  return mathElement("munder", mathElement("mtext", inline), size);
}

/** @param {string} text */
function paren(text) {
  const made = sign(text);
  made.setAttribute("stretchy", "false");
  return made;
}
