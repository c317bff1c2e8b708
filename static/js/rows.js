/** Where the nodes of the diagram stand: a row for each kind, and for each layer its own. */

import { lookup } from "./lookup.js";
import { cellOf } from "./vocabulary.js";

/** @import { Node, Row } from "./types.js" */

/** Rows of a single layer, upwards; context units stand between two steps and need room there. */
const PLAIN = { input: 0, context: 0, hidden: 1, output: 2, loss: 3 };
const STATES_COPIED = { input: 0, context: 0.62, hidden: 1.34, output: 2.2, loss: 3 };
const OUTPUTS_COPIED = { input: 0, hidden: 0.84, context: 1.46, output: 2.16, loss: 3 };

/** Height of the cell state above its hidden state, and of one layer above the other. */
const CELL = 0.72;
const APART = { plain: 1, copies: 1.5, withC: 1.72 };

/** Left of its step, so that the edge h_t → o_t passes a cell state c_t without touching it. */
/** @type {Object<string, number>} */
const ASIDE = lookup({ context: 0.5, cell: 0.29 });

/** @type {Object<string, string>} */
const NAMES = lookup({
  input: "input X",
  context: "copy C",
  hidden: "hidden H",
  cell: "cell C",
  output: "output O",
  loss: "loss L",
});

/**
 * The rows of a network, from below.
 * @param {string} cell
 * @param {number} layers
 * @returns {Row[]}
 */
export function rowsOf(cell, layers = 1) {
  const { copies, feeds_outputs: feedsOutputs, has_c: hasC } = cellOf(cell);
  const copied = feedsOutputs ? OUTPUTS_COPIED : STATES_COPIED;
  const base = copies ? copied : PLAIN;
  const apart = hasC ? APART.withC : copies ? APART.copies : APART.plain;
  /** @type {Omit<Row, "name">[]} */
  const rows = [{ kind: "input", layer: 0, y: base.input }];
  for (let layer = 0; layer < layers; layer += 1) {
    const y = base.hidden + layer * apart;
    if (copies && !feedsOutputs)
      rows.push({ kind: "context", layer, y: base.context + layer * apart });
    rows.push({ kind: "hidden", layer, y });
    if (hasC) rows.push({ kind: "cell", layer, y: y + CELL });
  }
  const raised = (layers - 1) * apart + (hasC ? 0.45 : 0);
  if (copies && feedsOutputs) rows.push({ kind: "context", layer: 0, y: base.context + raised });
  rows.push({ kind: "output", layer: layers - 1, y: base.output + raised });
  rows.push({ kind: "loss", layer: layers - 1, y: base.loss + raised });
  return rows.map((row) => ({ ...row, name: nameOf(row, layers) }));
}

/** @param {{kind: Row["kind"], layer: number}} given @param {number} layers */
function nameOf({ kind, layer }, layers) {
  const several = layers > 1 && (kind === "hidden" || kind === "cell" || kind === "context");
  return several ? `layer ${layer + 1} ${NAMES[kind].at(-1)}` : NAMES[kind];
}

/**
 * Where a step's target is written, and how far the picture reaches below and above.
 * @param {Row[]} rows
 */
export function spanOf(rows) {
  const top = rows[rows.length - 1].y;
  return { low: -0.62, high: top + 0.72, target: top + 0.52 };
}

/**
 * Where a node stands.
 * @param {Node} node
 * @param {Row[]} rows
 */
export function place(node, rows) {
  const own = rows.filter((row) => row.kind === node.kind);
  const row = own.find((one) => one.layer === (node.layer ?? 0)) ?? own[0];
  return [node.step - (ASIDE[node.kind] ?? 0), row?.y ?? 0];
}
