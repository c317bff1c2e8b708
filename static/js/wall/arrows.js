/** What every ball meets at a step: its gradient, before and after clipping, with its numbers. */

import { element } from "../elements.js";
import { number, power } from "../format.js";
import { shape } from "./overlay.js";
import { arrowSentence, pairText } from "./words.js";

/** @typedef {import("./survey.js").Ball} Ball */
/** @typedef {[number | null, number | null]} Pair */
/** @typedef {{from: number, to: number, whole: boolean}} Decades   whole: nothing is smaller */

/** Half the side of a picture, and from where to where an arrow's end may lie, in pixels. */
const HALF = 70;
const [INNER, OUTER] = [12, 64];
/** So many decades at most have a length of their own, and so many rings are drawn. */
const DECADES = 8;
const RINGS = 4;

/** @param {Pair | undefined} pair */
function sizeOf(pair) {
  return Math.hypot(pair?.[0] ?? NaN, pair?.[1] ?? NaN);
}

/** The decades between which the gradients of all balls lie, clipped or not. @param {Ball[]} balls @returns {Decades} */
export function decadesOf(balls) {
  const logs = balls
    .flatMap(({ path }) => [...path.gradient, ...path.clipped])
    .map((pair) => Math.log10(sizeOf(pair)))
    .filter(Number.isFinite);
  if (!logs.length) return { from: 0, to: 1, whole: true };
  const least = Math.floor(logs.reduce((a, b) => Math.min(a, b)));
  const to = Math.max(least + 1, Math.ceil(logs.reduce((a, b) => Math.max(a, b))));
  const from = Math.max(least, to - DECADES);
  return { from, to, whole: from === least };
}

/** How far from the middle a size lies. @param {number} size @param {Decades} decades */
export function lengthOf(size, { from, to }) {
  const share = Math.max(0, Math.min(1, (Math.log10(size) - from) / (to - from)));
  return INNER + share * (OUTER - INNER);
}

/** Every how many decades there is a ring. @param {Decades} decades */
function ringsEvery({ from, to }) {
  return Math.ceil((to - from) / RINGS);
}

/**
 * One arrow from the middle.
 * @param {Pair | undefined} pair @param {Decades} decades
 * @param {{kind: string, head: number, style?: string}} look   head: half its width
 */
function arrow(pair, decades, { kind, head, style = "" }) {
  const size = sizeOf(pair);
  if (!pair || !(size > 0) || !Number.isFinite(size)) return [];
  const length = lengthOf(size, decades);
  const [dx, dy] = [(pair[0] ?? 0) / size, -(pair[1] ?? 0) / size];
  const [x, y] = [dx * length, dy * length];
  const [bx, by] = [x - dx * Math.min(10, length), y - dy * Math.min(10, length)];
  return [
    shape("path", { d: `M0,0L${bx},${by}`, class: kind, style }),
    shape("path", {
      d: `M${x},${y}L${bx - dy * head},${by + dx * head}L${bx + dy * head},${by - dx * head}Z`,
      class: `${kind} head`,
      style,
    }),
  ];
}

/**
 * g, and over it what clipping makes of it.
 * @param {SVGElement} svg
 * @param {Pair | undefined} g @param {Pair | undefined} after
 * @param {string} colour @param {Decades} decades
 */
function putArrows(svg, g, after, colour, decades) {
  const rings = [];
  for (let decade = decades.from; decade <= decades.to; decade += ringsEvery(decades))
    rings.push(shape("circle", { r: lengthOf(10 ** decade, decades), class: "wall-ring" }));
  svg.setAttribute("viewBox", `${-HALF} ${-HALF} ${2 * HALF} ${2 * HALF}`);
  svg.replaceChildren(
    ...rings,
    ...arrow(g, decades, { kind: "wall-before", head: 9 }),
    ...arrow(after, decades, {
      kind: "wall-after",
      head: 4.5,
      style: `stroke: var(--${colour}); fill: var(--${colour})`,
    }),
    shape("circle", { r: 2, class: "wall-origin" }),
  );
}

/** What the lengths say. @param {Decades} decades */
export function legend(decades) {
  const { from, to, whole } = decades;
  const every = ringsEvery(decades);
  const inner = `${power(from)}${whole ? "" : " and less"}`;
  const ring = every === 1 ? "a ring a decade" : `a ring every ${every} decades`;
  return (
    "The arrows: g, broad and pale; over it in its colour what clipping leaves of it. Their length is the size’s " +
    `logarithm, for all balls and steps the same: ${ring}, the innermost at ${inner}` +
    `${(to - from) % every ? "" : `, the outermost at ${power(to)}`}. A ball goes the other way, by η times its size.`
  );
}

/**
 * @param {HTMLElement} place
 * @param {Ball[]} balls
 * @param {number} index   the step; a ball that has ended stays where it ended
 * @param {(k: number, index: number) => boolean} onMap
 */
export function putBalls(place, balls, index, onMap) {
  const decades = decadesOf(balls);
  const made = balls.map(({ name, colour, path }, k) => {
    const n = Math.min(index, path.points.length - 1);
    const figure = element("figure", "wall-arrow");
    const picture = /** @type {SVGElement} */ (shape("svg", { "aria-hidden": "true" }));
    putArrows(picture, path.gradient[n], path.clipped[n], colour, decades);
    const off = onMap(k, index) ? "" : ` Off this map, at ${pairText(path.points[n] ?? [])}.`;
    const said = `${arrowSentence(name, path, n)} E = ${number(path.loss[n] ?? null)}.${off}`;
    figure.append(picture, element("figcaption", "", said));
    return figure;
  });
  place.replaceChildren(...made, ...(balls.length ? [element("p", "note wall-legend", legend(decades))] : []));
}
