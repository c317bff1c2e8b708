/** Settings ↔ the request of `POST /api/v1/flow`. */

import { defaults } from "./properties.js";
import { countTokens } from "./tokens.js";
import { windowAround } from "./view.js";

const EMITS_ALL = new Set(["many-to-many", "one-to-many"]);
const READS_ALL = new Set(["many-to-many", "many-to-one"]);

const GATED = new Set(["lstm", "gru"]);

/** Steps from which the graph is asked for in windows. */
const LONG = 512;

/** Whether gates, not an activation, decide what a cell keeps. @param {string} cell */
export function isGated(cell) {
  return GATED.has(cell);
}

/** Whose gate can be opened by a bias: cell → the setting, and the request's field. */
export const GATE_BIASES = { __proto__: null, lstm: ["forget", "forget_bias"], gru: ["update", "update_bias"] };

/**
 * The biases of a gate, one a layer; a layer that has none of its own has the one below's.
 * @param {number | number[]} set
 * @param {number} layers
 * @returns {number[]}
 */
export function biasesOf(set, layers) {
  const given = [set].flat();
  return Array.from({ length: layers }, (_, layer) => given[layer] ?? given.at(-1));
}

/** The request's bias of a gate, where the cell has one and it is not 0. */
function gateBias(settings) {
  const [name, field] = GATE_BIASES[settings.cell] ?? [];
  if (!name) return {};
  const biases = biasesOf(settings[name], settings.layers);
  if (biases.every((bias) => bias === 0)) return {};
  return { [field]: biases.every((bias) => bias === biases[0]) ? biases[0] : biases };
}

/** The activation in force: a gated cell has its own. */
export function activationOf({ cell, activation }) {
  return isGated(cell) ? "tanh" : activation;
}

/** How many samples the network reads side by side. */
export function batchOf(settings) {
  if (settings.source === "text") return 1;
  if (settings.source === "random") return settings.batch;
  return (settings.data?.inputs ?? settings.data?.targets)?.[0]?.length ?? 1;
}

/** Whether each sample's gradient can be clipped before the mean is taken. */
export function clipsSamples(settings) {
  return ["norm", "value", "per-parameter"].includes(settings.clip) && batchOf(settings) > 1;
}

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

function clip(settings) {
  const { clip: rule, mu } = settings;
  if (rule === "none") return { rule };
  const samples = clipsSamples(settings) && settings.persample === "yes";
  return {
    rule,
    ...(rule === "value" ? { max_value: mu } : { max_norm: mu }),
    ...(samples ? { per_sample: true } : {}),
  };
}

/**
 * The request.
 * @param {Object<string, any>} settings
 * @param {{first: number, last: number} | null} window   the steps whose nodes are wanted
 */
export function toRequest(settings, window = null) {
  const sizes =
    settings.source === "text"
      ? {}
      : { input_size: settings.inputs, output_size: settings.outputs };
  return {
    network: {
      cell: settings.cell,
      topology: settings.wiring,
      activation: activationOf(settings),
      hidden_size: settings.hidden,
      ...(settings.layers === 1 ? {} : { num_layers: settings.layers }),
      ...sizes,
    },
    weights: settings.weights
      ? { kind: "explicit", ...settings.weights }
      : {
          kind: "random",
          init: settings.init,
          spectral_radius: settings.radius,
          seed: settings.wseed,
          ...gateBias(settings),
        },
    sequence: sequence(settings),
    loss: settings.source === "text" ? "cross-entropy" : settings.loss,
    truncation: truncation(settings),
    clip: clip(settings),
    follow: followOf(settings),
    ...(window ? { window } : {}),
  };
}

/**
 * The request; of a long sequence, with the window of the graph that the diagram needs.
 * @param {Object<string, any>} settings
 * @param {{lo: number, hi: number} | null} sight   what the diagram shows; null: about the loss
 */
export function windowedRequest(settings, sight) {
  const steps = stepsOf(settings);
  if (steps <= LONG) return toRequest(settings);
  const entry = followOf(settings) ?? steps;
  return toRequest(settings, windowAround(sight ?? { lo: entry, hi: entry }, steps));
}

/** What tells a request from others: all but the window of the graph. @param {object} request */
export function keyOf(request) {
  return JSON.stringify({ ...request, window: undefined });
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
    layers: network.num_layers ?? 1,
    inputs: network.input_size ?? settings.inputs,
    outputs: network.output_size ?? settings.outputs,
    loss: loss ?? settings.loss,
    source: read.kind,
    clip: rule?.rule ?? "none",
    mu: rule?.max_norm ?? rule?.max_value ?? settings.mu,
    persample: rule?.per_sample ? "yes" : "no",
    follow: follow ?? "last",
  });
  if (weights.kind === "explicit") {
    settings.weights = present(weights);
  } else {
    Object.assign(settings, {
      init: weights.init,
      radius: weights.spectral_radius,
      wseed: weights.seed,
      forget: weights.forget_bias ?? 0,
      update: weights.update_bias ?? 0,
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

/** Which settings say each part of a request. */
const SECTIONS = {
  __proto__: null,
  network: ["cell", "wiring", "activation", "hidden", "layers", "inputs", "outputs"],
  weights: ["weights", "init", "radius", "wseed", "forget", "update"],
  sequence: ["data"],
  truncation: ["reach", "k"],
  clip: ["clip", "mu", "persample"],
};

/**
 * The settings that say a part of a request; a text says its own sizes.
 * @param {string} part @param {Object<string, any>} settings
 */
export function sectionsOf(part, settings) {
  const fixed = settings.source === "text" ? ["inputs", "outputs"] : [];
  return SECTIONS[part].filter((name) => !fixed.includes(name));
}

/** An object without its kind and without what was left out. */
function present(object) {
  return Object.fromEntries(
    Object.entries(object).filter(([name, value]) => name !== "kind" && value !== null),
  );
}
