/** The sentences before the pictures, and the captions' keys. */

import { fromLog10, letterOf, number, plural, portion } from "./format.js";
import { clippedShift, clippedTotal } from "./figures/profile.js";
import { termHtml } from "./glossary.js";
import { lossName } from "./letters.js";
import { lookup } from "./lookup.js";
import { followsAll, isCopy, passageOf, stateName } from "./passage.js";
import { clipRuleOf, countedFrom } from "./vocabulary.js";

/** @import { Arrived } from "./passage.js" */
/** @import { Flow, Reading } from "./types.js" */

/**
 * The engine's summary: its verdict, which is shown bold, and the rest.
 * @param {string} summary
 * @returns {{verdict: string, rest: string}}
 */
export function partsOfSummary(summary) {
  const cut = summary.indexOf(": ");
  if (cut < 0) return { verdict: "", rest: summary };
  return { verdict: `${summary.slice(0, cut)}.`, rest: sentenceCase(summary.slice(cut + 2)) };
}

/** A symbol keeps its letter: h is no H, and tanh′(A) no Tanh′(A). @param {string} words */
function sentenceCase(words) {
  return /^(\p{L} |\p{L}+[₀-₉′^])/u.test(words)
    ? words
    : words[0].toUpperCase() + words.slice(1);
}

/**
 * What the followed loss is, and how much of it arrives, in numbers.
 * @param {Reading} reading
 */
export function leftSentence(reading) {
  if (!reading.lossSteps.length) return `No loss is left in ${theseSteps(reading)}.`;
  return `${lossWords(reading)} ${arrival(reading)}`;
}

/** @param {Reading} reading */
function theseSteps({ flow }) {
  return flow.steps === 1 ? "this step" : `these ${flow.steps} steps`;
}

/** "L = 35.96 over 15 steps, L₁₅ = 2.71." @param {Reading} reading */
function lossWords({ flow, follow, lossSteps }) {
  const over = `over ${plural(flow.steps, "step")}`;
  const whole =
    flow.loss === null
      ? `L ${over} is more than a double holds`
      : `L = ${number(flow.loss, 4)} ${over}`;
  const own = follow === null ? null : (flow.step_losses[follow - 1] ?? null);
  if (lossSteps.length < 2 || own === null) return `${whole}.`;
  return `${whole}, ${lossName(follow)} = ${number(own, 4)}.`;
}

/** @param {Reading} reading */
function arrival(reading) {
  const passage = passageOf(reading);
  return ARRIVALS[passage.kind](reading, /** @type {Arrived} */ (passage));
}

/** @type {Object<string, (reading: Reading, passage: Arrived) => string>} */
const ARRIVALS = lookup({
  none: ({ entryStep }) => `No gradient enters at step ${entryStep}.`,

  all(reading) {
    const { row, entryStep } = reading;
    /** @param {number} step */
    const norm = (step) => `‖∂L/∂${stateName(reading, step)}‖ = ${fromLog10(row[step - 1])}`;
    const ends = entryStep === 1 ? norm(1) : `${norm(1)}, ${norm(entryStep)}`;
    return (
      `All losses together: ${ends}. Each step feeds itself, so the sum can look level even ` +
      "where nothing reaches back. Follow one step to see it."
    );
  },

  one: ({ entry, flow }) =>
    entry === null
      ? "The loss enters at step 1; there is no earlier step."
      : `The loss enters at step 1 with ${fromLog10(entry)}; there is ` +
        `${flow.steps === 1 ? "no other" : "no earlier"} step.`,

  left(reading, { entryStep, decades, of }) {
    const [from, to] = ends(reading, entryStep, 1, of);
    return decades > 0 && portion(decades) !== "all of"
      ? `What arrives ${to} is ${portion(decades)} what enters ${from}.`
      : `Of what enters ${from}, ${share(decades)} arrives ${to}.`;
  },

  stops(reading, { entryStep, first, decades, cut, of }) {
    const loss = lossName(reading.follow);
    const [, to] = ends(reading, entryStep, first, of);
    const why = cut ? cutWords(reading) : "before that it is exactly zero";
    if (first === entryStep) return `${loss} stays ${to}: ${why}.`;
    const much = `where ${portion(decades)} what enters arrives`;
    return `${loss} reaches back from step ${entryStep} to step ${first}, ${much}; ${why}.`;
  },
});

/**
 * "all", "12.6 %", "1.0 × 10⁻⁴⁰⁰": of what enters, which the sentence has said.
 * @param {number} decades
 */
function share(decades) {
  return portion(decades).replace(/ of$/, "");
}

/**
 * Where it enters and where it arrives; of a cell with a C which part of its state is meant.
 * @param {Reading} reading
 * @param {number} entryStep
 * @param {number} step
 * @param {import("./passage.js").Measured} of
 */
function ends(reading, entryStep, step, of) {
  if (of === "hidden") return [`at step ${entryStep}`, `at step ${step}`];
  /** @param {number} t */
  const name = (t) => `at ${stateName(reading, t, of)}`;
  const rest = of === "part" ? ", cell states not counted" : "";
  return [name(entryStep), `${name(step)}${rest}`];
}

/**
 * Why nothing comes before the first step that a truncation lets a loss reach.
 * @param {Reading} reading
 */
function cutWords({ flow: { experiment } }) {
  if (isCopy(experiment)) return "the copy passes no gradient on";
  const { steps = Infinity } = experiment.truncation;
  return countedFrom(experiment.truncation) === "loss"
    ? `its window of ${plural(steps, "step")} ends there`
    : `a chunk of ${plural(steps, "step")} begins there`;
}

/** What an overflow took, or "". @param {Flow} flow */
export function overflowSentence({ overflow }) {
  if (!overflow) return "";
  const before = overflow.step - 1;
  const shown =
    before === 1 ? "shown is the one step before it" : `shown are the ${before} steps before it`;
  return `${letterOf(overflow.quantity)} overflows at step ${overflow.step} of ${overflow.steps}; ${shown}.`;
}

/** What a large answer took, and which rows it holds; or "". @param {Flow} flow */
export function costSentence({ cost, itemized }) {
  const took = cost
    ? `This answer took ${number(cost.seconds, 2)} s of a processor and at most ` +
      `${number(cost.peak_bytes / 1e9, 2)} GB of memory.`
    : "";
  return [took, itemized.note ?? ""].filter(Boolean).join(" ");
}

/**
 * How to read the picture, for what is followed.
 * @param {number | null} follow   a step, or null for every loss
 * @param {{entryStep: number, steps: number, single: boolean}} given   single: there is one loss
 */
export function howToRead(follow, { entryStep, steps, single }) {
  if (follow === null && !single)
    return (
      "The errors of all steps travel back along the edges at once; colour and width say how " +
      `large their sum is beside that at step ${entryStep}.`
    );
  const loss = single ? "The error" : `${lossName(follow)}, ${whose(follow, steps)} error,`;
  return `${loss} travels back along the edges; colour and width say how much is left.`;
}

/** @param {number | null} follow @param {number} steps */
function whose(follow, steps) {
  return follow === steps ? "the last step’s" : `step ${follow}’s`;
}

/** The small keys beside the pictures' titles, as HTML of our own. @param {Reading} reading */
export function keys(reading) {
  const loss = lossName(reading.follow);
  const many = reading.lossSteps.length > 1;
  const shift = clippedShift(reading);
  const profile = [
    `<span><i class="bar"></i>‖∂${loss}/∂H‖${followsAll(reading) ? ", all losses" : ""}</span>`,
  ];
  if (reading.cell) profile.push(`<span><i class="stroke"></i>‖∂${loss}/∂C‖</span>`);
  if (reading.follow !== null && many) profile.push("<span><i></i>all losses together</span>");
  if (shift !== null)
    profile.push(`<span><i class="dash"></i>after clipping, × ${fromLog10(shift)}</span>`);
  if (clippedTotal(reading))
    profile.push('<span><i class="dash"></i>all losses, clipped while going back</span>');
  const boxed = reading.follow === null ? "" : `<span><i class="box"></i>${loss}</span>`;
  const clipped = Boolean(clipRuleOf(reading.flow.clipping.rule).threshold);
  const row = termHtml("itemized", "row i");
  const left = termHtml("left", "what is left");
  return {
    diagram: many ? "<span>click a loss to follow it</span>" : "",
    profile: profile.join(""),
    spectrum: "",
    map: many
      ? `<span>${row}: ${left} of L<sub>i</sub> at every step${sampled(reading)}</span>${boxed}`
      : `<span>this wiring has one loss, so one row: ${left} of it</span>`,
    clipping: clipped
      ? '<span><i class="before"></i>before</span><span><i class="after"></i>after clipping</span>'
      : "<span>norm of each, log scale</span>",
  };
}

/** Where the map holds only some of the losses, how many. @param {Reading} reading */
function sampled({ flow, lossSteps }) {
  const rows = flow.itemized.loss_steps.length;
  return rows < lossSteps.length ? `; ${rows} of ${lossSteps.length} losses` : "";
}
