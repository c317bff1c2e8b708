/** The inspector: the equation of what is selected, and its numbers. */

import { element, paragraph } from "./elements.js";
import { equationsOf, fit } from "./equations.js";
import { fromLog10, indices, number, parameterName, partsOf, share, symbol } from "./format.js";
import { lossName, tokenOf } from "./describe.js";
import { gateSymbol, gatesAt, isCarousel, layerOf, partOf, passesForget } from "./gates.js";
import { measureOf } from "./measures.js";
import { rowName } from "./picking.js";
import { reason } from "./reading.js";

/**
 * Show a node or edge.
 * @param {HTMLElement} body
 * @param {HTMLElement} title
 * @param {string} id
 * @param {import("./types.js").Reading} reading
 */
export function inspect(body, title, id, reading) {
  const node = reading.nodes.get(id);
  const edge = reading.edges.get(id);
  const measure = measureOf(id, reading.flow);
  if (measure) {
    title.textContent = `Selected: ${measure.name}`;
    const meaning = paragraph(measure.meaning, "note");
    body.replaceChildren(paragraph(measure.kind, "note"), table(measure.rows), meaning);
    return;
  }
  if (!node && !edge) {
    title.textContent = "Selected";
    body.replaceChildren(
      paragraph("Click any node, edge, dot or bar: it opens here, with its numbers.", "note"),
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

/** @returns {[string, string, string?][]} term, number, remark */
function nodeRows(placed, reading) {
  const { node } = placed;
  const loss = lossName(reading.follow);
  const { flow } = reading;
  const n = node.step - 1;
  const rows = [];
  if (node.kind === "loss") {
    rows.push([`${lossName(node.step)}`, number(flow.step_losses[n], 4)]);
    rows.push([
      "share of the whole loss",
      flow.loss ? `${((100 * flow.step_losses[n]) / flow.loss).toFixed(1)} %` : "–",
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
  if (node.kind === "hidden" && node.step > 0) {
    const top = (node.layer ?? 0) === reading.layers - 1;
    if (top) rows.push([`‖${symbol(node.id)}‖`, number(flow.activity.hidden_norm[n])]);
    if (top && !flow.gates) rows.push(slopeRow(node.id, reading));
    rows.push(...gateRows(node, reading));
    if (top && reading.follow !== null && reading.lossSteps.length > 1) {
      rows.push([`‖∂L/∂${symbol(node.id)}‖, all losses`, fromLog10(reading.total[n])]);
    }
  }
  if (node.kind === "cell" && node.step > 0) {
    rows.push(...gateRows(node, reading).filter(([name]) => name.endsWith("forget")));
    const total = partOf(flow, node.layer ?? 0).cell_gradient?.log10_norm[n];
    if (total !== undefined && reading.follow !== null && reading.lossSteps.length > 1)
      rows.push([`‖∂L/∂${symbol(node.id)}‖, all losses`, fromLog10(total)]);
  }
  if (node.kind === "output")
    rows.push([`‖${symbol(node.id)}‖`, number(flow.activity.output_norm[n])]);
  return rows;
}

/** The gates' means at a node's step. @returns {[string, string, string?][]} */
function gateRows(node, reading) {
  const at = indices(node.id);
  return gatesAt(reading.flow, { layer: node.layer ?? 0, step: node.step }).map(
    ([name, letter, mean]) => [`mean ${gateSymbol(name, letter, at)}, ${name}`, number(mean)],
  );
}

function slopeRow(id, reading) {
  const slopes = reading.flow.activity.mean_derivative;
  return [`mean f′(A${indices(id)})`, number(slopes[partsOf(id).step - 1])];
}

function edgeRows(placed, reading) {
  const { edge } = placed;
  const loss = lossName(reading.follow);
  const { flow } = reading;
  const batch = flow.experiment.sequence.batch_size ?? 1;
  const target = reading.nodes.get(edge.target);
  const step = target.node.step;
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
  if (edge.kind === "recurrent" && step > 1) {
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

function left(placed) {
  if (placed.relative === null) return "";
  return `${share(placed.relative)} left`;
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

function table(rows) {
  const list = element("dl", "numbers");
  for (const [term, value, remark] of rows) {
    const dd = element("dd", "", value);
    if (remark) dd.append(element("small", "", remark));
    list.append(element("dt", "", term), dd);
  }
  return list;
}
