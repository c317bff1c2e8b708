/** The frame of a map: its caption, what is pointed into, and its words for who cannot see it. */

import { element } from "../elements.js";
import { listenPointing } from "./pointing.js";
import { pointLines } from "./words.js";

/** @import { Shown } from "./shown.js" */
/** @import { MapNumber } from "./scale.js" */

/**
 * @typedef {object} Acts   what pointing does
 * @property {() => number[] | null} at
 * @property {() => MapNumber[]} numbers
 * @property {(lines: string[] | null, event: PointerEvent | null) => void} tell
 * @property {(at: number[]) => void} choose
 * @property {() => void} open
 * @property {(from: number[], to: number[]) => void} zoom
 */

/** @param {Shown} one @param {number} n @param {boolean} two @param {Acts} acts */
export function frameOf(one, n, two, acts) {
  const figure = element("figure", "picture map-picture");
  const caption = element("figcaption");
  caption.append(element("b", "", two ? `${"AB"[n]}: ${one.run().name || "Map"}` : ""), element("span", "note map-levels"));
  const over = element("div", "map-over");
  const rubber = element("div", "map-rubber");
  const words = element("p", "unseen");
  words.id = `map-summary-${n}`;
  rubber.hidden = true;
  over.tabIndex = 0;
  for (const [field, value] of Object.entries({
    role: "application",
    "aria-roledescription": "map",
    "aria-label": `Points${two ? ` of ${"AB"[n]}` : ""}: arrow keys go from one to the next, page keys to the next small map, Enter opens one`,
    "aria-describedby": words.id,
  }))
    over.setAttribute(field, value);
  over.append(one.canvas, rubber);
  figure.append(caption, over, words);
  listenPointing(over, rubber, {
    sweep: () => one.run().sweep,
    boxes: one.boxes,
    at: acts.at,
    over(under, event) {
      const found = under && one.grid.point(under);
      acts.tell(found ? pointLines(one.run().sweep, found, acts.numbers()) : null, event);
    },
    choose: acts.choose,
    open: acts.open,
    zoom: acts.zoom,
  });
  return figure;
}
