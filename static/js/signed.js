/** Which signed numbers belong to a node or edge: what a hand calculation would write down. */

import { element, paragraph } from "./elements.js";
import { indices, parameterName, partsOf, symbol } from "./format.js";
import { lossName } from "./letters.js";
import { hasNegative, legend, numbersOf } from "./matrices.js";
import { cellOf } from "./vocabulary.js";

/** @import { Entry } from "./matrices.js" */
/** @import { CellWords, Edge, LayerValues, Node, Reading, Series, Values } from "./types.js" */

/**
 * @typedef {Omit<Entry, "rows"> & {rows: Series[] | null}} Wanted   rows: null where there are none
 *
 * @typedef {{values: Values, loss: string, cell: CellWords}} Look
 */

/** Above so many hidden units no numbers are written, only cells are drawn. */
const WRITTEN = 8;

/** @param {Wanted} entry @returns {entry is Entry} */
function isGiven(entry) {
  return entry.rows !== null;
}

/**
 * The numbers of what is selected; null where there are none to show.
 * @param {Node | Edge} thing
 * @param {Reading} reading
 * @param {import("./values.js").Held} held
 * @returns {HTMLElement | null}
 */
export function signedNumbers(thing, reading, { values, fresh }) {
  const { network } = reading.flow.experiment;
  const look = { values, loss: lossName(reading.follow), cell: cellOf(network.cell) };
  const entries = ("source" in thing ? ofEdge(thing, look) : ofNode(thing, look)).filter(isGiven);
  if (!entries.length) return null;
  const box = element("section", "signed");
  box.classList.toggle("stale", !fresh);
  box.setAttribute("aria-busy", String(!fresh));
  box.append(element("h3", "", "The numbers, with their signs"));
  const samples = values.layers[0].h[0]?.length ?? 1;
  if (samples > 1) box.append(paragraph(ofFirst(samples, entries), "note"));
  const written = network.hidden_size <= WRITTEN;
  for (const entry of entries) box.append(numbersOf(entry, written));
  if (box.querySelector(".cells")) box.append(legend(hasNegative(entries)));
  return box;
}

/** @param {number} samples @param {Entry[]} entries */
function ofFirst(samples, entries) {
  const shared = entries.some(({ whole }) => whole)
    ? "; what a step adds to a weight is of all samples"
    : "";
  return `Of the first of ${samples} samples${shared}. The norms above are of all of them.`;
}

/** A symbol as the notes write it: the letter of a state is a capital. @param {string} id */
function capital(id) {
  return id[0].toUpperCase() + symbol(id).slice(1);
}

/**
 * One state or gradient of the first sample: a column, held as one row.
 * @param {string} name
 * @param {(Series[] | null)[] | null | undefined} steps
 * @param {number} at
 * @returns {Wanted}
 */
function entry(name, steps, at) {
  const row = steps?.[at]?.[0];
  return { name, rows: row ? [row] : null, vector: true };
}

/**
 * The gradient with respect to a node.
 * @param {string} id
 * @param {(Series[] | null)[] | null | undefined} steps
 * @param {number} at
 * @param {string} loss
 */
function gradient(id, steps, at, loss) {
  return entry(`∂${loss}/∂${capital(id)}`, steps, at);
}

/**
 * The gates of a layer at a step, or one of them.
 * @param {LayerValues} own
 * @param {CellWords} cell
 * @param {string} id
 * @param {number} at
 */
function gatesOf(own, { gates }, id, at, only = "") {
  return gates
    .filter(({ name, role }) => own.gates?.[name] && (!only || role === only))
    .map(({ name, letter, label }) =>
      entry(`${letter}${indices(id)}, ${label}`, own.gates?.[name], at),
    );
}

/**
 * h or c of a node; that of step 0 stands by itself.
 * @param {string} id
 * @param {LayerValues} own
 * @param {number} at
 */
function state(id, own, at) {
  const letter = id[0] === "c" ? "c" : "h";
  if (partsOf(id).step > 0) return entry(capital(id), own[letter], at);
  return entry(capital(id), [own[`${letter}_0`]], 0);
}

/** @param {Node} node @param {Look} look @returns {Wanted[]} */
function ofNode({ id, kind, layer = 0 }, { values, loss, cell }) {
  const own = values.layers[layer];
  const { step } = partsOf(id);
  const at = step - values.first;
  if (step === 0)
    return [state(id, own, at), gradient(id, [id[0] === "c" ? own.dc_0 : own.dh_0], 0, loss)];
  if (kind === "input")
    return [entry(capital(id), values.x, at), gradient(id, values.dx, at, loss)];
  if (kind === "output")
    return [entry(capital(id), values.o, at), gradient(id, values.do, at, loss)];
  if (kind === "cell")
    return [
      ...gatesOf(own, cell, id, at, "keep"),
      entry(capital(id), own.c, at),
      gradient(id, own.dc, at, loss),
    ];
  if (kind === "context") {
    const before = cell.feeds_outputs ? `o_${step - 1}` : `h_${step - 1}_${layer}`;
    const copied = cell.feeds_outputs ? entry("", values.o, at - 1) : state(before, own, at - 1);
    return [{ ...copied, name: `${capital(id)} = ${capital(before)}` }];
  }
  if (kind !== "hidden") return [];
  return [
    entry(`A${indices(id)}`, own.a, at),
    ...gatesOf(own, cell, id, at),
    entry(capital(id), own.h, at),
    gradient(id, own.dh, at, loss),
  ];
}

/** @param {Edge} edge @param {Look} look @returns {Wanted[]} */
function ofEdge({ source, target, kind, parameter, layer = 0 }, look) {
  const { values, loss, cell } = look;
  const own = values.layers[layer];
  const at = partsOf(target).step - values.first;
  const reads = sourceOf(source, kind, look, at, layer);
  if (kind === "cell")
    return target[0] === "c"
      ? [reads, ...gatesOf(own, cell, target, at, "keep"), gradient(target, own.dc, at, loss)]
      : [reads, ...gatesOf(own, cell, target, at, "read"), gradient(target, own.dh, at, loss)];
  if (!parameter) return [];
  const arrives =
    kind === "output"
      ? gradient(target, values.do, at, loss)
      : gradient(target, own.dh, at, loss);
  return [reads, arrives, term(parameter, look, at)];
}

/**
 * What an edge carries forward.
 * @param {string} id
 * @param {string} kind
 * @param {Look} look
 * @param {number} at
 * @param {number} layer
 */
function sourceOf(id, kind, { values, cell }, at, layer) {
  const { step, layer: from } = partsOf(id);
  const here = step - values.first;
  if (id[0] === "x") return entry(capital(id), values.x, here);
  if (id[0] === "o") return entry(capital(id), values.o, here);
  if (id[0] === "c" && kind === "recurrent")
    return cell.feeds_outputs
      ? entry(capital(id), values.o, at - 1)
      : { ...state(`h_${step - 1}_${layer}`, values.layers[layer], at - 1), name: capital(id) };
  return state(id, values.layers[from], here);
}

/**
 * What the step adds to a weight's gradient; rows of a gated cell are blocks, one a gate.
 * @param {string} parameter
 * @param {Look} look
 * @param {number} at
 */
function term(parameter, { values, loss, cell }, at) {
  const rows = /** @type {Series[] | undefined} */ (values.terms[parameter]?.[at]);
  const gates = parameter.startsWith("W_hy") ? [] : cell.gates;
  return {
    name: `adds to ∂${loss}/∂${parameterName(parameter)}`,
    rows: rows ?? null,
    marks: gates.map(({ letter }) => letter),
    whole: true,
  };
}
