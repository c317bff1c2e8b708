/** What is lit in the diagram from elsewhere: the copies of a weight, or a stretch of steps. */

import { rowPixel } from "../figures/diagram.js";
import { toPixel } from "../view.js";

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {HTMLElement} canvas   where the diagram lies
 * @returns {{show: (ids: string[], reading: import("../types.js").Reading,
 *   frame: import("../types.js").Frame) => void, hide: () => void}}
 */
export function createLights(canvas) {
  /** @type {SVGElement | null} */
  let picture = null;

  function hide() {
    picture?.remove();
    picture = null;
  }

  return {
    show(ids, reading, frame) {
      hide();
      picture = document.createElementNS(SVG, "svg");
      picture.setAttribute("class", "stage lights");
      picture.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
      picture.setAttribute("width", String(frame.width));
      picture.setAttribute("height", String(frame.height));
      picture.setAttribute("aria-hidden", "true");
      /** @param {number} x @param {number} y */
      const at = (x, y) => [toPixel(frame, x), rowPixel(frame, y, reading.span)];
      for (const id of ids) {
        const [node, edge] = [reading.nodes.get(id), reading.edges.get(id)];
        const seen = [node?.x, edge?.x0, edge?.x1].some(
          (x) => x !== undefined && x > frame.lo && x < frame.hi,
        );
        if (!seen) continue;
        const made = document.createElementNS(SVG, "line");
        const [x1, y1] = at(edge?.x0 ?? node?.x ?? 0, edge?.y0 ?? node?.y ?? 0);
        const [x2, y2] = at(edge?.x1 ?? node?.x ?? 0, edge?.y1 ?? node?.y ?? 0);
        for (const [name, value] of Object.entries({ x1, y1, x2, y2 }))
          made.setAttribute(name, String(value));
        made.setAttribute("class", node ? "lit spot" : "lit");
        picture.append(made);
      }
      canvas.insertBefore(picture, canvas.querySelector(":scope > .hit"));
    },
    hide,
  };
}
