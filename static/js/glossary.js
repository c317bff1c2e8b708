/** The terms that explain themselves where they stand: one table, and the marks in the texts. */

import { fromLog10, number, plural, tidy } from "./format.js";
import { lossName, slopeName } from "./letters.js";
import { lookup } from "./lookup.js";
import { entering, followsAll, stateName } from "./passage.js";
import { activations, cellOf, cells, countedFrom } from "./vocabulary.js";

/** @import { CellWords, Flow, GateWords, Reading, Series } from "./types.js" */

/**
 * "here 0.55", or "" where the answer has no such number.
 * @param {number | null | undefined} value
 */
function here(value, digits = 3) {
  return value === null || value === undefined ? "" : `, here ${tidy(value, digits)}`;
}

/**
 * "0.352", or of a cell with a C "1.08 at (H₈₁, C₈₁), 1.02 at H₈₁ alone".
 * @param {Reading} reading
 */
function entryNorm(reading) {
  const { norm, of } = entering(reading);
  const alone = stateName(reading, reading.entryStep, "hidden");
  const size = fromLog10(reading.entry);
  if (of === "hidden") return size;
  const whole = stateName(reading, reading.entryStep, "state");
  const own = `${size} at ${alone} alone`;
  return of === "part" ? own : `${fromLog10(norm)} at ${whole}, ${own}`;
}

/** @param {Series | null | undefined} list */
const series = (list) => (list ?? []).filter((value) => value !== null);
/** @param {number[]} list */
const mean = (list) => (list.length ? list.reduce((a, b) => a + b, 0) / list.length : null);

/** A threshold and whether it bites. @param {Flow} flow */
function threshold({ clipping: { threshold: limit, engaged } }) {
  if (limit === null) return "";
  return ` Here ${number(limit)}, and ${engaged ? "it clips" : "nothing is beyond it"}.`;
}

/**
 * term: [how it is written in running text, or what says so, or null where only the page's own marks
 * name it; its explanation, given what is drawn]. Of a term that a text holds twice the first one explains.
 * @type {Object<string, [string | (() => string) | null, (reading: Reading) => string]>}
 */
export const TERMS = lookup({
  gamma: [
    "γ",
    ({ flow }) =>
      `γ is the largest value of ${slopeName(flow)}${here(flow.spectrum.gamma)}. One step back ` +
      "multiplies a gradient by γ σₘₐₓ at most.",
  ],
  rho: [
    "ρ|[Ss]pectral radius",
    ({ flow }) =>
      `ρ, the spectral radius: the largest |eigenvalue| of the recurrent matrix` +
      `${here(flow.spectrum.spectral_radius)}. Many steps of a linear network multiply a gradient ` +
      "by about ρ each.",
  ],
  sigma: [
    "σₘₐₓ",
    ({ flow }) =>
      `σₘₐₓ: the largest singular value of the recurrent matrix${here(flow.spectrum.spectral_norm)}. ` +
      "No vector is stretched by more in one step.",
  ],
  slope: [
    slopePattern,
    ({ flow }) => {
      const average = mean(series(flow.activity.mean_derivative));
      return (
        `${slopeName(flow)} is the derivative of the activation. Every step back multiplies the ` +
        `gradient by it, unit by unit${average === null ? "" : `; its mean here is ${number(average)}`}.`
      );
    },
  ],
  left: [
    "what is left|how much is left",
    (reading) =>
      followsAll(reading)
        ? "What is left of one loss: its gradient’s norm at a step, as a share of its norm where " +
          "that loss enters."
        : "What is left: the gradient’s norm at a step, as a share of its norm where the loss " +
          `enters, ‖∂${lossName(reading.follow)}/∂H‖ = ${fromLog10(reading.entry)} at step ` +
          `${reading.entryStep}.`,
  ],
  enters: [
    "what enters|what entered",
    (reading) =>
      `What enters: the gradient of ${lossName(reading.follow)} at its own step, ` +
      `${reading.entryStep}, before it travels back. Its norm is ${entryNorm(reading)}.`,
  ],
  itemized: [
    null,
    ({ lossSteps, steps, flow }) =>
      "The itemized map: row i is the gradient of loss i alone, step by step. Summed over the " +
      `losses from step t on, rows give ∂L/∂H at t. Here ${plural(lossSteps.length, "loss", "losses")} and ` +
      `${plural(steps, "step")}${cellOf(flow.experiment.network.cell).has_c ? ", of H without C" : ""}.`,
  ],
  cosine: [
    "cosine",
    () =>
      "The cosine of the angle between the gradient before and after: 1 is the same direction, " +
      "0 a right angle.",
  ],
  whole: [
    "‖g‖",
    ({ flow }) =>
      "‖g‖: the length of the gradients of all parameters, written as one vector" +
      `; here ${fromLog10(flow.clipping.log10_norm_before)} before clipping.`,
  ],
  mu: ["μ", ({ flow }) => `μ: the largest norm that clipping lets pass.${threshold(flow)}`],
  v: [null, ({ flow }) => `v: the largest size of one component that clipping lets pass.${threshold(flow)}`],
  lyapunov: [
    "Lyapunov exponent",
    ({ flow }) => {
      const [largest] = series(flow.spectrum.lyapunov_exponents);
      const factor = largest === undefined ? "" : `, here ${tidy(Math.exp(largest))}`;
      return (
        "How fast two nearby states part along this sequence: the mean logarithm of their " +
        `distance’s growth in a step. e to its power is the factor a step${factor}.`
      );
    },
  ],
  omega: [
    "Ω",
    () =>
      "Ω, the regulariser of Pascanu et al. 2013: over all steps, the squared share by which one " +
      "step back misses keeping the gradient’s norm. 0 where every step keeps it.",
  ],
  jacobians: [
    "[Pp]roduct of Jacobians|the product(?! of)",
    ({ steps }) =>
      "The product of all Jacobians from step t on, and its norm: by how much a small change of " +
      `the state at step t moves the last one, at step ${steps}, at most.`,
  ],
  window: [
    "[Ww]indow",
    ({ flow }) =>
      "A window of k steps: each loss reaches its own step and the k − 1 before it" +
      `${cut(flow, "loss", (k) => `; here k = ${k}`)}.`,
  ],
  chunk: [
    "[Cc]hunks?",
    ({ flow }) =>
      "Chunks of k steps: no gradient crosses from one chunk into the one before, as where a " +
      `training loop detaches the state${cut(flow, "start", (k) => ` every ${plural(k, "step")}`)}.`,
  ],
  copy: [
    "[Cc]opy",
    () =>
      "Elman’s and Jordan’s context units hold a copy of the last hidden state or output. A copy " +
      "is read like an input, so no gradient passes it: a window of one step.",
  ],
  forget: gateTerm("forget"),
  update: gateTerm("update"),
});

/** The derivative of any activation, by its symbol or its name. */
function slopePattern() {
  const names = activations().flatMap(({ symbol, label }) => [symbol, label]);
  return `(?:${[...new Set(names), "f"].filter(Boolean).join("|")})′(?:\\([aA]\\))?`;
}

/**
 * A gate that decides how much of the past is kept.
 * @param {string} name
 * @returns {[string, (reading: Reading) => string]}
 */
function gateTerm(name) {
  const pattern = `[${name[0].toUpperCase()}${name[0]}]${name.slice(1)}[- ]gate`;
  return [
    pattern,
    ({ flow }) => {
      /** @param {CellWords} cell */
      const has = ({ gates }) => gates.some((gate) => gate.name === name);
      const drawn = cellOf(flow.experiment.network.cell);
      const cell = has(drawn) ? drawn : cells().find(has);
      const gate = cell?.gates.find((one) => one.name === name);
      if (!cell || !gate) throw new Error(`no cell has a gate ${name}`);
      const average = mean(series(flow.gates?.[name]));
      const words = gateWords(gate, cell);
      return `The ${name} gate ${words}${average === null ? "" : `; its mean here is ${number(average)}`}.`;
    },
  ];
}

/** What a gate does to the past. @param {GateWords} gate @param {CellWords} cell */
function gateWords({ letter, role }, { has_c: hasC }) {
  if (hasC)
    return (
      `${letter} multiplies the cell state at every step: ∂L/∂C goes back times ${letter}, so a ` +
      "gate near 1 holds it"
    );
  const [kept, fresh] = role === "keep" ? [letter, `1 − ${letter}`] : [`1 − ${letter}`, letter];
  return `${letter} mixes: the new state is ${kept} times the last one and ${fresh} times the candidate`;
}

/**
 * What the truncation in force adds to an explanation.
 * @param {Flow} flow
 * @param {"loss" | "start"} from   from where it counts
 * @param {(steps: number) => string} words
 */
function cut({ experiment: { truncation } }, from, words) {
  return countedFrom(truncation) === from ? words(truncation.steps ?? 0) : "";
}

/**
 * A term's explanation, with the numbers of what is drawn.
 * @param {string} term
 * @param {Reading} reading
 */
export function explanation(term, reading) {
  return TERMS[term][1](reading);
}

/**
 * A text in pieces, those that explain themselves with their term.
 * @param {string} text
 * @returns {{text: string, term?: string}[]}
 */
export function piecesOf(text) {
  const written = Object.entries(TERMS).filter(([, [pattern]]) => pattern);
  /** @param {string | (() => string) | null} pattern */
  const patternOf = (pattern) => (typeof pattern === "function" ? pattern() : pattern);
  const any = new RegExp(
    written.map(([term, [pattern]]) => `(?<${term}>${patternOf(pattern)})`).join("|"),
    "g",
  );
  const pieces = [];
  const seen = new Set();
  let from = 0;
  for (const match of text.matchAll(any)) {
    const [term] = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined) ?? [];
    if (!term || seen.has(term)) continue;
    seen.add(term);
    pieces.push({ text: text.slice(from, match.index) }, { text: match[0], term });
    from = match.index + match[0].length;
  }
  pieces.push({ text: text.slice(from) });
  return pieces.filter((piece) => piece.text);
}

/** A term in HTML of our own. @param {string} term @param {string} words */
export function termHtml(term, words) {
  return `<button type="button" class="term" data-term="${term}">${words}</button>`;
}
