/** The directions of a bidirectional layer: what they are called, and what is said of each. */

import { hasBoth, layersOf } from "./parts.js";
import { lastOf, whose } from "./samples.js";

/** @import { Way } from "./types.js" */

/** By whether it reads backward. */
const NAMES = ["Forward in time", "Backward in time"];

/** What a choice of a direction offers; nothing where there is one. @param {any} flow */
export function directionNames(flow) {
  return hasBoth(flow) ? NAMES : [];
}

/** @param {boolean} reverse */
export const nameOf = (reverse) => NAMES[Number(reverse)];

/** @param {string} name */
export const isBackward = (name) => name === NAMES[1];

/** "Where it reads backward in time, ", of one direction "". @param {Way | undefined} way */
export function whereWords(way) {
  return way ? `Where it reads ${way.reverse ? "backward" : "forward"} in time, ` : "";
}

/** How far each direction of the last layer carries a loss. @param {any} flow @returns {string[]} */
export function carriedWords(flow) {
  const last = layersOf(flow) - 1;
  return flow.directions
    .filter((/** @type {any} */ { layer }) => layer === last)
    .map((/** @type {any} */ { reverse, carries }) => carries?.sentence ?? `${whereWords({ reverse, through: false, end: null })}no gradient enters.`);
}

/**
 * Where a gradient goes in the direction that is shown; "" of one direction.
 * @param {any} part   of `partOf` @param {number} layer   from 0
 */
export function directionWords(part, layer) {
  if (!part?.way) return "";
  const { reverse, through } = part.way;
  const goes = `${whereWords(part.way)}a gradient goes ${reverse ? "on to the last step" : "back to step 1"}.`;
  const { follow } = part.experiment;
  if (!through || follow === null) return goes;
  return (
    `${goes} Both directions of the layer above hand it down to layer ${layer + 1} at every step. Shown is what enters above ` +
    `at step ${follow}, measured by what layer ${layer + 1} has of it at that step.`
  );
}

/**
 * What stands over the pictures, by the name of each.
 * @param {any} part   of `partOf`
 * @returns {{profile: string, map: string, reach: string, product: string}}
 */
export function captionsOf(part) {
  const { reverse = false, through = false } = part?.way ?? {};
  const loss = reverse ? "first" : "last";
  const there = through ? "every step" : `every step ${reverse ? "after" : "before"} it`;
  return {
    profile: `How much of the ${loss} gradient arrives at each step, ‖∂L/∂H‖`,
    map: `Every step where a gradient enters (rows), ${there} (columns)`,
    reach: `What arrives of the ${loss} gradient that enters`,
    product: reverse ? "(t counts from the end)" : "",
  };
}

/**
 * By which clock the Jacobians of a direction go; "" where it is the sequence's.
 * @param {any} part   of `partOf`, of a whole answer
 */
export function clockWords(part) {
  if (!part?.way?.reverse || !part.spectrum) return "";
  const last = whose(part) ? "the first sample’s last" : "the sequence’s last";
  return `Steps count from the end here, where this direction begins: step 1 is ${last}, step ${lastOf(part)} its first.`;
}

/** @param {Document} document @param {any} part */
export function putCaptions(document, part) {
  for (const [name, words] of Object.entries(captionsOf(part)))
    for (const place of document.querySelectorAll(`[data-caption="${name}"]`)) place.textContent = words;
}
