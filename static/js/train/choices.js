/**
 * What a training is set to: values by name, as an address and the form hold them. A row of a table
 * has settings of its own, whose names stand behind the table's: "task.steps", "optimizer.momentum".
 */

import { lookup } from "../lookup.js";
import { clipRules, trainingRows } from "../vocabulary.js";

/**
 * @typedef {Object<string, string>} Values
 *
 * @typedef {object} Setting   of a row
 * @property {string} name
 * @property {string} [label]
 * @property {"whole" | "number" | "choice" | "text" | "switch"} kind
 * @property {string | number | boolean | null} default
 * @property {number | null} [least]
 * @property {number | null} [most]
 * @property {string} help
 * @property {string[]} [choices]
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {string} label
 * @property {Setting[]} settings
 * @property {string} [about]
 * @property {string} [source]
 * @property {string} [formula]
 * @property {string} [does]
 * @property {string} [letter]
 * @property {boolean} [adapts]
 * @property {"text" | "series" | null} [takes]
 * @property {{size: string, batch: number | null, criterion: string, source: string}[]} [published]
 */

/** Value → the table it chooses a row of. */
export const TABLES = lookup({ task: "tasks", optimizer: "optimizers", schedule: "schedules", rule: "rules" });

/** What the page begins with, beside the defaults of rows. @type {{values: Values}} */
const START = { values: {} };

/** @param {Values} values */
export function learnStart(values) {
  START.values = lookup(values);
}

/** @param {string} key   of TABLES @returns {Row[]} */
export const rowsOf = (key) => trainingRows(TABLES[key]);

/** The row that is chosen, or the first. @param {Values} values @param {string} key @returns {Row} */
export function rowOf(values, key) {
  const rows = rowsOf(key);
  const name = valueOf(values, key);
  return rows.find((row) => row.name === name) ?? rows[0] ?? { name, label: name, settings: [] };
}

/** What a row's settings are, the user's own data with them. @param {Row} row @returns {Setting[]} */
export function settingsOf({ settings, takes }) {
  if (!takes) return settings;
  const name = takes === "text" ? "text" : "sequence";
  if (settings.some((one) => one.name === name)) return settings;
  return [{ name, kind: "text", default: "", help: takes === "text" ? "What it learns to go on." : "One that is kept on this server." }, ...settings];
}

/** @param {Values} values @param {string} name */
export function valueOf(values, name) {
  const own = values[name];
  if (own !== undefined) return own;
  const [key, setting] = name.split(".");
  if (setting !== undefined && TABLES[key]) {
    // What the page begins with is of the row that it begins with.
    const sameRow = valueOf(values, key) === (START.values[key] ?? rowsOf(key)[0]?.name);
    if (sameRow && START.values[name] !== undefined) return START.values[name];
    const found = settingsOf(rowOf(values, key)).find((one) => one.name === setting)?.default;
    return found === undefined || found === null ? "" : String(found);
  }
  return START.values[name] ?? "";
}

/** A setting of a row as a request says it. @param {Setting} setting @param {string} text */
export function typed(setting, text) {
  if (setting.kind === "switch") return text === "true";
  return setting.kind === "whole" || setting.kind === "number" ? Number(text) : text;
}

/** The chosen row's name with its settings. @param {Values} values @param {string} key */
export function partOf(values, key) {
  const row = rowOf(values, key);
  const said = settingsOf(row).flatMap((setting) => {
    const text = valueOf(values, `${key}.${setting.name}`);
    return text === "" ? [] : [[setting.name, typed(setting, text)]];
  });
  return { name: row.name, settings: /** @type {Object<string, any>} */ (Object.fromEntries(said)) };
}

/** The rule that clips nothing. */
export const noRule = () => clipRules().find(({ threshold }) => !threshold)?.name ?? "";

/** What in a rule is its threshold, such as μ; "": it has none that is set. @param {Row} rule */
export function thresholdOf({ adapts, letter, settings }) {
  return letter && !adapts ? (settings.find(({ kind }) => kind === "number")?.name ?? "") : "";
}

/** What of the values is not the page's own, as an address says it. @param {Values} values */
export function fragmentOf(values) {
  const said = new URLSearchParams();
  /** @type {Values} */
  const bare = {};
  for (const key of Object.keys(TABLES)) if (values[key] !== undefined) bare[key] = values[key];
  for (const [name, value] of Object.entries(values)) {
    if (name in TABLES ? value !== valueOf({}, name) : value !== valueOf(bare, name)) said.set(name, value);
  }
  return said.toString();
}

/** @param {string} fragment @returns {Values} */
export function readValues(fragment) {
  return Object.fromEntries(new URLSearchParams(fragment.replace(/^#/, "")));
}
