/** The sentence before the pictures, and the captions' keys. */

import { fromLog10, letterOf, number, share } from "./format.js";
import { lossName } from "./describe.js";
import { element } from "./elements.js";
import { clippedShift, clippedTotal } from "./figures/profile.js";

const SLOPE = "f′(a)";

/**
 * The engine's summary, its verdict in bold.
 * @param {HTMLElement} paragraph
 * @param {string} summary
 */
export function putSummary(paragraph, summary) {
  const cut = summary.indexOf(": ");
  if (cut < 0) {
    paragraph.textContent = summary;
    return;
  }
  const verdict = document.createElement("strong");
  verdict.textContent = `${summary.slice(0, cut)}.`;
  const rest = summary.slice(cut + 2);
  paragraph.replaceChildren(verdict, " ", ...unbroken(sentenceCase(rest)));
}

/** A text whose f′(a) stay on one line. */
function unbroken(words) {
  return words
    .split(SLOPE)
    .flatMap((part, index) => (index ? [element("span", "unbroken", SLOPE), part] : [part]));
}

/** A symbol keeps its letter: h is no H. */
function sentenceCase(words) {
  return /^\p{L} /u.test(words) ? words : words[0].toUpperCase() + words.slice(1);
}

/**
 * What is left of the followed loss, in numbers.
 * @param {import("./types.js").Reading} reading
 */
export function leftSentence(reading) {
  const { entryStep, row, entry, follow, flow } = reading;
  const steps = flow.steps === 1 ? "1 step" : `${flow.steps} steps`;
  if (!reading.lossSteps.length) return `No loss is left in these ${steps}.`;
  const whole =
    flow.loss === null
      ? `L over ${steps} is more than a double holds.`
      : `L = ${number(flow.loss, 4)} over ${steps}.`;
  if (follow === null && reading.lossSteps.length > 1) {
    return (
      `${whole} All losses together: each step feeds itself, so the total can look level ` +
      "even where nothing reaches back. Follow one step to see it."
    );
  }
  if (entry === null) return `${whole} No gradient enters at step ${entryStep}.`;
  if (entryStep === 1)
    return `${whole} The loss enters at step 1 with ${fromLog10(entry)}; there is no earlier step.`;
  const first = row.findIndex((value) => value !== null) + 1;
  if (first > 1) {
    const back = first === entryStep ? "stays at" : `reaches back from step ${entryStep} to`;
    return `${whole} ${lossName(follow)} ${back} step ${first}: nothing arrives before it.`;
  }
  const left = row[0] - entry;
  return left > 0.3
    ? `${whole} What enters at step ${entryStep} arrives at step 1 grown ${share(left)}.`
    : `${whole} Of what enters at step ${entryStep}, ${share(left)} arrives at step 1.`;
}

/** What an overflow took, or "". @param {import("./types.js").Flow} flow */
export function overflowSentence({ overflow }) {
  if (!overflow) return "";
  const before = overflow.step - 1;
  const shown =
    before === 1 ? "shown is the one step before it" : `shown are the ${before} steps before it`;
  return `${letterOf(overflow.quantity)} overflows at step ${overflow.step} of ${overflow.steps}; ${shown}.`;
}

/** The small keys beside the pictures' titles, as HTML of our own. */
export function keys(reading) {
  const loss = lossName(reading.follow);
  const many = reading.lossSteps.length > 1;
  const shift = clippedShift(reading);
  const profile = [
    `<span><i class="bar"></i>‖∂${loss}/∂H‖${reading.follow === null ? ", all losses" : ""}</span>`,
  ];
  if (reading.follow !== null && many) profile.push("<span><i></i>all losses together</span>");
  if (shift !== null)
    profile.push(`<span><i class="dash"></i>after clipping, × ${fromLog10(shift)}</span>`);
  if (clippedTotal(reading))
    profile.push('<span><i class="dash"></i>all losses, clipped while going back</span>');
  const boxed = reading.follow === null ? "" : `<span><i class="box"></i>${loss}</span>`;
  const clipped = reading.flow.clipping.rule !== "none";
  return {
    diagram: many ? "<span>click a loss to follow it</span>" : "",
    profile: profile.join(""),
    map: many
      ? `<span>row i: what is left of L<sub>i</sub> at every step${sampled(reading)}</span>${boxed}`
      : "<span>this wiring has one loss, so one row</span>",
    clipping: clipped
      ? '<span><i class="before"></i>before</span><span><i class="after"></i>after clipping</span>'
      : "<span>norm of each, log scale</span>",
  };
}

/** Where the map holds only some of the losses, how many. */
function sampled({ flow, lossSteps }) {
  const rows = flow.itemized.loss_steps.length;
  return rows < lossSteps.length ? `; ${rows} of ${lossSteps.length} losses` : "";
}

/** Clipping in words. @param {import("./types.js").Flow} flow */
export function clippingSentence(flow) {
  const { rule, engaged, cosine, scale, threshold, finite } = flow.clipping;
  const norm = fromLog10(flow.clipping.log10_norm_before);
  if (finite === false) return "The gradient holds an infinity: no clipping can mend that.";
  if (rule === "none") return `All parameters together: ‖g‖ = ${norm}. Not clipped.`;
  if (rule === "backward") return backwardSentence(flow, norm);
  if (flow.clipping.per_sample) return samplesSentence(flow, norm);
  const name = rule === "norm" ? "μ" : "v";
  if (!engaged) {
    return rule === "norm"
      ? `‖g‖ = ${norm} is not above ${name} = ${number(threshold)}: nothing is clipped.`
      : `No component is beyond ±${number(threshold)}: nothing is clipped.`;
  }
  const after = number(flow.clipping.norm_after);
  const kept = `cosine ${cosine === null ? "–" : cosine.toFixed(3)}`;
  if (rule === "norm") {
    const times = `every component times ${number(scale)}`;
    return `‖g‖ ${norm} → ${after}: ${times}. The direction is kept: ${kept}.`;
  }
  return (
    `‖g‖ ${norm} → ${after}. Components beyond ±${number(threshold)} were cut, ` +
    `so the direction ${bent(cosine ?? 0)}: ${kept}.`
  );
}

/** Clipping of ∂L/∂h_t on the way back. */
function backwardSentence({ clipping, steps }, norm) {
  const { cosine, threshold, step_scale: scales } = clipping;
  const cut = (scales ?? []).filter((scale) => scale !== null && scale < 1).length;
  const limit = `μ = ${number(threshold)}`;
  if (!cut) return `‖∂L/∂H‖ is nowhere above ${limit}: nothing is clipped. ‖g‖ = ${norm}.`;
  return (
    `‖∂L/∂H‖ was brought down to ${limit} at ${cut} of ${steps} steps while going back: ` +
    `‖g‖ ${norm} → ${number(clipping.norm_after)}${direction(cosine)}.`
  );
}

/** Clipping of each sample, whose mean is not the clipped mean. */
function samplesSentence({ clipping }, norm) {
  const { per_sample: samples } = clipping;
  const all = samples.norm.length;
  if (!samples.engaged)
    return `None of ${all} samples is above the threshold: nothing is clipped. ‖g‖ = ${norm}.`;
  return (
    `${samples.engaged} of ${all} samples were clipped before the mean was taken: ‖g‖ ${norm} → ` +
    `${number(clipping.norm_after)}. That biases the mean: its cosine with the clipped mean is ` +
    `${samples.cosine === null ? "–" : samples.cosine.toFixed(3)}.`
  );
}

function direction(cosine) {
  return cosine === null ? "" : `; the direction ${bent(cosine)}: cosine ${cosine.toFixed(3)}`;
}

function bent(cosine) {
  return cosine > 0.9995 ? "is nearly kept" : "bends";
}
