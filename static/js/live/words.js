/** What stands beside the pictures of a run. */

import { fromLog10, number, plural, tidy } from "../format.js";
import { clipRuleOf } from "../vocabulary.js";
import { counted } from "./alarms.js";
import { reachOf, wayOf } from "./reached.js";

/** @import { Module, Report, Run } from "./runfile.js" */

/** @param {string} iso */
export function moment(iso) {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : time.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
}

/** @param {Run} run */
export function stateWords({ state, last_update: last }) {
  if (state === "interrupted") return last === null ? "interrupted" : `interrupted at update ${counted(last)}`;
  return state;
}

/** @param {Run} run */
export function aboutRun(run) {
  const { framework, model, every, parameters } = run.about ?? {};
  const parts = [
    stateWords(run),
    model && framework ? `${model} in ${framework}` : (model ?? framework),
    parameters && `${counted(parameters)} parameters`,
    every && `every ${every === 1 ? "update" : `${counted(every)} updates`}`,
    run.note,
  ];
  return parts.filter(Boolean).join(" · ");
}

/** @param {Report} report */
export function lossSentence({ loss, update }) {
  return loss === null ? `not seen at update ${counted(update)}` : `${number(loss, 4)} at update ${counted(update)}`;
}

/** @param {Report} report */
export function normSentence({ clipping, update }) {
  const at = `at update ${counted(update)}`;
  if (!clipping) return `Clipping was not called ${at}.`;
  const { rule, threshold, engaged, log10_before: before, log10_after: after } = clipping;
  if (!clipRuleOf(rule).keeps_direction) return `Every entry is kept within ±${tidy(threshold)} ${at}: ‖g‖ ${fromLog10(before)} before, ${fromLog10(after)} after.`;
  return engaged
    ? `${fromLog10(before)} before clipping (grey), ${fromLog10(after)} after it (dashed), threshold ${tidy(threshold)} (dotted), ${at}; a tick below: it engaged.`
    : `${fromLog10(before)} ${at}; the threshold ${tidy(threshold)} (dotted) does not engage; where it did is a tick below.`;
}

/** @param {Module} module */
export function verdictSentence(module) {
  const way = wayOf(module);
  if (!way) return "The last loss sends nothing back that could be drawn.";
  const reach = reachOf(way);
  const first = way.left[0] ?? null;
  const where = `The last gradient enters at step ${way.entryStep}`;
  if (way.entryStep === 1) return `${where}: there is nothing before it.`;
  if (reach === 1 && first !== null)
    return `${where}; ${fromLog10(first)} times as much arrives at step 1.`;
  return `${where}; less than a millionth of it arrives before step ${reach}.`;
}

/** @param {Module} module */
export function sampledSentence({ batch, sampled, steps, dtype, loss_scale: scale }) {
  if (batch === null || steps === null) return "";
  const part =
    sampled < batch
      ? `The pictures are of ${plural(sampled, "sequence")} out of a batch of ${batch}; the check is of all.`
      : `All ${plural(batch, "sequence")} of the batch.`;
  const scaled = scale ? ` The loss scale ${counted(scale)} is divided out.` : "";
  return `${plural(steps, "step")}, ${dtype}, computed in float64. ${part}${scaled}`;
}

/**
 * Parameter, ‖w‖, ‖Δw‖/‖w‖, difference from autograd's gradient.
 * @param {Report} report @param {Module} module
 * @returns {string[][]}
 */
export function weightRows({ steps_taken: taken }, { proof }) {
  return Object.keys(proof).map((name) => {
    const { log10_weight: weight = null, log10_step: step = null } = taken?.[name] ?? {};
    const known = taken?.[name] !== undefined && taken?.[name] !== null;
    const ratio = weight === null ? "–" : step === null ? "0" : fromLog10(step - weight, 2);
    const difference = proof[name];
    return [
      name,
      known ? fromLog10(weight) : "–",
      known ? ratio : "–",
      difference === null || difference === undefined ? "no gradient" : number(difference, 2),
    ];
  });
}
