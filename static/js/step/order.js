/** In which order a network is computed and its gradient goes back: one stop after the other. */

import { partsOf } from "../format.js";
import { wayBack } from "../picking.js";

/**
 * @typedef {object} Stop
 * @property {"forward" | "back"} phase
 * @property {"inside" | "node" | "enter" | "edge"} kind   inside: what a unit weighs before it is
 *   computed; enter: where a loss begins
 * @property {string} id   of a node or edge
 * @property {string} node   which node it is about: the one computed, or the one that it arrives at
 * @property {number} step   of the node computed, or left on the way back
 * @property {boolean} stopped   whether nothing passes
 * @property {boolean} completes   whether the gradient of `node` is whole now
 * @property {{name: string, step: number}[]} adds   to which parameters' gradients it adds a term
 */

/** Within a step, in the order in which they are computed. @type {Record<string, number>} */
const RANKS = Object.freeze({ input: 0, context: 1, cell: 2, hidden: 3, output: 90, loss: 91 });

/** @param {import("../types.js").Node} node */
function rank({ kind, layer = 0 }) {
  return RANKS[kind] + (kind === "cell" || kind === "hidden" ? 2 * layer : 0);
}

/**
 * Every stop: forward from left to right, then back from where the loss enters.
 * @param {import("../types.js").Reading} reading
 * @returns {Stop[]}
 */
export function stopsOf(reading) {
  return [...forward(reading), ...back(reading)];
}

/** @param {import("../types.js").Reading} reading @returns {Stop[]} */
function forward(reading) {
  const nodes = [...reading.nodes.values()]
    .map(({ node }) => node)
    .filter(({ step }) => step > 0)
    .sort((a, b) => a.step - b.step || rank(a) - rank(b));
  const hasC = nodes.some(({ kind }) => kind === "cell");
  /** @type {Stop[]} */
  const stops = [];
  for (const { id, kind, step } of nodes) {
    /** @type {Omit<Stop, "kind">} */
    const stop = {
      phase: "forward",
      id,
      node: id,
      step,
      stopped: false,
      completes: false,
      adds: [],
    };
    if (kind === (hasC ? "cell" : "hidden")) stops.push({ ...stop, kind: "inside" });
    stops.push({ ...stop, kind: "node" });
  }
  return stops;
}

/** @param {import("../types.js").Reading} reading @returns {Stop[]} */
function back(reading) {
  const biases = biasesOf(reading);
  /** @type {Stop[]} */
  const stops = [];
  const entered = new Set();
  for (const { id } of wayBack(reading)) {
    const placed = reading.edges.get(id);
    if (!placed) continue;
    const stopped = placed.state === "dead" || (placed.state === "blocked" && placed.stops);
    if (placed.state !== "live" && !stopped) continue;
    const { source, target, parameter, layer } = placed.edge;
    const { step } = partsOf(target);
    if (target.startsWith("L_") && !entered.has(target)) {
      entered.add(target);
      stops.push(enter(target, step));
    }
    const adds = [];
    if (parameter) {
      adds.push({ name: parameter, step });
      const group = target.startsWith("o_") ? "o" : `h${layer}`;
      for (const name of biases.get(group) ?? [])
        if (!stops.some((one) => one.adds.some((a) => a.name === name && a.step === step)))
          adds.push({ name, step });
    }
    const stop = { id, node: source, step, stopped, completes: false, adds };
    stops.push({ phase: "back", kind: "edge", ...stop });
  }
  markComplete(stops);
  return stops;
}

/** @param {string} id @param {number} step @returns {Stop} */
function enter(id, step) {
  return {
    phase: "back",
    kind: "enter",
    id,
    node: id,
    step,
    stopped: false,
    completes: true,
    adds: [],
  };
}

/** Of the arrows that arrive at a node, the last makes its gradient whole. @param {Stop[]} stops */
function markComplete(stops) {
  const done = new Set();
  for (const stop of stops.toReversed()) {
    if (stop.kind !== "edge" || stop.stopped || done.has(stop.node)) continue;
    done.add(stop.node);
    stop.completes = true;
  }
}

/**
 * The biases of the outputs ("o") and of each layer ("h0"): nothing in the diagram carries them.
 * @param {import("../types.js").Reading} reading
 * @returns {Map<string, string[]>}
 */
function biasesOf(reading) {
  const found = new Map();
  for (const name of Object.keys(reading.flow.parameter_gradients)) {
    if (!/^[bp]_/.test(name)) continue;
    const layer = /_(\d)$/.exec(name)?.[1] ?? "0";
    const group = name === "b_y" ? "o" : `h${layer}`;
    found.set(group, [...(found.get(group) ?? []), name]);
  }
  return found;
}

/**
 * How far each parameter's sum has come after some stops: the earliest step that has added.
 * @param {Stop[]} stops
 * @param {number} index   of the last one that counts
 * @returns {Map<string, number>}
 */
export function summedTo(stops, index) {
  const reached = new Map();
  for (const { adds } of stops.slice(0, index + 1))
    for (const { name, step } of adds) reached.set(name, Math.min(step, reached.get(name) ?? step));
  return reached;
}

/** Where the way back begins; the number of stops where it never does. @param {Stop[]} stops */
export function turnOf(stops) {
  const at = stops.findIndex(({ phase }) => phase === "back");
  return at < 0 ? stops.length : at;
}
