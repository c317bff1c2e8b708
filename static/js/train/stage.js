/** How large everything is in a lecture hall, and what room the pictures have. */

import { allWithin, zoomOf } from "../page.js";

/** The smallest type of the pictures is 10 pixels high; on a screen of twice this it has 20. */
const WIDE = 960;
const HIGH = 540;

/** Below the pictures, in pixels. */
const FOOT = 8;

/** The least and the most that one picture with room below it takes. */
const LEAST = 84;
const MOST = 280;

/** How much everything is enlarged. @param {{clientWidth: number}} root @param {number} height   of the window */
export function stageOf({ clientWidth }, height) {
  return Math.max(1, Math.min(clientWidth / WIDE, height / HIGH));
}

/**
 * The height that the pictures over updates have together, in their own pixels: what their captions
 * and all above them leave of the window.
 * @param {HTMLElement} box
 */
export function roomIn(box) {
  const zoom = zoomOf(box);
  const seen = allWithin(box, "figure").filter((one) => one.getClientRects().length);
  /** @param {Element} one */
  const high = (one) => one.getBoundingClientRect().height;
  const words = seen.reduce((sum, one) => sum + high(one) - allWithin(one, ".canvas").reduce((all, canvas) => all + high(canvas), 0), 0);
  const top = box.getBoundingClientRect().top + scrollY;
  return (innerHeight - top - words) / zoom - FOOT - 3 * seen.length;
}

/** The height of a picture that is the last of its column; null: as ever, nothing is presented. @param {HTMLElement} plot */
export function roomBelow(plot) {
  if (!plot.ownerDocument.documentElement.hasAttribute("data-lecture")) return null;
  const room = (innerHeight - plot.getBoundingClientRect().top - scrollY) / zoomOf(plot) - FOOT;
  return Math.round(Math.max(LEAST, Math.min(MOST, room)));
}
