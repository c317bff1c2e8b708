/** Fields of a form, made from the settings of a table's row. */

import { element } from "../elements.js";

/** @import { Setting } from "./choices.js" */

/** A name as words where there is no label: "learning_rate" as "learning rate". @param {Setting} setting */
export function labelOf({ label, name }) {
  const words = label ?? name.replaceAll("_", " ");
  return words[0].toUpperCase() + words.slice(1);
}

/** @param {[string, string][]} choices @param {string} value */
export function optionsOf(choices, value) {
  return choices.map(([name, label]) => {
    const option = element("option", "", label);
    option.value = name;
    option.selected = name === value;
    return option;
  });
}

/** @param {Setting} setting @param {string} value */
function controlOf(setting, value) {
  const { default: own, least, most, choices } = setting;
  const words = typeof own === "boolean" ? ["true", "false"] : choices;
  if (words?.length) {
    const select = element("select");
    select.append(...optionsOf(words.map((word) => [word, typeof own === "boolean" ? (word === "true" ? "yes" : "no") : word]), value));
    return select;
  }
  if (typeof own === "string") {
    const area = element("textarea");
    area.rows = 3;
    area.value = value;
    return area;
  }
  const input = element("input");
  input.type = "number";
  input.step = "any";
  if (least !== null && least !== undefined) input.min = String(least);
  if (most !== null && most !== undefined) input.max = String(most);
  input.inputMode = "decimal";
  input.required = true;
  input.value = value;
  return input;
}

/**
 * @param {Setting} setting @param {string} set   its name among the values
 * @param {string} pointer   in a request @param {string} value
 * @param {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} [control]
 */
export function fieldOf(setting, set, pointer, value, control = controlOf(setting, value)) {
  const field = element("div", "field");
  field.dataset.pointer = pointer;
  control.id = `set-${set.replace(".", "-")}`;
  control.dataset.set = set;
  control.autocomplete = "off";
  control.title = setting.help;
  const row = element("div", control instanceof HTMLTextAreaElement ? "train-text" : "line");
  const label = element("label", "", labelOf(setting));
  label.htmlFor = control.id;
  label.title = setting.help;
  row.append(label, control);
  const error = element("p", "error");
  error.dataset.error = "";
  error.setAttribute("role", "alert");
  error.hidden = true;
  field.append(row, error);
  return field;
}
