/** Which matrices an experiment has: their names, blocks, and where each number stands in a request. */

import { glyph, layerMark, parameterName, plural } from "../format.js";
import { lookup } from "../lookup.js";
import { chosen } from "../vocabulary.js";
import { ANY } from "./entries.js";

/** @import { CellWords, Series } from "../types.js" */
/** @import { Range } from "./entries.js" */

/**
 * @typedef {object} Numbers   an experiment's, as an answer says them
 * @property {Object<string, any> | null} weights
 * @property {Object<string, any> | null} sequence
 * @property {{vocabulary: string[], inputs: string[], targets: string[]} | null} text
 *
 * @typedef {{letter: string, label: string}} Block   one gate's rows
 *
 * @typedef {object} Part   one matrix as it is shown
 * @property {"weights" | "inputs" | "targets"} kind
 * @property {string} name   as a request has it: "W_hh_1", "inputs"
 * @property {string} label   "Wᴴ"
 * @property {string} does   "hidden → hidden"
 * @property {Series[]} values   as a textbook has them: a column is a vector
 * @property {Block[]} blocks   of rows of equal height; none where there are no gates
 * @property {boolean} vector   whether it is one column
 * @property {string[]} rows   what its rows (of a block) are called
 * @property {string[]} columns
 * @property {Range} range
 * @property {boolean} fixed   whether nobody may change it here
 * @property {(row: number, column: number) => number[]} path   where a number stands in its array
 *
 * @typedef {{layer: number | null, parts: Part[]}} Group   layer: null for the output layer
 */

/** The largest matrix that is a table. */
export const SMALL = 4;
/** The most steps whose inputs and targets are a table. */
export const MOST_STEPS = 60;

const DOES = lookup({
  W_xh: "input → hidden",
  W_hh: "hidden → hidden",
  W_yh: "output → hidden",
  W_hr: "units → hidden",
  b_h: "bias of the hidden units",
  b_hn: "bias inside the reset product",
  W_hy: "hidden → output",
  b_y: "bias of the outputs",
});

/** @param {number} count */
const counted = (count) => Array.from({ length: count }, (_, n) => String(n + 1));

/** Whether it is a table, and no heat map. @param {Part} part */
export function isTable({ kind, values, blocks }) {
  const rows = values.length / (blocks.length || 1);
  const columns = values[0]?.length ?? 0;
  return rows <= SMALL && columns <= (kind === "weights" ? SMALL : MOST_STEPS);
}

/** @param {string} name */
export function partsOfName(name) {
  const [, base, layer] = name.match(/^(.*?)(?:_(\d))?$/) ?? ["", name];
  return { base, layer: Number(layer ?? 0) };
}

/**
 * One parameter.
 * @param {string} name @param {any[]} array @param {CellWords} cell @param {number} hidden   H
 * @returns {Part}
 */
function weightPart(name, array, cell, hidden) {
  const { base, layer } = partsOfName(name);
  const vector = !Array.isArray(array[0]);
  const gated = cell.parameters.includes(base) && array.length === cell.gates.length * hidden;
  const blocks = gated ? cell.gates : [];
  const height = array.length / (blocks.length || 1);
  const does = base === "W_xh" && layer ? `layer ${layer} → layer ${layer + 1}` : DOES[base];
  return {
    kind: "weights",
    name,
    label: parameterName(name),
    does: does ?? name,
    values: vector ? array.map((value) => [value]) : array,
    blocks: blocks.map(({ letter, label }) => ({ letter, label })),
    vector,
    rows: counted(height),
    columns: vector ? [""] : counted(array[0].length),
    range: ANY,
    fixed: false,
    path: vector ? (row) => [row] : (row, column) => [row, column],
  };
}

/**
 * Every parameter, the layer that reads the input first and the output layer last.
 * @param {Object<string, any>} weights @param {CellWords} cell @param {number} hidden   H
 * @returns {Group[]}
 */
export function weightGroups(weights, cell, hidden) {
  /** @type {Map<number | null, Part[]>} */
  const groups = new Map();
  for (const [name, array] of Object.entries(weights)) {
    if (!Array.isArray(array)) continue;
    const { base, layer } = partsOfName(name);
    const key = cell.parameters.includes(base) ? layer : null;
    groups.set(key, [...(groups.get(key) ?? []), weightPart(name, array, cell, hidden)]);
  }
  const outputs = groups.get(null);
  groups.delete(null);
  const layers = [...groups].map(([layer, parts]) => ({ layer, parts }));
  return outputs ? [...layers, { layer: null, parts: outputs }] : layers;
}

/**
 * The inputs and targets of one sample, a column each step.
 * @param {Numbers} numbers
 * @param {{sample: number, loss: string, steps: number, outputs: number, label: boolean}} of
 *   loss: its name; steps: T; outputs: K; label: whether a text's target is its label
 * @returns {Part[]}
 */
export function sequenceParts({ sequence, text }, { sample, loss, steps, outputs, label }) {
  if (!sequence) return [];
  const { inputs, targets } = sequence;
  const fixed = text !== null;
  /** @type {Part[]} */
  const parts = [];
  if (inputs) {
    const units = inputs[0][sample].length;
    parts.push({
      ...series("inputs", "X", `what every step reads, ${plural(units, "number")} each`, fixed),
      values: columnsOf(inputs, sample),
      rows: text?.vocabulary.map(glyph) ?? counted(units),
      columns: stepsAt(inputs.length, steps, "reads"),
      path: (row, column) => [column, sample, row],
    });
  }
  if (targets) {
    const classes = !Array.isArray(targets[0][sample]);
    const tokens = text && !label ? text.vocabulary.map(glyph) : null;
    const { between } = /** @type {{between?: [number, number] | null}} */ (chosen("loss", loss));
    parts.push({
      ...series("targets", "Y", classes && !tokens ? "the class that every loss wants, from 0" : "what every loss wants", fixed),
      ...wanted(targets, sample, tokens),
      columns: stepsAt(targets.length, steps, "emits"),
      range: rangeOf(classes, between ?? null, outputs),
      path: classes ? (_, column) => [column, sample] : (row, column) => [column, sample, row],
    });
  }
  return parts;
}

/**
 * What the losses of a sample want: numbers, classes, or tokens as 1 among zeros.
 * @param {any[][]} targets @param {number} sample @param {string[] | null} tokens
 */
function wanted(targets, sample, tokens) {
  if (Array.isArray(targets[0][sample]))
    return { values: columnsOf(targets, sample), rows: counted(targets[0][sample].length) };
  const classes = targets.map((step) => step[sample]);
  if (!tokens) return { values: [classes], rows: ["class"] };
  return { values: tokens.map((_, n) => classes.map((one) => Number(one === n))), rows: tokens };
}

/** What a target may be. @param {boolean} classes @param {[number, number] | null} between @param {number} outputs @returns {Range} */
function rangeOf(classes, between, outputs) {
  if (classes) return { whole: true, least: 0, most: outputs - 1 };
  return between ? { least: between[0], most: between[1] } : ANY;
}

/** @param {"inputs" | "targets"} kind @param {string} label @param {string} does @param {boolean} fixed */
function series(kind, label, does, fixed) {
  return { kind, name: kind, label, does, fixed, blocks: [], vector: false, range: ANY };
}

/** [step][sample][unit] → unit × step. @param {number[][][]} array @param {number} sample @returns {Series[]} */
function columnsOf(array, sample) {
  return array[0][sample].map((_, unit) => array.map((step) => step[sample][unit]));
}

/** The steps that so many columns are: all, the first that is read, or the last that emits. @param {number} count @param {number} steps @param {"reads" | "emits"} does */
function stepsAt(count, steps, does) {
  if (count === steps) return counted(steps);
  return [String(does === "reads" ? 1 : steps)];
}

/** A layer's heading. @param {number | null} layer @param {number} layers */
export function headingOf(layer, layers) {
  if (layer === null) return "Output layer";
  return layers > 1 ? `Layer ${layer + 1} ${layerMark(layer)}`.trim() : "Hidden layer";
}

/** A place in words: "Wᴴ, forget gate, row 2, column 3". @param {Part} part @param {number} row @param {number} column */
export function placeOf({ label, blocks, rows, columns, vector, kind }, row, column) {
  const block = blocks[Math.floor(row / rows.length)];
  const inner = row % rows.length;
  if (kind !== "weights") return `${label}, step ${columns[column]}${rows.length > 1 ? `, ${rows[inner]}` : ""}`;
  const gate = block ? `, ${block.label}${block.label === "candidate" ? "" : " gate"}` : "";
  return `${label}${gate}, row ${inner + 1}${vector ? "" : `, column ${column + 1}`}`;
}
