/** The norms of what is selected, and the means beside them, as rows of a table. */

import { element } from "./elements.js";
import {
  activationSymbol,
  fromLog10,
  indices,
  number,
  parameterName,
  partsOf,
  portion,
  symbol,
} from "./format.js";
import { gateSymbol, gatesAt, partOf, saturatedAt, shareOfGate, shareOfUnits } from "./gates.js";
import { lossName } from "./letters.js";
import { reason } from "./reason.js";
import { batchOf, lastOf } from "./samples.js";

/** @import { Flow, Node, PlacedEdge, PlacedNode, Reading, TableRow } from "./types.js" */

/**
 * @param {PlacedNode} placed
 * @param {Reading} reading
 * @returns {TableRow[]} term, number, remark
 */
export function nodeRows(placed, reading) {
  const { node } = placed;
  const loss = lossName(reading.follow);
  const { flow } = reading;
  const n = node.step - 1;
  /** @type {TableRow[]} */
  const rows = [];
  if (node.kind === "loss") {
    rows.push([`${lossName(node.step)}`, number(flow.step_losses[n], 4)]);
    rows.push([
      "share of the whole loss",
      flow.loss ? `${((100 * (flow.step_losses[n] ?? 0)) / flow.loss).toFixed(1)} %` : "–",
    ]);
    return rows;
  }
  rows.push([`‖∂${loss}/∂${symbol(node.id)}‖`, fromLog10(node.log10_norm, 4), left(placed)]);
  for (const edge of reading.edges.values()) {
    if (edge.edge.source === node.id) {
      rows.push([
        `of it through ${symbol(edge.edge.target)}`,
        fromLog10(edge.edge.log10_norm),
        edge.state === "live" ? "" : reason(edge, reading),
      ]);
    }
  }
  if (node.step === 0) rows.push(...initialRows(node, reading));
  if (node.kind === "hidden" && node.step > 0) {
    const top = (node.layer ?? 0) === reading.layers - 1;
    if (top) rows.push([`‖${symbol(node.id)}‖`, number(flow.activity.hidden_norm[n])]);
    if (top && !flow.gates) rows.push(slopeRow(node.id, reading));
    else if (!flow.gates) rows.push(...unitRow(node.id, reading));
    rows.push(...gateRows(node, reading));
    if (top && reading.follow !== null && reading.lossSteps.length > 1) {
      rows.push([`‖∂L/∂${symbol(node.id)}‖, all losses`, fromLog10(reading.total[n])]);
    }
  }
  if (node.kind === "cell" && node.step > 0) {
    rows.push(...gateRows(node, reading, "keep"));
    const total = partOf(flow, node.layer ?? 0).cell_gradient?.log10_norm[n];
    if (total !== undefined && reading.follow !== null && reading.lossSteps.length > 1)
      rows.push([`‖∂L/∂${symbol(node.id)}‖, all losses`, fromLog10(total)]);
  }
  if (node.kind === "output" && node.step > 0)
    rows.push([`‖${symbol(node.id)}‖`, number(flow.activity.output_norm[n])]);
  return rows;
}

/**
 * How much of h_0 or c_0 the last state still holds.
 * @param {Node} node
 * @param {Reading} reading
 * @returns {TableRow[]}
 */
function initialRows(node, reading) {
  const { spectrum } = partOf(reading.flow, node.layer ?? 0);
  const cell = node.kind === "cell";
  if ((!cell && node.kind !== "hidden") || (spectrum.first_step ?? 1) > 1) return [];
  const norm = cell ? spectrum.cell_initial_log10_norm : spectrum.initial_log10_norm;
  const last = symbol(`${node.id[0]}_${reading.steps}_${node.layer ?? 0}`);
  return [[`‖∂${last}/∂${symbol(node.id)}‖₂`, fromLog10(norm), "of the first sample"]];
}

/**
 * The means at a node's step of all gates, or of one.
 * @param {Node} node
 * @param {Reading} reading
 * @returns {TableRow[]}
 */
function gateRows(node, reading, only = "") {
  const at = indices(node.id);
  const place = { layer: node.layer ?? 0, step: node.step };
  return gatesAt(reading.flow, place)
    .filter(([{ role }]) => !only || role === only)
    .map(([gate, mean]) => [
      `mean ${gateSymbol(gate, at)}, ${gate.label}`,
      number(mean),
      shareOfGate(reading.flow, place, gate.name),
    ]);
}

/** @param {string} id @param {Reading} reading @returns {TableRow} */
function slopeRow(id, reading) {
  const slopes = reading.flow.activity.mean_derivative;
  const { step, layer } = partsOf(id);
  const remark = shareOfUnits(reading.flow, { layer, step });
  const f = activationSymbol(reading.flow.experiment.network.activation);
  const name = f ? `mean ${f}′(A${indices(id)})` : `slope of H${indices(id)} = A${indices(id)}`;
  return [name, number(slopes[step - 1]), remark];
}

/**
 * The share of saturated units, where no mean stands that it could stand beside.
 * @param {string} id
 * @param {Reading} reading
 * @returns {TableRow[]}
 */
function unitRow(id, reading) {
  const { step, layer } = partsOf(id);
  const shown = saturatedAt(reading.flow, { layer, step });
  return shown ? [[`units ${shown.word}`, shown.share]] : [];
}

/** The first t whose ‖∂h_{t+1}/∂h_t‖ is there. @param {Flow} flow @param {number} layer */
function firstJacobian(flow, layer) {
  return partOf(flow, layer).spectrum.first_step ?? 1;
}

/** The same of an edge. @param {PlacedEdge} placed @param {Reading} reading */
export function edgeRows(placed, reading) {
  const { edge } = placed;
  const loss = lossName(reading.follow);
  const { flow } = reading;
  const batch = batchOf(flow);
  const target = reading.nodes.get(edge.target);
  if (!target) return [];
  const step = target.node.step;
  /** @type {TableRow[]} */
  const rows = [];
  if (edge.kind !== "loss") {
    rows.push([
      `‖∂${loss}/∂${symbol(edge.target)}‖`,
      fromLog10(target.node.log10_norm),
      left(target),
    ]);
  }
  const layer = target.node.layer ?? 0;
  if (target.node.kind === "hidden" && !flow.gates && layer === reading.layers - 1)
    rows.push(slopeRow(edge.target, reading));
  if (edge.kind === "recurrent" || edge.kind === "cell")
    rows.push(...gateRows(target.node, reading));
  if (edge.kind === "recurrent" && step > firstJacobian(flow, layer) && step <= lastOf(flow)) {
    rows.push([
      `‖Jacobian‖₂ of H${indices(`h_${step - 1}_${layer}`)} → H${indices(edge.target)}`,
      fromLog10(partOf(flow, layer).spectrum.jacobian_log10_norm[step - 2]),
      batch > 1 ? "of the first sample" : "the most that one step back can keep",
    ]);
  }
  rows.push([`arrives at ${symbol(edge.source)}`, fromLog10(edge.log10_norm), left(placed)]);
  if (edge.parameter) {
    rows.push([
      `adds to ∂${loss}/∂${parameterName(edge.parameter)}`,
      fromLog10(edge.parameter_log10_norm),
    ]);
    const whole = flow.parameter_gradients[edge.parameter];
    if (whole)
      rows.push([`‖∂L/∂${parameterName(edge.parameter)}‖, all steps`, fromLog10(whole.log10_norm)]);
  }
  return rows;
}

/** @param {PlacedNode | PlacedEdge} placed */
function left(placed) {
  return placed.left === null ? "" : `${portion(placed.left)} what enters`;
}

/** Rows as a list of terms and numbers. @param {TableRow[]} rows */
export function table(rows) {
  const list = element("dl", "numbers");
  for (const [term, value, remark] of rows) {
    const dd = element("dd", "", value);
    if (remark) dd.append(element("small", "", remark));
    list.append(element("dt", "", term), dd);
  }
  return list;
}
