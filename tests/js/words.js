/** A vocabulary and an answer that are small enough to read, for the tests of the page's modules. */

import { learn } from "../../static/js/vocabulary.js";

const PLAIN = {
  gates: [],
  units: [],
  copies: false,
  feeds_outputs: false,
  has_c: false,
  projects: false,
  recurrent: "W_hh",
  parameters: ["W_xh", "W_hh", "b_h"],
  shapes: { W_xh: ["H", "D"], W_hh: ["H", "H"], b_h: ["H"] },
  symbols: {},
  biases: [],
  rules: [],
};

const GATES = [
  { name: "input", letter: "i", label: "input", role: "write" },
  { name: "forget", letter: "f", label: "forget", role: "keep" },
  { name: "candidate", letter: "g", label: "candidate", role: "candidate" },
  { name: "output", letter: "o", label: "output", role: "read" },
];

const TANH_ONLY = { pointer: "/network/activation", allowed: ["tanh"], why: "its gates are sigmoids" };

const KEEPS_NOTHING = {
  pointer: "/weights/init",
  allowed: ["normal", "identity"],
  why: "it has no gate that keeps the state",
};

const TOKENS_ONLY = { pointer: "/loss", allowed: ["cross-entropy"], why: "its targets are tokens" };

/** As `GET /api/v1/vocabulary` says them. */
export const WORDS = {
  cells: [
    { name: "simple", label: "simple", ...PLAIN },
    { name: "copying", label: "Elman", ...PLAIN, copies: true, rules: [KEEPS_NOTHING] },
    {
      name: "gated",
      label: "Gated",
      ...PLAIN,
      has_c: true,
      gates: GATES,
      shapes: { W_xh: ["4H", "D"], W_hh: ["4H", "H"], b_h: ["4H"] },
      biases: [{ field: "forget_bias", gate: "forget", note: "holds" }],
      rules: [TANH_ONLY],
    },
    { name: "narrow", label: "narrow", ...PLAIN, projects: true },
  ],
  topologies: [
    { name: "many-to-many", label: "many to many", rules: [], reads_all: true, emits_all: true },
    { name: "many-to-one", label: "many to one", rules: [], reads_all: true, emits_all: false },
    { name: "one-to-one", label: "one to one", rules: [], reads_all: false, emits_all: false },
  ],
  activations: [
    { name: "tanh", label: "tanh", rules: [], symbol: "tanh", bound: 1, state: "saturated" },
    { name: "relu", label: "ReLU", rules: [], symbol: "relu", bound: 1, state: "off" },
    { name: "linear", label: "linear", rules: [], symbol: "", bound: 1, state: "" },
  ],
  losses: [
    { name: "squared-error", label: "squared error", rules: [], targets: "numbers", between: null },
    { name: "likelihood", label: "likelihood", rules: [], targets: "numbers", between: [0, 1] },
    { name: "cross-entropy", label: "cross-entropy", rules: [], targets: "classes", between: null },
    { name: "given", label: "given", rules: [], targets: null, needs: "entering", between: null },
  ],
  initialisations: [
    { name: "normal", label: "normal", rules: [], scaled: false },
    { name: "identity", label: "identity", rules: [], scaled: true },
    { name: "keeping", label: "keeping", rules: [], scaled: false },
  ],
  truncations: [
    { name: "none", label: "none", rules: [], takes_steps: false, counted_from: null },
    { name: "window", label: "window", rules: [], takes_steps: true, counted_from: "loss" },
    { name: "chunk", label: "chunks", rules: [], takes_steps: true, counted_from: "start" },
  ],
  clip_rules: [
    { name: "none", label: "none", rules: [], threshold: null, letter: "", compares: "" },
    {
      name: "norm",
      label: "norm",
      rules: [],
      threshold: "max_norm",
      letter: "μ",
      compares: "‖g‖",
      keeps_direction: true,
      each: false,
      on_the_way: false,
    },
    {
      name: "each",
      label: "each",
      rules: [],
      threshold: "max_norm",
      letter: "μ",
      compares: "",
      keeps_direction: false,
      each: true,
      on_the_way: false,
    },
  ],
  optimizers: [
    { name: "plain", label: "plain descent", rules: [] },
    { name: "heavy", label: "Heavy", rules: [] },
  ],
  threshold_rules: [
    { name: "mean", label: "Mean", rules: [], letter: "M", chooses: "the mean", year: 2001 },
    { name: "range", label: "Range", rules: [], letter: "R", chooses: "a range", year: 2002 },
  ],
  sequences: [
    { name: "text", label: "text", rules: [TOKENS_ONLY] },
    { name: "random", label: "random", rules: [] },
    { name: "explicit", label: "explicit", rules: [] },
  ],
  tokens: [
    { name: "graphemes", label: "graphemes", rules: [], between: "", offered: true },
    { name: "characters", label: "code points", rules: [], between: "", offered: false },
    { name: "words", label: "words", rules: [], between: " ", offered: true },
  ],
  limits: { num_layers: 4, descents: 4, descent_steps: 1000, draws: 2000 },
  start: {
    "/network/cell": "simple",
    "/network/topology": "many-to-many",
    "/network/activation": "tanh",
    "/network/input_size": 4,
    "/network/hidden_size": 16,
    "/network/output_size": 4,
    "/network/num_layers": 1,
    "/weights/init": "normal",
    "/weights/spectral_radius": 0.55,
    "/weights/seed": 0,
    "/weights/forget_bias": 0,
    "/weights/input_scale": 1,
    "/sequence/kind": "text",
    "/sequence/text": "gradients vanish",
    "/sequence/tokens": "graphemes",
    "/sequence/label/index": 1,
    "/sequence/label/of": 2,
    "/sequence/steps": 20,
    "/sequence/batch_size": 1,
    "/sequence/seed": 0,
    "/loss": "cross-entropy",
    "/truncation/steps": 5,
    "/clip/rule": "none",
    "/clip/max_norm": 1,
  },
};

/** Let the page know these words. */
export function learnWords() {
  learn(WORDS);
}

/** An edge of the answer below. */
function edge(source, target, kind, norm, more = {}) {
  const parameter = { recurrent: "W_hh", input: "W_xh", output: "W_hy" }[kind] ?? null;
  return {
    source,
    target,
    kind,
    parameter,
    log10_norm: norm,
    parameter_log10_norm: norm,
    blocked: false,
    layer: 0,
    ...more,
  };
}

function node(id, kind, norm) {
  return { id, kind, step: Number(id.split("_")[1]), label: id, log10_norm: norm, layer: 0 };
}

/**
 * Three steps of a plain cell whose last loss enters with 1 and of which a tenth is left a step back.
 * @param {object} [more]   put in place of what stands here
 */
export function answer(more = {}) {
  return {
    experiment: {
      network: {
        cell: "simple",
        topology: "many-to-many",
        activation: "tanh",
        input_size: 2,
        hidden_size: 2,
        output_size: 2,
        num_layers: 1,
      },
      weights: { kind: "random", init: "normal", spectral_radius: 0.1, seed: 0 },
      sequence: { kind: "random", steps: 3, batch_size: 1, seed: 0 },
      loss: "squared-error",
      truncation: { kind: "none" },
      clip: { rule: "none" },
      follow: 3,
      window: null,
    },
    steps: 3,
    overflow: null,
    loss: 6,
    step_losses: [1, 2, 3],
    hidden_gradient: { norm: [1, 1, 1], log10_norm: [0, 0, 0] },
    cell_gradient: null,
    followed_cell_gradient: null,
    followed_gradient: { norm: [0.01, 0.1, 1], log10_norm: [-2, -1, 0] },
    itemized: {
      loss_steps: [1, 2, 3],
      steps: [1, 2, 3],
      log10_norm: [
        [0.5, null, null],
        [-0.5, 0.5, null],
        [-2, -1, 0],
      ],
      state_log10_norm: null,
      emitting: null,
      note: null,
    },
    initial_gradient: { hidden: { norm: 0.001, log10_norm: -3 }, cell: null },
    gates: null,
    saturation: { units: [0, 0.5, 1], gates: null },
    layers: null,
    parameter_gradients: {
      W_hh: {
        value: [
          [0.1, 0.2],
          [0, 0.2],
        ],
        norm: 0.3,
        log10_norm: Math.log10(0.3),
        clipped_norm: 0.3,
        step_log10_norm: [-3, -2, -1],
      },
    },
    clipping: {
      rule: "none",
      threshold: null,
      norm_before: 0.5,
      log10_norm_before: Math.log10(0.5),
      norm_after: 0.5,
      scale: 1,
      engaged: false,
      cosine: 1,
      finite: true,
      per_sample: null,
      per_parameter: null,
      hidden_gradient: null,
      step_scale: null,
    },
    spectrum: {
      eigenvalues: [[0.1, 0]],
      spectral_radius: 0.1,
      spectral_norm: 0.2,
      singular_values: [0.2],
      blocks: null,
      gamma: 1,
      bound: 1,
      sufficient: true,
      lyapunov_exponents: null,
      directions: 2,
      omega: [],
      long_to_short: null,
      jacobian_log10_norm: [-1, -1],
      product_log10_norm: [-2, -1],
      cell_product_log10_norm: null,
      initial_log10_norm: -3,
      cell_initial_log10_norm: null,
      first_step: 1,
      exponents_over: 2,
    },
    diagnosis: {
      verdict: "vanishing",
      decay_per_step: 0.1,
      summary: "Vanishing: one step back keeps 10 %.",
      loss_step: 3,
      step: 1,
      log10_arriving: -2,
      advice: null,
      advice_tried: null,
      advice_left_out: null,
    },
    graph: {
      nodes: [
        node("h_0", "hidden", -3),
        ...[1, 2, 3].flatMap((t) => [
          node(`x_${t}`, "input", t - 3.5),
          node(`h_${t}`, "hidden", t - 3),
          node(`o_${t}`, "output", t === 3 ? 0.25 : null),
          node(`L_${t}`, "loss", t === 3 ? 0 : null),
        ]),
      ],
      edges: [1, 2, 3].flatMap((t) => [
        edge(`x_${t}`, `h_${t}`, "input", t - 3.5),
        edge(`h_${t - 1}`, `h_${t}`, "recurrent", t - 4),
        edge(`h_${t}`, `o_${t}`, "output", t === 3 ? 0 : null),
        edge(`o_${t}`, `L_${t}`, "loss", t === 3 ? 0.25 : null),
      ]),
    },
    activity: {
      hidden_norm: [0.4, 0.5, 0.6],
      mean_derivative: [0.9, 0.8, 0.7],
      output_norm: [1, 1, 1],
    },
    text: null,
    values: null,
    ...more,
  };
}
