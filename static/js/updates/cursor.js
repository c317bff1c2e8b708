/** Lines at updates, over a picture that is not drawn anew where only they move. */

import { toPixel } from "../view.js";

/** @import { Frame } from "../types.js" */

/** The line at the update that is looked at. @param {HTMLElement} plot @param {Frame} frame @param {number} at */
export function putCursor(plot, frame, at) {
  putLines(plot, frame, [at], "cursor");
}

/**
 * A line at each of some updates, in place of those of the same class.
 * @param {HTMLElement} plot @param {Frame} frame @param {number[]} updates @param {string} className
 */
export function putLines(plot, frame, updates, className) {
  const canvas = plot.parentElement;
  if (!canvas) return;
  const lines = /** @type {HTMLElement[]} */ ([...canvas.querySelectorAll(`.${className}`)]);
  while (lines.length > updates.length) lines.pop()?.remove();
  updates.forEach((update, n) => {
    const line = lines[n] ?? plot.ownerDocument.createElement("div");
    line.className = className;
    line.style.height = `${frame.height}px`;
    line.style.left = `${toPixel(frame, update)}px`;
    if (!lines[n]) canvas.append(line);
  });
}
