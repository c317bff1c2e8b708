/** The examples, as the page brings them: those of `GET /api/v1/presets`. */

import { fromExperiment } from "./experiment.js";
import { offer } from "./properties.js";

/**
 * Read them, and let links name them.
 * @param {Document} document
 * @returns {Map<string, {name: string, title: string, look: string}>}
 */
export function readPresets(document) {
  const presets = JSON.parse(document.getElementById("presets").textContent);
  offer(presets.map(({ name, experiment }) => [name, fromExperiment(experiment)]));
  return new Map(presets.map((preset) => [preset.name, preset]));
}
