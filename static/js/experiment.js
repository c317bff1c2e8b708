/** Settings ↔ the request of `POST /api/v1/flow`. */

import { lookup } from "./lookup.js";
import { defaults } from "./properties.js";
import { countTokens } from "./tokens.js";
import {
  chosen,
  cellOf,
  clipRuleOf,
  everyPerLayer,
  gateBiases,
  inForce,
  perLayer,
  ruleOf,
  truncationOf,
  wiringOf,
} from "./vocabulary.js";
import { windowAround } from "./view.js";

/** @import { Schemas } from "../../types/api" */
/** @import { Experiment, Request, Sequence, Settings } from "./types.js" */
/** @import { Sight, Steps, Truncation, Weights } from "./types.js" */

/** Steps from which the graph is asked for in windows. */
const LONG = 512;

/**
 * The numbers of a setting, one a layer; a layer that has none of its own has the one below's.
 * @param {number | number[]} set
 * @param {number} layers
 * @returns {number[]}
 */
export function biasesOf(set, layers) {
  const given = [set].flat();
  return Array.from({ length: layers }, (_, layer) => given[layer] ?? given[given.length - 1]);
}

/** What a draw takes for each layer, as it is set. @param {Settings} settings @param {string} name */
export function biasSet(settings, name) {
  return /** @type {number | number[]} */ (settings[name]);
}

/**
 * The request's numbers of layers, those that the cell takes and that change something.
 * @param {Settings} settings
 */
function layerFields(settings) {
  /** @type {Object<string, number | number[]>} */
  const fields = {};
  for (const [name, field, nothing] of perLayer(settings.cell)) {
    const values = biasesOf(biasSet(settings, name), settings.layers);
    if (values.every((value) => value === nothing)) continue;
    fields[field] = values.every((value) => value === values[0]) ? values[0] : values;
  }
  return fields;
}

/**
 * Whether the initialisation in force asks how long a unit shall remember at most.
 * @param {Settings} settings
 */
export function takesLongest(settings) {
  return Boolean(chosen("init", initInForce(settings)).takes_length);
}

/** Whether the cell in force shows a projection of its units. @param {Settings} settings */
export const projects = (settings) => cellOf(settings.cell).projects;

/** The width of h_t, as the service will find it. @param {Settings} settings */
export function shownOf(settings) {
  return projects(settings) ? (settings.projection ?? Math.ceil(settings.hidden / 2)) : settings.hidden;
}

/** The activation in force: a gated cell has its own. @param {Settings} settings */
export const activationInForce = (settings) => inForce("activation", "/network/activation", settings);

/** The initialisation in force: not every cell takes each. @param {Settings} settings */
export const initInForce = (settings) => inForce("init", "/weights/init", settings);

/** The loss in force: a text has its own. @param {Settings} settings */
export const lossInForce = (settings) => inForce("loss", "/loss", settings);

/** How many samples the network reads side by side. @param {Settings} settings */
export function batchOf(settings) {
  if (settings.source === "text") return 1;
  if (settings.source === "random") return settings.batch;
  const { kind, batch, batch_size: ofRun, inputs, targets } = settings.data ?? {};
  if (kind === "stored") return batch ?? 1;
  return kind === "run" ? (ofRun ?? 1) : ((inputs ?? targets)?.[0]?.length ?? 1);
}

/**
 * Whether each sample's gradient can be clipped before the mean is taken.
 * @param {Settings} settings
 */
export function clipsSamples(settings) {
  return !ruleOf(settings, "/clip/per_sample") && batchOf(settings) > 1;
}

/** Whether every step has a loss. @param {Settings} settings */
export function emitsAll(settings) {
  return wiringOf(settings.wiring).emits_all;
}

/** Whether a text's label is its target. @param {Settings} settings */
export function usesLabel(settings) {
  return settings.source === "text" && settings.labelled === "yes" && !emitsAll(settings);
}

/** T, as the service will find it; 0 where there are too few tokens. @param {Settings} settings */
export function stepsOf(settings) {
  const { reads_all: reads, emits_all: emits } = wiringOf(settings.wiring);
  if (!reads && !emits) return 1;
  if (settings.source === "text") {
    return Math.max(0, countTokens(settings.text, settings.tokens) - (usesLabel(settings) ? 0 : 1));
  }
  if (settings.source === "explicit" && settings.data) {
    const { inputs = [], targets = [], steps } = settings.data;
    return steps ?? (reads ? inputs.length : targets.length);
  }
  return settings.steps;
}

/**
 * The followed loss as the contract says it: a step, or null for all.
 * @param {Settings} settings
 */
export function followOf(settings) {
  const steps = stepsOf(settings);
  if (settings.follow === "all" || steps < 1) return null;
  const wanted = settings.follow;
  return emitsAll(settings) && typeof wanted === "number" && wanted >= 1 && wanted <= steps
    ? wanted
    : steps;
}

/** The same as a request says it: which step is the last the service finds. @param {Settings} settings */
function followAsked(settings) {
  if (settings.follow === "all") return null;
  return typeof settings.follow === "number" && followOf(settings) === settings.follow ? settings.follow : "last";
}

/** @param {Settings} settings */
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

/** @param {Settings} settings */
function truncation({ reach, k }) {
  if (reach === "default") return null;
  return truncationOf(reach).takes_steps ? { kind: reach, steps: k } : { kind: reach };
}

/** @param {Settings} settings */
function clip(settings) {
  const { clip: rule, mu } = settings;
  const { threshold } = clipRuleOf(rule);
  if (!threshold) return { rule };
  const samples = clipsSamples(settings) && settings.persample === "yes";
  return {
    rule,
    [threshold]: mu,
    ...(samples ? { per_sample: true } : {}),
  };
}

/**
 * The request.
 * @param {Settings} settings
 * @param {Steps | null} window   the steps whose nodes are wanted
 * @returns {Request}
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
      activation: activationInForce(settings),
      hidden_size: settings.hidden,
      ...(projects(settings) && settings.projection !== null ? { projection_size: settings.projection } : {}),
      ...(settings.layers === 1 ? {} : { num_layers: settings.layers }),
      ...sizes,
    },
    weights: settings.weights
      ? { kind: "explicit", ...settings.weights }
      : {
          kind: "random",
          init: initInForce(settings),
          spectral_radius: settings.radius,
          seed: settings.wseed,
          ...layerFields(settings),
          ...(takesLongest(settings) && settings.t_max !== null ? { t_max: settings.t_max } : {}),
        },
    sequence: sequence(settings),
    loss: lossInForce(settings),
    truncation: truncation(settings),
    clip: clip(settings),
    follow: followAsked(settings),
    ...(window ? { window } : {}),
  };
}

/**
 * The request; of a long sequence, with the window of the graph that the diagram needs.
 * @param {Settings} settings
 * @param {Sight | null} sight   what the diagram shows; null: about the loss
 */
export function windowedRequest(settings, sight) {
  const steps = stepsOf(settings);
  if (steps <= LONG) return toRequest(settings);
  const entry = followOf(settings) ?? steps;
  return toRequest(settings, windowAround(sight ?? { lo: entry, hi: entry }, steps));
}

/**
 * The bias of a gate that weights were drawn with.
 * @param {object} weights
 * @param {string} field   as the vocabulary names it
 * @returns {number | number[]}
 */
export function biasGiven(weights, field) {
  return /** @type {Object<string, any>} */ (weights)[field] ?? 0;
}

/** What tells a request from others: all but the window of the graph. @param {Request} request */
export function keyOf(request) {
  return JSON.stringify({ ...request, window: undefined });
}

/** Settings from an experiment, e.g. a preset's. @param {Experiment | Schemas["Experiment"]} experiment */
export function fromExperiment(experiment) {
  const settings = defaults();
  const { network, loss, follow } = experiment;
  /** @type {Weights} */
  const weights = experiment.weights;
  /** @type {Sequence} */
  const read = experiment.sequence;
  /** @type {Truncation | null | undefined} */
  const cut = experiment.truncation;
  /** @type {Object<string, any>} */
  const rule = experiment.clip;
  Object.assign(settings, {
    cell: network.cell,
    wiring: network.topology,
    activation: network.activation ?? settings.activation,
    hidden: network.hidden_size,
    projection: network.projection_size ?? null,
    layers: network.num_layers ?? 1,
    inputs: network.input_size ?? settings.inputs,
    outputs: network.output_size ?? settings.outputs,
    loss: loss ?? settings.loss,
    source: read.kind === "stored" || read.kind === "run" ? "explicit" : read.kind,
    clip: rule?.rule ?? settings.clip,
    mu: rule?.[clipRuleOf(rule.rule).threshold ?? ""] ?? settings.mu,
    persample: rule?.per_sample ? "yes" : "no",
    follow: follow ?? "last",
  });
  if (weights.kind !== "random") {
    settings.weights = present(weights);
  } else {
    Object.assign(settings, {
      init: weights.init ?? settings.init,
      radius: weights.spectral_radius,
      wseed: weights.seed,
      ...Object.fromEntries(
        gateBiases().map(([gate, field]) => [gate, biasGiven(weights, field)]),
      ),
      input_scale: weights.input_scale ?? settings.input_scale,
      t_max: weights.t_max ?? settings.t_max,
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
const SECTIONS = lookup({
  network: ["cell", "wiring", "activation", "hidden", "projection", "layers", "inputs", "outputs"],
  weights: ["weights", "init", "radius", "wseed", "t_max"],
  sequence: ["data"],
  truncation: ["reach", "k"],
  clip: ["clip", "mu", "persample"],
});

/**
 * The settings that say a part of a request; a text says its own sizes.
 * @param {string} part @param {Settings} settings
 */
export function sectionsOf(part, settings) {
  const fixed = settings.source === "text" ? ["inputs", "outputs"] : [];
  const more = part === "weights" ? everyPerLayer() : [];
  return [...SECTIONS[part], ...more].filter((name) => !fixed.includes(name));
}

/** An object without what was left out; that it is explicit goes without saying. @param {object} object */
function present(object) {
  return Object.fromEntries(
    Object.entries(object).filter(([name, value]) => value !== null && !(name === "kind" && value === "explicit")),
  );
}
