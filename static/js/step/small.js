/** Small diagrams: a network unrolled, its followed loss gone all the way back. */

import { read } from "../reading.js";
import { stopsOf } from "./order.js";
import { sceneOf } from "./scene.js";
import { createStage } from "./stage.js";

const SIZE = { width: 184, height: 164, left: 22, right: 6 };

const how = Object.freeze({ mode: /** @type {const} */ ("gradients"), animate: false, look: null });

/**
 * Draw a flow, small, into an element.
 * @param {HTMLElement} place
 * @param {import("../types.js").Flow} flow
 * @param {import("../types.js").Theme} theme
 * @returns {import("../types.js").Reading}
 */
export function drawSmall(place, flow, theme) {
  const reading = read(flow);
  const frame = { ...SIZE, lo: -0.6, hi: reading.steps + 0.5 };
  const stops = stopsOf(reading);
  const stage = createStage(place, reading, frame, theme);
  place.style.height = `${SIZE.height}px`;
  if (stops.length)
    stage.show({ ...sceneOf(reading, stops, stops.length - 1, how), now: "" });
  return reading;
}
