/** A trained run out of its file: the updates that were recorded. Nothing of it can be computed again here. */

import { createHistory } from "./history.js";
import { createLayers } from "./layers.js";

/** @import { Block } from "./history.js" */
/** @import { Mark, Source } from "./sources.js" */

/**
 * @typedef {[string, string, number[]]} Column   name, type, shape of one update's
 *
 * @typedef {object} Piece   of updates, as a line of the file has it
 * @property {number} first
 * @property {number} last
 * @property {number} part
 * @property {number} parts
 * @property {string} body   base64
 *
 * @typedef {{first: number, count: number, values: Map<string, Float64Array | Float32Array | Uint8Array>}} Read
 */

/** Type → how many bytes a number has, and what reads it. */
const KINDS = new Map(
  /** @type {[string, {bytes: number, view: (buffer: ArrayBuffer) => Float64Array | Float32Array | Uint8Array}][]} */ ([
    ["<f8", { bytes: 8, view: (buffer) => new Float64Array(buffer) }],
    ["<f4", { bytes: 4, view: (buffer) => new Float32Array(buffer) }],
    ["|u1", { bytes: 1, view: (buffer) => new Uint8Array(buffer) }],
  ]),
);

/** @param {string} text   base64 */
function bytesOf(text) {
  const letters = atob(text);
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}

/** @param {Uint8Array<ArrayBuffer>[]} pieces   of what is under zlib */
async function inflated(pieces) {
  const stream = new Blob(pieces).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** What `app/training/columns.py` packed: of a column the first bytes of all numbers, then the second. @param {Uint8Array} raw @param {Column[]} columns @param {number} first @param {number} count @returns {Read} */
export function columnsOf(raw, columns, first, count) {
  const values = new Map();
  let at = 0;
  for (const [name, type, shape] of columns) {
    const kind = KINDS.get(type);
    if (!kind) throw new Error(`The file has numbers of the type ${type}, which this page does not know.`);
    const size = shape.reduce((product, n) => product * n, count);
    const own = new Uint8Array(size * kind.bytes);
    for (let place = 0; place < kind.bytes; place += 1)
      for (let n = 0; n < size; n += 1) own[n * kind.bytes + place] = raw[at + place * size + n];
    at += own.length;
    values.set(name, kind.view(own.buffer));
  }
  return { first, count, values };
}

/** What is no number is null, as the service sends it. @param {ArrayLike<number>} values @param {number} [from] @param {number} [to] */
function told(values, from = 0, to = values.length) {
  return Array.from({ length: to - from }, (_, n) => (Number.isFinite(values[from + n]) ? values[from + n] : null));
}

/** What the service sends with four digits after the point, which sentences are made of: the same here. */
const BRIEF = new Set(["log10_before", "log10_after", "hidden", "cell", "weight", "step"]);

/** To four digits, a half to the even one, as NumPy does it. @param {number} value */
function brief(value) {
  const scaled = value * 1e4;
  const low = Math.floor(scaled);
  return (scaled - low === 0.5 ? low + Math.abs(low % 2) : Math.round(scaled)) / 1e4;
}

/** @param {Read} read @param {{layer: number, layers: number, names: string[]}} of   layer: from 0 @returns {Block} */
export function blockOf({ first, count, values }, { layer, layers, names }) {
  /** @param {string} name */
  const column = (name) => {
    const own = values.get(name) ?? new Float64Array(count).fill(NaN);
    return BRIEF.has(name) ? Float64Array.from(own, brief) : own;
  };
  /** @param {string} name */
  const states = (name) => {
    const all = column(name);
    const steps = all.length / (count * layers);
    return Array.from({ length: count }, (_, n) => told(all, (n * layers + layer) * steps, (n * layers + layer + 1) * steps));
  };
  /** @param {string} name */
  const each = (name) => {
    const all = column(name);
    return Object.fromEntries(names.map((own, place) => [own, told(Array.from({ length: count }, (_, n) => all[n * names.length + place]))]));
  };
  /** @param {string} name */
  const one = (name) => told(column(name));
  return {
    update: Array.from({ length: count }, (_, n) => first + n),
    loss: one("loss"),
    log10_before: one("log10_before"),
    log10_after: one("log10_after"),
    engaged: Array.from(column("engaged"), (value) => value === 1),
    threshold: one("threshold"),
    learning_rate: one("learning_rate"),
    rho: one("rho"),
    sigma: one("sigma"),
    held_out: one("held_out"),
    share: one("share"),
    hidden: states("hidden"),
    cell: values.has("cell") ? states("cell") : null,
    weight: each("weight"),
    step: each("step"),
  };
}

/**
 * The lines of a file, whose torn last one is left out.
 * @param {string} text @returns {Promise<{read: Read[], marks: Mark[]}>}
 */
export async function readUpdates(text) {
  const lines = text.split("\n");
  lines.pop();
  /** @type {Column[]} */
  const columns = JSON.parse(lines[0]).run.training.columns;
  /** @type {Read[]} */
  const read = [];
  /** @type {Mark[]} */
  const marks = [];
  /** @type {Uint8Array<ArrayBuffer>[]} */
  let pieces = [];
  for (const line of lines) {
    const said = JSON.parse(line);
    if (said.marks) marks.push(...said.marks);
    if (!said.updates) continue;
    /** @type {Piece} */
    const piece = said.updates;
    pieces = [...(piece.part ? pieces : []), bytesOf(piece.body)];
    if (piece.part < piece.parts - 1) continue;
    const raw = await inflated(pieces);
    read.push(columnsOf(raw, columns, piece.first, piece.last - piece.first + 1));
  }
  return { read, marks };
}

/** What computes in no service any more, as far as this file knows. @param {any} run */
const saved = (run) => ({ ...run, state: run.state === "ended" ? "ended" : "interrupted" });

/**
 * @param {any} run   as the service said it when the file was written
 * @param {string} text   of the file @param {() => void} changed
 * @returns {Promise<Source>}
 */
export async function fromText(run, text, changed) {
  const { read, marks } = await readUpdates(text);
  const { layers, parameters: names } = run.training;
  const history = createHistory();
  for (const one of read) history.add(blockOf(one, { layer: layers - 1, layers, names }));
  const lower = createLayers(history, layers, async function* ({ from, layer }) {
    for (const one of read) if (one.first + one.count > from) yield { ...blockOf(one, { layer: layer ?? layers - 1, layers, names }), marks: [] };
  }, changed);
  return {
    run: saved(run),
    history,
    marks,
    trained: true,
    recorded: true,
    layers,
    rows: lower.rows,
    whole: async () => null,
    close: lower.close,
  };
}
