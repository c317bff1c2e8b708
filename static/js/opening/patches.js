/** What a click, a tap or a key sets; no element is touched here. */

import { pictureOf } from "../beside.js";
import { selectedInA, selectionInA } from "../comparing/settings.js";
import { partsOf, stepOf } from "../format.js";
import { measureOf } from "../measures.js";
import { hiddenId } from "../reading.js";

/** @import { Reading, Settings, Spot } from "../types.js" */

/** The step that a selection is of, or null. @param {string} select */
export function stepOfSelection(select) {
  const step = stepOf(selectedInA(select) || select);
  return Number.isInteger(step) ? step : null;
}

/** A loss as the setting says it. @param {Reading} reading @param {number} step */
export function followAt(reading, step) {
  return step === reading.steps ? "last" : step;
}

/**
 * A node or an edge; of several losses the one that is chosen is followed.
 * @param {Reading | null} reading @param {string} id
 * @returns {Partial<Settings>}
 */
export function ofThing(reading, id) {
  const node = reading?.nodes.get(id)?.node;
  if (!reading || node?.kind !== "loss" || reading.lossSteps.length < 2) return { select: id };
  return { select: id, follow: followAt(reading, node.step) };
}

/**
 * A step of the profile or the map, and in the map that loss.
 * @param {Reading} reading
 * @param {Reading | null} a   what it is compared with, which may be longer
 * @param {Pick<Spot, "step" | "loss">} spot
 * @returns {Partial<Settings>}
 */
export function ofStep(reading, a, { step, loss }) {
  const beyond = step > reading.steps ? a : null;
  const select = beyond ? selectionInA(hiddenId(beyond, step)) : hiddenId(reading, step);
  if (!loss || reading.lossSteps.length < 2) return { select };
  return { select, follow: followAt(reading, loss) };
}

/**
 * Whether an id is nowhere in an answer; of a window, where it should be.
 * @param {string} id @param {Reading} reading
 */
export function isNowhere(id, reading) {
  if (pictureOf(id)) return measureOf(id, reading.flow) === null;
  const step = stepOf(id);
  const { lo, hi } = reading.loaded;
  const known = step > reading.steps || (step >= lo && step <= hi);
  return known && !reading.nodes.has(id) && !reading.edges.has(id);
}

/** Whether a step can be marked by its node. @param {string} id */
export function isOfStep(id) {
  return pictureOf(id) === "" && partsOf(id).step >= 1;
}
