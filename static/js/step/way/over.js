/** What lies over the diagram at a stop. */

import { sceneOf } from "../scene.js";
import { createStage } from "../stage.js";

/**
 * Draw the stop over the diagram, as that lies now.
 * @param {HTMLElement} canvas   where the diagram lies
 * @param {import("./state.js").State} state
 * @param {{frame: import("../../types.js").Frame, theme: import("../../types.js").Theme}} as
 * @param {{route: import("./route.js").Route, place: number, mode: import("./state.js").Mode,
 *   animate: boolean, look: import("../lookup.js").Look | null}} what
 */
export function drawOver(canvas, state, { frame, theme }, { route, place, ...how }) {
  const { width, height, lo, hi } = frame;
  const key = [width, height, lo, hi, theme.mode].join();
  if (!state.stage || state.staged !== key) {
    state.stage = createStage(canvas, route.reading, frame, theme);
    state.staged = key;
  }
  state.stage.show(sceneOf(route.reading, route.stops, place, how));
  state.stage.light([]);
}
