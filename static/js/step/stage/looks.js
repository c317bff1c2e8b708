/** How a node and an edge look at a stop. No element is touched here. */

import { classOf, classWidth, flowColor, textOn } from "../../theme.js";

/**
 * @typedef {import("../stage.js").Scene} Scene
 * @typedef {import("../../types.js").Theme} Theme
 * @typedef {import("./placed.js").Line} Line
 * @typedef {{fill: string, rim: string, ink: string, title: string}} Look   of a node
 */

/**
 * @param {string} id @param {import("../../types.js").PlacedNode} placed
 * @param {Scene} scene @param {Theme} theme
 * @returns {Look}
 */
export function nodeLook(id, placed, scene, theme) {
  const whole = scene.arrived.get(id);
  if (scene.mode === "gradients" && whole !== undefined) return gradientLook(placed, whole, theme);
  if (scene.computed.has(id)) return valueLook(id, scene, theme);
  return { fill: theme.sheet, rim: theme.pale, ink: theme["pale-ink"], title: "" };
}

/**
 * @param {import("../../types.js").PlacedNode} placed @param {boolean} whole @param {Theme} theme
 * @returns {Look}
 */
function gradientLook({ node, relative }, whole, theme) {
  const title = "";
  if (node.kind === "loss") return { fill: theme.ink, rim: theme.ink, ink: theme.sheet, title };
  if (relative === null)
    return { fill: theme.sheet, rim: theme.blocked, ink: theme["pale-ink"], title };
  const fill = flowColor(theme, relative);
  if (!whole) return { fill: theme.sheet, rim: fill, ink: theme.ink, title };
  return { fill, rim: theme.paper, ink: textOn(fill), title };
}

/** @param {string} id @param {Scene} scene @param {Theme} theme @returns {Look} */
function valueLook(id, scene, theme) {
  const value = scene.mode === "values" ? scene.value(id) : null;
  if (!value) return { fill: theme.sheet, rim: theme.soft, ink: theme.ink, title: "" };
  const name = value.sign < 0 ? "--minus" : "--plus";
  const share = Math.round(15 + 75 * value.share);
  return {
    fill: `color-mix(in srgb, var(${name}) ${value.share > 0 ? share : 0}%, var(--sheet))`,
    rim: theme.soft,
    ink: share > 62 ? theme.sheet : theme.ink,
    title: value.text,
  };
}

/**
 * Colour, width and head of an edge.
 * @param {import("../../types.js").PlacedEdge} placed @param {Line} line
 * @param {{back: boolean, passes: boolean, forth: boolean, now: boolean}} is   back: the gradient has
 *   come along it or been stopped; forth: it has brought something on
 * @param {{theme: Theme, size: number, pixels: number}} given   pixels: a step has
 */
export function edgeLook({ relative }, line, { back, passes, forth, now }, { theme, size, pixels }) {
  const gone = forth ? theme.soft : theme.pale;
  const came = passes ? flowColor(theme, relative ?? 0) : theme.blocked;
  const thick = back && passes ? classWidth(classOf(relative ?? 0)) : 1.2;
  const width = Math.max(back ? 2 : 1, Math.min(thick, size * 0.45)) + (now ? 1 : 0);
  const stopped = back && !passes;
  const arrow = (back || now) && (pixels >= 14 || now);
  return {
    color: back ? came : gone,
    width,
    dashes: stopped ? "3 3" : "",
    head: stopped ? crossOn(line, size) : arrow ? arrowAt(line, width, back) : "",
    rim: stopped ? theme.ink : "none",
  };
}

/**
 * An arrow's head: back at the source, forward at the target.
 * @param {{x0: number, y0: number, x1: number, y1: number}} line @param {number} width
 * @param {boolean} back
 */
function arrowAt({ x0, y0, x1, y1 }, width, back) {
  const [x, y] = back ? [x0, y0] : [x1, y1];
  const long = Math.hypot(x1 - x0, y1 - y0) || 1;
  const turn = back ? 1 : -1;
  const [ux, uy] = [(turn * (x1 - x0)) / long, (turn * (y1 - y0)) / long];
  const length = Math.min(long * 0.6, 5 + 1.5 * width);
  const half = length * 0.55;
  const [bx, by] = [x + length * ux, y + length * uy];
  return `M${x},${y}L${bx - half * uy},${by + half * ux}L${bx + half * uy},${by - half * ux}Z`;
}

/** A cross in the middle. @param {{x0: number, y0: number, x1: number, y1: number}} line @param {number} size */
function crossOn({ x0, y0, x1, y1 }, size) {
  const [x, y, r] = [(x0 + x1) / 2, (y0 + y1) / 2, Math.min(4.5, size * 0.25)];
  return `M${x - r},${y - r}L${x + r},${y + r}M${x + r},${y - r}L${x - r},${y + r}`;
}
