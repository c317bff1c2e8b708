/** What an experiment is made of, in the words by which two are told apart. */

import { projects, shownOf, takesLongest } from "./experiment.js";
import { glyph, plural, shorten } from "./format.js";
import { lossName } from "./letters.js";
import { isCopy } from "./passage.js";
import { cellOf, chosen, clipRuleOf, gateBiases, isGated, truncationOf } from "./vocabulary.js";

/** @import { Numbers, Settings } from "./types.js" */

/**
 * @typedef {(settings: Settings) => string} Words
 * @typedef {[string[], Words]} Facet   the settings that make it, and how it is called
 */

/** @param {string} word */
const spaced = (word) => word.replaceAll("-", " ");

/**
 * Facets of an experiment: the settings that make it, and how it is called; "" where it is none.
 * @type {Facet[]}
 */
const FACETS = [
  [["cell"], ({ cell }) => cellOf(cell).label],
  [["wiring"], ({ wiring }) => spaced(wiring)],
  [["layers"], ({ layers }) => plural(layers, "layer")],
  [["activation"], activationWords],
  [["hidden"], ({ hidden }) => plural(hidden, "unit")],
  [["projection"], (all) => (projects(all) ? `projected to ${shownOf(all)}` : "")],
  [["weights"], ({ weights }) => (weights ? given(weights) : "drawn weights")],
  [["radius"], ifDrawn(({ radius }) => (radius === null ? "ρ as drawn" : `ρ ${radius}`))],
  [["init"], ifDrawn(({ init }) => `${init} weights`)],
  [["t_max"], ifDrawn((all) => (takesLongest(all) ? `T_max ${all.t_max ?? "T"}` : ""))],
  [["input_scale"], ifDrawn(inputScale)],
  [["wseed"], ifDrawn(({ wseed }) => `weight seed ${wseed}`)],
  [["source", "text", "data"], sequence],
  [["tokens"], ({ source, tokens }) => (source === "text" ? chosen("tokens", tokens).label : "")],
  [["labelled", "label", "labels"], labelOf],
  [["steps"], ({ source, steps }) => (source === "random" ? plural(steps, "step") : "")],
  [["batch"], ({ source, batch }) => (source === "random" ? `batch of ${batch}` : "")],
  [["seed"], ({ source, seed }) => (source === "random" ? `seed ${seed}` : "")],
  [["inputs"], ({ source, inputs }) => (source === "text" ? "" : plural(inputs, "input"))],
  [["outputs"], ({ source, outputs }) => (source === "text" ? "" : plural(outputs, "output"))],
  [["loss"], ({ loss }) => chosen("loss", loss).label],
  [["reach", "k"], reachOf],
  [["clip", "mu", "persample"], clipOf],
  [["follow"], ({ follow }) => followed(follow)],
];
/** The biases of gates stand behind cell, wiring and layers. */
const BEFORE_BIASES = 3;
const NAMED = new Set(FACETS.flatMap(([names]) => names));
const APART = new Set(["select", "preset", "compare"]);

/**
 * A gate's bias: "update bias 3", "forget bias 3, 0" of two layers; not every cell takes it.
 * @param {string} name
 * @returns {Words}
 */
function biasOf(name) {
  return (settings) =>
    cellOf(settings.cell).biases.some(({ gate }) => gate === name)
      ? `${name} bias ${[settings[name]].flat().join(", ")}`
      : "";
}

/** Of gated cells it is fixed. @param {Settings} settings */
export function activationWords({ cell, activation }) {
  if (isGated(cell)) return "";
  return chosen("activation", activation).label;
}

/**
 * Weights that are given in numbers were not drawn.
 * @param {Words} words
 * @returns {Words}
 */
function ifDrawn(words) {
  return (settings) => (settings.weights ? "" : words(settings));
}

/** Of all layers, unless it changes nothing. @type {Words} */
function inputScale({ input_scale: by }) {
  return by === 1 ? "" : `input weights × ${[by].flat().join(", ")}`;
}

/** @param {Numbers} weights */
export function given(weights) {
  const matrix = weights.W_yh ?? weights.W_hh;
  return matrix?.length === 1 && matrix[0].length === 1 ? `w ${matrix[0][0]}` : "given weights";
}

/** @param {Settings} settings */
function sequence({ source, text }) {
  if (source !== "text") return source === "random" ? "random vectors" : "given vectors";
  return `“\u2068${shorten(glyph(text).replaceAll("␣", " "), 20)}\u2069”`;
}

/** @param {Settings} settings */
function labelOf({ source, labelled, label, labels }) {
  if (source !== "text") return "";
  return labelled === "yes" ? `label ${label} of ${labels}` : "no label";
}

/** @param {Settings} settings */
function reachOf({ cell, reach, k }) {
  if (isCopy({ network: { cell }, truncation: { kind: reach, steps: k } })) return "copy";
  const { takes_steps: takesSteps, label } = truncationOf(reach);
  if (!takesSteps) return "no truncation";
  return label.endsWith("s") ? `${label} of ${k}` : `${label} ${k}`;
}

/** @param {Settings} settings */
function clipOf({ clip, mu, persample }) {
  const { threshold, on_the_way: onTheWay } = clipRuleOf(clip);
  if (!threshold) return "no clipping";
  if (onTheWay) return `clipped to ${mu} going back`;
  return `${clip} clip ${mu}${persample === "yes" ? " of each sample" : ""}`;
}

/** @param {Settings["follow"]} follow */
function followed(follow) {
  if (follow === "all") return "all losses";
  return follow === "last" ? "last loss" : lossName(follow);
}

/**
 * Every facet, and the settings that this module does not know by name.
 * @param {Settings} settings
 */
export function facetsOf(settings) {
  const biases = gateBiases().map(([gate]) => gate);
  const others = Object.keys(settings)
    .filter((name) => !NAMED.has(name) && !APART.has(name) && !biases.includes(name))
    .map((name) => /** @type {Facet} */ ([[name], (all) => `${name} ${all[name]}`]));
  const own = biases.map((name) => /** @type {Facet} */ ([[name], biasOf(name)]));
  return [...FACETS.slice(0, BEFORE_BIASES), ...own, ...FACETS.slice(BEFORE_BIASES), ...others];
}
