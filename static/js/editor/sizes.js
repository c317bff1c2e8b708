/** How many numbers an experiment has, as the service counts them before it says them. */

import { batchOf, shownOf, stepsOf, usesLabel } from "../experiment.js";
import { countDifferent } from "../tokens.js";
import { cellOf } from "../vocabulary.js";

/** @import { Settings } from "../types.js" */

/** D and K: a text's are the size of its vocabulary. @param {Settings} settings */
function widthsOf(settings) {
  const { source, text, tokens, inputs, outputs, labels } = settings;
  if (source !== "text") return { D: inputs, K: outputs };
  const size = countDifferent(text, tokens);
  return { D: size, K: usesLabel(settings) ? labels : size };
}

/**
 * The numbers of the weights and of the sequence.
 * @param {Settings} settings
 * @returns {Record<string, number>}
 */
export function countsOf(settings) {
  const { D, K } = widthsOf(settings);
  const [H, P] = [settings.hidden, shownOf(settings)];
  const shapes = Object.values(cellOf(settings.cell).shapes);
  /** @param {number} reads   what the layer does */
  const layer = (reads) => {
    /** @type {Record<string, number>} */
    const units = { H, D: reads, K, P };
    /** @param {string} extent   "4H" */
    const extent = (extent) => (Number.parseInt(extent, 10) || 1) * units[extent.slice(-1)];
    return shapes.reduce((sum, shape) => sum + shape.reduce((product, one) => product * extent(one), 1), 0);
  };
  return {
    weights: layer(D) + (settings.layers - 1) * layer(P) + K * P + K,
    sequence: stepsOf(settings) * batchOf(settings) * (D + K),
  };
}
