/** What differs between two experiments, in names and in one sentence with their numbers. */

import { fromExperiment } from "./experiment.js";
import {
  compare,
  fromLog10,
  glyph,
  number,
  plural,
  portion,
  share,
  shorten,
  subscript,
  times,
} from "./format.js";
import { lossName } from "./letters.js";
import { isCopy, passageOf } from "./passage.js";
import { cellOf, chosen, clipRuleOf, gateBiases, isGated, truncationOf } from "./vocabulary.js";

const SAME = "A and B are the same experiment: change anything.";

/** More differences than these are counted, not named. */
const MOST = 3;

const spaced = (word) => word.replaceAll("-", " ");

/** Facets of an experiment: the settings that make it, and how it is called; "" where it is none. */
const FACETS = [
  [["cell"], ({ cell }) => cellOf(cell).label],
  [["wiring"], ({ wiring }) => spaced(wiring)],
  [["layers"], ({ layers }) => plural(layers, "layer")],
  [["activation"], activationWords],
  [["hidden"], ({ hidden }) => plural(hidden, "unit")],
  [["weights"], ({ weights }) => (weights ? given(weights) : "drawn weights")],
  [["radius"], ifDrawn(({ radius }) => (radius === null ? "ρ as drawn" : `ρ ${radius}`))],
  [["init"], ifDrawn(({ init }) => `${init} weights`)],
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

/** A gate's bias: "update bias 3", "forget bias 3, 0" of two layers; not every cell takes it. */
function biasOf(name) {
  return (settings) =>
    cellOf(settings.cell).biases.some(({ gate }) => gate === name)
      ? `${name} bias ${[settings[name]].flat().join(", ")}`
      : "";
}

/** Of gated cells it is fixed. */
function activationWords({ cell, activation }) {
  if (isGated(cell)) return "";
  return chosen("activation", activation).label;
}

/** Weights that are given in numbers were not drawn. */
function ifDrawn(words) {
  return (settings) => (settings.weights ? "" : words(settings));
}

function given(weights) {
  const matrix = weights.W_yh ?? weights.W_hh;
  return matrix?.length === 1 && matrix[0].length === 1 ? `w ${matrix[0][0]}` : "given weights";
}

function sequence({ source, text }) {
  if (source !== "text") return source === "random" ? "random vectors" : "given vectors";
  return `“\u2068${shorten(glyph(text).replaceAll("␣", " "), 20)}\u2069”`;
}

function labelOf({ source, labelled, label, labels }) {
  if (source !== "text") return "";
  return labelled === "yes" ? `label ${label} of ${labels}` : "no label";
}

function reachOf({ cell, reach, k }) {
  if (isCopy({ network: { cell }, truncation: { kind: reach, steps: k } })) return "copy";
  const { takes_steps: takesSteps, label } = truncationOf(reach);
  if (!takesSteps) return "no truncation";
  return label.endsWith("s") ? `${label} of ${k}` : `${label} ${k}`;
}

function clipOf({ clip, mu, persample }) {
  const { threshold, on_the_way: onTheWay } = clipRuleOf(clip);
  if (!threshold) return "no clipping";
  if (onTheWay) return `clipped to ${mu} going back`;
  return `${clip} clip ${mu}${persample === "yes" ? " of each sample" : ""}`;
}

function followed(follow) {
  if (follow === "all") return "all losses";
  return follow === "last" ? "last loss" : lossName(follow);
}

/** The settings that a flow's experiment comes from, as resolved by the service. */
function settingsOf({ flow, follow, steps }) {
  const settings = fromExperiment(flow.experiment);
  settings.follow = follow === null ? "all" : follow === steps ? "last" : follow;
  return settings;
}

/** Every facet, and the settings that this module does not know by name. */
function facetsOf(settings) {
  const biases = gateBiases().map(([gate]) => gate);
  const others = Object.keys(settings)
    .filter((name) => !NAMED.has(name) && !APART.has(name) && !biases.includes(name))
    .map((name) => [[name], (all) => `${name} ${all[name]}`]);
  const own = biases.map((name) => [[name], biasOf(name)]);
  return [...FACETS.slice(0, BEFORE_BIASES), ...own, ...FACETS.slice(BEFORE_BIASES), ...others];
}

/**
 * What differs, as pairs of words.
 * @param {import("./types.js").Reading} a
 * @param {import("./types.js").Reading} b
 * @returns {{name: string, a: string, b: string}[]}
 */
export function differences(a, b) {
  const [first, second] = [settingsOf(a), settingsOf(b)];
  const found = [];
  for (const [names, words] of facetsOf(first)) {
    const pair = [words(first), words(second)];
    const [x, y] = [first, second].map((all, n) =>
      pair[n] ? JSON.stringify(names.map((name) => all[name] ?? null)) : "",
    );
    if (x !== y) found.push({ name: names[0], a: pair[0], b: pair[1] });
  }
  return found;
}

/**
 * A short name of each: its cell and what differs.
 * @returns {{a: string, b: string}}
 */
export function namesOf(a, b) {
  const found = differences(a, b).filter(({ name }) => name !== "cell");
  const name = (side, reading) => {
    const settings = settingsOf(reading);
    const { cell, weights, radius } = settings;
    const parts = found.map((one) => one[side]).filter(Boolean);
    if (parts.length > MOST) parts.splice(MOST, Infinity, `${parts.length - MOST} more`);
    if (!found.length) {
      parts.push(activationWords(settings));
      parts.push(weights ? given(weights) : radius === null ? "ρ as drawn" : `ρ ${radius}`);
    }
    return [cellOf(cell).label, ...parts].filter(Boolean).join(", ");
  };
  return { a: name("a", a), b: name("b", b) };
}

/** What one step back does to a gradient, read off every loss. */
function stepOf({ flow, entry, lossSteps }) {
  const { decay_per_step: rate, verdict } = flow.diagnosis;
  if (rate === null) {
    if (verdict === "blocked") return { says: "lets nothing pass a step" };
    const nothing = flow.steps === 1 || !lossSteps.length || entry === null;
    return { says: nothing ? "has nothing to carry back" : "follows no steady rate" };
  }
  if (rate === 0) return { says: "passes hardly anything but exact zeros back" };
  return compare(rate, 1) <= 0
    ? { verb: "keeps", much: percent(rate) }
    : { verb: "multiplies", much: `by ${times(Math.log10(rate))}` };
}

/** As the engine's summary says it: "45 %", "4.2 %"; and never 100 % where it is less. */
function percent(rate) {
  const whole = Math.round(100 * rate);
  const exact = rate < 0.095 || (whole === 100 && compare(rate, 1) < 0);
  return exact ? share(Math.log10(rate)) : `${whole} %`;
}

function ratesOf(a, b) {
  const [x, y] = [stepOf(b), stepOf(a)];
  const say = ({ says, verb, much }, it) =>
    says ?? (verb === "keeps" ? `keeps ${much} of ${it} a step` : `multiplies ${it} ${much} a step`);
  if (say(x, "it") === say(y, "it")) {
    const both = {
      lets: "let", has: "have", passes: "pass", keeps: "keep", multiplies: "multiply", follows: "follow",
    };
    return `both ${say(x, "the gradient").replace(/^\w+/, (verb) => both[verb])}`;
  }
  const second = x.verb && x.verb === y.verb ? y.much : say(y, x.verb ? "it" : "the gradient");
  return `B ${say(x, "the gradient")}, A ${second}`;
}

/** "12 %", "41.0 times as much", "all", "3.2 × 10⁻¹⁵⁰⁵". */
function leftWords(decades) {
  const words = portion(decades);
  return words.endsWith(" times") ? `${words} as much` : words.replace(/ of$/, "");
}

/** What the numbers are about where it is not the whole state, or not h alone. */
function about(reading, { of }) {
  if (of === "state") return " (H and C together)";
  return of === "part" ? " (H without C)" : "";
}

function stopWords({ first, entryStep, cut }, { flow: { experiment } }) {
  const ends = isCopy(experiment) ? "where the copy ends it" : "where truncation cuts it";
  const why = cut ? ends : "and is exactly zero before that";
  if (first === entryStep) return `stays at step ${entryStep}, ${why}`;
  return `comes from step ${entryStep} back to step ${first}, ${why}`;
}

function alone(fate, who, reading) {
  if (fate.kind === "none") return `in ${who} no gradient enters`;
  if (fate.kind === "one") return `in ${who} the loss enters at step 1 and has nowhere to go back`;
  if (fate.kind === "all") {
    return `in ${who} all losses together bring ${fromLog10(reading.row[0])} to step 1`;
  }
  if (fate.kind === "left") {
    const much = leftWords(fate.decades) + about(reading, fate);
    return `of what enters ${who} at step ${fate.entryStep}, step 1 gets ${much}`;
  }
  return `the gradient of ${who} ${stopWords(fate, reading)}`;
}

function fatesOf(a, b) {
  const [x, y] = [passageOf(b), passageOf(a)];
  if (x.kind === "all" && y.kind === "all") {
    const size = `all losses together, ‖∂L/∂H${subscript(1)}‖`;
    return `${size} is ${fromLog10(b.row[0])} in B, ${fromLog10(a.row[0])} in A`;
  }
  if (x.kind === "left" && y.kind === "left" && x.entryStep === y.entryStep) {
    const has = compare(10 ** x.decades, 1) > 0 ? "has" : "still has";
    const much = leftWords(x.decades) + about(b, x);
    const other = leftWords(y.decades) + about(a, y);
    return `of what enters at step ${x.entryStep}, B ${has} ${much} at step 1, A ${other}`;
  }
  if (x.kind !== "all" && JSON.stringify(x) === JSON.stringify(y) && sameCut(a, b))
    return alone(x, "either", b);
  return `${alone(x, "B", b)}; ${alone(y, "A", a)}`;
}

function sameCut(a, b) {
  return isCopy(a.flow.experiment) === isCopy(b.flow.experiment);
}

const near = (x, y) => x === y || (x !== null && y !== null && Math.abs(x - y) < 1e-9);

/** Whether two norms are the same at every step. @param {(number | null)[]} x */
function sameNorms(x, y) {
  return x.length === y.length && x.every((value, n) => near(value, y[n]));
}

/** Whether the followed loss has the same gradient of the whole state, in its norm. */
function sameGradient(a, b) {
  return a.follow === b.follow && sameNorms(a.row, b.row) && sameNorms(pairRow(a), pairRow(b));
}

/** log₁₀ of the norm of h and c together; empty where the state is h. */
function pairRow({ entryStep, flow: { itemized } }) {
  return itemized.state_log10_norm?.[itemized.loss_steps.indexOf(entryStep)] ?? [];
}

/** The same gradient at every step; what all losses bring, and what clipping does, comes after it. */
function sameWords(a, b, found) {
  const pairs = found.map((one) => `${one.b || "none"} against ${one.a || "none"}`).join("; ");
  const clipped = [b, a].map(({ flow }) => flow.clipping);
  const differ = clipped.some(({ engaged }) => engaged);
  const [ofB, ofA] = clipped.map(clippedWords);
  return (
    `‖∂${lossName(b.follow)}/∂H‖ is the same at every step: B differs from A in ${pairs}` +
    `${totalWords(a, b)}` +
    `${differ ? `; clipping then ${ofB} in B, and ${ofA} in A` : ""}.`
  );
}

/** Where the losses together differ although the followed one does not. */
function totalWords(a, b) {
  if (sameNorms(a.total, b.total)) return "";
  const gaps = a.total.map((value, n) => {
    const other = b.total[n] ?? null;
    if (near(value, other)) return 0;
    return value === null || other === null ? Infinity : Math.abs(value - other);
  });
  const most = gaps.indexOf(Math.max(...gaps));
  const size = `‖∂L/∂H${subscript(most + 1)}‖`;
  return (
    "; all losses together do differ, most at step " +
    `${most + 1}, where ${size} is ${fromLog10(b.total[most])} in B, ${fromLog10(a.total[most])} in A`
  );
}

/** What clipping does to the parameters' gradient. */
function clippedWords({ engaged, norm_after: after, log10_norm_before: before }) {
  if (!engaged) return "changes nothing";
  return `takes ‖g‖ from ${fromLog10(before)} to ${number(after)}`;
}

/**
 * The difference in one sentence.
 * @param {import("./types.js").Reading} a
 * @param {import("./types.js").Reading} b
 */
export function differenceSentence(a, b) {
  const found = differences(a, b);
  if (!found.length) return SAME;
  if (sameGradient(a, b)) return sameWords(a, b, found);
  const text = `${ratesOf(a, b)}: ${fatesOf(a, b)}.`;
  return text[0].toUpperCase() + text.slice(1);
}
