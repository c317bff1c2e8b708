/** The inspector: the equation of what is selected, and around it what it is. */

import { element, paragraph, symbols } from "./elements.js";
import { equationsOf } from "./equations.js";
import { fitAll } from "./fit.js";
import { partsOf, symbol } from "./format.js";
import { tokenOf } from "./describe.js";
import { layerOf, passesForget } from "./gates.js";
import { lossName } from "./letters.js";
import { lookup } from "./lookup.js";
import { measureOf } from "./measures.js";
import { edgeRows, nodeRows, table } from "./numbers.js";
import { rowName } from "./picking.js";
import { reason } from "./reason.js";
import { signedNumbers } from "./signed.js";

/** @import { Edge, Node, PlacedNode, Reading } from "./types.js" */

/**
 * Show a node or edge.
 * @param {HTMLElement} body
 * @param {HTMLElement} title
 * @param {string} id
 * @param {Reading} reading
 * @param {import("./values.js").Held | null} held   the signed numbers of its step, if known
 */
export function inspect(body, title, id, reading, held = null) {
  const node = reading.nodes.get(id);
  const edge = reading.edges.get(id);
  const measure = measureOf(id, reading.flow);
  if (measure) {
    title.replaceChildren(...symbols(`Selected: ${measure.name}`));
    const meaning = paragraph(measure.meaning, "note");
    body.replaceChildren(paragraph(measure.kind, "note"), table(measure.rows), meaning);
    return;
  }
  const thing = node?.node ?? edge?.edge;
  if (!thing) {
    title.textContent = "Selected";
    body.replaceChildren(
      paragraph("Click any node, edge, dot or bar: it opens here, with its numbers.", "note"),
    );
    return;
  }
  title.textContent =
    "source" in thing
      ? `Selected: ${symbol(thing.source)} → ${symbol(thing.target)}`
      : `Selected: ${symbol(id)}`;
  const rows = [
    ...(node ? nodeRows(node, reading) : []),
    ...(edge ? edgeRows(edge, reading) : []),
  ];
  const parts = [subtitle(thing, reading), ...equationsOf(id, reading)];
  const hold = edge?.state === "live" ? passesForget(edge.edge, reading) : "";
  if (hold) parts.push(paragraph(`${hold}.`, "hold"));
  const why = edge && edge.state !== "live" ? reason(edge, reading) : "";
  if (why) parts.push(paragraph(`Nothing passes: ${why}.`, "why"));
  parts.push(table(rows));
  const signed = held && signedNumbers(thing, reading, held);
  if (signed) parts.push(signed);
  const actions = actionsFor(node, reading);
  if (actions) parts.push(actions);
  body.replaceChildren(...parts);
  fitAll(body);
}

/** @param {Node | Edge} thing @param {Reading} reading */
function subtitle(thing, reading) {
  const words = "source" in thing ? edgeTitle(thing) : nodeTitle(thing, reading);
  return paragraph(words, "note");
}

/** @param {Node} node @param {Reading} reading */
function nodeTitle(node, reading) {
  const layer = layerOf(node, reading);
  if (node.step === 0) return `initial ${rowName(node.kind)}${layer}`;
  const token = tokenOf(node, reading);
  return `${rowName(node.kind)} of step ${node.step}${layer}${token ? `, ${token}` : ""}`;
}

const EDGES = lookup({
  "input-xh": "input to hidden state",
  "recurrent-hh": "past to hidden state",
  "recurrent-ch": "context units to hidden state",
  "context-hc": "a copy of the hidden state into the context units",
  "context-oc": "a copy of the output into the context units",
  "cell-cc": "cell state to the next",
  "cell-ch": "cell state to hidden state",
  "output-ho": "hidden state to output",
  "loss-oL": "output to loss",
});

/** @param {Edge} edge */
function edgeTitle({ kind, source, target }) {
  if (kind === "input" && source[0] === "h") {
    const layer = partsOf(target).layer + 1;
    return `layer ${layer - 1} to layer ${layer}: its X is the H of the layer below`;
  }
  return EDGES[`${kind}-${source[0]}${target[0]}`] ?? kind;
}

/** @param {PlacedNode | undefined} node @param {Reading} reading */
function actionsFor(node, reading) {
  if (node?.node.kind !== "loss" || reading.lossSteps.length < 2) return null;
  const row = element("div", "row");
  if (reading.follow !== node.node.step) {
    const button = element("button", "small", `Follow ${lossName(node.node.step)}`);
    button.type = "button";
    button.dataset.follow = String(node.node.step);
    row.append(button);
  } else {
    row.append(paragraph("The pictures follow this loss.", "note"));
  }
  return row;
}
