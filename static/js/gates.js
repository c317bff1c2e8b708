/** What the gates of a cell do at a step, and which layer a node belongs to, in words. */

import { indices, number, partsOf, symbol } from "./format.js";
import { lossName } from "./letters.js";
import { activationOf, cellOf, gateThat } from "./vocabulary.js";

/** @import { Edge, Flow, GateWords, Node, Reading } from "./types.js" */

/**
 * ", layer 2" where there are several layers, else "".
 * @param {Node} node
 * @param {Reading} reading
 */
export function layerOf(node, reading) {
  const several = reading.layers > 1 && (node.kind === "hidden" || node.kind === "cell");
  return several ? `, layer ${node.layer + 1}` : "";
}

/**
 * What an answer says of one layer: the top layer's part is the answer itself.
 * @param {Flow} flow
 * @param {number} layer
 */
export function partOf(flow, layer) {
  return flow.layers?.[layer] ?? flow;
}

/**
 * The gates' mean activity at a step.
 * @param {Flow} flow
 * @param {{layer: number, step: number}} at
 * @returns {[GateWords, number][]}
 */
export function gatesAt(flow, { layer, step }) {
  const { gates } = partOf(flow, layer);
  return cellOf(flow.experiment.network.cell)
    .gates.flatMap((gate) => {
      const mean = gates?.[gate.name]?.[step - 1] ?? null;
      return mean === null ? [] : [/** @type {[GateWords, number]} */ ([gate, mean])];
    });
}

/**
 * What a gate's mean hides: "74 % shut or open", of a candidate "12 % saturated".
 * @param {Flow} flow
 * @param {{layer: number, step: number}} at
 * @param {string} name   the gate's
 */
export function shareOfGate(flow, { layer, step }, name) {
  const shares = partOf(flow, layer).saturation?.gates?.[name];
  const share = shares?.saturated[step - 1];
  if (!shares || share === undefined) return "";
  return `${percent(share)} ${shares.shut ? "shut or open" : "saturated"}`;
}

/**
 * The share of a plain cell's units whose f is saturated, and the word for it; null where none
 * ever is.
 * @param {Flow} flow
 * @param {{layer: number, step: number}} at
 */
export function saturatedAt(flow, { layer, step }) {
  const share = partOf(flow, layer).saturation?.units?.[step - 1];
  if (share === undefined) return null;
  return { share: percent(share), word: activationOf(flow.experiment.network.activation).state };
}

/**
 * "12 % of the units saturated", or "".
 * @param {Flow} flow
 * @param {{layer: number, step: number}} at
 */
export function shareOfUnits(flow, at) {
  const shown = saturatedAt(flow, at);
  return shown ? `${shown.share} of the units ${shown.word}` : "";
}

/**
 * A share as a whole percentage; what is not zero or one does not become so.
 * @param {number} share
 */
function percent(share) {
  if (share > 0 && share < 0.005) return "under 1 %";
  if (share < 1 && share > 0.995) return "over 99 %";
  return `${Math.round(100 * share)} %`;
}

/** A line for the tooltip: every gate's mean. @param {Node} node @param {Reading} reading */
export function gatesLine(node, reading) {
  if (node.kind !== "hidden" && node.kind !== "cell") return "";
  const gates = gatesAt(reading.flow, { layer: node.layer ?? 0, step: node.step });
  const shown = node.kind === "cell" ? gates.filter(([{ role }]) => role === "keep") : gates;
  if (!shown.length) return "";
  const place = { layer: node.layer ?? 0, step: node.step };
  const each = shown.map(([{ name, label }, mean]) => {
    const remark = shareOfGate(reading.flow, place, name);
    return `${label} ${number(mean, 2)}${remark ? ` (${remark})` : ""}`;
  });
  return `mean ${each.join(", ")}`;
}

/** "f₃", or "|g₃|" of a candidate, which has a sign. @param {GateWords} gate @param {string} at */
export function gateSymbol({ role, letter }, at) {
  return role === "candidate" ? `|${letter}${at}|` : letter + at;
}

/** Whether an edge is C_{t−1} → C_t. @param {Edge} edge */
function isCarousel(edge) {
  return edge.kind === "cell" && edge.source[0] === "c" && edge.target[0] === "c";
}

/**
 * Why a cell with a C holds the gradient: what C_t hands back to C_{t−1}; "" for other edges.
 * @param {Edge} edge
 * @param {Reading} reading
 */
export function passesForget(edge, reading) {
  if (!isCarousel(edge)) return "";
  const { step, layer } = partsOf(edge.target);
  const keep = gateThat(reading.flow.experiment.network.cell, "keep");
  if (!keep) return "";
  const { name, letter, label } = keep;
  const kept = partOf(reading.flow, layer).gates?.[name]?.[step - 1];
  const loss = lossName(reading.follow);
  const gate = `${letter}${indices(edge.target)}`;
  const remark = shareOfGate(reading.flow, { layer, step }, name);
  const mean = `mean ${label} gate ${number(kept, 2)}${remark ? `, ${remark}` : ""}`;
  return `passes ∂${loss}/∂${symbol(edge.target)} ⊙ ${gate}; ${mean}`;
}
