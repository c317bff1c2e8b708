/** What stands beside a training in sentences; what happened in it the service says itself. */

import { fromLog10, number, parameterName, portion, subscript, symbol, tidy } from "../format.js";
import { counted } from "../live/alarms.js";
import { isGated } from "../vocabulary.js";
import { noRule, rowOf, valueOf } from "./choices.js";
import { entryOf } from "./heat.js";

/** @import { Row, Values } from "./choices.js" */
/** @import { History } from "./history.js" */
/** @import { Planned } from "./plans.js" */

/** A name of a state or of a parameter as a request writes it, in a sentence of the service: h_3, W_hh_1. */
const STATE = /(?<![A-Za-z0-9_])[xhcoL]_\d+(?:_\d)?(?![A-Za-z0-9_])/g;
const PARAMETER = /(?<![A-Za-z0-9_])[Wbp]_[a-z]+(?:_\d)?(?![A-Za-z0-9_])/g;

/** A number of four digits and more, of which none stands apart yet. */
const LARGE = /(?<![\d.,])\d{4,}(?![\d.,]*\d)/g;

/** Numbers in a sentence as updates are counted: 1,789. @param {string} text */
export function grouped(text) {
  return text.replace(LARGE, (digits) => counted(Number(digits)));
}

/** The service's words in the symbols and numbers of the page: ∂L/∂H₃, Wᴴ, 1,789. @param {string} text */
export function written(text) {
  return grouped(text.replace(STATE, symbol).replace(PARAMETER, parameterName));
}

/** What a task is, and how it was published. @param {Row} task @returns {string[]} */
export function taskWords({ about = "", source = "", published = [] }) {
  const found = published.map(({ size, batch, criterion, source: own }) => {
    const parts = [size, batch === null ? "" : `batches of ${batch}`, criterion && `solved when ${criterion}`];
    return `${own}: ${parts.filter(Boolean).join("; ")}.`;
  });
  return [about, ...(found.length ? found : [source && `${source}.`])].filter(Boolean);
}

/** What a run that is not there yet will show. @param {Values} values @param {Planned[]} plans */
export function willSee(values, plans) {
  const runs =
    plans.length === 2
      ? `Two runs from seed ${valueOf(values, "seed")}, side by side: ${plans[0].short} and ${plans[1].short}.`
      : `One run from seed ${valueOf(values, "seed")}.`;
  const steps = valueOf(values, "task.steps");
  const clipped = plans.some(({ plan }) => plan.clip.rule !== noRule());
  const norm = clipped ? "the size of the gradient before and after clipping" : "the size of the gradient";
  const each = steps ? `each of the ${counted(Number(steps))} steps` : "each step";
  return `${runs} You will see the loss come down, or not, beside what a constant answer would have; ${norm}; and at every update how much of the gradient reaches ${each}.`;
}

/** @param {any} run   as the service says it */
export function stateWords({ state, training }) {
  const { update = 0, updates = 0 } = training ?? {};
  const of = `${counted(update)} of ${counted(updates)} updates`;
  if (state === "queued") return update ? `${of}; waits for its turn` : "waits for its turn";
  if (state === "paused") return `paused at ${of}`;
  if (state === "running") return of;
  if (state === "interrupted") return `interrupted at ${of}`;
  return update >= updates ? `done: ${counted(updates)} ${updates === 1 ? "update" : "updates"}` : `ended at ${of}`;
}

/** Seconds as people say them. @param {number} seconds */
export function duration(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${tidy(seconds / 3600, 2)} h`;
}

/** How fast it goes, and how long still; "" where it does not. @param {any} run */
export function speedWords({ state, training }) {
  const { updates_per_second: rate = null, seconds_left: left = null } = training ?? {};
  if (state !== "running" || rate === null) return "";
  const ends = left === null ? "" : `, ${duration(left)} left`;
  return `${rate < 1000 ? tidy(rate, rate < 10 ? 2 : 3) : counted(Number(rate.toPrecision(3)))} updates a second${ends}`;
}

/** "12.6 %", "100 %". @param {number} share   of one */
export function percentOf(share) {
  if (share === 0 || share === 1) return `${100 * share} %`;
  return portion(Math.log10(share)).replace(/ of$/, "");
}

/** @param {History} history @param {number} row @param {boolean} [short]   without the held-out set */
export function lossWords(history, row, short = false) {
  const loss = history.value("loss", row);
  const held = short ? NaN : history.latest("held_out", row);
  const share = short ? NaN : history.latest("share", row);
  const own = Number.isNaN(loss) ? "not finite" : number(loss, 3);
  const right = Number.isNaN(share) ? "" : `, ${percentOf(share)} right`;
  return Number.isNaN(held) ? own : `${own}, held-out ${number(held, 3)}${right}`;
}

/** @param {History} history @param {number} row */
export function normWords(history, row) {
  const before = history.value("log10_before", row);
  if (Number.isNaN(before)) return "not finite, or exactly zero";
  const mu = history.value("threshold", row);
  const after = history.value("log10_after", row);
  if (history.engaged(row)) return `${fromLog10(before)} before clipping, ${Number.isNaN(after) ? "0" : fromLog10(after)} after`;
  return `${fromLog10(before)}${mu > 0 ? ", below the threshold" : ""}`;
}

/** ‖∂L/∂h_t‖ as it is written. @param {number} step */
const normAt = (step) => `‖∂L/∂H${subscript(step)}‖`;

/** log₁₀ of √(10²ᵃ + 10²ᵇ). @param {number} a @param {number} b */
function together(a, b) {
  const [less, more] = a < b ? [a, b] : [b, a];
  return Number.isFinite(less) ? more + Math.log10(1 + 10 ** (2 * (less - more))) / 2 : more;
}

/**
 * Of a cell with a C, what of both arrives: by that a flow is judged.
 * @param {History} history @param {number} row @param {number} entry
 */
function bothWords(history, row, entry) {
  const [steps, cells] = [history.hidden(row), history.cellSeries(row)];
  if (!cells) return "";
  const [at, from] = [0, entry].map((t) => together(steps[t], cells[t] ?? -Infinity));
  return `; H and C together: ${portion(at - from).replace(/ of$/, "")}`;
}

/**
 * How much of what enters at the last step arrives at the first one.
 * @param {History} history @param {number} row @param {boolean} [several]   whether there are losses at
 *   several steps, whose sum the gradient is of
 */
export function reachWords(history, row, several = false) {
  const steps = history.hidden(row);
  const entry = entryOf(steps);
  if (entry < 0) return "No gradient arrives at any step.";
  if (entry === 0) return "The gradient enters at step 1: there is nothing before it.";
  const first = steps[0];
  if (Number.isNaN(first)) return `${normAt(1)} is exactly zero, or not finite.`;
  const whose = several ? "Of all losses together " : "";
  return `${whose}${normAt(1)} is ${portion(first - steps[entry])} ${normAt(entry + 1)}${bothWords(history, row, entry)}.`;
}

/** What a screen reader is told of a picture over updates. @param {string} what @param {History} history */
export function summary(what, history) {
  const row = history.count() - 1;
  if (row < 0) return `${what}: nothing yet`;
  const about = `${what}, updates ${counted(history.first())} to ${counted(history.last())}`;
  return `${about}; at the last: loss ${lossWords(history, row)}; norm of the gradient ${normWords(history, row)}`;
}

/** Parameter, ‖w‖, ‖Δw‖/‖w‖ at an update. @param {History} history @param {string[]} names @param {number} row @returns {string[][]} */
export function weightRows(history, names, row) {
  return names.map((name) => {
    const weight = history.value(`weight ${name}`, row);
    const step = history.value(`step ${name}`, row);
    const ratio = Number.isNaN(step) ? "0" : fromLog10(step - weight, 2);
    return [parameterName(name), Number.isNaN(weight) ? "0" : fromLog10(weight), Number.isNaN(weight) ? "–" : ratio];
  });
}

/** @param {Values} values */
export const setUpOf = (values) => `${rowOf(values, "task").label}${isGated(valueOf(values, "cell")) ? "" : `, ${valueOf(values, "activation")}`}`;
