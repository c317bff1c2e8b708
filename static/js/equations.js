/**
 * Equations: of the formulas that the page's templates hold of a cell, those that this answer's
 * graph has an edge for. A term stands where its edge carries something, and nowhere else.
 */

import { element, paragraph } from "./elements.js";
import { activationSymbol, partsOf, symbol } from "./format.js";
import { initialState, noteZero } from "./initial.js";
import {
  applied,
  digits,
  formula,
  fraction,
  gradientMath,
  knownGradient,
  lossMath,
  lossSum,
  pieceOf,
  putHere,
  row,
  sign,
  symbolMath,
} from "./mathml.js";
import { allWithin, byId, within } from "./page.js";
import { followedLosses, passing } from "./reach.js";
import { reason } from "./reason.js";
import { batchOf } from "./samples.js";

/** @import { Edge, Node, PlacedEdge, Reading } from "./types.js" */

/**
 * @typedef {object} Parts
 * @property {Element[]} forward
 * @property {Element[]} gates
 * @property {Element[]} backward
 * @property {Element[]} [jacobian]
 * @property {Element[]} [activation]
 * @property {Element[]} [parameter]
 * @property {string[]} notes
 *
 * @typedef {{step: number, layer: number}} Place
 * @typedef {Pick<PlacedEdge, "edge" | "state"> & {stops?: boolean}} Standing
 * @typedef {ReturnType<typeof templatesOf>} Page
 */

/** What stands above the parts, in their order. */
const PARTS = {
  forward: "Forward",
  backward: "Back",
  jacobian: "Jacobian of the step",
  gates: "Its gates",
  activation: "Its activation",
  parameter: "Adds to the parameter’s gradient",
};

/**
 * The equations of a node or edge, forward and back, and in words why terms are missing.
 * @param {string} id @param {Reading} reading
 * @returns {HTMLElement[]}
 */
export function equationsOf(id, reading) {
  const node = reading.nodes.get(id)?.node;
  const placed = reading.edges.get(id);
  const page = node || placed ? templatesOf(reading) : null;
  /** @type {Parts | null} */
  let parts = null;
  if (page && node) parts = partsOfNode(node, page);
  else if (page && placed) parts = partsOfEdge(placed, page);
  if (!parts) return [];
  const box = element("div", "equations");
  for (const [name, title] of Object.entries(PARTS)) {
    const lines = parts[/** @type {keyof typeof PARTS} */ (name)];
    if (!lines?.length) continue;
    box.append(element("h3", "", title));
    for (const math of lines) {
      const part = element("div");
      part.dataset.part = name;
      part.append(math);
      box.append(part);
    }
  }
  const notes = [...new Set(parts.notes)].map((words) => paragraph(words, "note"));
  if (box.querySelector(".known")) {
    const hint = element("p", "note");
    hint.append(
      element("span", "known-word", "Red"),
      " was already computed when the way back comes here.",
    );
    notes.push(hint);
  }
  return [box, ...notes];
}

/**
 * What the page holds of a cell, and the answer that it is asked about.
 * @param {Reading} reading
 */
function templatesOf(reading) {
  const { network, loss } = reading.flow.experiment;
  const { content } = byId(document, `eq-${network.cell}`, HTMLTemplateElement);
  /** @param {string} selector */
  const find = (selector) => within(content, selector, Element);
  const here = { activation: network.activation, batch: batchOf(reading.flow) };
  return {
    reading,
    loss,
    /** @param {string} kind */
    unit: (kind) => find(`[data-unit="${kind}"]`),
    /** @param {Edge} edge */
    connection: (edge) =>
      find(`[data-connection="${edge.kind}-${edge.source[0]}${edge.target[0]}"]`),
    /**
     * A piece with everything put in; a gradient in it is of these losses.
     * @param {Element} place @param {Place} at
     */
    piece: (place, { step, layer }, losses = followedLosses(reading)) =>
      putHere(pieceOf(place), { ...here, step, layer, losses }),
  };
}

/**
 * How an edge of the answer stands, also one that leads out of a window.
 * @param {Edge} edge @param {Page} page
 * @returns {Standing}
 */
function standing(edge, { reading }) {
  const placed = reading.edges.get(`${edge.source}>${edge.target}`);
  if (placed) return placed;
  return { edge, state: edge.blocked ? "blocked" : edge.log10_norm === null ? "off" : "live" };
}

/** @param {Node} node @param {Page} page */
function partsOfNode(node, page) {
  const { reading } = page;
  const at = partsOf(node.id);
  /** @type {Parts} */
  const parts = { forward: [], gates: [], notes: [], backward: [] };
  if (at.step === 0) {
    parts.forward.push(initialState(node.id, reading, parts.notes));
  } else {
    addForward(parts, page, node.kind, { ...at, layer: node.layer });
    if (node.kind === "loss" && reading.lossSteps.length > 1)
      parts.forward.unshift(formula(lossMath(null), sign("="), lossSum(reading.lossSteps)));
  }
  if (node.kind === "hidden" && at.step > 0) parts.activation = activationLines(reading);
  const left = gradientMath(followedLosses(reading), node.id);
  if (node.kind === "loss") {
    const followed = node.log10_norm !== null;
    parts.backward.push(formula(left, sign("="), digits(followed ? 1 : 0)));
    if (!followed) parts.notes.push(`L${symbol(node.id).slice(1)} is not the followed loss.`);
    return parts;
  }
  const leaving = (reading.leaving.get(node.id) ?? []).map((edge) => standing(edge, page));
  const live = leaving.filter(({ state }) => state === "live");
  const terms = live.flatMap((one) => term(one.edge, page));
  parts.backward.push(formula(left, sign("="), ...(live.length ? plus(terms) : [digits(0)])));
  const silent = leaving.filter(({ state, stops }) =>
    live.length ? state === "dead" || stops : state !== "live",
  );
  parts.notes.push(...silence(silent, leaving.length > 1, reading));
  if (!leaving.length) parts.notes.push("Nothing that is computed later reads it.");
  return parts;
}

/** What f and f′ are, of a cell that takes any; none where f is not written. @param {Reading} reading */
function activationLines({ flow }) {
  const { activation } = flow.experiment.network;
  const symbol = activationSymbol(activation);
  const { content } = byId(document, "eq-activations", HTMLTemplateElement);
  const place = content.querySelector(`[data-activation="${activation}"]`);
  if (!symbol || flow.gates || !place) return [];
  return [["formula", symbol], ["slope", `${symbol}′`]].map(([name, head]) =>
    formula(applied(head, "a"), sign("="), pieceOf(within(place, `[data-${name}]`, Element))),
  );
}

/**
 * Why nothing comes along some of the edges that leave a node, one sentence a reason.
 * @param {Standing[]} edges @param {boolean} several @param {Reading} reading
 */
function silence(edges, several, reading) {
  /** @type {Map<string, string[]>} */
  const from = new Map();
  for (const one of edges) {
    const why = reason(one, reading);
    from.set(why, [...(from.get(why) ?? []), symbol(one.edge.target)]);
  }
  return [...from].map(([why, targets]) =>
    several ? `Nothing from ${targets.join(", ")}: ${why}.` : `Nothing arrives: ${why}.`,
  );
}

/** @param {PlacedEdge} placed @param {Page} page */
function partsOfEdge({ edge, state }, page) {
  const { reading } = page;
  const at = { step: partsOf(edge.target).step, layer: edge.layer };
  /** @type {Parts} */
  const parts = { forward: [], gates: [], notes: [], backward: [] };
  const kind = reading.nodes.get(edge.target)?.node.kind ?? "";
  const place = page.connection(edge);
  const brings = allWithin(place, "[data-forward]").map((one) => one.dataset.forward);
  addForward(parts, page, kind, at, (line) => brings.includes(line));
  if (state === "live") {
    parts.backward.push(formula(...product(edge, page), ...plus(term(edge, page))));
    if (edge.kind === "input" || edge.kind === "recurrent") addSlopes(parts, page, edge, at);
  } else {
    parts.backward.push(formula(digits(0)));
  }
  const jacobian = place.querySelector("[data-jacobian]");
  if (jacobian) {
    const left = fraction(symbolMath(edge.target), symbolMath(edge.source));
    parts.jacobian = [formula(left, sign("="), page.piece(jacobian, at))];
  }
  if (edge.parameter) parts.parameter = [parameterTerm(edge, place, page, parts.notes)];
  return parts;
}

/**
 * ∂L/∂(target) ∂(target)/∂(source) =, where the edge alone makes that step.
 * @param {Edge} edge @param {Page} page
 */
function product(edge, page) {
  const losses = passing(edge, page.reading);
  if (edge.kind === "loss") return [gradientMath(losses, edge.source), sign("=")];
  const gated = page.unit("hidden").querySelector("[data-slope]") !== null;
  if (gated && (edge.kind === "input" || edge.kind === "recurrent")) return [];
  const step = fraction(symbolMath(edge.target), symbolMath(edge.source));
  return [knownGradient(losses, edge.target), step, sign("=")];
}

/**
 * What an edge brings back to its source: rows to be added.
 * @param {Edge} edge @param {Page} page
 * @returns {Element[]}
 */
function term(edge, page) {
  const place =
    page.connection(edge).querySelector(`[data-backward="${page.loss}"]`) ??
    within(page.connection(edge), '[data-backward=""]', Element);
  const at = { step: partsOf(edge.target).step, layer: edge.layer };
  const made = page.piece(place, at, passing(edge, page.reading));
  const rows = [row()];
  for (const child of [...made.children]) {
    if (child.textContent === "+") rows.push(row());
    else rows[rows.length - 1].append(child);
  }
  for (const one of rows) one.setAttribute("data-edge", `${edge.source}>${edge.target}`);
  return rows;
}

/** @param {Element[]} terms */
function plus(terms) {
  return terms.flatMap((one, n) => (n ? [sign("+"), one] : [one]));
}

/**
 * A step's forward formulas, made of the edges that enter it.
 * @param {Parts} parts @param {Page} page @param {string} kind @param {Place} at
 * @param {((line: string) => boolean) | null} [about]   which of the gates' lines are wanted
 */
function addForward(parts, page, kind, at, about = null) {
  const { reading } = page;
  const entering = edgesInto(kind, at, reading);
  for (const line of allWithin(page.unit(kind), "[data-line]")) {
    const { line: left = "", gate, loss } = line.dataset;
    if (loss && loss !== page.loss) continue;
    if (gate === "true" && about && !about(left)) continue;
    /** @type {Element[]} */
    const terms = [];
    for (const edge of entering) {
      const brings = allWithin(page.connection(edge), "[data-forward]").find(
        (one) => one.dataset.forward === left,
      );
      if (!brings) continue;
      const made = page.piece(brings, at);
      made.setAttribute("data-edge", `${edge.source}>${edge.target}`);
      terms.push(made);
      noteZero(edge.source, reading, parts.notes);
    }
    const [head, rest] = ["left", "rest"].map((side) => line.querySelector(`[data-side=${side}]`));
    if (rest) terms.push(page.piece(rest, at));
    const start = head ? [page.piece(head, at), sign("=")] : [];
    const part = gate === "true" && !about ? parts.gates : parts.forward;
    part.push(formula(...start, ...plus(terms)));
  }
}

/**
 * The edges into the state of a step; h and c of a gated cell are computed together.
 * @param {string} kind @param {Place} at @param {Reading} reading
 */
function edgesInto(kind, { step, layer }, reading) {
  const state = reading.flow.gates ? ["h", "c"] : ["h"];
  /** @type {Object<string, string[]>} */
  const letters = { hidden: state, cell: state, context: ["c"], output: ["o"], loss: ["L"] };
  const end = layer && kind !== "output" && kind !== "loss" ? `_${layer}` : "";
  const ids = (letters[kind] ?? []).map((letter) => `${letter}_${step}${end}`);
  return ids.flatMap((id) => reading.entering.get(id) ?? []);
}

/**
 * The gates that are multiplied on the way; one through which nothing is felt gives 0.
 * @param {Parts} parts @param {Page} page @param {Edge} edge @param {Place} at
 */
function addSlopes(parts, page, edge, at) {
  const end = partsOf(edge.target).layer ? `_${partsOf(edge.target).layer}` : "";
  for (const slope of allWithin(page.unit("hidden"), "[data-slope]")) {
    const felt = page.reading.nodes.get(`${slope.dataset.slope}_${at.step}${end}`);
    const [left, right] = slope.querySelectorAll("[data-side]");
    const losses = passing(edge, page.reading);
    const value = felt?.node.log10_norm === null ? digits(0) : page.piece(right, at, losses);
    parts.gates.push(formula(page.piece(left, at, losses), sign("="), value));
    if (right.textContent?.includes("C") && at.step === 1)
      noteZero(`c_0${end}`, page.reading, parts.notes);
  }
}

/**
 * ∂L/∂W|ₜ, or 0 and why.
 * @param {Edge} edge @param {Element} place @param {Page} page @param {string[]} notes
 */
function parameterTerm(edge, place, page, notes) {
  const at = { step: partsOf(edge.target).step, layer: edge.layer };
  const left = page.piece(within(place, "[data-parameter]", Element), at);
  const adds = edge.parameter_log10_norm !== null;
  const right = adds ? page.piece(within(place, "[data-added]", Element), at) : digits(0);
  if (!adds) noteZero(edge.source, page.reading, notes);
  return formula(left, sign("="), right);
}
