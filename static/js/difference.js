/** What differs between two experiments, in names and in one sentence with their numbers. */

import { fromExperiment } from "./experiment.js";
import { activationWords, facetsOf, given } from "./facets.js";
import {
  compare,
  fromLog10,
  number,
  portion,
  share,
  subscript,
  times,
} from "./format.js";
import { lossName } from "./letters.js";
import { isCopy, passageOf } from "./passage.js";
import { cellOf } from "./vocabulary.js";

/** @import { Arrived, Passage } from "./passage.js" */
/** @import { Clipping, Numbers, Reading, Series, Settings } from "./types.js" */

const SAME = "A and B are the same experiment: change anything.";

/** More differences than these are counted, not named. */
const MOST = 3;

/**
 * @typedef {{name: string, a: string, b: string}} Difference
 * @typedef {{says: string} | {says?: undefined, verb: string, much: string}} Rate   of a step back
 */

/**
 * The settings that a flow's experiment comes from, as resolved by the service.
 * @param {Reading} reading
 */
function settingsOf({ flow, follow, steps }) {
  const settings = fromExperiment(flow.experiment);
  settings.follow = follow === null ? "all" : follow === steps ? "last" : follow;
  return settings;
}

/**
 * What differs, as pairs of words.
 * @param {Reading} a @param {Reading} b
 * @returns {Difference[]}
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
 * @param {Reading} a @param {Reading} b
 * @returns {{a: string, b: string}}
 */
export function namesOf(a, b) {
  const found = differences(a, b).filter(({ name }) => name !== "cell");
  /** @param {"a" | "b"} side @param {Reading} reading */
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

/** What one step back does to a gradient, read off every loss. @param {Reading} reading */
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

/**
 * As the engine's summary says it: "45 %", "4.2 %"; and never 100 % where it is less.
 * @param {number} rate
 */
function percent(rate) {
  const whole = Math.round(100 * rate);
  const exact = rate < 0.095 || (whole === 100 && compare(rate, 1) < 0);
  return exact ? share(Math.log10(rate)) : `${whole} %`;
}

/** @param {Reading} a @param {Reading} b */
function ratesOf(a, b) {
  const [x, y] = [stepOf(b), stepOf(a)];
  /** @param {Rate} rate @param {string} it */
  const say = (rate, it) => {
    if (rate.says !== undefined) return rate.says;
    const { verb, much } = rate;
    return verb === "keeps" ? `keeps ${much} of ${it} a step` : `multiplies ${it} ${much} a step`;
  };
  if (say(x, "it") === say(y, "it")) {
    /** @type {Object<string, string>} */
    const both = {
      lets: "let", has: "have", passes: "pass", keeps: "keep", multiplies: "multiply", follows: "follow",
    };
    return `both ${say(x, "the gradient").replace(/^\w+/, (verb) => both[verb])}`;
  }
  const [own, other] = [x, y].map((rate) => (rate.says === undefined ? rate : null));
  const alike = own && own.verb === other?.verb;
  const second = alike ? other.much : say(y, own ? "it" : "the gradient");
  return `B ${say(x, "the gradient")}, A ${second}`;
}

/** "12 %", "41.0 times as much", "all", "3.2 × 10⁻¹⁵⁰⁵". @param {number} decades */
function leftWords(decades) {
  const words = portion(decades);
  return words.endsWith(" times") ? `${words} as much` : words.replace(/ of$/, "");
}

/**
 * What the numbers are about where it is not the whole state, or not h alone.
 * @param {Reading} reading @param {Arrived} passage
 */
function about(reading, { of }) {
  if (of === "state") return " (H and C together)";
  return of === "part" ? " (H without C)" : "";
}

/** @param {Arrived} passage @param {Reading} reading */
function stopWords({ first, entryStep, cut }, { flow: { experiment } }) {
  const ends = isCopy(experiment) ? "where the copy ends it" : "where truncation cuts it";
  const why = cut ? ends : "and is exactly zero before that";
  if (first === entryStep) return `stays at step ${entryStep}, ${why}`;
  return `comes from step ${entryStep} back to step ${first}, ${why}`;
}

/** @param {Passage} fate @param {string} who @param {Reading} reading */
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

/** @param {Reading} a @param {Reading} b */
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

/** @param {Reading} a @param {Reading} b */
function sameCut(a, b) {
  return isCopy(a.flow.experiment) === isCopy(b.flow.experiment);
}

/** @param {number | null} x @param {number | null} y */
const near = (x, y) => x === y || (x !== null && y !== null && Math.abs(x - y) < 1e-9);

/** Whether two norms are the same at every step. @param {(number | null)[]} x @param {Series} y */
function sameNorms(x, y) {
  return x.length === y.length && x.every((value, n) => near(value, y[n]));
}

/**
 * Whether the followed loss has the same gradient of the whole state, in its norm.
 * @param {Reading} a @param {Reading} b
 */
function sameGradient(a, b) {
  return a.follow === b.follow && sameNorms(a.row, b.row) && sameNorms(pairRow(a), pairRow(b));
}

/** log₁₀ of the norm of h and c together; empty where the state is h. @param {Reading} reading */
function pairRow({ entryStep, flow: { itemized } }) {
  return itemized.state_log10_norm?.[itemized.loss_steps.indexOf(entryStep)] ?? [];
}

/**
 * The same gradient at every step; what all losses bring, and what clipping does, comes after it.
 * @param {Reading} a @param {Reading} b @param {Difference[]} found
 */
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

/**
 * Where the losses together differ although the followed one does not.
 * @param {Reading} a @param {Reading} b
 */
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

/** What clipping does to the parameters' gradient. @param {Clipping} clipping */
function clippedWords({ engaged, norm_after: after, log10_norm_before: before }) {
  if (!engaged) return "changes nothing";
  return `takes ‖g‖ from ${fromLog10(before)} to ${number(after)}`;
}

/**
 * The difference in one sentence.
 * @param {Reading} a @param {Reading} b
 */
export function differenceSentence(a, b) {
  const found = differences(a, b);
  if (!found.length) return SAME;
  if (sameGradient(a, b)) return sameWords(a, b, found);
  const text = `${ratesOf(a, b)}: ${fatesOf(a, b)}.`;
  return text[0].toUpperCase() + text.slice(1);
}
