/** What the service is asked for about runs that train. */

import { ask, posted, runAt } from "../api.js";

/** @import { Block } from "./history.js" */

/** @param {string} base @param {object} run @returns {Promise<any>} */
export function beginRun(base, run) {
  return ask(`${base}/runs`, posted({ kind: "trained", ...run }));
}

/** @param {string} base @param {string} id @returns {Promise<any>} */
export function runOf(base, id) {
  return ask(runAt(base, id));
}

/** @param {string} base @param {string} id @param {object} change @returns {Promise<any>} */
export function changeRun(base, id, change) {
  return ask(runAt(base, id), { ...posted(change), method: "PATCH" });
}

/**
 * What a run has recorded, in parts.
 * @param {string} base @param {string} id
 * @param {{from?: number, layer?: number | null}} [of]   layer: whose states, from 0; null: of the last one
 * @returns {AsyncGenerator<Block & {marks: any[]}>}
 */
export async function* updatesOf(base, id, { from = 1, layer = null } = {}) {
  const own = layer === null ? "" : `&layer=${layer}`;
  for (;;) {
    const page = await ask(`${runAt(base, id)}/updates?from=${from}${own}`);
    yield page;
    if (page.next === null || page.next === undefined) return;
    from = page.next;
  }
}

/** All that the pictures of one update show. @param {string} base @param {string} id @param {number} update @param {AbortSignal} signal @returns {Promise<any>} */
export function flowAt(base, id, update, signal) {
  return ask(`${runAt(base, id)}/updates/${update}/flow?include=itemized&include=spectrum&include=graph`, { signal });
}
