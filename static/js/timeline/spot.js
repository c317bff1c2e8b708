/** What lies under the pointer in a picture of the axis. */

import { lossAt } from "../figures/map.js";
import { rowPixel } from "../figures/diagram.js";
import { boxOf, zoomOf } from "../page.js";
import { pick } from "../picking.js";
import { toPixel, toStep } from "../view.js";

/** @import { Pictures } from "../pictures.js" */
/** @import { Frame, Point, Pointed, Reading } from "../types.js" */

/** Pictures of nodes and edges; the others are of steps. */
export const DIAGRAMS = new Set(["diagram", "compared"]);

/** The pointer in the picture's own pixels. @param {MouseEvent} event @param {HTMLElement} stack */
function pointIn(event, stack) {
  const box = boxOf(event);
  const zoom = zoomOf(stack);
  return { x: (event.clientX - box.left) / zoom, y: (event.clientY - box.top) / zoom };
}

/** The node or edge there. @param {Reading} reading @param {Point} point @param {Frame} frame */
function thingAt(reading, point, frame) {
  /** @param {number} x @param {number} y */
  const toPixels = (x, y) => ({ x: toPixel(frame, x), y: rowPixel(frame, y, reading.span) });
  return pick(reading, point, toPixels, frame);
}

/**
 * @param {HTMLElement} stack   what holds the pictures
 * @param {Pictures} pictures
 * @param {MouseEvent} event
 * @param {string} name   of the picture
 * @returns {Pointed | null} null where no step of the sequence is
 */
export function spotOf(stack, pictures, event, name) {
  const frame = pictures.frames()[name];
  const reading = pictures.reading(name);
  if (!frame || !reading) return null;
  const point = pointIn(event, stack);
  const time = toStep(frame, point.x);
  const step = Math.round(time);
  const thing = DIAGRAMS.has(name) ? thingAt(reading, point, frame) : null;
  const losses = reading.flow.itemized.loss_steps;
  const loss = name === "map" ? lossAt(losses, frame, point.y, reading.steps) : null;
  const { first, steps } = (name === "profile" && pictures.extent()) || reading;
  const from = DIAGRAMS.has(name) ? first : Math.max(1, first);
  const seen = time > frame.lo && time < frame.hi && step >= from && step <= steps;
  if (!seen && !thing) return null;
  const { clientX, clientY } = event;
  return { picture: name, step, thing, loss, clientX, clientY, time };
}
