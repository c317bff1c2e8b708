/** From which loss to which step the chain goes: two fields, and what stands in for them. */

import { element } from "../../elements.js";
import { marksOf } from "../../marks.js";

/** Without a mark the chain goes so many steps back. */
const BACK = 12;

/** @param {string} name */
function field(name) {
  const label = element("label", "", `${name} `);
  const input = document.createElement("input");
  Object.assign(input, { type: "number", min: "1", step: "1", autocomplete: "off", inputMode: "numeric" });
  label.append(input);
  return { label, input };
}

/** The loss nearest to a step. @param {number[]} losses @param {number} step */
function nearestTo(losses, step) {
  return losses.reduce((a, b) => (Math.abs(b - step) < Math.abs(a - step) ? b : a));
}

/** @param {import("../../stepping.js").Page} page */
export function createForm({ store, pictures }) {
  const form = element("div", "chain-form");
  const [from, to] = [field("From the loss of step"), field("back to step")];
  form.append(from.label, to.label);
  from.input.addEventListener("change", () => {
    const { lossSteps, steps } = pictures.reading();
    const nearest = nearestTo(lossSteps, Number(from.input.value));
    store.set({ follow: nearest === steps ? "last" : nearest });
  });
  to.input.addEventListener("change", () => {
    store.set({ to: Math.max(1, Math.round(Number(to.input.value) || 1)) });
  });

  return {
    element: form,

    /** The followed loss, and the step that is set, else the first mark before it. */
    wanted() {
      const reading = pictures.reading();
      const { to: set, mark } = store.get();
      const last = reading.follow ?? reading.lossSteps.at(-1);
      if (!last) return null;
      const marks = marksOf(mark, reading.steps).filter((/** @type {number} */ step) => step < last);
      const step = set ?? marks[0] ?? Math.max(1, last - BACK);
      return { loss_step: last, step: Math.min(step, last) };
    },

    /** @param {{loss_step: number, step: number}} chain @param {number} steps   T */
    put(chain, steps) {
      from.input.max = to.input.max = String(steps);
      if (document.activeElement !== from.input) from.input.value = String(chain.loss_step);
      if (document.activeElement !== to.input) to.input.value = String(chain.step);
    },
  };
}
