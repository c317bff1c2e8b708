/** What was recorded of an update, as the pictures of a flow read it, until the whole of it is computed again. */

import { readingOf } from "../live/pictures.js";

/** @import { Reading } from "../types.js" */
/** @import { History } from "./history.js" */

/**
 * @param {History} history @param {number} row @param {string} cell   its name
 * @returns {Reading | null}   null: no gradient arrives anywhere, or there is no such update
 */
export function recordedAt(history, row, cell) {
  if (row < 0) return null;
  const series = history.hiddenSeries(row);
  if (!series.some((value) => value !== null)) return null;
  const own = history.cellSeries(row);
  return readingOf({
    steps: series.length,
    experiment: { network: { cell }, follow: null, sequence: {} },
    hidden_gradient: { log10_norm: series },
    cell_gradient: own && { log10_norm: own },
    followed_gradient: null,
    followed_cell_gradient: null,
    layers: null,
    gates: null,
  });
}
