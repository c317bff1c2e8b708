/** Which pictures of the axis are shown, and how they lie: in pixels and steps. */

import { axisOf, framesOf } from "../frames.js";
import { AXIS } from "./places.js";

/** @import { Frame } from "../types.js" */
/** @import { Places } from "./places.js" */

/**
 * @typedef {object} State   what the pictures remember
 * @property {ReturnType<typeof import("../scene.js").createScene>} scene   what they show
 * @property {Object<string, Frame>} frames   how they lie, by name
 * @property {import("../frames.js").Stage | null} stage   while they fill one
 * @property {boolean} waiting   whether pictures of the axis are still to be drawn
 *
 * @typedef {{width?: number, height?: number}} Size
 */

/** The second diagram only where there is something to compare. @param {State} state */
export function shownOf({ scene }) {
  return AXIS.filter((name) => name !== "compared" || scene.reading("compared"));
}

/** How wide the axis is, its margins included. @param {Places} places */
function widthOf({ canvases }) {
  return Math.max(240, canvases.diagram.clientWidth);
}

/** How many pixels wide the axis is. @param {Places} places */
export function pixelsOf(places) {
  const { width, left, right } = axisOf(widthOf(places));
  return width - left - right;
}

/** Place everything. @param {Places} places @param {State} state @returns {boolean} whether the diagrams want for nodes */
export function measure(places, state) {
  const { scene, stage } = state;
  const { plots, canvases, window } = places;
  const sizes = {
    axis: widthOf(places),
    beside: (/** @type {string} */ name) => plots[name].clientWidth || 260,
    window: window.innerHeight,
    stage,
  };
  const wants = scene.fit(pixelsOf(places));
  state.frames = framesOf({ ...scene.shown(), range: scene.range(), window: scene.part() }, sizes);
  for (const name of shownOf(state))
    canvases[name].style.setProperty("--height", `${state.frames[name].height}px`);
  return wants;
}

/** How a picture of the axis lies in another size. @param {State} state @param {string} name @param {Size} size */
export function sized({ frames }, name, { width, height }) {
  if (!width || !AXIS.includes(name)) return frames[name];
  return { ...frames[name], ...axisOf(width), height: height ?? frames[name].height };
}
