/** The inspector: the equation of what is selected, and its numbers. */

import { element, paragraph } from "./elements.js";
import { equationsOf, fit } from "./equations.js";
import { fromLog10, number, parameterName, share } from "./format.js";
import { lossName, symbol, tokenOf } from "./describe.js";
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
  if (!node && !edge) {
    title.textContent = "Selected";
    body.replaceChildren(
      paragraph("Click any node or edge: its equation opens here, with its numbers.", "note"),
    );
    return;
  }
  const { cell } = reading.flow.experiment.network;
  const key = node ? `${cell}-node-${node.node.kind}` : `${cell}-edge-${edge.edge.kind}`;
  const step = node ? node.node.step : Number(edge.edge.target.slice(2));
  title.textContent = node
    ? `Selected: ${symbol(id)}`
    : `Selected: ${symbol(edge.edge.source)} → ${symbol(edge.edge.target)}`;
  const equations = equationsOf(key, step, reading);
  const rows = node ? nodeRows(node, reading) : edgeRows(edge, reading);
  const parts = [subtitle(node, edge, reading), ...equations];
  const why = edge && edge.state !== "live" ? reason(edge, reading) : "";
  if (why) parts.push(paragraph(`Nothing passes: ${why}.`, "why"));
  parts.push(table(rows));
  const actions = actionsFor(node, reading);
  if (actions) parts.push(actions);
  body.replaceChildren(...parts);
  for (const part of body.querySelectorAll("[data-part]")) fit(part);
}

function subtitle(node, edge, reading) {
  if (node) {
    const token = tokenOf(node.node, reading);
    return paragraph(
      `${rowName(node.node.kind)} of step ${node.node.step}${token ? `, ${token}` : ""}`,
      "note",
    );
  }
  return paragraph(
    {
      input: "input to hidden",
      recurrent: "past to hidden",
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
    rows.push([`‖${symbol(node.id)}‖`, number(flow.activity.hidden_norm[n])]);
    rows.push([`mean f′(a${symbol(node.id).slice(1)})`, number(flow.activity.mean_derivative[n])]);
    if (reading.follow !== null && reading.lossSteps.length > 1) {
      rows.push([`‖∂L/∂${symbol(node.id)}‖, all losses`, fromLog10(reading.total[n])]);
    }
  }
  if (node.kind === "output")
    rows.push([`‖${symbol(node.id)}‖`, number(flow.activity.output_norm[n])]);
  return rows;
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
  if (target.node.kind === "hidden")
    rows.push([
      `mean f′(a${symbol(edge.target).slice(1)})`,
      number(flow.activity.mean_derivative[step - 1]),
    ]);
  if (edge.kind === "recurrent" && step > 1) {
    rows.push([
      `‖Jacobian‖₂ of h${symbol(`h_${step - 1}`).slice(1)} → h${symbol(edge.target).slice(1)}`,
      fromLog10(flow.spectrum.jacobian_log10_norm[step - 2]),
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
