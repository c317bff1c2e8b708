/** Settings ↔ the request of `POST /api/v1/flow`. */

import { defaults } from "./properties.js";
import { countTokens } from "./tokens.js";

const EMITS_ALL = new Set(["many-to-many", "one-to-many"]);
const READS_ALL = new Set(["many-to-many", "many-to-one"]);

/** Whether every step has a loss. */
export function emitsAll(settings) {
  return EMITS_ALL.has(settings.wiring);
}

/** Whether a text's label is its target. */
export function usesLabel(settings) {
  return settings.source === "text" && settings.labelled === "yes" && !emitsAll(settings);
}

/** T, as the service will find it; 0 where there are too few tokens. */
export function stepsOf(settings) {
  if (settings.wiring === "one-to-one") return 1;
  if (settings.source === "text") {
    return Math.max(0, countTokens(settings.text, settings.tokens) - (usesLabel(settings) ? 0 : 1));
  }
  if (settings.source === "explicit" && settings.data) {
    const { inputs = [], targets = [], steps } = settings.data;
    return steps ?? (READS_ALL.has(settings.wiring) ? inputs.length : targets.length);
  }
  return settings.steps;
}

/** The followed loss as the contract says it: a step, or null for all. */
export function followOf(settings) {
  const steps = stepsOf(settings);
  if (settings.follow === "all" || steps < 1) return null;
  const chosen = settings.follow;
  return emitsAll(settings) && typeof chosen === "number" && chosen >= 1 && chosen <= steps
    ? chosen
    : steps;
}

function sequence(settings) {
  if (settings.source === "explicit") return { kind: "explicit", ...settings.data };
  if (settings.source === "random") {
    return {
      kind: "random",
      steps: stepsOf(settings),
      batch_size: settings.batch,
      seed: settings.seed,
    };
  }
  return {
    kind: "text",
    text: settings.text,
    tokens: settings.tokens,
    label: usesLabel(settings) ? { index: settings.label, of: settings.labels } : null,
  };
}

function truncation({ reach, k }) {
  if (reach === "default") return null;
  return reach === "none" ? { kind: "none" } : { kind: reach, steps: k };
}

function clip({ clip: rule, mu }) {
  if (rule === "none") return { rule };
  return rule === "value" ? { rule, max_value: mu } : { rule, max_norm: mu };
}

/** The request. @param {Object<string, any>} settings */
export function toRequest(settings) {
  const sizes =
    settings.source === "text"
      ? {}
      : { input_size: settings.inputs, output_size: settings.outputs };
  return {
    network: {
      cell: settings.cell,
      topology: settings.wiring,
      activation: settings.activation,
      hidden_size: settings.hidden,
      ...sizes,
    },
    weights: settings.weights
      ? { kind: "explicit", ...settings.weights }
      : {
          kind: "random",
          init: settings.init,
          spectral_radius: settings.radius,
          seed: settings.wseed,
        },
    sequence: sequence(settings),
    loss: settings.source === "text" ? "cross-entropy" : settings.loss,
    truncation: truncation(settings),
    clip: clip(settings),
    follow: followOf(settings),
  };
}

/** Settings from an experiment, e.g. a preset's. @param {object} experiment */
export function fromExperiment(experiment) {
  const settings = defaults();
  const {
    network,
    weights,
    sequence: read,
    loss,
    truncation: cut,
    clip: rule,
    follow,
  } = experiment;
  Object.assign(settings, {
    cell: network.cell,
    wiring: network.topology,
    activation: network.activation,
    hidden: network.hidden_size,
    inputs: network.input_size ?? settings.inputs,
    outputs: network.output_size ?? settings.outputs,
    loss: loss ?? settings.loss,
    source: read.kind,
    clip: rule?.rule ?? "none",
    mu: rule?.max_norm ?? rule?.max_value ?? settings.mu,
    follow: follow ?? "last",
  });
  if (weights.kind === "explicit") {
    settings.weights = present(weights);
  } else {
    Object.assign(settings, {
      init: weights.init,
      radius: weights.spectral_radius,
      wseed: weights.seed,
    });
  }
  if (read.kind === "text") {
    Object.assign(settings, { text: read.text, tokens: read.tokens });
    if (read.label) {
      Object.assign(settings, { labelled: "yes", label: read.label.index, labels: read.label.of });
    }
  } else if (read.kind === "random") {
    Object.assign(settings, {
      steps: read.steps ?? settings.steps,
      batch: read.batch_size,
      seed: read.seed,
    });
  } else {
    settings.data = present(read);
  }
  if (cut) Object.assign(settings, { reach: cut.kind, k: cut.steps ?? settings.k });
  return settings;
}

/** An object without its kind and without what was left out. */
function present(object) {
  return Object.fromEntries(
    Object.entries(object).filter(([name, value]) => name !== "kind" && value !== null),
  );
}
