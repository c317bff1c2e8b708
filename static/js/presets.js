/** The examples, as the page brings them: those of `GET /api/v1/presets`. */

import { fromExperiment } from "./experiment.js";
import { byId } from "./page.js";
import { offer } from "./properties.js";

/** @import { Schemas } from "../../types/api" */

/**
 * Read them, and let links name them.
 * @param {Document} document
 * @returns {Map<string, {name: string, title: string, look: string}>}
 */
export function readPresets(document) {
  /** @type {Schemas["Preset"][]} */
  const presets = JSON.parse(byId(document, "presets").textContent ?? "");
  offer(presets.map(({ name, experiment }) => [name, fromExperiment(experiment)]));
  return new Map(presets.map((preset) => [preset.name, preset]));
}
