/** Every array of weights as a heat map, with its statistics. */

import { element } from "../elements.js";
import { heightFor, valueAt, weights } from "../figures/weights.js";
import { number } from "../format.js";
import { byId } from "../page.js";
import { drawAlone } from "../render.js";
import { moduleOf } from "./plan.js";
import { parameterOf } from "./requests.js";
import { marksOf, parameterWords, statisticsWords } from "./words.js";

/** @import { Matrix } from "../figures/weights.js" */
/** @import { Theme } from "../types.js" */
/** @import { KeptNetwork } from "./requests.js" */

/**
 * @typedef {{name: string, plot: HTMLElement, matrix: Matrix | null}} Map
 */

/** @param {string} base @param {() => void} changed   there is more to draw */
export function createMaps(base, changed) {
  let key = "";
  /** @type {Map[]} */
  let maps = [];

  /** @param {KeptNetwork} network @param {string} name @returns {Map} */
  function put(network, name) {
    const module = moduleOf(network);
    const figure = element("figure", "picture");
    const caption = element("figcaption", "", parameterWords(name, module?.layers ?? 1));
    const note = element("span", "note", statisticsWords(network.statistics[name]));
    const readout = element("span", "note readout", "\u00a0");
    const plot = element("div", "plot");
    plot.setAttribute("role", "img");
    plot.setAttribute("aria-label", `${name}: ${note.textContent}`);
    const canvas = element("div", "canvas");
    canvas.append(plot);
    caption.append(" ", note);
    figure.append(caption, canvas, readout);
    byId(document, "maps").append(figure);
    const map = { name, plot, matrix: null };
    plot.addEventListener("pointermove", (event) => (readout.textContent = readoutOf(map, event)));
    plot.addEventListener("pointerleave", () => (readout.textContent = "\u00a0"));
    return map;
  }

  /** @param {KeptNetwork} network */
  async function read(network) {
    const own = key;
    const module = moduleOf(network);
    for (const map of maps) {
      try {
        const { values, shape, block } = await parameterOf(base, network.id, map.name);
        if (key !== own) return;
        const vector = shape.length === 1;
        const [rows, columns] = vector ? [1, shape[0]] : shape;
        map.matrix = { values, shape: [rows, columns], block: [block[0], block[1]], vector, marks: module ? marksOf(map.name, module) : [] };
      } catch (cause) {
        map.plot.textContent = /** @type {Error} */ (cause).message;
      }
      changed();
    }
  }

  return {
    /** @param {KeptNetwork} network */
    show(network) {
      const names = Object.keys(network.statistics);
      const next = JSON.stringify([network.id, network.module, network.head]);
      byId(document, "weights-of").hidden = names.length === 0;
      if (next === key) return;
      key = next;
      byId(document, "maps").replaceChildren();
      maps = names.map((name) => put(network, name));
      read(network);
    },
    /** @param {Theme} theme */
    draw(theme) {
      for (const { plot, matrix } of maps) {
        if (!matrix || !plot.clientWidth) continue;
        const frame = frameOf(plot, matrix);
        plot.style.height = `${frame.height}px`;
        drawAlone(plot, weights("", matrix, frame, theme));
      }
    },
  };
}

/** @param {HTMLElement} plot @param {Matrix} matrix */
function frameOf(plot, matrix) {
  return { width: plot.clientWidth, height: heightFor(matrix, plot.clientWidth) };
}

/** @param {Map} map @param {PointerEvent} event */
function readoutOf({ plot, matrix }, { clientX, clientY }) {
  if (!matrix) return "\u00a0";
  const box = plot.getBoundingClientRect();
  const found = valueAt("", matrix, frameOf(plot, matrix), { x: clientX - box.left, y: clientY - box.top });
  if (!found) return "\u00a0";
  const [high, wide] = matrix.block ?? [1, 1];
  const mean = high * wide > 1 ? `mean of ${high} × ${wide} from ` : "";
  const place = matrix.vector ? `${found.column}` : `row ${found.row}, column ${found.column}`;
  return `${mean}${place}: ${number(found.value ?? NaN, 4)}`;
}
