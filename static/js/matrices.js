/** Small matrices in brackets, and rows of cells whose colour says sign and size. */

import { element, paragraph } from "./elements.js";
import { number, superscript } from "./format.js";
import { isNumber } from "./numeric.js";

/** @import { Series } from "./types.js" */

/** So many columns and rows are written between brackets. */
const BRACKETS = { columns: 3, rows: 12 };
/** So many numbers are written under cells. */
const UNDER = 8;
/** The largest matrix that is drawn as cells. */
const DRAWN = { columns: 40, rows: 160 };

/**
 * @typedef {Series[]} Rows
 *
 * @typedef {object} Entry
 * @property {string} name
 * @property {Rows} rows
 * @property {string[]} [marks]   of blocks of rows of equal height
 * @property {boolean} [whole]   whether it is of all samples
 * @property {boolean} [vector]   whether its one row stands for a column
 */

/**
 * Numbers with a name and their shape: in brackets where they are few, else as cells.
 * @param {Entry} entry
 * @param {boolean} written   whether numbers may be written
 * @returns {HTMLElement}
 */
export function numbersOf({ name, rows, marks = [], vector = false }, written) {
  const [height, width] = vector ? [rows[0].length, 1] : [rows.length, rows[0]?.length ?? 0];
  const lies = vector && !(written && height <= BRACKETS.columns);
  const box = element("div", "signed-entry");
  const title = paragraph(name, "signed-name");
  const size = `${height} × ${width}${lies && height > 1 ? ", drawn as a row" : ""}`;
  const shape = element("small", "", ` (${size})`);
  title.append(shape);
  box.append(title);
  const label = `${name}, ${size}`;
  const brackets = !lies && width <= BRACKETS.columns && height <= BRACKETS.rows;
  if (written && (brackets || (vector && height <= UNDER))) {
    const { power, scaled } = withPower(rows);
    const times = power ? `, times 10${superscript(power)}` : "";
    shape.textContent += times;
    if (brackets) box.append(matrix(vector ? upright(scaled) : scaled, label + times, marks));
    else box.append(cells(scaled, label + times, { numbers: true }));
  } else if (rows[0].length <= DRAWN.columns && rows.length <= DRAWN.rows) {
    box.append(cells(rows, label, { marks }));
  } else if (vector) {
    box.append(cells(wrapped(rows[0]), label));
  } else {
    box.append(paragraph(`too large to draw; ${extremes(rows)}`, "note"));
  }
  return box;
}

/** A row as the column that the equations mean. @param {Rows} rows */
function upright([row]) {
  return row.map((value) => [value]);
}

/**
 * The power of ten that is taken out of numbers which would each be written with one.
 * @param {Rows} rows
 * @returns {{power: number, scaled: Rows}}
 */
function withPower(rows) {
  if (!rows.flat().some((value) => write(value).includes("×"))) return { power: 0, scaled: rows };
  const most = Math.max(...rows.flat().map((value) => Math.abs(value ?? 0)));
  const power = Math.floor(Math.log10(most));
  const scaled = rows.map((row) => row.map((value) => value && value / 10 ** power));
  const holds = scaled.flat().every((value) => value === null || Number.isFinite(value));
  return holds ? { power, scaled } : { power: 0, scaled: rows };
}

/** A row of many numbers in lines of equal length. @param {Series} row */
function wrapped(row) {
  const lines = [];
  for (let n = 0; n < row.length; n += DRAWN.columns) lines.push(row.slice(n, n + DRAWN.columns));
  return lines;
}

/** @param {Rows} rows @param {string} label @param {string[]} marks */
function matrix(rows, label, marks) {
  const table = element("table", "matrix");
  table.setAttribute("aria-label", label);
  const block = marks.length ? rows.length / marks.length : 0;
  rows.forEach((row, r) => {
    const line = element("tr");
    if (block) {
      const mark = element("th", "", r % block ? "" : marks[r / block]);
      mark.scope = "row";
      line.append(mark);
    }
    row.forEach((value, c) => {
      const ends = [c === 0 ? "first" : "", c === row.length - 1 ? "last" : ""];
      line.append(element("td", ends.filter(Boolean).join(" "), write(value)));
    });
    table.append(line);
  });
  return table;
}

/** A number, or what stands for one that no double holds. @param {number | null} value */
function write(value) {
  return value === null ? "beyond a double" : number(value);
}

/**
 * @param {Rows} rows
 * @param {string} label
 * @param {{numbers?: boolean, marks?: string[]}} [given]
 */
function cells(rows, label, { numbers = false, marks = [] } = {}) {
  const most = Math.max(...rows.flat().map((value) => Math.abs(value ?? 0)));
  const grid = element("div", numbers ? "cells with-numbers" : "cells");
  grid.style.setProperty("--columns", String(numbers ? columnsFor(rows[0]) : rows[0].length));
  const block = marks.length ? rows.length / marks.length : 0;
  grid.classList.toggle("marked", block > 0);
  grid.classList.toggle("many", rows.length > BRACKETS.rows);
  rows.forEach((row, r) => {
    if (block) grid.append(element("b", "", r % block ? "" : marks[r / block]));
    for (const value of row) grid.append(cell(value, most, numbers));
  });
  if (numbers) {
    grid.setAttribute("role", "list");
    grid.setAttribute("aria-label", label);
  } else {
    grid.setAttribute("role", "img");
    grid.setAttribute("aria-label", `${label}: ${extremes(rows)}`);
  }
  return grid;
}

/** How many numbers fit beside each other. @param {(number | null)[]} row */
function columnsFor(row) {
  const longest = Math.max(...row.map((value) => write(value).length));
  return Math.min(row.length, longest <= 7 ? 4 : longest <= 10 ? 3 : 2);
}

/** @param {number} value */
function signOf(value) {
  if (value === 0) return "zero";
  return value < 0 ? "minus" : "plus";
}

/** @param {number | null} value @param {number} most @param {boolean} numbers */
function cell(value, most, numbers) {
  const swatch = element("i", signOf(value ?? 0));
  const size = most > 0 ? Math.abs(value ?? 0) / most : 0;
  swatch.style.setProperty("--size", `${Math.round(100 * size)}%`);
  if (!numbers) return swatch;
  const box = element("span");
  box.setAttribute("role", "listitem");
  box.append(swatch, write(value));
  return box;
}

/** What a picture of numbers holds, in words. @param {Rows} rows */
function extremes(rows) {
  const known = rows.flat().filter(isNumber);
  if (!known.some((value) => value !== 0)) return "all of them 0";
  const low = known.reduce((a, b) => Math.min(a, b));
  const high = known.reduce((a, b) => Math.max(a, b));
  return `from ${number(low)} to ${number(high)}`;
}

/** Whether any of the numbers is below zero. @param {Entry[]} entries */
export function hasNegative(entries) {
  return entries.some(({ rows }) => rows.flat().some((value) => value !== null && value < 0));
}

/** What the cells' colours mean. @param {boolean} negative   whether there are negative ones */
export function legend(negative) {
  const key = element("p", "note signed-key");
  /** @param {string} kind @param {string} text */
  const one = (kind, text) => {
    const part = element("span");
    const swatch = element("i", kind);
    swatch.style.setProperty("--size", "100%");
    part.append(swatch, text);
    return part;
  };
  key.append(one("plus", "positive"));
  if (negative) key.append(one("minus", "negative"));
  key.append(element("span", "", "full colour: the largest of its own picture"));
  return key;
}
