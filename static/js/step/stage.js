/**
 * The diagram while it is stepped through: every node and edge an element of its own, so that a
 * stop changes a few of them and nothing else.
 */

import { edgeLook, nodeLook } from "./stage/looks.js";
import { addTokens, placeEdges, placeNodes, svg, whereIn } from "./stage/placed.js";

/**
 * @typedef {object} Scene   what is to be seen
 * @property {Set<string>} computed   nodes
 * @property {Map<string, boolean>} arrived   nodes with their gradient: whether it is whole
 * @property {Map<string, boolean>} passed   edges of the way back: whether something passes
 * @property {string} now   the node or edge that the stop is about
 * @property {"values" | "gradients"} mode
 * @property {boolean} animate
 * @property {(id: string) => {share: number, sign: number, text: string} | null} value   how large a
 *   node's value is beside the largest of its row
 */

/** @param {import("../types.js").Frame} frame */
function emptyPicture({ width, height }) {
  const picture = svg("svg", {
    class: "stage",
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    "aria-hidden": "true",
  });
  const [glow, lines, heads, dots] = ["glow", "lines", "heads", "dots"].map((name) =>
    picture.appendChild(svg("g", { class: `stage-${name}` })),
  );
  return { picture, glow, lines, heads, dots };
}

/**
 * @typedef {object} Drawn   the diagram as it was drawn
 * @property {import("../types.js").Reading} reading
 * @property {import("../types.js").Theme} theme
 * @property {ReturnType<typeof whereIn>} where
 * @property {ReturnType<typeof placeNodes>} nodes
 * @property {ReturnType<typeof placeEdges>} edges
 */

/** @param {string} id @param {Scene} scene @param {Drawn} stage */
function showEdge(id, scene, { reading, theme, where, edges }) {
  const drawn = edges.get(id);
  const placed = reading.edges.get(id);
  if (!drawn || !placed) return;
  const { target } = placed.edge;
  const back = scene.passed.has(id);
  const passes = scene.passed.get(id) ?? false;
  const forth = scene.computed.has(target);
  const now = scene.now === id || (scene.now === target && !back);
  const drawing = scene.now === id && scene.animate;
  const said = `${back}${passes}${forth}${now}${drawing}`;
  if (said === drawn.said) return;
  drawn.said = said;
  const { element, head } = drawn;
  const look = edgeLook(placed, drawn, { back, passes, forth, now }, { theme, ...where });
  element.setAttribute("stroke", look.color);
  element.setAttribute("stroke-width", String(look.width));
  element.setAttribute("stroke-dasharray", look.dashes);
  element.classList.toggle("now", scene.now === id);
  element.classList.toggle("drawing", drawing);
  head.setAttribute("d", look.head);
  head.setAttribute("fill", look.color);
  head.setAttribute("stroke", look.rim);
}

/** @param {string} id @param {Scene} scene @param {Drawn} stage */
function showNode(id, scene, { reading, theme, nodes }) {
  const drawn = nodes.get(id);
  const placed = reading.nodes.get(id);
  if (!drawn || !placed) return;
  const look = nodeLook(id, placed, scene, theme);
  const now = scene.now === id || scene.now.startsWith(`${id}>`);
  const said = `${look.fill}${look.rim}${look.title}${now}`;
  if (said === drawn.said) return;
  drawn.said = said;
  const { element, label } = drawn;
  element.setAttribute("fill", look.fill);
  element.setAttribute("stroke", now ? theme.ink : look.rim);
  element.setAttribute("stroke-width", now ? "2.4" : "1.2");
  label.setAttribute("fill", look.ink);
  element.replaceChildren();
  if (look.title) element.append(Object.assign(svg("title", {}), { textContent: look.title }));
}

/**
 * Nodes and edges that are lit, in a layer of their own.
 * @param {Element} glow @param {Drawn} stage
 */
function createLights(glow, { nodes, edges }) {
  /** @type {Map<string, SVGElement>} */
  const lights = new Map();

  return (/** @type {string[]} */ ids) => {
    const wanted = new Set(ids);
    for (const [id, element] of lights) {
      if (wanted.has(id)) continue;
      element.remove();
      lights.delete(id);
    }
    for (const id of wanted) {
      const made = lights.has(id) ? null : lightOf(nodes.get(id), edges.get(id));
      if (!made) continue;
      glow.append(made);
      lights.set(id, made);
    }
  };
}

/**
 * @param {HTMLElement} canvas   where the diagram lies
 * @param {import("../types.js").Reading} reading
 * @param {import("../types.js").Frame} frame
 * @param {import("../types.js").Theme} theme
 */
export function createStage(canvas, reading, frame, theme) {
  const where = whereIn(reading, frame);
  const { picture, glow, lines, heads, dots } = emptyPicture(frame);
  const nodes = placeNodes(dots, reading, where);
  const edges = placeEdges({ lines, heads }, reading, where, nodes);
  const stage = { reading, theme, where, nodes, edges };
  addTokens(picture, reading, { ...where, wide: frame.left > 60 });
  canvas.querySelector(":scope > .stage")?.remove();
  canvas.insertBefore(picture, canvas.querySelector(":scope > .hit"));
  canvas.dataset.stepping = "";

  return {
    /** @param {Scene} scene */
    show(scene) {
      for (const id of edges.keys()) showEdge(id, scene, stage);
      for (const id of nodes.keys()) showNode(id, scene, stage);
    },

    /** Light some nodes and edges, and nothing else: by their ids. */
    light: createLights(glow, stage),

    close() {
      picture.remove();
      delete canvas.dataset.stepping;
    },
  };
}

/** @param {{x: number, y: number, r: number} | undefined} node @param {{x0: number, y0: number, x1: number, y1: number} | undefined} edge */
function lightOf(node, edge) {
  if (node) return svg("circle", { class: "lit", cx: node.x, cy: node.y, r: node.r + 6 });
  if (!edge) return null;
  return svg("line", { class: "lit", x1: edge.x0, y1: edge.y0, x2: edge.x1, y2: edge.y1 });
}
