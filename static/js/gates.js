/** What the gates of an LSTM or GRU do at a step, and which layer a node belongs to, in words. */

import { number, partsOf, plain, subscript } from "./format.js";

/** Names of the gates, and of what they let in. */
const NAMES = {
  input: "input",
  forget: "forget",
  cell: "candidate",
  output: "output",
  reset: "reset",
  update: "update",
  new: "candidate",
};

/** Their letters in the equations. */
export const LETTERS = {
  input: "i",
  forget: "f",
  cell: "g",
  output: "o",
  reset: "r",
  update: "z",
  new: "n",
};

/** ", layer 2" where there are several layers, else "". */
export function layerOf(node, reading) {
  const several = reading.layers > 1 && (node.kind === "hidden" || node.kind === "cell");
  return several ? `, layer ${node.layer + 1}` : "";
}

/** What an answer says of one layer: the top layer's part is the answer itself. */
export function partOf(flow, layer) {
  return flow.layers?.[layer] ?? flow;
}

/**
 * The gates' mean activity at a step: [name, letter, mean].
 * @param {import("./types.js").Flow} flow
 * @param {{layer: number, step: number}} at
 * @returns {[string, string, number][]}
 */
export function gatesAt(flow, { layer, step }) {
  return Object.entries(partOf(flow, layer).gates ?? {})
    .map(([name, series]) => [NAMES[name] ?? name, LETTERS[name] ?? name, series[step - 1] ?? null])
    .filter(([, , mean]) => mean !== null);
}

/** A line for the tooltip: every gate's mean. */
export function gatesLine(node, reading) {
  if (node.kind !== "hidden" && node.kind !== "cell") return "";
  const gates = gatesAt(reading.flow, { layer: node.layer ?? 0, step: node.step });
  const shown = node.kind === "cell" ? gates.filter(([, letter]) => letter === "f") : gates;
  if (!shown.length) return "";
  return `mean ${shown.map(([name, , mean]) => `${name} ${plain(mean, 2)}`).join(", ")}`;
}

/** "f₃", or "|g₃|" of a candidate, which has a sign. */
export function gateSymbol(name, letter, at) {
  return name === NAMES.cell ? `|${letter}${at}|` : letter + at;
}

/** Whether an edge is c_{t−1} → c_t. @param {import("./types.js").Edge} edge */
export function isCarousel(edge) {
  return edge.kind === "cell" && edge.source[0] === "c" && edge.target[0] === "c";
}

/** Why an LSTM holds the gradient: what c_t hands back to c_{t−1}; "" for other edges. */
export function passesForget(edge, reading) {
  if (!isCarousel(edge)) return "";
  const { step, layer } = partsOf(edge.target);
  const forget = partOf(reading.flow, layer).gates?.forget?.[step - 1];
  const t = subscript(step);
  return `passes ∂L/∂C${t} ⊙ f${t}; mean forget gate ${number(forget, 2)}`;
}
