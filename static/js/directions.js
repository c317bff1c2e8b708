/** The directions of a bidirectional layer: a flow as that of one of them, and what is said of it. */

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

/** @param {any} flow */
export function hasBoth(flow) {
  return Array.isArray(flow?.directions) && flow.directions.length > 0;
}

/** How many layers a whole flow is of. @param {any} flow */
export function layersOf(flow) {
  return hasBoth(flow) ? flow.directions.at(-1).layer + 1 : (flow?.layers?.length ?? 1);
}

/**
 * A flow as that of one of its layers, and of one direction of it.
 *
 * Followed is the loss that this direction of the last layer carries furthest: forward in time the
 * last that enters, backward in time the first.
 * @param {any} flow
 * @param {number | null} layer   from 0; null: the last, which a flow is of anyway
 * @param {boolean} [reverse]   the direction that reads backward in time; of one direction no matter
 * @returns {any}   null where a brief flow does not say it
 */
export function partOf(flow, layer, reverse = false) {
  if (hasBoth(flow)) return directionOf(flow, layer, reverse);
  const part = layer === null ? null : flow?.layers?.[layer];
  if (!part) return flow;
  return { ...flow, ...part, layers: null, followed_gradient: null, followed_cell_gradient: null };
}

/** @param {any} flow @param {number | null} layer @param {boolean} reverse */
function directionOf(flow, layer, reverse) {
  const last = layersOf(flow) - 1;
  /** @param {number} at */
  const found = (at) => flow.directions.find((/** @type {any} */ one) => one.layer === at && one.reverse === reverse);
  const part = found(layer ?? last);
  if (!part) return null;
  const carries = found(last)?.carries ?? null;
  /** @type {Way} */
  const way = { reverse, through: part.layer < last, end: carries?.step ?? null };
  return {
    ...flow,
    ...part,
    directions: flow.directions,
    layers: null,
    followed_gradient: part.followed_gradient ?? null,
    followed_cell_gradient: part.followed_cell_gradient ?? null,
    experiment: { ...flow.experiment, follow: carries?.loss_step ?? null },
    way,
  };
}

/**
 * The steps that a loss may reach which enters at a step.
 * @param {{way?: Way, steps: number}} flow @param {number} entryStep
 */
export function reachOf({ way, steps }, entryStep) {
  if (way?.through) return { from: 1, to: steps };
  return way?.reverse ? { from: entryStep, to: Math.max(entryStep, way.end ?? steps) } : { from: 1, to: entryStep };
}

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
