/**
 * What may stand in a request, as `GET /api/v1/vocabulary` says it: every cell, topology, activation,
 * loss and rule with what is true of it. The page asks for properties, never for a name.
 */

import { lookup } from "./lookup.js";

/** @import { Schemas } from "../../types/api" */
/** @import { CellWords, Rule, Setting, Settings } from "./types.js" */

/** Field of the answer → name → entry. @type {Map<string, Map<string, any>>} */
const TABLES = new Map();

/**
 * What its fields say that are no tables.
 * @type {{limits: Object<string, number>, start: Object<string, any>, training: Object<string, any[]>}}
 */
const SAID = { limits: {}, start: {}, training: {} };

/** Take a vocabulary in; that of trainings is brought by the pages that need it. @param {Object<string, any>} vocabulary */
export function learn({ limits, start, training = {}, ...tables }) {
  Object.assign(SAID, { limits: lookup(limits), start: lookup(start), training: lookup(training) });
  for (const [table, entries] of Object.entries(tables))
    TABLES.set(table, new Map(entries.map((/** @type {{name: string}} */ entry) => [entry.name, entry])));
}

/** The most that there may be of something. @param {string} name */
export const limitOf = (name) => SAID.limits[name];

/** What the controls begin with. @param {string} pointer   of a field of a request */
export const startOf = (pointer) => SAID.start[pointer] ?? null;

/** The rows of a table of trainings: "tasks", "optimizers", "schedules", "rules". @param {string} table @returns {any[]} */
export const trainingRows = (table) => SAID.training[table] ?? [];

/** @param {string} table */
function tableOf(table) {
  const entries = TABLES.get(table);
  if (!entries) throw new Error(`the vocabulary has no ${table}`);
  return entries;
}

/** Read the vocabulary that the page brings. @param {Document} document */
export function readVocabulary(document) {
  learn(JSON.parse(document.getElementById("vocabulary")?.textContent ?? "{}"));
}

/**
 * The entry of a name; of a name that nobody knows the first one's.
 * @param {string} table
 * @param {string} name
 */
function entryOf(table, name) {
  const entries = tableOf(table);
  return entries.get(name) ?? entries.values().next().value;
}

/** Which table each of the page's settings chooses from. @type {Object<string, string>} */
const CHOSEN = lookup({
  cell: "cells",
  wiring: "topologies",
  activation: "activations",
  loss: "losses",
  init: "initialisations",
  clip: "clip_rules",
  source: "sequences",
  tokens: "tokens",
});

/**
 * The entry that a setting chooses.
 * @param {string} setting
 * @param {Setting} name
 * @returns {Schemas["Entry"] & {scaled?: boolean, takes_length?: boolean}}
 */
export function chosen(setting, name) {
  return entryOf(CHOSEN[setting], String(name));
}

/** @param {string} name @returns {CellWords} */
export const cellOf = (name) => entryOf("cells", name);
/** @param {string} name @returns {Schemas["TopologyWords"]} */
export const wiringOf = (name) => entryOf("topologies", name);
/** @param {string} name @returns {Schemas["ActivationWords"]} */
export const activationOf = (name) => entryOf("activations", name);
/** @param {string} name @returns {Schemas["ClipWords"]} */
export const clipRuleOf = (name) => entryOf("clip_rules", name);
/** @param {string} name @returns {Schemas["TruncationWords"]} */
export const truncationOf = (name) => entryOf("truncations", name);

/**
 * What cuts the way back: "loss" where every loss reaches so many steps, "start" where borders stand
 * after every so many steps, null where nothing does.
 * @param {{kind: string}} truncation
 */
export const countedFrom = ({ kind }) => truncationOf(kind).counted_from;

/** The truncation that cuts nothing. */
export const noTruncation = () =>
  /** @type {string} */ ([...tableOf("truncations").values()].find((row) => !row.takes_steps)?.name);

/** Every clip rule. @returns {Schemas["ClipWords"][]} */
export const clipRules = () => [...tableOf("clip_rules").values()];
/** What one step of a text may read. @returns {Schemas["TokenWords"][]} */
export const tokenKinds = () => [...tableOf("tokens").values()];

/** What stands between two tokens of a text; of no text nothing. @param {string | undefined} name @returns {string} */
export const betweenTokens = (name) => (name ? entryOf("tokens", name).between : "");

/** Whether tokens are longer than a letter: something stands between two of them. @param {string | undefined} name */
export const isSpaced = (name) => betweenTokens(name) !== "";

/** Every optimizer. @returns {Schemas["Entry"][]} */
export const optimizers = () => [...tableOf("optimizers").values()];
/** Every rule that chooses a threshold. @returns {Schemas["ThresholdWords"][]} */
export const thresholdRules = () => [...tableOf("threshold_rules").values()];

/** Whether gates, not an activation, decide what a cell keeps. @param {string} cell */
export const isGated = (cell) => cellOf(cell).gates.length > 0;

/**
 * The gate of a cell that does something: its entry, or undefined.
 * @param {string} cell
 * @param {"write" | "keep" | "read" | "reset" | "candidate"} role
 */
export const gateThat = (cell, role) => cellOf(cell).gates.find((gate) => gate.role === role);

/** Every cell. @returns {CellWords[]} */
export const cells = () => [...tableOf("cells").values()];

/**
 * A cell of each kind that the way back tells apart, those that copy before the others: by what it
 * feeds back, whether as a copy, and whether there is a C beside H.
 */
export function cellKinds() {
  /** @param {CellWords} cell */
  const kind = (cell) => `${cell.copies} ${cell.feeds_outputs} ${cell.has_c}`;
  const kinds = cells().map(kind);
  const firsts = cells().filter((cell, n) => kinds.indexOf(kind(cell)) === n);
  return firsts.sort((a, b) => Number(b.copies) - Number(a.copies));
}

/** The first cell with a C beside H. @returns {CellWords | undefined} */
export const cellWithC = () => cells().find(({ has_c: hasC }) => hasC);

/** The first cell whose context units copy the hidden state. @returns {CellWords | undefined} */
export const copyingCell = () =>
  cells().find(({ copies, feeds_outputs: outputs }) => copies && !outputs);

/** The rule that scales a gradient as a whole. @returns {Schemas["ClipWords"] | undefined} */
export const wholeRule = () => clipRules().find(({ keeps_direction: keeps }) => keeps);

/** The first loss of targets that are numbers, or classes. @param {"numbers" | "classes"} targets @returns {string} */
export const lossOf = (targets) =>
  [...tableOf("losses").values()].find((row) => row.targets === targets)?.name;

/** The losses that take such targets; null: none, but a gradient. @param {"classes" | "numbers" | null} targets @returns {Schemas["LossWords"][]} */
export const lossesWith = (targets) => [...tableOf("losses").values()].filter((row) => row.targets === targets);

/** Every wiring. @returns {Schemas["TopologyWords"][]} */
export const wirings = () => [...tableOf("topologies").values()];

/** Every activation. @returns {Schemas["ActivationWords"][]} */
export const activations = () => [...tableOf("activations").values()];

/** The gates whose bias a draw may set, each once: [gate, field of the request][]. */
export function gateBiases() {
  return [...new Map(cells().flatMap(({ biases }) => biases.map((b) => [b.gate, b.field])))];
}

/**
 * What a draw takes for every layer, or one for each: [setting, field of the request, what changes
 * nothing][].
 * @param {string} cell
 * @returns {[string, string, number][]}
 */
export function perLayer(cell) {
  /** @type {[string, string, number][]} */
  const gates = cellOf(cell).biases.map(({ gate, field }) => [gate, field, 0]);
  return [...gates, ["input_scale", "input_scale", 1]];
}

/** The settings of that kind that any cell takes. @returns {string[]} */
export const everyPerLayer = () => [...gateBiases().map(([gate]) => gate), "input_scale"];

/** Whether a rule lets a value be. @param {{allowed: any[]}} rule @param {Setting} value */
export const allows = ({ allowed }, value) => allowed.includes(value);

/**
 * What the settings leave open in a field of the request: the rule of the first entry that says
 * something about it, or undefined.
 * @param {Settings} settings
 * @param {string} pointer   of the field
 * @returns {Rule | undefined}
 */
export function ruleOf(settings, pointer) {
  for (const setting of Object.keys(CHOSEN)) {
    const rule = chosen(setting, settings[setting]).rules.find((one) => one.pointer === pointer);
    if (rule) return rule;
  }
  return undefined;
}

/**
 * A choice as it is in force: what is set, or the first thing that the other settings allow.
 * @param {string} name   of the setting
 * @param {string} pointer   of its field
 * @param {Settings} settings
 */
export function inForce(name, pointer, settings) {
  const rule = ruleOf(settings, pointer);
  const value = rule && !allows(rule, settings[name]) ? rule.allowed[0] : settings[name];
  return /** @type {string} */ (value);
}
