/** The plans that the values mean: one run, or two from one seed that differ in one thing. */

import { number, tidy } from "../format.js";
import { activationOf, activations, cellOf, cells, isGated, wholeRule } from "../vocabulary.js";
import { TABLES, noRule, partOf, rowOf, rowsOf, thresholdOf, valueOf } from "./choices.js";

/** @import { Values } from "./choices.js" */

/**
 * @typedef {object} Planned   a run that is to be
 * @property {string} name   for people
 * @property {string} short   what tells it from the other
 * @property {any} plan   as `POST /api/v1/runs` takes it
 *
 * @typedef {object} Variant   what the second run may differ in
 * @property {string} name
 * @property {string} label
 * @property {(values: Values) => string} [start]   what it differs by where nothing is said
 * @property {(values: Values) => [string, string][]} [choices]   what it may differ by: [value, label]
 * @property {{least?: string, step?: string}} [number]   it differs by a number
 * @property {(values: Values, other: string) => Values} patch
 * @property {(values: Values) => string} say   what tells one of the runs from the other
 */

/** @param {Values} values @param {string} name */
const numberOf = (values, name) => Number(valueOf(values, name));

/** @param {Values} values */
function clipWords(values) {
  const rule = rowOf(values, "rule");
  if (rule.name === noRule()) return "not clipped";
  const threshold = thresholdOf(rule);
  const by = threshold ? ` at ${rule.letter} = ${tidy(numberOf(values, `rule.${threshold}`))}` : "";
  return `clipped${rule.name === wholeRule()?.name ? "" : ` (${rule.label})`}${by}`;
}

/** @param {Values} values */
const radiusWords = (values) => (valueOf(values, "radius") ? `ρ = ${tidy(numberOf(values, "radius"))}` : "ρ as drawn");

/** Another one of a list than is chosen. @param {[string, string][]} all @param {string} chosen */
const others = (all, chosen) => all.filter(([name]) => name !== chosen);

/** @param {any[]} rows @returns {[string, string][]} */
const named = (rows) => rows.map(({ name, label }) => [name, label]);

/** @type {Variant[]} */
export const VARIANTS = [
  {
    name: "clipping",
    label: "not clipped",
    patch: () => ({ rule: noRule() }),
    say: clipWords,
  },
  {
    name: "cell",
    label: "another cell",
    start: (values) => cells().find(({ name }) => isGated(name) !== isGated(valueOf(values, "cell")))?.name ?? "",
    choices: (values) => others(named(cells()), valueOf(values, "cell")),
    patch: (_, other) => ({ cell: other }),
    say: (values) => cellOf(valueOf(values, "cell")).label,
  },
  {
    name: "radius",
    label: "another spectral radius",
    start: (values) => (numberOf(values, "radius") > 1 ? "0.9" : "1.1"),
    number: { least: "0", step: "any" },
    patch: (_, other) => ({ radius: other }),
    say: radiusWords,
  },
  {
    name: "activation",
    label: "another activation",
    start: (values) => others(named(activations()), valueOf(values, "activation"))[0]?.[0] ?? "",
    choices: (values) => others(named(activations()), valueOf(values, "activation")),
    patch: (_, other) => ({ activation: other }),
    say: (values) => activationOf(valueOf(values, "activation")).label,
  },
  {
    name: "optimizer",
    label: "another optimizer",
    start: (values) => others(named(rowsOf("optimizer")), valueOf(values, "optimizer")).at(-1)?.[0] ?? "",
    choices: (values) => others(named(rowsOf("optimizer")), valueOf(values, "optimizer")),
    patch: (_, other) => ({ optimizer: other }),
    say: (values) => rowOf(values, "optimizer").label,
  },
  {
    name: "rate",
    label: "another learning rate",
    start: (values) => String(Number((numberOf(values, "optimizer.learning_rate") / 10).toPrecision(6))),
    number: { least: "0", step: "any" },
    patch: (_, other) => ({ "optimizer.learning_rate": other }),
    say: (values) => `learning rate ${number(numberOf(values, "optimizer.learning_rate"), 2)}`,
  },
  {
    name: "threshold",
    label: "another threshold",
    start: (values) => String(Number((numberOf(values, `rule.${thresholdOf(rowOf(values, "rule"))}`) / 10).toPrecision(6))),
    number: { least: "0", step: "any" },
    patch: (values, other) => ({ [`rule.${thresholdOf(rowOf(values, "rule"))}`]: other }),
    say: clipWords,
  },
  {
    name: "steps",
    label: "another T",
    start: (values) => String(2 * numberOf(values, "task.steps")),
    number: { least: "1", step: "1" },
    patch: (_, other) => ({ "task.steps": other }),
    say: (values) => `T = ${valueOf(values, "task.steps")}`,
  },
  {
    name: "seed",
    label: "another seed",
    start: (values) => String(numberOf(values, "seed") + 1),
    number: { least: "0", step: "1" },
    patch: (_, other) => ({ seed: other }),
    say: (values) => `seed ${valueOf(values, "seed")}`,
  },
];

/** Whether two runs may differ in that here. @param {Variant} variant @param {Values} values */
export function fits({ name }, values) {
  if (name === "clipping") return valueOf(values, "rule") !== noRule();
  if (name === "threshold") return thresholdOf(rowOf(values, "rule")) !== "";
  if (name === "steps") return rowOf(values, "task").settings.some((setting) => setting.name === "steps");
  if (name === "activation") return !isGated(valueOf(values, "cell"));
  return name !== "radius" || valueOf(values, "weights") === "";
}

/** The one that is chosen, or undefined: one run alone. @param {Values} values */
export function variantOf(values) {
  const name = valueOf(values, "beside");
  return VARIANTS.find((variant) => variant.name === name && fits(variant, values));
}

/** What the second run differs by. @param {Variant} variant @param {Values} values */
export function otherOf(variant, values) {
  const said = values["beside.value"];
  const allowed = variant.choices?.(values).map(([name]) => name);
  const usable = said !== undefined && said !== "" && (allowed?.includes(said) ?? true);
  return usable ? said : (variant.start?.(values) ?? "");
}

/** @param {Values} values @returns {any} */
export function planOf(values) {
  const [task, optimizer, schedule, rule] = Object.keys(TABLES).map((key) => partOf(values, key));
  const cell = valueOf(values, "cell");
  const radius = valueOf(values, "radius");
  const network = valueOf(values, "weights");
  const seed = numberOf(values, "seed");
  const weights = network
    ? { kind: "network", ...JSON.parse(network) }
    : { kind: "random", init: valueOf(values, "init"), spectral_radius: radius === "" ? null : Number(radius), seed };
  return {
    task: { name: task.name, ...task.settings },
    cell,
    ...(isGated(cell) ? {} : { activation: valueOf(values, "activation") }),
    hidden_size: numberOf(values, "hidden"),
    num_layers: numberOf(values, "layers"),
    weights,
    batch_size: numberOf(values, "batch"),
    updates: numberOf(values, "updates"),
    seed,
    precision: valueOf(values, "precision"),
    optimizer: { name: optimizer.name, ...optimizer.settings },
    schedule: { name: schedule.name, ...schedule.settings },
    clip: { rule: rule.name, ...rule.settings },
    omega: numberOf(values, "omega"),
    noise: numberOf(values, "noise"),
  };
}

/** @param {Values} values */
function about(values) {
  const steps = valueOf(values, "task.steps");
  const layers = numberOf(values, "layers") > 1 ? `${valueOf(values, "layers")} layers of ` : "";
  return `${rowOf(values, "task").label}${steps ? `, T = ${steps}` : ""}, ${cellOf(valueOf(values, "cell")).label}, ${layers}${valueOf(values, "hidden")} units`;
}

/** A name for people, in which nothing stands twice. @param {Values} values @param {string} more */
function nameOf(values, more) {
  const said = about(values);
  return said.split(", ").includes(more) ? said : `${said}, ${more}`;
}

/** @param {Values} values @returns {Planned[]}   one or two, the first as it is set */
export function plansOf(values) {
  const variant = variantOf(values);
  if (!variant) return [{ name: nameOf(values, clipWords(values)), short: "", plan: planOf(values) }];
  return [values, { ...values, ...variant.patch(values, otherOf(variant, values)) }].map((own) => ({
    name: nameOf(own, variant.say(own)),
    short: variant.say(own),
    plan: planOf(own),
  }));
}

/** The values that a plan has, to begin with them again. @param {any} plan @returns {Values} */
export function valuesOf(plan) {
  /** @type {Values} */
  const values = {};
  /** @param {string} key @param {any} part @param {string} [name] */
  const put = (key, part, name = "name") => {
    for (const [setting, value] of Object.entries(part ?? {}))
      if (value !== null) values[setting === name ? key : `${key}.${setting}`] = String(value);
  };
  put("task", plan.task);
  put("optimizer", plan.optimizer);
  put("schedule", plan.schedule);
  put("rule", plan.clip, "rule");
  const plain = { cell: "cell", activation: "activation", hidden: "hidden_size", layers: "num_layers", batch: "batch_size", updates: "updates", seed: "seed", precision: "precision", omega: "omega", noise: "noise" };
  for (const [name, field] of Object.entries(plain)) if (plan[field] !== undefined) values[name] = String(plan[field]);
  const { kind, init, spectral_radius: radius, ...rest } = plan.weights ?? {};
  if (kind === "random") Object.assign(values, { init: init ?? "", radius: radius === null || radius === undefined ? "" : String(radius) });
  else if (kind) values.weights = JSON.stringify({ id: rest.id, module: rest.module, ...(rest.head ? { head: rest.head } : {}) });
  return values;
}
