/** What is said about the numbers: how they are changed, and why some cannot be. */

import { plural } from "../format.js";
import { MOST_STEPS, SMALL } from "./parts.js";

/** @import { Settings } from "../types.js" */
/** @import { Numbers } from "./parts.js" */

export const SENTENCES = {
  type:
    "Type over a number, or paste a block of them. Enter takes it, Escape gives the old one back, " +
    "arrows go from cell to cell.",
  typeSome:
    "Where numbers stand in a table, type over one, or paste a block of them. Enter takes it, Escape gives the " +
    "old one back, arrows go from cell to cell.",
  small: `Where there are at most ${SMALL} units, inputs and outputs, the numbers stand in tables and can be changed.`,
  large: "There are too many weights to show; fewer units have fewer.",
};

/** Buttons that undo every change: to what was drawn, or to what a file holds. */
export const BACK = {
  drawnWeights: "Back to drawn weights",
  keptWeights: "Back to the file’s weights",
  drawnSequence: "Back to the drawn sequence",
  keptSequence: "Back to the file’s sequence",
};

/** @param {number} length */
export function lengthWords(length) {
  return `The link of this experiment has ${length.toLocaleString("en-US")} characters, and some programs cut so long a one: to keep it, use JSON or “Copy as curl” under Share.`;
}

/**
 * Of the inputs and targets: where they can be changed.
 * @param {Settings} settings @param {Numbers | null} numbers @param {string[]} without
 */
export function sequenceWords({ source }, numbers, without) {
  if (without.includes("sequence"))
    return "There are too many inputs and targets to show; a shorter sequence has fewer.";
  if (source === "text") {
    const size = numbers?.text?.vocabulary.length ?? 0;
    return `Each token is a column of ${plural(size, "number")}: 1 in its own row, 0 elsewhere. It is changed as text, above.`;
  }
  const { inputs, targets } = numbers?.sequence ?? {};
  const steps = Math.max(inputs?.length ?? 0, targets?.length ?? 0);
  return steps > MOST_STEPS ? `Up to ${MOST_STEPS} steps stand in a table and can be changed.` : "";
}
