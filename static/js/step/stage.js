/**
 * The diagram while it is stepped through: every node and edge an element of its own, so that a
 * stop changes a few of them and nothing else.
 */

import { rowPixel } from "../figures/diagram.js";
import { glyph, letterOf, subscript } from "../format.js";
import { classOf, classWidth, flowColor, textOn } from "../theme.js";
import { isSpaced } from "../vocabulary.js";
import { toPixel } from "../view.js";

const SVG = "http://www.w3.org/2000/svg";
/** @type {Record<string, number>} */
const SMALLER = Object.freeze({ context: 0.62, cell: 0.72 });

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
 *
 * @typedef {object} Drawn
 * @property {SVGElement} element
 * @property {string} said   what it shows, so that the same is not set again
 */

/** @param {string} name @param {Record<string, string | number>} attributes */
function svg(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/**
 * @param {HTMLElement} canvas   where the diagram lies
 * @param {import("../types.js").Reading} reading
 * @param {import("../types.js").Frame} frame
 * @param {import("../types.js").Theme} theme
 */
export function createStage(canvas, reading, frame, theme) {
  const pixels = (frame.width - frame.left - frame.right) / (frame.hi - frame.lo);
  const rows = (frame.height - 26) / (reading.span.high - reading.span.low);
  const size = Math.max(6, Math.min(36, pixels - 3, pixels * 0.66 + 3, rows * 0.62));
  const picture = svg("svg", {
    class: "stage",
    width: frame.width,
    height: frame.height,
    viewBox: `0 0 ${frame.width} ${frame.height}`,
    "aria-hidden": "true",
  });
  const [glow, lines, heads, dots] = ["glow", "lines", "heads", "dots"].map((name) =>
    picture.appendChild(svg("g", { class: `stage-${name}` })),
  );
  /** @type {Map<string, Drawn & {head: SVGElement, x0: number, y0: number, x1: number, y1: number}>} */
  const edges = new Map();
  /** @type {Map<string, Drawn & {label: SVGElement, r: number, x: number, y: number}>} */
  const nodes = new Map();
  /** @type {Map<string, SVGElement>} */
  const lights = new Map();

  /** @param {number} x */
  const inSight = (x) => x > frame.lo - 0.75 && x < frame.hi + 0.75;
  /** @param {number} x @param {number} y @returns {[number, number]} */
  const at = (x, y) => [toPixel(frame, x), rowPixel(frame, y, reading.span)];

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
  for (const { id, edge, x0, y0, x1, y1 } of reading.edges.values()) {
    if (!inSight(x0) && !inSight(x1)) continue;
    const [from, to] = [at(x0, y0), at(x1, y1)];
    const radius = (/** @type {string} */ end) => (nodes.get(end)?.r ?? size / 2) + 1.5;
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
  addTokens(picture, reading, { at, pixels, inSight, wide: frame.left > 60 });
  canvas.querySelector(":scope > .stage")?.remove();
  canvas.insertBefore(picture, canvas.querySelector(":scope > .hit"));
  canvas.dataset.stepping = "";

  /** @param {string} id @param {Scene} scene */
  function showEdge(id, scene) {
    const drawn = edges.get(id);
    const placed = reading.edges.get(id);
    if (!drawn || !placed) return;
    const { edge } = placed;
    const passes = scene.passed.get(id);
    const back = passes !== undefined;
    const forth = scene.computed.has(edge.target);
    const now = scene.now === id || (scene.now === edge.target && !back);
    const said = `${back}${passes}${forth}${now}${scene.now === id && scene.animate}`;
    if (said === drawn.said) return;
    drawn.said = said;
    const color = back
      ? passes
        ? flowColor(theme, placed.relative ?? 0)
        : theme.blocked
      : forth
        ? theme.soft
        : theme.pale;
    const thick = back && passes ? classWidth(classOf(placed.relative ?? 0)) : 1.2;
    const width = Math.max(back ? 2 : 1, Math.min(thick, size * 0.45)) + (now ? 1 : 0);
    const { element, head } = drawn;
    element.setAttribute("stroke", color);
    element.setAttribute("stroke-width", String(width));
    element.setAttribute("stroke-dasharray", back && !passes ? "3 3" : "");
    element.classList.toggle("now", scene.now === id);
    element.classList.toggle("drawing", scene.now === id && scene.animate);
    const arrow = (back || now) && (pixels >= 14 || now);
    head.setAttribute("d", arrow ? (back ? arrowAt(drawn, width, true) : arrowAt(drawn, width, false)) : "");
    head.setAttribute("fill", color);
    if (back && !passes) head.setAttribute("d", crossOn(drawn, size));
    head.setAttribute("stroke", back && !passes ? theme.ink : "none");
  }

  /** @param {string} id @param {Scene} scene */
  function showNode(id, scene) {
    const drawn = nodes.get(id);
    const placed = reading.nodes.get(id);
    if (!drawn || !placed) return;
    const whole = scene.arrived.get(id);
    const look =
      scene.mode === "gradients" && whole !== undefined
        ? gradientLook(placed, whole)
        : scene.computed.has(id)
          ? valueLook(id, scene)
          : { fill: theme.sheet, rim: theme.pale, ink: theme["pale-ink"], title: "" };
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

  /** @param {import("../types.js").PlacedNode} placed @param {boolean} whole */
  function gradientLook({ node, relative }, whole) {
    const title = "";
    if (node.kind === "loss") return { fill: theme.ink, rim: theme.ink, ink: theme.sheet, title };
    if (relative === null)
      return { fill: theme.sheet, rim: theme.blocked, ink: theme["pale-ink"], title };
    const fill = flowColor(theme, relative);
    if (!whole) return { fill: theme.sheet, rim: fill, ink: theme.ink, title };
    return { fill, rim: theme.paper, ink: textOn(fill), title };
  }

  /** @param {string} id @param {Scene} scene */
  function valueLook(id, scene) {
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

  return {
    /** @param {Scene} scene */
    show(scene) {
      for (const id of edges.keys()) showEdge(id, scene);
      for (const id of nodes.keys()) showNode(id, scene);
    },

    /** Light some nodes and edges, and nothing else. @param {string[]} ids */
    light(ids) {
      const wanted = new Set(ids);
      for (const [id, element] of lights) {
        if (wanted.has(id)) continue;
        element.remove();
        lights.delete(id);
      }
      for (const id of wanted) {
        if (lights.has(id)) continue;
        const made = lightOf(nodes.get(id), edges.get(id));
        if (!made) continue;
        glow.append(made);
        lights.set(id, made);
      }
    },

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

/** The letter in a node, as the diagram has it. @param {import("../types.js").Node} node @param {import("../types.js").Reading} reading @param {number} size */
function textIn(node, reading, size) {
  const inputs = reading.flow.text?.inputs;
  const words = isSpaced(reading.flow.experiment.sequence.tokens);
  if (node.kind === "input" && inputs && !words && size >= 11) return glyph(inputs[node.step - 1]);
  if (node.kind in SMALLER) return "C";
  return size >= 23 && node.step < 100 ? letterOf(node.id) + subscript(node.step) : letterOf(node.id);
}

/**
 * Rows' names and what should be said.
 * @param {Element} picture @param {import("../types.js").Reading} reading
 * @param {{at: (x: number, y: number) => [number, number], pixels: number,
 *   inSight: (x: number) => boolean, wide: boolean}} where
 */
function addTokens(picture, reading, { at, pixels, inSight, wide }) {
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
