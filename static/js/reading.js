/** A flow, read for one followed loss: what is drawn where, and how much is left there. */

import { partsOf } from "./format.js";
import { reachOf } from "./parts.js";
import { place, rowsOf, spanOf } from "./rows.js";

/** @import { Edge, Flow, Reading } from "./types.js" */

/**
 * Whether the page can show another followed loss before the server answers: one layer, one way
 * back from h_t to h_{t−1}, and every pair of steps in the itemized map.
 * @param {Flow} flow
 */
export function knowsOthers(flow) {
  const { steps, emitting } = flow.itemized;
  return !flow.layers && !flow.gates && !emitting && steps.length === flow.steps;
}

/**
 * What the page already knows of another followed loss, before the server answers: the itemized
 * row is exactly what stands on the hidden nodes and on the edges between them.
 * @param {Flow} flow
 * @param {number | null} follow
 * @returns {Flow}
 */
export function followedAtOnce(flow, follow) {
  const row = rowOf(flow, follow);
  /** @param {string} id */
  const known = (id) => (id[0] === "h" ? (row[partsOf(id).step - 1] ?? null) : null);
  const last = follow ?? flow.steps;
  return {
    ...flow,
    experiment: { ...flow.experiment, follow },
    graph: {
      nodes: flow.graph.nodes.map((node) => ({ ...node, log10_norm: known(node.id) })),
      edges: flow.graph.edges.map((edge) => {
        const there = edge.kind === "recurrent" && partsOf(edge.target).step <= last;
        const arrives = there ? known(edge.source) : null;
        const pending = arrives === null;
        return { ...edge, log10_norm: arrives, parameter_log10_norm: null, pending };
      }),
    },
  };
}

/**
 * log₁₀ ‖∂L_i/∂h_t‖ at every step, or of the total.
 * @param {Flow} flow
 * @param {number | null} follow
 */
function rowOf(flow, follow) {
  if (follow === null) return flow.hidden_gradient.log10_norm;
  if (flow.followed_gradient && follow === flow.experiment.follow)
    return flow.followed_gradient.log10_norm;
  const { loss_steps: losses, steps, log10_norm: map } = flow.itemized;
  const row = map[losses.indexOf(follow)];
  const full = new Array(flow.steps).fill(null);
  if (row)
    steps.forEach((t, k) => {
      full[t - 1] = row[k];
    });
  return full;
}

/**
 * log₁₀ ‖∂L_i/∂c_t‖ at every step, or of the total.
 * @param {Flow} flow
 * @param {number | null} follow
 */
function cellRowOf(flow, follow) {
  if (follow === null) return flow.cell_gradient?.log10_norm ?? null;
  const known = follow === flow.experiment.follow ? flow.followed_cell_gradient : null;
  return known?.log10_norm ?? null;
}

/**
 * @param {Flow} flow
 * @returns {Reading}
 */
export function read(flow) {
  const { cell } = flow.experiment.network;
  const layers = flow.layers?.length ?? 1;
  const lossSteps = lossStepsOf(flow);
  const follow = followed(flow, lossSteps);
  const entryStep = follow ?? lossSteps.at(-1) ?? flow.steps;
  const row = rowOf(flow, follow);
  const entry = row[entryStep - 1] ?? null;
  /** @param {number | null} value */
  const relative = (value) => (value === null || entry === null ? null : value - entry);
  // Of the sum of all losses no share is left: every step feeds it.
  /** @param {number | null} value */
  const left = (value) => (follow === null && lossSteps.length > 1 ? null : relative(value));
  const rows = rowsOf(cell, layers);

  const nodes = new Map();
  for (const node of flow.graph.nodes) {
    const [x, y] = place(node, rows);
    nodes.set(node.id, {
      node,
      x,
      y,
      relative: relative(node.log10_norm),
      left: left(node.log10_norm),
      alive: node.log10_norm !== null,
    });
  }
  const edges = new Map();
  for (const edge of flow.graph.edges) {
    const from = nodes.get(edge.source);
    const to = nodes.get(edge.target);
    if (!from || !to) continue; // of a window, an edge that crosses its border
    const id = `${edge.source}>${edge.target}`;
    edges.set(id, {
      id,
      edge,
      x0: from.x,
      y0: from.y,
      x1: to.x,
      y1: to.y,
      relative: relative(edge.log10_norm),
      left: left(edge.log10_norm),
      state: stateOf(edge, to.alive),
      stops: edge.blocked && to.alive,
    });
  }
  return {
    flow,
    steps: flow.steps,
    follow,
    lossSteps,
    lossOrder: new Map(lossSteps.map((step, n) => [step, n])),
    entryStep,
    entry,
    reach: reachOf(flow, entryStep),
    row,
    total: flow.hidden_gradient.log10_norm,
    cell: cellRowOf(flow, follow),
    layers,
    rows,
    span: spanOf(rows),
    nodes,
    edges,
    entering: by("target", flow.graph.edges),
    leaving: by("source", flow.graph.edges),
    first: 0,
    loaded: loadedOf(flow),
  };
}

/** Edges by the id of one end. @param {"source" | "target"} end @param {Edge[]} edges */
function by(end, edges) {
  const found = new Map();
  for (const edge of edges) {
    const same = found.get(edge[end]);
    if (same) same.push(edge);
    else found.set(edge[end], [edge]);
  }
  return found;
}

/**
 * Every step that emits a loss; the itemized map of a long sequence or a large batch holds some.
 * @param {Flow} flow
 */
function lossStepsOf({ itemized: { loss_steps: losses, emitting } }) {
  return emitting ?? losses;
}

/**
 * The followed loss, or the last one that is left where an overflow took it.
 * @param {Flow} flow
 * @param {number[]} lossSteps
 */
function followed(flow, lossSteps) {
  const follow = flow.experiment.follow ?? null;
  if (follow === null || !flow.overflow || follow <= flow.steps) return follow;
  return lossSteps.at(-1) ?? null;
}

/**
 * The steps whose nodes the answer holds; endless where there is nothing beyond.
 * @param {Flow} flow
 */
function loadedOf(flow) {
  const window = flow.experiment.window ?? null;
  if (!window) return { lo: -Infinity, hi: Infinity };
  return {
    lo: window.first <= 1 ? -Infinity : window.first - 0.5,
    hi: window.last >= flow.steps ? Infinity : window.last + 0.5,
  };
}

/**
 * The id of the hidden state that the profile and the map show: the top layer's.
 * @param {Reading} reading
 * @param {number} step
 */
export function hiddenId(reading, step) {
  return reading.layers > 1 ? `h_${step}_${reading.layers - 1}` : `h_${step}`;
}

/**
 * The id of the cell state beside it.
 * @param {Reading} reading
 * @param {number} step
 */
export function cellId(reading, step) {
  return hiddenId(reading, step).replace("h", "c");
}

/**
 * Whether something travels back along an edge, and if not, why.
 * @param {Edge} edge
 * @param {boolean} targetAlive
 */
function stateOf(edge, targetAlive) {
  if (edge.blocked) return "blocked";
  if (edge.log10_norm !== null) return "live";
  if (edge.pending) return "off";
  return targetAlive ? "dead" : "off";
}
