/** The elements of the diagram while it is stepped through: where each lies, before anything is shown. */

import { rowPixel } from "../../figures/diagram.js";
import { glyph, letterOf, subscript } from "../../format.js";
import { toPixel } from "../../view.js";
import { isSpaced } from "../../vocabulary.js";

const SVG = "http://www.w3.org/2000/svg";
/** @type {Record<string, number>} */
const SMALLER = Object.freeze({ context: 0.62, cell: 0.72 });

/**
 * @typedef {import("../../types.js").Reading} Reading
 *
 * @typedef {object} Drawn
 * @property {SVGElement} element
 * @property {string} said   what it shows, so that the same is not set again
 *
 * @typedef {Drawn & {label: SVGElement, r: number, x: number, y: number}} DrawnNode
 * @typedef {{x0: number, y0: number, x1: number, y1: number}} Line
 * @typedef {Drawn & Line & {head: SVGElement}} DrawnEdge
 *
 * @typedef {object} Where
 * @property {number} pixels   a step has
 * @property {number} size   of a node
 * @property {(x: number) => boolean} inSight
 * @property {(x: number, y: number) => [number, number]} at   in pixels
 */

/** @param {string} name @param {Record<string, string | number>} attributes */
export function svg(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** @param {Reading} reading @param {import("../../types.js").Frame} frame @returns {Where} */
export function whereIn(reading, frame) {
  const pixels = (frame.width - frame.left - frame.right) / (frame.hi - frame.lo);
  const rows = (frame.height - 26) / (reading.span.high - reading.span.low);
  return {
    pixels,
    size: Math.max(6, Math.min(36, pixels - 3, pixels * 0.66 + 3, rows * 0.62)),
    inSight: (x) => x > frame.lo - 0.75 && x < frame.hi + 0.75,
    at: (x, y) => [toPixel(frame, x), rowPixel(frame, y, reading.span)],
  };
}

/**
 * @param {Element} dots @param {Reading} reading @param {Where} where
 * @returns {Map<string, DrawnNode>}
 */
export function placeNodes(dots, reading, { size, inSight, at }) {
  /** @type {Map<string, DrawnNode>} */
  const nodes = new Map();
  for (const { node, x, y } of reading.nodes.values()) {
    if (!inSight(x)) continue;
    const [px, py] = at(x, y);
    const r = (size * (SMALLER[node.kind] ?? 1)) / 2;
    const shape = { class: "stage-node", "data-node": node.id };
    const element =
      node.kind === "context"
        ? svg("rect", { ...shape, x: px - r, y: py - r, width: 2 * r, height: 2 * r })
        : svg("circle", { ...shape, cx: px, cy: py, r });
    const label = svg("text", { x: px, y: py, "font-size": Math.min(12, size * 0.62) });
    if (size >= 9 && (!(node.kind in SMALLER) || size >= 16))
      label.textContent = textIn(node, reading, size);
    dots.append(element, label);
    nodes.set(node.id, { element, label, r, x: px, y: py, said: "" });
  }
  return nodes;
}

/**
 * From rim to rim.
 * @param {{lines: Element, heads: Element}} into @param {Reading} reading @param {Where} where
 * @param {Map<string, DrawnNode>} nodes
 * @returns {Map<string, DrawnEdge>}
 */
export function placeEdges({ lines, heads }, reading, { size, inSight, at }, nodes) {
  /** @type {Map<string, DrawnEdge>} */
  const edges = new Map();
  const radius = (/** @type {string} */ end) => (nodes.get(end)?.r ?? size / 2) + 1.5;
  for (const { id, edge, x0, y0, x1, y1 } of reading.edges.values()) {
    if (!inSight(x0) && !inSight(x1)) continue;
    const [from, to] = [at(x0, y0), at(x1, y1)];
    const long = Math.hypot(to[0] - from[0], to[1] - from[1]) || 1;
    const unit = [(to[0] - from[0]) / long, (to[1] - from[1]) / long];
    const [a, b] = [radius(edge.source), radius(edge.target)];
    const line = {
      x0: from[0] + a * unit[0],
      y0: from[1] + a * unit[1],
      x1: to[0] - b * unit[0],
      y1: to[1] - b * unit[1],
    };
    const element = svg("line", { "data-edge": id, x1: line.x0, y1: line.y0, x2: line.x1, y2: line.y1 });
    const head = svg("path", { class: "stage-head" });
    lines.append(element);
    heads.append(head);
    edges.set(id, { element, head, said: "", ...line });
  }
  return edges;
}

/** The letter in a node, as the diagram has it. @param {import("../../types.js").Node} node @param {import("../../types.js").Reading} reading @param {number} size */
function textIn(node, reading, size) {
  const inputs = reading.flow.text?.inputs;
  const words = isSpaced(reading.flow.experiment.sequence.tokens);
  if (node.kind === "input" && inputs && !words && size >= 11) return glyph(inputs[node.step - 1]);
  if (node.kind in SMALLER) return "C";
  return size >= 23 && node.step < 100 ? letterOf(node.id) + subscript(node.step) : letterOf(node.id);
}

/**
 * Rows' names and what should be said.
 * @param {Element} picture @param {import("../../types.js").Reading} reading
 * @param {{at: (x: number, y: number) => [number, number], pixels: number,
 *   inSight: (x: number) => boolean, wide: boolean}} where
 */
export function addTokens(picture, reading, { at, pixels, inSight, wide }) {
  const { text } = reading.flow;
  const names = svg("g", { class: "stage-rows" });
  for (const row of reading.rows) {
    const [, y] = at(0, row.y);
    const label = svg("text", { x: 2, y, class: "stage-row" });
    label.textContent = wide ? row.name : row.name.at(-1) ?? "";
    names.append(label);
  }
  picture.append(names);
  if (!text || pixels < 11) return;
  for (const { node, x } of reading.nodes.values()) {
    if (node.kind !== "loss" || !inSight(x)) continue;
    const target = text.targets[reading.lossOrder.get(node.step) ?? -1];
    if (target === undefined) continue;
    const [px, py] = at(x, reading.span.target);
    const label = svg("text", { x: px, y: py, class: "stage-token" });
    label.textContent = glyph(String(target)).slice(0, Math.max(1, Math.floor(pixels / 7)));
    picture.append(label);
  }
}
