/** What differs between two experiments, in names and in one sentence with their numbers. */

import { lossName } from "./describe.js";
import { fromExperiment } from "./experiment.js";
import { fromLog10, glyph, number, share, shorten, subscript } from "./format.js";

const CELLS = { elman: "Elman", jordan: "Jordan", lstm: "LSTM", gru: "GRU" };
const SAME = "A and B are the same experiment: change anything.";

/** More differences than these are counted, not named. */
const MOST = 3;

const spaced = (word) => word.replaceAll("-", " ");

const TOKENS = { graphemes: "characters", characters: "code points", words: "words" };

/** Facets of an experiment: the settings that make it, and how it is called; "" where it is none. */
const FACETS = [
  [["cell"], ({ cell }) => CELLS[cell] ?? cell],
  [["wiring"], ({ wiring }) => spaced(wiring)],
  [["layers"], ({ layers }) => (layers === 1 ? "1 layer" : `${layers} layers`)],
  [["forget"], ({ cell, forget }) => (cell === "lstm" && forget ? `forget bias ${forget}` : "")],
  [["activation"], ({ activation }) => (activation === "relu" ? "ReLU" : activation)],
  [["hidden"], ({ hidden }) => `${hidden} ${hidden === 1 ? "unit" : "units"}`],
  [["weights"], ({ weights }) => (weights ? given(weights) : "drawn weights")],
  [["radius"], ({ radius }) => (radius === null ? "ρ as drawn" : `ρ ${radius}`)],
  [["init"], ({ init }) => `${init} weights`],
  [["wseed"], ({ wseed }) => `weight seed ${wseed}`],
  [["source", "text", "data"], sequence],
  [["tokens"], ({ source, tokens }) => (source === "text" ? TOKENS[tokens] : "")],
  [["labelled", "label", "labels"], labelOf],
  [["steps"], ({ source, steps }) => (source === "random" ? `${steps} steps` : "")],
  [["batch"], ({ source, batch }) => (source === "random" ? `batch of ${batch}` : "")],
  [["seed"], ({ source, seed }) => (source === "random" ? `seed ${seed}` : "")],
  [["inputs"], ({ source, inputs }) => (source === "text" ? "" : `${inputs} inputs`)],
  [["outputs"], ({ source, outputs }) => (source === "text" ? "" : `${outputs} outputs`)],
  [["loss"], ({ loss }) => (loss === "squared-error" ? "squared error" : loss)],
  [["reach", "k"], reachOf],
  [["clip", "mu", "persample"], clipOf],
  [["follow"], ({ follow }) => followed(follow)],
];
const NAMED = new Set(FACETS.flatMap(([names]) => names));
const APART = new Set(["select", "preset", "compare"]);

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

function reachOf({ reach, k }) {
  if (reach === "window") return `window ${k}`;
  return reach === "chunk" ? `chunks of ${k}` : "no truncation";
}

function clipOf({ clip, mu, persample }) {
  if (clip === "none") return "no clipping";
  if (clip === "backward") return `clipped to ${mu} going back`;
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
  const others = Object.keys(settings)
    .filter((name) => !NAMED.has(name) && !APART.has(name))
    .map((name) => [[name], (all) => `${name} ${all[name]}`]);
  return [...FACETS, ...others];
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
    const { cell, activation, weights, radius } = settings;
    const parts = found.map((one) => one[side]).filter(Boolean);
    if (parts.length > MOST) parts.splice(MOST, Infinity, `${parts.length - MOST} more`);
    if (!found.length) {
      parts.push(activation === "relu" ? "ReLU" : activation);
      parts.push(weights ? given(weights) : radius === null ? "ρ as drawn" : `ρ ${radius}`);
    }
    return [CELLS[cell] ?? cell, ...parts].join(", ");
  };
  return { a: name("a", a), b: name("b", b) };
}

/** What one step back does to a gradient, read off every loss. */
function stepOf({ flow }) {
  const { decay_per_step: rate, verdict } = flow.diagnosis;
  if (rate === null) {
    return { says: verdict === "blocked" ? "lets nothing pass a step" : "has nothing to carry back" };
  }
  if (rate === 0) return { says: "passes hardly anything but exact zeros back" };
  return rate < 1.005
    ? { verb: "keeps", much: percent(rate) }
    : { verb: "multiplies", much: `by ${fromLog10(Math.log10(rate))}` };
}

/** As the engine's summary says it: "45 %", "4.2 %". */
function percent(rate) {
  return rate < 0.095 ? share(Math.log10(rate)) : `${Math.round(100 * rate)} %`;
}

function ratesOf(a, b) {
  const [x, y] = [stepOf(b), stepOf(a)];
  const say = ({ says, verb, much }, it) =>
    says ?? (verb === "keeps" ? `keeps ${much} of ${it} a step` : `multiplies ${it} ${much} a step`);
  if (say(x, "it") === say(y, "it")) {
    const both = { lets: "let", has: "have", passes: "pass", keeps: "keep", multiplies: "multiply" };
    return `both ${say(x, "the gradient").replace(/^\w+/, (verb) => both[verb])}`;
  }
  const second = x.verb && x.verb === y.verb ? y.much : say(y, x.verb ? "it" : "the gradient");
  return `B ${say(x, "the gradient")}, A ${second}`;
}

/** How far the followed gradient comes, and how much of it. */
function fateOf(reading) {
  const { row, entry, entryStep, follow, lossSteps } = reading;
  if (!lossSteps.length || entry === null) return { kind: "none" };
  if (follow === null && lossSteps.length > 1) return { kind: "all", at: row[0] };
  if (entryStep === 1) return { kind: "one" };
  const first = row.findIndex((value) => value !== null) + 1;
  if (first === 1) return { kind: "left", left: row[0] - entry, entryStep };
  const cut = [...reading.edges.values()].some((edge) => edge.state === "blocked" && edge.stops);
  return { kind: "stops", first, entryStep, cut };
}

/** "12 %", "41 times as much", "3.2 × 10⁻¹⁵⁰⁵". */
function leftWords(decades) {
  if (decades > 0.3) return `${fromLog10(decades)} times as much`;
  return decades < -5 ? fromLog10(decades, 2) : share(decades);
}

function stopWords({ first, entryStep, cut }) {
  const why = cut ? "where truncation cuts it" : "and is exactly zero before that";
  if (first === entryStep) return `stays at step ${entryStep}, ${why}`;
  return `comes from step ${entryStep} back to step ${first}, ${why}`;
}

function alone(fate, who) {
  if (fate.kind === "none") return `in ${who} no gradient enters`;
  if (fate.kind === "one") return `in ${who} the loss enters at step 1 and has nowhere to go back`;
  if (fate.kind === "all") {
    return `in ${who} all losses together bring ${fromLog10(fate.at)} to step 1`;
  }
  if (fate.kind === "left") {
    return `of what enters ${who} at step ${fate.entryStep}, step 1 gets ${leftWords(fate.left)}`;
  }
  return `the gradient of ${who} ${stopWords(fate)}`;
}

function fatesOf(a, b) {
  const [x, y] = [fateOf(b), fateOf(a)];
  if (x.kind === "all" && y.kind === "all") {
    const size = `all losses together, ‖∂L/∂h${subscript(1)}‖`;
    return `${size} is ${fromLog10(x.at)} in B, ${fromLog10(y.at)} in A`;
  }
  if (x.kind === "left" && y.kind === "left" && x.entryStep === y.entryStep) {
    const has = x.left > 0.3 ? "has" : "still has";
    const [much, other] = [leftWords(x.left), leftWords(y.left)];
    return `of what enters at step ${x.entryStep}, B ${has} ${much} at step 1, A ${other}`;
  }
  if (JSON.stringify(x) === JSON.stringify(y)) return alone(x, "either");
  return `${alone(x, "B")}; ${alone(y, "A")}`;
}

function sameGradient(a, b) {
  const near = (x, y) => x === y || (x !== null && y !== null && Math.abs(x - y) < 1e-9);
  return (
    a.follow === b.follow &&
    a.row.length === b.row.length &&
    a.row.every((value, n) => near(value, b.row[n]))
  );
}

/** The same gradient at every step; what clipping does comes after it. */
function sameWords(a, b, found) {
  const pairs = found.map((one) => `${one.b || "none"} against ${one.a || "none"}`).join("; ");
  const scales = [b, a].map(({ flow }) => flow.clipping.scale ?? 1);
  const scaled = scales[0] !== scales[1];
  const clipped = `clipping then multiplies B’s parameter gradients by ${number(scales[0])}, A’s by `;
  return (
    `The same gradient at every step: B differs from A in ${pairs}, which leaves ∂L/∂h as it is` +
    `${scaled ? `; ${clipped}${number(scales[1])}` : ""}.`
  );
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
