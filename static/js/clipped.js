/** Clipping in words. */

import { compare, cosineText, fromLog10, number, plural } from "./format.js";
import { clipRuleOf } from "./vocabulary.js";

/** @import { ClipWords, Clipping, Flow } from "./types.js" */

/**
 * What the clip rule did.
 * @param {Flow} flow
 */
export function clippingSentence(flow) {
  const { engaged, threshold, finite, log10_norm_before: before } = flow.clipping;
  const rule = clipRuleOf(flow.clipping.rule);
  const { per_sample: samples } = flow.clipping;
  if (finite === false) return "The gradient holds an infinity: no clipping can mend that.";
  const norm = fromLog10(before);
  if (rule.on_the_way) return backwardSentence(flow, norm);
  if (samples) return samplesSentence(flow, samples, norm, rule);
  if (before === null) return "‖g‖ = 0: the gradient of every parameter is exactly zero.";
  if (!rule.threshold) return `All parameters together: ‖g‖ = ${norm}. Not clipped.`;
  if (!engaged) {
    return rule.keeps_direction
      ? `‖g‖ = ${norm} is not above ${limitOf(rule, threshold)}: nothing is clipped.`
      : `‖g‖ = ${norm}. No ${rule.compares} is ${beyond(rule, threshold)}: nothing is clipped.`;
  }
  if (rule.each) return parametersSentence(flow, norm, rule);
  const after = number(flow.clipping.norm_after);
  if (rule.keeps_direction) {
    const factor = fromLog10(Math.log10(threshold ?? 0) - before);
    return (
      `‖g‖ ${norm} → ${after}: every component times ${factor}. ` +
      `The direction is kept: cosine ${cosineText(1)}.`
    );
  }
  return (
    `‖g‖ ${norm} → ${after}. Every ${rule.compares} ${beyond(rule, threshold)} was cut` +
    `${direction(flow.clipping.cosine)}.`
  );
}

/**
 * Clipping of each parameter by itself, which some of them took.
 * @param {Flow} flow
 * @param {string} norm
 * @param {ClipWords} rule
 */
function parametersSentence({ clipping, parameter_gradients: gradients }, norm, rule) {
  const { cosine, threshold, norm_after: after, per_parameter: own } = clipping;
  const count = own?.engaged ?? 0;
  const all = plural(Object.keys(gradients).length, "parameter");
  return (
    `${count} of ${all} ${count === 1 ? "was" : "were"} brought down to ` +
    `${limitOf(rule, threshold)} each by itself: ‖g‖ ${norm} → ${number(after)}${direction(cosine)}.`
  );
}

/** "μ = 0.5". @param {ClipWords} rule @param {number | null} threshold */
function limitOf({ letter }, threshold) {
  return `${letter} = ${number(threshold)}`;
}

/**
 * What a norm or a component is that a rule cuts: "above μ = 0.5", "beyond ±0.5".
 * @param {ClipWords} rule
 * @param {number | null} threshold
 */
function beyond(rule, threshold) {
  return rule.letter === "v" ? `beyond ±${number(threshold)}` : `above ${limitOf(rule, threshold)}`;
}

/** Clipping of ∂L/∂h_t on the way back. @param {Flow} flow @param {string} norm */
function backwardSentence({ clipping, steps, layers }, norm) {
  const { cosine, threshold, engaged, norm_after: left, step_scale: scales } = clipping;
  const limit = `μ = ${number(threshold)}`;
  if (!engaged) return `‖∂L/∂H‖ is nowhere above ${limit}: nothing is clipped. ‖g‖ = ${norm}.`;
  const cut = (scales ?? []).filter((scale) => scale !== null && scale < 1).length;
  const of = layers ? " of the last layer" : "";
  const where = cut
    ? `‖∂L/∂H‖${of} was brought down to ${limit} at ${cut} of ${plural(steps, "step")}`
    : `Below the last layer ‖∂L/∂H‖ was brought down to ${limit}`;
  const after = left === null ? "more than a double holds" : number(left);
  return `${where} while going back: ‖g‖ ${norm} → ${after}${direction(cosine)}.`;
}

/**
 * Clipping of each sample, whose mean is not the clipped mean.
 * @param {Flow} flow
 * @param {NonNullable<Clipping["per_sample"]>} samples
 * @param {string} norm
 * @param {ClipWords} rule
 */
function samplesSentence({ clipping }, samples, norm, rule) {
  const { threshold } = clipping;
  const all = plural(samples.norm.length, "sample");
  if (!samples.engaged) {
    const what = rule.keeps_direction ? "gradient" : rule.compares;
    const none = `None of ${all} has a ${what} ${beyond(rule, threshold)}`;
    return `${none}: nothing is clipped. ‖g‖ = ${norm}.`;
  }
  const done =
    `${samples.engaged} of ${all} ${samples.engaged === 1 ? "was" : "were"} clipped before the ` +
    `mean was taken: ‖g‖ ${norm} → ${number(clipping.norm_after)}.`;
  if (samples.cosine === null) return done;
  const biased = compare(samples.cosine, 1) < 0 ? "That biases the mean" : "That biases nothing";
  return `${done} ${biased}: its cosine with the clipped mean is ${cosineText(samples.cosine)}.`;
}

/** What became of the direction. @param {number | null} cosine */
function direction(cosine) {
  if (cosine === null) return "";
  const bent = compare(cosine, 1) === 0 ? "is kept" : cosine > 0.9995 ? "is nearly kept" : "bends";
  return `; the direction ${bent}: cosine ${cosineText(cosine)}`;
}
