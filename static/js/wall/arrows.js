/** What every ball meets at a step: its gradient, before and after clipping, with its numbers. */

import { element } from "../elements.js";
import { number } from "../format.js";
import { putArrows, shape } from "./overlay.js";
import { arrowSentence, pairText } from "./words.js";

/** @typedef {import("./survey.js").Ball} Ball */

/**
 * @param {HTMLElement} place
 * @param {Ball[]} balls
 * @param {number} index   the step; a ball that has ended stays where it ended
 * @param {(k: number, index: number) => boolean} onMap
 */
export function putBalls(place, balls, index, onMap) {
  const made = balls.map(({ name, colour, path }, k) => {
    const n = Math.min(index, path.points.length - 1);
    const figure = element("figure", "wall-arrow");
    const picture = /** @type {SVGElement} */ (shape("svg", { "aria-hidden": "true" }));
    putArrows(picture, path.gradient[n], path.clipped[n], colour);
    const off = onMap(k, index) ? "" : ` Off this map, at ${pairText(path.points[n] ?? [])}.`;
    const said = `${arrowSentence(name, path, n)} E = ${number(path.loss[n] ?? null)}.${off}`;
    figure.append(picture, element("figcaption", "", said));
    return figure;
  });
  place.replaceChildren(...made);
}
