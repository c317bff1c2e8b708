/** What the verdict is read off, where something else is followed. */

import { lossName } from "./letters.js";
import { followsAll } from "./passage.js";

/** @import { Reading } from "./types.js" */

/**
 * " The verdict is read off L₁₅.", or "" where that loss is followed or none was read.
 * @param {Reading} reading
 */
export function verdictNote(reading) {
  const { loss_step: step } = reading.flow.diagnosis;
  if (!step || reading.lossSteps.length < 2) return "";
  if (!followsAll(reading) && reading.entryStep === step) return "";
  return ` The verdict above is read off ${lossName(step)}.`;
}
