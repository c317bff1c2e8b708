/** The inspector: the equation of what is selected, and around it what it is. */

import { element, paragraph } from "./elements.js";
import { equationsOf, fit } from "./equations.js";
import { partsOf, symbol } from "./format.js";
import { lossName, tokenOf } from "./describe.js";
import { isCarousel, layerOf, passesForget } from "./gates.js";
import { edgeRows, nodeRows, table } from "./numbers.js";
import { rowName } from "./picking.js";
import { reason } from "./reading.js";
import { signedNumbers } from "./signed.js";

/**
 * Show a node or edge.
 * @param {HTMLElement} body
 * @param {HTMLElement} title
 * @param {string} id
 * @param {import("./types.js").Reading} reading
 * @param {import("./values.js").Held | null} held   the signed numbers of its step, if known
 */
export function inspect(body, title, id, reading, held = null) {
  const node = reading.nodes.get(id);
  const edge = reading.edges.get(id);
  if (!node && !edge) {
    title.textContent = "Selected";
    body.replaceChildren(
      paragraph("Click any node or edge: its equation opens here, with its numbers.", "note"),
    );
    return;
  }
  const step = partsOf(node ? id : edge.edge.target).step;
  title.textContent = node
    ? `Selected: ${symbol(id)}`
    : `Selected: ${symbol(edge.edge.source)} → ${symbol(edge.edge.target)}`;
  const equations = equationsOf(equationKey(node, edge, reading), step, reading);
  const rows = node ? nodeRows(node, reading) : edgeRows(edge, reading);
  const parts = [subtitle(node, edge, reading), ...equations];
  const hold = edge?.state === "live" ? passesForget(edge.edge, reading) : "";
  if (hold) parts.push(paragraph(`${hold}.`, "hold"));
  const why = edge && edge.state !== "live" ? reason(edge, reading) : "";
  if (why) parts.push(paragraph(`Nothing passes: ${why}.`, "why"));
  parts.push(table(rows));
  const signed = held && signedNumbers(node?.node ?? edge.edge, reading, held);
  if (signed) parts.push(signed);
  const actions = actionsFor(node, reading);
  if (actions) parts.push(actions);
  body.replaceChildren(...parts);
  for (const part of body.querySelectorAll("[data-part]")) fit(part);
}

/** Which of the page's equations holds here. */
function equationKey(node, edge, reading) {
  const { cell } = reading.flow.experiment.network;
  if (node) {
    const { kind, layer = 0 } = node.node;
    const below = kind === "hidden" && layer < reading.layers - 1;
    return `${cell}-node-${below ? "below" : kind}`;
  }
  const { kind } = edge.edge;
  return `${cell}-edge-${kind === "cell" && !isCarousel(edge.edge) ? "exposed" : kind}`;
}

function subtitle(node, edge, reading) {
  if (node) {
    const token = tokenOf(node.node, reading);
    return paragraph(
      `${rowName(node.node.kind)} of step ${node.node.step}${layerOf(node.node, reading)}` +
        (token ? `, ${token}` : ""),
      "note",
    );
  }
  const { source, kind } = edge.edge;
  const below = source[0] === "h" && kind === "input";
  if (below)
    return paragraph(`layer ${partsOf(source).layer + 1} to the next: X is its H here`, "note");
  return paragraph(
    {
      input: "input to hidden",
      recurrent: "past to hidden",
      cell: isCarousel(edge.edge) ? "cell state to the next" : "cell state to hidden",
      context: "a copy into the context units",
      output: "hidden to output",
      loss: "output to loss",
    }[edge.edge.kind] ?? edge.edge.kind,
    "note",
  );
}

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
