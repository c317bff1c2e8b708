/** The gradients of the weights as they grow: what is summed so far, and what this stop adds. */

import { element } from "../elements.js";
import { fromLog10, parameterName, plural } from "../format.js";
import { lossName } from "../letters.js";
import { unitsOf } from "./asked.js";
import { asRows, plus } from "./lookup.js";
import { field, isWritten, matrixMath } from "./matrix.js";
import { formula } from "../mathml.js";

/** @typedef {import("./lookup.js").Matrix} Matrix */

/**
 * Sums that have been formed: parameter → behind the window, with its last step, and so on.
 * @type {WeakMap<import("./lookup.js").Values, Map<string, Matrix[]>>}
 */
const HELD = new WeakMap();

/**
 * What the steps from T down to one have added to a parameter's gradient; null where the numbers of
 * that step are not here.
 * @param {string} name
 * @param {number} step   T + 1: nothing yet
 * @param {import("./lookup.js").Values} values
 * @param {boolean} held   whether a double holds the whole sum: what it does not hold of a term is
 *   too small then to be seen in it
 * @returns {Matrix | null}
 */
export function summed(name, step, values, held) {
  const start = asRows(values.behind[name]);
  if (!start || step < values.first) return null;
  let own = HELD.get(values);
  if (!own) HELD.set(values, (own = new Map()));
  const known = own.get(name) ?? [start];
  own.set(name, known);
  for (let t = values.last - known.length + 1; t >= step; t -= 1) {
    const term = asRows(values.terms[name]?.[t - values.first]);
    const seen = held ? term?.map((line) => line.map((value) => value ?? 0)) : term;
    known.push(seen ? plus(known[known.length - 1], seen) : known[known.length - 1]);
  }
  return known[Math.max(0, values.last - step + 1)];
}

/**
 * @param {HTMLElement} place
 * @param {{open: (name: string) => void}} on   open: a parameter is to be opened
 */
export function createSums(place, on) {
  /** @type {Map<string, {box: HTMLElement, sum: HTMLElement, term: HTMLElement, said: string}>} */
  const boxes = new Map();
  let key = "";

  /** @param {import("../types.js").Reading} reading */
  function build(reading) {
    const names = Object.keys(reading.flow.parameter_gradients);
    const now = `${names.join()}|${reading.follow}`;
    if (now === key) return;
    key = now;
    boxes.clear();
    place.replaceChildren();
    for (const name of names) {
      const box = element("div", "sum");
      box.dataset.sum = name;
      const title = element("button", "sum-name", `∂${lossName(reading.follow)}/∂${parameterName(name)}`);
      title.setAttribute("type", "button");
      title.addEventListener("click", () => on.open(name));
      const [sum, term] = [element("div", "sum-whole"), element("p", "sum-term")];
      box.append(title, sum, term);
      place.append(box);
      boxes.set(name, { box, sum, term, said: "" });
    }
  }

  return {
    /**
     * @param {import("../types.js").Reading} reading
     * @param {import("./order.js").Stop} stop
     * @param {Map<string, number>} reached   parameter → the earliest step that has added
     * @param {import("./lookup.js").Values | null} values
     */
    show(reading, stop, reached, values) {
      build(reading);
      const units = unitsOf(reading.flow);
      for (const [name, own] of boxes) {
        const adds = stop.adds.some((one) => one.name === name);
        const step = reached.get(name);
        const said = `${step}|${adds}|${values ? values.first : "-"}|${document.documentElement.dataset.theme}`;
        if (said === own.said) continue;
        own.said = said;
        own.box.classList.toggle("grows", adds);
        const whole = asRows(reading.flow.parameter_gradients[name].value);
        const held = Boolean(whole) && !whole?.flat().includes(null);
        const sum = values && summed(name, step ?? reading.steps + 1, values, held);
        if (sum) putNumbers(own.sum, `∂L/∂${parameterName(name)} so far`, sum, units);
        else own.sum.replaceChildren();
        own.term.textContent = step === undefined ? "nothing yet" : words(name, adds, step, reading);
      }
    },

    /** Draw the fields anew, in other colours. */
    forget() {
      for (const own of boxes.values()) own.said = "";
    },
  };
}

/** @param {HTMLElement} place @param {string} name @param {Matrix} rows @param {number} units */
function putNumbers(place, name, rows, units) {
  if (isWritten(rows, units)) {
    place.replaceChildren(formula(matrixMath(name, rows, units)));
    return;
  }
  const old = place.querySelector("canvas");
  const drawn = field(name, rows, { most: 96, canvas: old ?? undefined });
  if (!old) {
    const size = element("small", "", `${rows.length} × ${rows[0].length}`);
    place.replaceChildren(drawn, size);
  }
}

/** @param {string} name @param {boolean} adds @param {number} step @param {import("../types.js").Reading} reading */
function words(name, adds, step, reading) {
  const last = reading.follow ?? reading.lossSteps.at(-1) ?? reading.steps;
  if (!adds) return last === step ? `step ${step}` : `${plural(last - step + 1, "step")}, ${last} … ${step}`;
  const edge = [...reading.edges.values()].find(
    (one) => one.edge.parameter === name && one.edge.target.split("_")[1] === String(step),
  );
  const size = edge ? `, of norm ${fromLog10(edge.edge.parameter_log10_norm)}` : "";
  return `+ the term of step ${step}${size}`;
}

