/** What stands beside the pictures of a run. */

import { whereWords } from "../directions.js";
import { fromLog10, number, plural, tidy } from "../format.js";
import { partOf } from "../parts.js";
import { clipRuleOf } from "../vocabulary.js";
import { counted, placeOf } from "./alarms.js";
import { reachOf, sizeOf, wayOfFlow } from "./reached.js";

/** @import { Module, Report, Run } from "./runfile.js" */

/** @param {string} iso */
export function moment(iso) {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : time.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
}

/** @param {Run} run */
export function stateWords({ state, last_update: last }) {
  if (state === "interrupted") return last === null ? "interrupted" : `interrupted at update ${counted(last)}`;
  if (state === "saved") return last === null ? "saved as it began" : `saved at update ${counted(last)}, while it ran`;
  return state;
}

/** Where no report is there. @param {Run} run */
export function waitingSentence({ state }) {
  if (state === "ended") return "The run ended before a report of it was made.";
  if (state === "interrupted") return "No report has come, and nothing has been heard of the training for a while.";
  return "No report has come yet. The first comes with the first sampled update.";
}

/**
 * Whose own gradient ours is compared with, as "autograd’s": by the framework that trained.
 * @param {Run} run
 */
export function ownerOf({ about }) {
  const framework = String(about?.framework ?? "");
  return OWNERS.find(([name]) => name.test(framework))?.[1] ?? "the framework’s";
}

/** @type {[RegExp, string][]} */
const OWNERS = [
  [/^torch\b/i, "autograd’s"],
  [/^keras\b/i, "Keras’s"],
  [/^jax\b/i, "JAX’s"],
];

/**
 * How many of the sampled updates were analysed: one that came while another was, took the place of the one before it.
 * @param {number | undefined} every @param {Report[]} reports
 */
function analysed(every, reports) {
  if (!every || reports.length < 2) return "";
  const due = Math.floor((reports[reports.length - 1].update - reports[0].update) / every) + 1;
  return reports.length < due ? `${counted(reports.length)} of ${counted(due)} sampled updates analysed` : "";
}

/** What a run is called: a link, a heading and a button need words. @param {Run} run */
export const calledOf = ({ name }) => name || "without a name";

/** @param {Run} run @param {Report[]} [reports]   all that are here */
export function aboutRun(run, reports = []) {
  const { framework, model, every, parameters } = run.about ?? {};
  const parts = [
    stateWords(run),
    model && framework ? `${model} in ${framework}` : (model ?? framework),
    parameters && `${counted(parameters)} parameters`,
    every && `every ${every === 1 ? "update" : `${counted(every)} updates`}`,
    analysed(every, reports),
    run.note,
  ];
  return parts.filter(Boolean).join(" · ");
}

/** @param {Report} report */
export function lossSentence({ loss, update, modules }) {
  const at = `at update ${counted(update)}`;
  if (loss !== null) return `${number(loss, 4)} ${at}`;
  return modules.some((module) => module.first_not_finite) ? `none that is finite ${at}` : `not seen ${at}`;
}

/** @param {Report} report @param {boolean} anywhere   whether clipping engaged in some report */
export function normSentence(report, anywhere) {
  const { clipping, update, modules } = report;
  const at = `at update ${counted(update)}`;
  if (!clipping) {
    const size = sizeOf(report);
    const none = modules.some((module) => module.first_not_finite) ? "not finite" : "not seen";
    return `${size === null ? none : fromLog10(size)} ${at}; clipping was not called.`;
  }
  const { rule, threshold, engaged, log10_before: before, log10_after: after } = clipping;
  if (!clipRuleOf(rule).keeps_direction) return `Every entry is kept within ±${tidy(threshold)} ${at}: ‖g‖ ${fromLog10(before)} before, ${fromLog10(after)} after.`;
  if (before === null) return `not finite ${at}; threshold ${tidy(threshold)} (dotted).`;
  return engaged
    ? `${fromLog10(before)} before clipping (grey), ${fromLog10(after)} after it (dashed), threshold ${tidy(threshold)} (dotted), ${at}; a tick below: it engaged.`
    : `${fromLog10(before)} ${at}; the threshold ${tidy(threshold)} (dotted) does not engage${anywhere ? "; a tick below is where it did" : ""}.`;
}

/**
 * @param {Module} module
 * @param {any} [flow]   of one of its layers and directions; of the last one where it is left out
 * @param {number | null} [layer]   which one that is, from 0; null: the last
 */
export function verdictSentence(module, flow = partOf(module.flow, null), layer = null) {
  const { first_not_finite: first, why_not: why } = module;
  if (first) return `Nothing can be drawn: the first number that is not finite is ${placeOf(first)}.`;
  if (!module.flow) return `Nothing can be drawn. ${why ?? ""}`.trim();
  const way = wayOfFlow(flow);
  const direction = whereWords(flow?.way);
  if (!way) return direction ? `${direction}no gradient enters.` : "No gradient enters.";
  const { ahead, end, entryStep } = way;
  const beyond = ahead ? "after" : "before";
  const reach = reachOf(way);
  const start = way.left[end - 1] ?? null;
  const where = `${direction ? `${direction}the` : "The"} ${ahead ? "first" : "last"} gradient enters at step ${entryStep}`;
  if (entryStep === end) return `${where}: there is nothing ${beyond} it.`;
  const what = layer === null ? "" : `what layer ${layer + 1} has there`;
  if (reach !== end) return `${where}; less than a millionth of ${what || "it"} arrives ${beyond} step ${reach}.`;
  return start === null ? `${where}.` : `${where}; ${fromLog10(start)} times ${what || "as much"} arrives at step ${end}.`;
}

/** @param {Module} module */
export function sampledSentence({ batch, sampled, steps, dtype, loss_scale: scale, ...module }) {
  if (batch === null || steps === null) return "";
  const of = `${plural(steps, "step")}, a batch of ${batch}, ${dtype}`;
  if (sampled === 0) return `${of}.`;
  const part =
    sampled < batch
      ? `The pictures are of ${plural(sampled, "sequence")} of the batch, the check is of all.`
      : "The pictures are of all of them.";
  const scaled = scale ? ` The loss scale ${counted(scale)} is divided out.` : "";
  const { micro_batches: parts = 1, more_micro_batches: more = false } = module;
  const added = parts > 1 ? ` The check is of ${parts} micro-batches together${more ? ", the first of the step" : ""}, the pictures are of one.` : "";
  return `${of}, computed in float64. ${part}${scaled}${added}`;
}

/**
 * Parameter, ‖w‖, ‖Δw‖/‖w‖, difference from the framework's own gradient.
 * @param {Report} report @param {Module} module
 * @returns {string[][]}
 */
export function weightRows({ steps_taken: taken }, { proof, first_not_finite: first }) {
  const none = first ? "–" : "no gradient";
  return Object.keys(proof).map((name) => {
    const { log10_weight: weight = null, log10_step: step = null } = taken?.[name] ?? {};
    const known = taken?.[name] !== undefined && taken?.[name] !== null;
    const ratio = weight === null ? "–" : step === null ? "0" : fromLog10(step - weight, 2);
    const difference = proof[name];
    return [
      name,
      known ? fromLog10(weight) : "–",
      known ? ratio : "–",
      difference === null || difference === undefined ? none : number(difference, 2),
    ];
  });
}
