/** What is chosen by name, as sentences and formulas write it. */

/**
 * What the engine’s rows say of the activations: the symbol in formulas, the label, and the word
 * for a unit that is saturated. test_choices.py holds both equal.
 */
const ACTIVATIONS = {
  __proto__: null,
  tanh: ["tanh", "tanh", "saturated"],
  sigmoid: ["σ", "sigmoid", "saturated"],
  relu: ["relu", "ReLU", "off"],
  linear: ["", "linear", ""],
  softsign: ["softsign", "softsign", "saturated"],
  "leaky-relu": ["lrelu", "leaky ReLU", "leaking"],
  gelu: ["gelu", "GELU", "off"],
};

const rowOf = (activation) => ACTIVATIONS[activation] ?? [activation, activation, "saturated"];

/** @param {string} activation   a name of the contract @returns {string} "" for linear */
export const activationSymbol = (activation) => rowOf(activation)[0];

/** Its name in words: "ReLU". @param {string} activation */
export const activationLabel = (activation) => rowOf(activation)[1];

/** What a saturated unit is called: "off". @param {string} activation @returns {string} */
export const activationState = (activation) => rowOf(activation)[2];

const LOSSES = {
  __proto__: null,
  "squared-error": "squared error",
  huber: "Huber",
  "binary-cross-entropy": "binary cross-entropy",
};

/** A loss in words, likewise. @param {string} loss */
export const lossLabel = (loss) => LOSSES[loss] ?? loss;
