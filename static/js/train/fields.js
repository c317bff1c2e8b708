/** Fields of a form, made from the settings of a table's row. */

import { element } from "../elements.js";

/** @import { Setting } from "./choices.js" */

/** A label that is a symbol stands behind the name: "Learning rate η". @param {Setting} setting */
export function labelOf({ label = "", name }) {
  const words = name.replaceAll("_", " ");
  const both = !label || label.toLowerCase() === words ? words : label.length <= 3 ? `${words} ${label}` : label;
  return both[0].toUpperCase() + both.slice(1);
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
  const { kind, least, most, choices = [] } = setting;
  if (kind === "switch" || kind === "choice") {
    const select = element("select");
    /** @type {[string, string][]} */
    const options = kind === "switch" ? [["false", "no"], ["true", "yes"]] : choices.map((word) => [word, word]);
    select.append(...optionsOf(options, value));
    return select;
  }
  if (kind === "text" && setting.name !== "text") {
    const line = element("input");
    line.type = "text";
    line.value = value;
    return line;
  }
  if (kind === "text") {
    const area = element("textarea");
    area.rows = 3;
    if (most) area.maxLength = most;
    area.value = value;
    return area;
  }
  const input = element("input");
  input.type = "number";
  input.step = kind === "whole" ? "1" : "any";
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
