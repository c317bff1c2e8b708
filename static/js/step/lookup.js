/** The numbers that a symbol stands for, out of an answer's `values`. */

import { parameterOf } from "./atoms.js";

/**
 * @typedef {(number | null)[][]} Matrix   rows; a vector is a column
 *
 * @typedef {object} Values   of an answer
 * @property {number} first
 * @property {number} last
 * @property {(Matrix | null)[]} x
 * @property {(Matrix | null)[]} dx
 * @property {(Matrix | null)[]} o
 * @property {(Matrix | null)[]} do
 * @property {(Matrix | null)[]} y
 * @property {LayerValues[]} layers
 * @property {Record<string, any[]>} terms
 * @property {Record<string, any>} behind
 * @property {Record<string, any>} parameters
 *
 * @typedef {object} LayerValues
 * @property {Matrix[]} h
 * @property {Matrix[]} dh
 * @property {Matrix[] | null} a
 * @property {Matrix[] | null} slope
 * @property {Matrix[] | null} c
 * @property {Matrix[] | null} dc
 * @property {Record<string, Matrix[]> | null} gates
 * @property {Matrix | null} h_0
 * @property {Matrix | null} dh_0
 * @property {Matrix | null} c_0
 * @property {Matrix | null} dc_0
 * @property {Record<string, Matrix[]>} travels
 *
 * @typedef {object} Look
 * @property {Values} values
 * @property {import("../types.js").CellWords} cell
 * @property {number} batch
 */

/** A row as a column. @param {(number | null)[] | null | undefined} row @returns {Matrix | null} */
function column(row) {
  return row ? row.map((value) => [value]) : null;
}

/** @param {Matrix} rows @returns {Matrix} */
export function transpose(rows) {
  return rows[0].map((_, n) => rows.map((row) => row[n]));
}

/** A parameter as rows; a bias is a column. @param {any} value @returns {Matrix | null} */
export function asRows(value) {
  if (!value?.length) return null;
  return Array.isArray(value[0]) ? value : column(value);
}

/** The rows of a gate. @param {Matrix | null} rows @param {string} letter @param {Look} look */
function block(rows, letter, { cell }) {
  const at = cell.gates.findIndex((gate) => gate.letter === letter);
  if (!rows || at < 0) return null;
  const height = rows.length / cell.gates.length;
  return rows.slice(at * height, (at + 1) * height);
}

/**
 * The numbers of a symbol, of the first sample; null where the answer has none.
 * @param {import("./atoms.js").Atom} atom
 * @param {Look} look
 * @returns {Matrix | null}
 */
export function numbersOf(atom, look) {
  const rows = atom.step === null ? weight(atom, look) : ofStep(atom, look);
  return rows && (atom.transposed ? transpose(rows) : rows);
}

/** @param {import("./atoms.js").Atom} atom @param {Look} look @returns {Matrix | null} */
function weight(atom, look) {
  if (atom.kind !== "symbol") return null;
  const rows = asRows(look.values.parameters[parameterOf(atom)]);
  const whole = !atom.gate || (atom.base === "b" && atom.mark === "H"); // b_hn is n's alone
  return whole ? rows : block(rows, atom.gate, look);
}

/** @param {import("./atoms.js").Atom} atom @param {Look} look @returns {Matrix | null} */
function ofStep(atom, look) {
  const { values, cell } = look;
  const own = values.layers[atom.layer];
  const at = /** @type {number} */ (atom.step) - values.first;
  if (!own) return null;
  if (atom.kind === "slope") return column(own.slope?.[at]?.[0]);
  const gradient = atom.kind === "gradient";
  if (atom.step === 0) return initial(atom, own, look);
  if (at < 0 || /** @type {number} */ (atom.step) > values.last) return null;
  switch (atom.base) {
    case "X":
      return column((gradient ? values.dx : values.x)[at]?.[0]);
    case "O":
      return column((gradient ? values.do : values.o)[at]?.[0]);
    case "Y":
      return column(values.y[at]?.[0]);
    case "H":
      return column((gradient ? own.dh : own.h)[at]?.[0]);
    case "C":
      if (cell.copies) return copied(atom, own, at, look);
      return column((gradient ? own.dc : own.c)?.[at]?.[0]);
    case "A":
      return gradient ? pre(atom, at, look) : column(own.a?.[at]?.[0]);
    default: {
      const gate = cell.gates.find(({ letter }) => letter === atom.base);
      return gate && !gradient ? column(own.gates?.[gate.name]?.[at]?.[0]) : null;
    }
  }
}

/** Step 0. @param {import("./atoms.js").Atom} atom @param {LayerValues} own @param {Look} look */
function initial({ base, kind }, own, { values }) {
  const gradient = kind === "gradient";
  if (base === "H") return column((gradient ? own.dh_0 : own.h_0)?.[0]);
  if (base === "C") return column((gradient ? own.dc_0 : own.c_0)?.[0]);
  const outputs = asRows(values.parameters.b_y)?.length ?? 0;
  return base === "O" && !gradient ? Array.from({ length: outputs }, () => [0]) : null;
}

/**
 * What context units hold, and the gradient that arrives there.
 * @param {import("./atoms.js").Atom} atom @param {LayerValues} own @param {number} at
 * @param {Look} look
 */
function copied(atom, own, at, look) {
  if (atom.kind === "gradient") return column(own.travels.feedback?.[at]?.[0]);
  const base = look.cell.feeds_outputs ? "O" : "H";
  return ofStep({ ...atom, base, step: /** @type {number} */ (atom.step) - 1 }, look);
}

/**
 * ∂L/∂A of a gated cell: with one sample it is what the step adds to the bias.
 * @param {import("./atoms.js").Atom} atom @param {number} at @param {Look} look
 */
function pre(atom, at, look) {
  const { values, batch } = look;
  const end = atom.layer > 0 ? `_${atom.layer}` : "";
  const rows = batch === 1 ? asRows(values.terms[`b_h${end}`]?.[at]) : null;
  return atom.mark ? block(rows, atom.mark, look) : rows;
}

/** Which numbers travel along an edge. @type {Record<string, string>} */
const CARRIES = Object.freeze({
  "input-": "x",
  "recurrent-c": "feedback",
  "recurrent-": "crossing",
  "context-": "crossing",
  "cell-c": "c_crossing",
  "cell-h": "c_through",
  "output-": "through",
  "loss-": "loss",
});

/**
 * What travels back along an edge, as it arrives; null where the answer has none.
 * @param {import("../types.js").Edge} edge
 * @param {Look} look
 * @returns {Matrix | null}
 */
export function travelling({ kind, source, target, layer }, { values }) {
  const step = Number(target.split("_")[1]);
  const context = kind === "recurrent" && source.startsWith("c") ? "c" : "";
  const detail = kind === "cell" ? target[0] : context;
  const own = values.layers[layer];
  const name = CARRIES[`${kind}-${detail}`];
  if (step < values.first || step > values.last) return null;
  return column(own?.travels[name]?.[step - values.first]?.[0]);
}
