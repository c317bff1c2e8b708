/** Which node or edge lies under a point of the diagram. */

import { lookup } from "./lookup.js";
import { hiddenId } from "./reading.js";

/** @import { PlacedNode, Point, Reading } from "./types.js" */

/** In pixels; where steps stand closely, the middle of an edge is nearer to a node than that. */
const NEAR_NODE = { most: 17, least: 9, ofAStep: 0.45 };
const NEAR_EDGE = 9;

/**
 * @param {Reading} reading
 * @param {{x: number, y: number}} point   in pixels
 * @param {(x: number, y: number) => {x: number, y: number}} toPixels   from steps and rows
 * @param {{lo: number, hi: number}} sight
 * @returns {string | null} the id of a node or edge
 */
export function pick(reading, point, toPixels, sight) {
  let best = null;
  const step = toPixels(1, 0).x - toPixels(0, 0).x;
  let least = Math.min(NEAR_NODE.most, Math.max(NEAR_NODE.least, NEAR_NODE.ofAStep * step));
  for (const [id, node] of reading.nodes) {
    if (node.x < sight.lo || node.x > sight.hi) continue;
    const at = toPixels(node.x, node.y);
    const far = Math.hypot(at.x - point.x, at.y - point.y);
    if (far < least) [best, least] = [id, far];
  }
  if (best) return best;
  least = NEAR_EDGE;
  for (const [id, edge] of reading.edges) {
    if (Math.max(edge.x0, edge.x1) < sight.lo || Math.min(edge.x0, edge.x1) > sight.hi) continue;
    const far = fromSegment(point, toPixels(edge.x0, edge.y0), toPixels(edge.x1, edge.y1));
    if (far < least) [best, least] = [id, far];
  }
  return best;
}

/** @param {Point} p @param {Point} a @param {Point} b */
function fromSegment(p, a, b) {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const along = ((p.x - a.x) * dx + (p.y - a.y) * dy) / (dx * dx + dy * dy || 1);
  const t = Math.max(0, Math.min(1, along));
  return Math.hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

/**
 * The node that an arrow key leads to; up and down stay at the step.
 * @param {Reading} reading
 * @param {string} from   id of a node or edge
 * @param {string} key   an arrow, Home or End
 */
export function walk(reading, from, key) {
  const edge = reading.edges.get(from);
  const here =
    reading.nodes.get(edge ? edge.edge.target : from) ??
    reading.nodes.get(hiddenId(reading, reading.entryStep)) ??
    reading.nodes.values().next().value;
  if (!here) return from;
  const all = [...reading.nodes.values()];
  const sameRow = all.filter((n) => n.y === here.y).sort((a, b) => a.x - b.x);
  if (key === "Home") return endOf(sameRow[0], reading.loaded.lo, 1);
  if (key === "End") return endOf(sameRow[sameRow.length - 1], reading.loaded.hi, reading.steps);
  if (key === "ArrowLeft") return (sameRow.findLast((n) => n.x < here.x) ?? here).node.id;
  if (key === "ArrowRight") return (sameRow.find((n) => n.x > here.x) ?? here).node.id;
  const sign = key === "ArrowUp" ? 1 : -1;
  const beyond = all
    .filter((n) => sign * (n.y - here.y) > 0)
    .sort((a, b) => distance(a, here) - distance(b, here));
  return (beyond[0] ?? here).node.id;
}

/** In which order the gradient comes to the nodes of one step. */
const RANKS = lookup({ loss: 0, output: 1, hidden: 2, cell: 2, context: 3, input: 4 });

/**
 * A node's turn on the way back: later steps first, then from the loss down to the input.
 * @param {PlacedNode} placed
 */
function turn({ node: { step, kind, layer = 0 } }) {
  return [-step, RANKS[kind], -layer, kind === "cell" ? 1 : 0];
}

/** @param {number[]} a @param {number[]} b */
function compareTurns(a, b) {
  const n = a.findIndex((value, k) => value !== b[k]);
  return n < 0 ? 0 : a[n] - b[n];
}

/**
 * Every edge in the order of the way back: those on which the gradient leaves a node stand
 * together, the one to the step before first. Of an h beside a c the one to its own c comes before all
 * of them: the gates are felt through c, so that ∂L/∂c must be complete.
 * @param {Reading} reading
 */
export function wayBack({ nodes, edges }) {
  return [...edges.values()]
    .flatMap((edge) => {
      const [source, target] = [nodes.get(edge.edge.source), nodes.get(edge.edge.target)];
      if (!source || !target) return [];
      const [, ...of] = turn(source);
      const completes = edge.edge.kind === "cell" && source.node.step === target.node.step;
      const place = [completes ? 0 : 1, source.node.step, ...of];
      return [{ id: edge.id, turn: [...turn(target), ...place] }];
    })
    .sort((a, b) => compareTurns(a.turn, b.turn));
}

/**
 * The next edge on the way back, or the one before: of a node the first by which the gradient
 * leaves it, of an edge the one that follows it. From nothing it starts where the loss enters.
 * @param {Reading} reading
 * @param {string} from   id of a node or edge
 * @param {1 | -1} direction
 * @returns {string}   the same id where there is no further one
 */
export function nextEdge(reading, from, direction) {
  const way = wayBack(reading);
  const at = way.findIndex((edge) => edge.id === from);
  if (at >= 0) return way[at + direction]?.id ?? from;
  const { nodes, entryStep } = reading;
  const start = nodes.get(`L_${entryStep}`) ?? nodes.get(hiddenId(reading, entryStep));
  const node = nodes.get(from) ?? start;
  if (!node) return from;
  const own = turn(node);
  const next = way.findIndex((edge) => compareTurns(own, edge.turn.slice(0, own.length)) <= 0);
  const index = direction > 0 ? next : (next < 0 ? way.length : next) - 1;
  return way[index]?.id ?? (nodes.has(from) ? from : (way.at(direction > 0 ? -1 : 0)?.id ?? from));
}

/**
 * The end of a row, also where its node is not there yet.
 * @param {PlacedNode} placed
 * @param {number} border
 * @param {number} step
 */
function endOf({ node: { id } }, border, step) {
  return Number.isFinite(border) ? id.replace(/_\d+/, `_${step}`) : id;
}

/** @param {PlacedNode} a @param {PlacedNode} b */
function distance(a, b) {
  return Math.abs(a.node.step - b.node.step) * 100 + Math.abs(a.y - b.y);
}

/** What a row is called. @param {string} kind */
export function rowName(kind) {
  return (
    {
      input: "input",
      hidden: "hidden state",
      output: "output",
      loss: "loss",
      context: "copy in the context units",
      cell: "cell state",
    }[kind] ?? kind
  );
}
