/** What a stop needs and may not be there yet: numbers of its step, nodes of a long sequence. */

import { createWindows } from "../windows.js";

/** @import { Flow } from "../../types.js" */

/** Numbers of a new experiment are asked for when the hand has rested so long. */
const REST_MS = 250;

/**
 * @param {import("../../stepping.js").Page} page
 * @param {import("./state.js").State} state
 * @param {() => void} came   something that was missing is there, or may be asked for now
 */
export function createParts({ base, pictures }, state, came) {
  const windows = createWindows(base, came);
  let timer = 0;

  return {
    /** Another experiment: its numbers come once the hand rests. */
    rest() {
      state.rested = performance.now() + REST_MS;
      clearTimeout(timer);
      timer = setTimeout(came, REST_MS + 20);
    },

    /** The numbers of a step, or null. @param {Flow} flow @param {number} step */
    numbers(flow, step) {
      return performance.now() < state.rested ? null : windows.of(flow, Math.max(1, step));
    },

    able: windows.able,

    /** Bring a step into the diagram, once: it may have to be asked for. @param {number} step */
    reveal(step) {
      const { lo, hi } = pictures.frames().diagram;
      if ((step > lo && step < hi) || state.revealed === step) return;
      state.revealed = step;
      pictures.reveal(step);
    },

    close: () => clearTimeout(timer),
  };
}
