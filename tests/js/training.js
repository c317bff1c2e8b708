/** A vocabulary of trainings that is small enough to read, beside that of words.js. */

import { learn } from "../../static/js/vocabulary.js";
import { WORDS } from "./words.js";

const number = (name, value, more = {}) => ({ name, label: name, kind: "number", default: value, least: 0, most: null, help: "", choices: [], ...more });
const SAMPLES = { name: "per_sample", label: "per sample", kind: "switch", default: false, least: null, most: null, help: "", choices: [] };

/** Let the page know these words, and those of trainings. */
export function learnTraining() {
  learn({
    ...WORDS,
    training: {
      tasks: [
        { name: "sum", label: "sum", about: "Add.", source: "", published: [], takes: null, settings: [number("steps", 50, { label: "T", kind: "whole" })] },
        { name: "text", label: "text", about: "", source: "", published: [], takes: "text", settings: [] },
      ],
      optimizers: [
        { name: "plain", label: "plain", settings: [number("learning_rate", 0.01)] },
        { name: "heavy", label: "Heavy", settings: [number("learning_rate", 0.001), number("momentum", 0.9)] },
      ],
      schedules: [{ name: "level", label: "level", settings: [] }],
      rules: [
        { name: "none", label: "off", letter: "", adapts: false, settings: [] },
        { name: "norm", label: "norm", letter: "μ", adapts: false, settings: [number("threshold", 1), SAMPLES] },
        { name: "moving", label: "moving", letter: "μ", adapts: true, settings: [] },
      ],
    },
  });
}
