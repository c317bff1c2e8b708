/** Words for what is drawn: tooltips, the announcer, and a summary of every picture. */

import {
  fromLog10,
  glyph,
  number,
  parameterName,
  plural,
  portion,
  shorten,
  spoken,
  stepsBack,
  symbol,
} from "./format.js";
import { clippedShift, clippedTotal } from "./figures/profile.js";
import { nearest } from "./figures/map.js";
import { gatesLine, layerOf, passesForget } from "./gates.js";
import { lossName, withArticle } from "./letters.js";
import { followsAll } from "./passage.js";
import { rowName } from "./picking.js";
import { activationOf, betweenTokens, cellOf, wiringOf } from "./vocabulary.js";
import { cellId, hiddenId } from "./reading.js";
import { reason } from "./reason.js";
import { humpOf } from "./spectral.js";

/** @import { Flow, Node, PlacedEdge, PlacedNode, Reading } from "./types.js" */

export { lossName } from "./letters.js";

/**
 * How much of what entered is left; "" where that means nothing.
 * @param {PlacedNode | PlacedEdge} placed
 * @param {Reading} reading
 */
function leftOf({ left }, reading) {
  return left === null ? "" : enteredAt(left, reading.entryStep);
}

/** @param {number | null} decades @param {number} step */
function enteredAt(decades, step) {
  return `${portion(decades)} what entered at step ${step}`;
}

/** The token that a node reads or should say, or "". @param {Node} node @param {Reading} reading */
export function tokenOf(node, reading) {
  const { text } = reading.flow;
  if (!text) return "";
  if (node.kind === "input")
    return `reads ${spoken(shorten(text.inputs[node.step - 1] ?? "", 24))}`;
  const target = text.targets[reading.lossOrder.get(node.step) ?? -1];
  if (node.kind !== "loss" || target === undefined) return "";
  const label = reading.flow.experiment.sequence.label;
  return label
    ? `should say label ${label.index} of ${label.of}`
    : `should say ${spoken(shorten(target, 24))}`;
}

/**
 * Lines of text about a node or edge; the first is its name.
 * @param {string} id
 * @param {Reading} reading
 */
export function thing(id, reading) {
  const loss = lossName(reading.follow);
  const node = reading.nodes.get(id);
  if (node) {
    const { kind, step } = node.node;
    const what = step === 0 ? `initial ${rowName(kind)}` : `${rowName(kind)} of step ${step}`;
    const lines = [`${symbol(id)}, ${what}${layerOf(node.node, reading)}`];
    const token = tokenOf(node.node, reading);
    if (token) lines.push(token);
    if (kind === "loss") {
      lines.push(`${lossName(step)} = ${lossValue(reading.flow.step_losses[step - 1])}`);
      if (reading.lossSteps.length > 1 && reading.follow !== step)
        lines.push("click to follow this loss");
    } else if (node.node.log10_norm === null) {
      lines.push(
        reading.follow === null ? "no gradient arrives here" : `nothing of ${loss} arrives here`,
      );
    } else {
      lines.push(
        `‖∂${loss}/∂${symbol(id)}‖ = ${fromLog10(node.node.log10_norm)}`,
        leftOf(node, reading),
      );
    }
    lines.push(gatesLine(node.node, reading));
    return lines.filter(Boolean);
  }
  const edge = reading.edges.get(id);
  if (!edge) return [];
  const lines = [`${symbol(edge.edge.source)} → ${symbol(edge.edge.target)}`];
  if (edge.state === "live") {
    lines.push(
      `arrives at ${symbol(edge.edge.source)}: ${fromLog10(edge.edge.log10_norm)}`,
      leftOf(edge, reading),
    );
    lines.push(passesForget(edge.edge, reading));
  } else {
    lines.push(`nothing passes: ${reason(edge, reading)}`);
  }
  const { parameter, parameter_log10_norm: added } = edge.edge;
  if (parameter && added !== null) {
    lines.push(`adds ${fromLog10(added)} to the gradient of ${parameterName(parameter)}`);
  }
  return lines.filter(Boolean);
}

/** null where a double cannot hold it. @param {number | null} value */
function lossValue(value) {
  return value === null ? "more than a double holds" : number(value);
}

/** Lines about one step of the profile. @param {number} step @param {Reading} reading */
export function profileStep(step, reading) {
  const value = reading.row[step - 1];
  const loss = lossName(reading.follow);
  const h = symbol(hiddenId(reading, step));
  const lines = [`step ${step}${inputAt(step, reading)}`];
  if (value === null) {
    lines.push(
      step > reading.entryStep
        ? `${loss} cannot reach a later step`
        : `nothing of ${loss} arrives at ${h}`,
    );
  } else {
    lines.push(`‖∂${loss}/∂${h}‖ = ${fromLog10(value)}`);
    if (reading.entry !== null && !followsAll(reading))
      lines.push(enteredAt(value - reading.entry, reading.entryStep));
    const shift = clippedShift(reading);
    if (shift !== null) lines.push(`after clipping ${fromLog10(value + shift)}`);
  }
  const c = reading.cell?.[step - 1] ?? null;
  if (c !== null) lines.push(`‖∂${loss}/∂${symbol(cellId(reading, step))}‖ = ${fromLog10(c)}`);
  const total = clippedTotal(reading);
  if (total) lines.push(`all losses, clipped while going back: ${fromLog10(total[step - 1])}`);
  if (reading.follow !== null && reading.lossSteps.length > 1) {
    lines.push(`all losses together: ${fromLog10(reading.total[step - 1])}`);
  }
  return lines;
}

/** @param {number} step @param {Reading} reading */
function inputAt(step, reading) {
  const token = reading.flow.text?.inputs[step - 1];
  return token === undefined ? "" : `, ${spoken(shorten(token, 16))}`;
}

/**
 * Lines about one cell of the map.
 * @param {number | null} loss
 * @param {number} pointed
 * @param {Reading} reading
 */
export function mapCell(loss, pointed, reading) {
  const { loss_steps: losses, steps, log10_norm: norms } = reading.flow.itemized;
  const step = nearest(steps, pointed);
  const row = loss === null ? undefined : norms[losses.indexOf(loss)];
  if (loss === null || !row) return [`step ${step}${inputAt(step, reading)}`];
  const pair = `‖∂${lossName(loss)}/∂${symbol(hiddenId(reading, step))}‖`;
  if (step > loss) return [pair, "the future cannot change the past: H comes after this loss"];
  const value = row[steps.indexOf(step)] ?? null;
  if (value === null)
    return [`${pair} = 0`, `nothing of ${lossName(loss)} arrives at step ${step}`];
  const own = row[steps.indexOf(loss)] ?? null;
  const lines = [`${pair} = ${fromLog10(value)}`];
  if (own !== null) lines.push(enteredAt(value - own, loss));
  if (reading.follow !== loss) lines.push(`click to follow ${lossName(loss)}`);
  return lines;
}

/**
 * A few steps of the followed gradient, for who cannot see the picture.
 * @param {Reading} reading
 * @param {import("./types.js").Series} [row]
 */
function samples(reading, row = reading.row) {
  const { entryStep } = reading;
  const marks = [entryStep, Math.round((entryStep * 2) / 3), Math.round(entryStep / 3), 1];
  return [...new Set(marks)]
    .filter((t) => t >= 1)
    .map((t) => `${row[t - 1] === null ? "nothing" : fromLog10(row[t - 1], 2)} at step ${t}`)
    .join(", ");
}

/** What each picture shows, as text. @param {Reading} reading */
export function summaries(reading) {
  const { flow } = reading;
  const { cell, topology, activation, hidden_size: units } = flow.experiment.network;
  const what = reading.follow === null ? "all losses" : `the loss of step ${reading.follow}`;
  const blocked = [...reading.edges.values()].filter((e) => e.state === "blocked").length;
  const between = betweenTokens(flow.experiment.sequence.tokens);
  const stacked = flow.layers ? `${flow.layers.length} layers of ` : "";
  const kind = flow.gates ? "" : `${activationOf(activation).label} `;
  const read = flow.text
    ? ` It reads ${spoken(shorten(flow.text.inputs.slice(0, 80).map(glyph).join(between), 60))}.`
    : "";
  return {
    diagram:
      `The ${cellOf(cell).label} network, ${topology}, ${stacked}${units} ${kind}${units === 1 ? "unit" : "units"}, ` +
      `unrolled over ${plural(flow.steps, "step")}.${read} Gradient of ${what}: ${samples(reading)}.` +
      (blocked && !flow.experiment.window ? ` ${plural(blocked, "edge passes", "edges pass")} no gradient.` : ""),
    profile:
      `Norm of the gradient of ${what} at every hidden state: ${samples(reading)}.` +
      (reading.cell ? ` At every cell state: ${samples(reading, reading.cell)}.` : ""),
    map:
      `Map of ${plural(reading.lossSteps.length, "loss", "losses")} against ` +
      `${plural(flow.steps, "step")}: ` +
      `how much of each loss is left at each step before it. ${flow.diagnosis.summary}`,
    clipping: `Norm of the gradient of every parameter. ${Object.entries(flow.parameter_gradients)
      .map(([name, g]) => `${parameterName(name)} ${fromLog10(g.log10_norm)}`)
      .join(", ")}; all together ${fromLog10(flow.clipping.log10_norm_before)}.`,
    spectrum:
      `${plural(flow.spectrum.eigenvalues.length, "eigenvalue")} of the recurrent matrix; ` +
      `the largest has modulus ${number(flow.spectrum.spectral_radius)}.`,
    singular:
      "Singular values of the recurrent matrix; " +
      `the largest is ${number(flow.spectrum.spectral_norm)}.`,
    product: productSummary(flow),
  };
}

/** @param {Flow} flow */
function productSummary(flow) {
  const { product_log10_norm: series } = flow.spectrum;
  if (!series.length) return "No product of Jacobians: there is one step.";
  const hump = humpOf(series);
  const most = hump ? `; its largest, ${fromLog10(hump.log10)}, is ${stepsBack(hump.back)}` : "";
  return `The product of Jacobians from T back: ${fromLog10(series[0])} at step 1${most}.`;
}

/** "an LSTM network, many-to-one"; "a GRU network, reset first, …". @param {{cell: string, topology: string}} network */
function networkOf({ cell, topology }) {
  const [name, ...more] = cellOf(cell).label.split(", ");
  const wiring = wiringOf(topology).label;
  return [`${withArticle(name)} network`, ...more, wiring].join(", ");
}

/** One line for a picture that leaves the page. @param {Reading} reading */
export function captions(reading) {
  const { network } = reading.flow.experiment;
  const loss = lossName(reading.follow);
  const scale = "blue: a thousandth or less of what enters, grey: as much, red: a thousand times";
  return {
    diagram: `Gradient of ${loss} in ${networkOf(network)}; ${scale}`,
    profile: `‖∂${loss}/∂H‖ at every step${reading.cell ? `, strokes: ‖∂${loss}/∂C‖` : ""}; ${scale}`,
    map: `What is left of every loss i at every step t; ${scale}`,
    clipping: "Norms of the parameter gradients",
    spectrum: "Eigenvalues of the recurrent matrix",
    singular: "Singular values of the recurrent matrix, on the eigenvalues’ scale",
    product: "Norm of the product of Jacobians from T back to t",
  };
}
