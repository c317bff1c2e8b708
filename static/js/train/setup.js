/** The form of a training: what is to be learned by what, and what the second run differs in. */

import { element } from "../elements.js";
import { listOf } from "../networks/requests.js";
import { allWithin, byId, controlOf, controlsIn } from "../page.js";
import { isGated } from "../vocabulary.js";
import { TABLES, rowOf, settingsOf, valueOf } from "./choices.js";
import { fieldOf, optionsOf } from "./fields.js";
import { VARIANTS, fits, otherOf, plansOf, variantOf } from "./plans.js";
import { taskWords, willSee } from "./words.js";

/** @import { Setting, Values } from "./choices.js" */

/** @typedef {{steps: number, text: number}} Limits   of the service: a sequence's steps, a text's letters */

/** Where a table's row stands in the request. @type {Map<string, string>} */
const PARTS = new Map([["rule", "clip"]]);

/** @param {string} key @param {string} setting */
const pointerOf = (key, setting) => `/training/${PARTS.get(key) ?? key}/${setting}`;

/** What the form says beside the weights of a network that is kept. @param {any} network @returns {Values} */
function sizesOf({ module, modules }) {
  const found = modules.find((/** @type {any} */ one) => one.name === module);
  if (!found) return {};
  const { cell, activation, hidden_size: hidden, layers } = found;
  return { cell, ...(activation ? { activation } : {}), hidden: String(hidden), layers: String(layers) };
}

/** What the service keeps that a training can learn or begin with. */
function createKept() {
  /** @type {any[]} */
  let sequences = [];
  /** @type {any[]} */
  let networks = [];
  return {
    /** @param {string} base */
    async read(base) {
      [sequences, networks] = await Promise.all([listOf(base, "sequences"), listOf(base, "networks")]);
    },
    /** @returns {[string, string][]} */
    sequences: () => sequences.map(({ id, name }) => [id, name]),
    /** @returns {[string, string][]} */
    networks: () =>
      networks
        .filter(({ module, head }) => module && head)
        .map(({ id, name, module, head }) => [JSON.stringify({ id, module, head }), `${name}, ${module}`]),
    /** What the form says beside the weights of a network. @param {string} own @returns {Values} */
    sizes(own) {
      const found = networks.find(({ id, module, head }) => JSON.stringify({ id, module, head }) === own);
      return found ? sizesOf(found) : {};
    },
  };
}

/** @typedef {ReturnType<typeof createKept>} Kept */

/** @param {string} set   the name of a setting @param {Setting} setting @param {Limits} limits */
export function limited(set, setting, { steps, text }) {
  if (set === "task.steps") return { ...setting, most: Math.min(setting.most ?? Infinity, steps) };
  return set === "task.text" ? { ...setting, most: text } : setting;
}

/** @param {Values} values @param {Kept} kept @param {string} key @param {Setting} of @param {Limits} limits */
function madeField(values, kept, key, of, limits) {
  const set = `${key}.${of.name}`;
  const setting = limited(set, of, limits);
  const value = valueOf(values, set);
  const pointer = pointerOf(key, setting.name);
  if (setting.name !== "sequence") return fieldOf(setting, set, pointer, value);
  const select = element("select");
  const all = kept.sequences();
  select.append(...optionsOf([["", all.length ? "choose one" : "none is kept"], ...all], value));
  return fieldOf(setting, set, pointer, value, select);
}

/** The settings of the chosen row, anew only where it is another one. @param {HTMLElement} box @param {Values} values @param {Kept} kept @param {Limits} limits */
function putRow(box, values, kept, limits) {
  const key = box.dataset.of ?? "";
  const row = rowOf(values, key);
  if (box.dataset.row === row.name) return;
  box.dataset.row = row.name;
  box.replaceChildren(...settingsOf(row).map((setting) => madeField(values, kept, key, setting, limits)));
}

/** What the second run differs in. @param {Values} values @param {Limits} limits */
function putBeside(values, limits) {
  const chosen = variantOf(values);
  /** @type {[string, string][]} */
  const offered = VARIANTS.filter((variant) => fits(variant, values)).map(({ name, label }) => [name, label]);
  byId(document, "beside", HTMLSelectElement).replaceChildren(...optionsOf([["", "nothing"], ...offered], chosen?.name ?? ""));
  const choices = chosen?.choices?.(values) ?? [];
  const other = chosen ? otherOf(chosen, values) : "";
  byId(document, "field-beside-choice").hidden = !choices.length;
  byId(document, "beside-choice", HTMLSelectElement).replaceChildren(...optionsOf(choices, other));
  const input = byId(document, "beside-number", HTMLInputElement);
  byId(document, "field-beside-number").hidden = !chosen?.number;
  input.disabled = !chosen?.number;
  const { least = "", step = "any" } = chosen?.number ?? {};
  Object.assign(input, { min: least, step, max: chosen?.name === "steps" ? String(limits.steps) : "" });
  if (document.activeElement !== input) input.value = other;
}

/** @param {Values} values @param {Kept} kept */
function putWeights(values, kept) {
  const own = valueOf(values, "weights");
  const all = kept.networks();
  if (own && !all.some(([name]) => name === own)) all.push([own, "a kept network"]);
  byId(document, "weights", HTMLSelectElement).replaceChildren(...optionsOf([["", "drawn"], ...all], own));
  byId(document, "field-weights").hidden = !all.length;
  for (const id of ["field-radius", "field-init"]) byId(document, id).hidden = own !== "";
}

/** @param {Values} values */
function putWords(values) {
  const [about = "", ...published] = taskWords(rowOf(values, "task"));
  byId(document, "task-about").textContent = about;
  byId(document, "task-published").replaceChildren(...published.map((words) => element("li", "", words)));
  byId(document, "task-published-of").hidden = published.length === 0;
  byId(document, "will-see").textContent = willSee(values, plansOf(values));
}

/**
 * @param {HTMLFormElement} form
 * @param {{base: string, changed: (values: Values) => void, start: (values: Values) => void}} on
 */
export function createSetup(form, on) {
  /** @type {Values} */
  let values = {};
  const kept = createKept();
  const limits = { steps: Number(form.dataset.maxSteps), text: Number(form.dataset.maxText) };

  /** Bring every control up to date. */
  function put() {
    for (const box of allWithin(form, "[data-of]")) putRow(box, values, kept, limits);
    putWeights(values, kept);
    putBeside(values, limits);
    for (const control of controlsIn(form, "[data-set]"))
      if (control !== document.activeElement && !control.id.startsWith("beside")) control.value = valueOf(values, control.dataset.set ?? "");
    byId(document, "field-activation").hidden = isGated(valueOf(values, "cell"));
    putWords(values);
  }

  /** @param {string} name @param {string} value */
  function set(name, value) {
    const next = { ...values, [name]: value };
    if (name in TABLES) for (const key of Object.keys(next)) if (key.startsWith(`${name}.`)) delete next[key];
    if (name === "beside") delete next["beside.value"];
    values = name === "weights" ? { ...next, ...kept.sizes(value) } : next;
    put();
    on.changed(values);
  }

  form.addEventListener("input", (event) => {
    const control = controlOf(event);
    if (control.dataset.set) set(control.dataset.set, control.value);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    on.start(values);
  });

  return {
    values: () => values,
    /** @param {Values} next */
    show(next) {
      values = next;
      put();
    },
    async readKept() {
      await kept.read(on.base);
      for (const box of allWithin(form, "[data-of]")) delete box.dataset.row;
      put();
    },
  };
}
