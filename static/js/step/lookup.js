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
 * @property {Record<string, Matrix[]> | null} pre   gate → its pre-activation
 * @property {Record<string, Matrix[]> | null} dpre   gate → ∂L/∂(its pre-activation)
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
 * @property {number} [sample]   whose numbers, the first's if left out
 */

/** A row as a column. @param {(number | null)[] | null | undefined} row @returns {Matrix | null} */
function column(row) {
  return row ? row.map((value) => [value]) : null;
}

/** @param {Matrix} a @param {Matrix} b @returns {Matrix} */
export function plus(a, b) {
  return a.map((line, r) =>
    line.map((value, c) => {
      const other = b[r][c];
      return value === null || other === null ? null : value + other;
    }),
  );
}

/** @param {Matrix} rows @returns {Matrix} */
function transpose(rows) {
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
  const all = atom.step === null ? weight(atom, look) : ofStep(atom, look);
  const rows = atom.entry ? (all?.slice(atom.entry - 1, atom.entry) ?? null) : all;
  return rows && (atom.transposed ? transpose(rows) : rows);
}

/** @param {import("./atoms.js").Atom} atom @param {Look} look @returns {Matrix | null} */
function weight(atom, look) {
  if (atom.kind !== "symbol") return null;
  const rows = asRows(look.values.parameters[parameterOf(atom)]);
  const alone = atom.base === "p" || (atom.base === "b" && atom.mark === "H"); // b_hn is n's alone
  const whole = !atom.gate || alone;
  return whole ? rows : block(rows, atom.gate, look);
}

/** @param {import("./atoms.js").Atom} atom @param {Look} look @returns {Matrix | null} */
function ofStep(atom, look) {
  const { values, cell, sample = 0 } = look;
  const own = values.layers[atom.layer];
  const at = /** @type {number} */ (atom.step) - values.first;
  if (!own) return null;
  if (atom.kind === "slope") return column(own.slope?.[at]?.[sample]);
  const gradient = atom.kind === "gradient";
  if (atom.step === 0) return initial(atom, own, look);
  if (at < 0 || /** @type {number} */ (atom.step) > values.last) return null;
  switch (atom.base) {
    case "X":
      return column((gradient ? values.dx : values.x)[at]?.[sample]);
    case "O":
      return column((gradient ? values.do : values.o)[at]?.[sample]);
    case "Y":
      return column(values.y[at]?.[sample]);
    case "H":
      return column((gradient ? own.dh : own.h)[at]?.[sample]);
    case "C":
      if (cell.copies) return copied(atom, own, at, look);
      return column((gradient ? own.dc : own.c)?.[at]?.[sample]);
    case "A":
      return weighed(atom, own, at, look);
    default: {
      const gate = cell.gates.find(({ letter }) => letter === atom.base);
      return gate && !gradient ? column(own.gates?.[gate.name]?.[at]?.[sample]) : null;
    }
  }
}

/** Step 0. @param {import("./atoms.js").Atom} atom @param {LayerValues} own @param {Look} look */
function initial({ base, kind }, own, { values, sample = 0 }) {
  const gradient = kind === "gradient";
  if (base === "H") return column((gradient ? own.dh_0 : own.h_0)?.[sample]);
  if (base === "C") return column((gradient ? own.dc_0 : own.c_0)?.[sample]);
  if (base !== "O") return null;
  if (gradient) return toFirstOutput(values, sample);
  const outputs = asRows(values.parameters.b_y)?.length ?? 0;
  return Array.from({ length: outputs }, () => [0]);
}

/** ∂L/∂O₀: every layer's context units hold it, and hand back to it. @param {Values} values @param {number} sample */
function toFirstOutput({ first, layers }, sample) {
  if (first !== 1) return null;
  const parts = layers.map(({ travels }) => column(travels.crossing?.[0]?.[sample]));
  return parts.reduce((sum, part) => sum && part && plus(sum, part));
}

/**
 * What context units hold, and the gradient that arrives there.
 * @param {import("./atoms.js").Atom} atom @param {LayerValues} own @param {number} at
 * @param {Look} look
 */
function copied(atom, own, at, look) {
  if (atom.kind === "gradient") return column(own.travels.feedback?.[at]?.[look.sample ?? 0]);
  const base = look.cell.feeds_outputs ? "O" : "H";
  return ofStep({ ...atom, base, step: /** @type {number} */ (atom.step) - 1 }, look);
}

/**
 * A pre-activation or its gradient: of a gate, or of all of them one below the other.
 * @param {import("./atoms.js").Atom} atom @param {LayerValues} own @param {number} at
 * @param {Look} look
 */
function weighed({ kind, mark }, own, at, { cell, sample = 0 }) {
  const gradient = kind === "gradient";
  if (!cell.gates.length) return gradient ? null : column(own.a?.[at]?.[sample]);
  const gates = mark ? cell.gates.filter(({ letter }) => letter === mark) : cell.gates;
  const blocks = gates.map(({ name }) => column((gradient ? own.dpre : own.pre)?.[name]?.[at]?.[sample]));
  return blocks.includes(null) ? null : /** @type {Matrix} */ (blocks.flat());
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
