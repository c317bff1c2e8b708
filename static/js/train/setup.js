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

/** Where a table's row stands in the request. @type {Map<string, string>} */
const PARTS = new Map([["rule", "clip"]]);

/** @param {string} key @param {string} setting */
const pointerOf = (key, setting) => `/training/${PARTS.get(key) ?? key}/${setting}`;

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
  };
}

/**
 * @param {HTMLFormElement} form
 * @param {{base: string, changed: (values: Values) => void, start: (values: Values) => void}} on
 */
export function createSetup(form, on) {
  /** @type {Values} */
  let values = {};
  const kept = createKept();

  /** @param {string} key @param {Setting} setting */
  function madeField(key, setting) {
    const set = `${key}.${setting.name}`;
    const value = valueOf(values, set);
    const pointer = pointerOf(key, setting.name);
    if (setting.name !== "sequence") return fieldOf(setting, set, pointer, value);
    const select = document.createElement("select");
    select.append(...optionsOf([["", kept.sequences().length ? "choose one" : "none is kept"], ...kept.sequences()], value));
    return fieldOf(setting, set, pointer, value, select);
  }

  /** The settings of the chosen row, anew only where it is another one. @param {HTMLElement} box */
  function putRow(box) {
    const key = box.dataset.of ?? "";
    const row = rowOf(values, key);
    if (box.dataset.row !== row.name) {
      box.dataset.row = row.name;
      box.replaceChildren(...settingsOf(row).map((setting) => madeField(key, setting)));
    }
  }

  function putBeside() {
    const select = byId(document, "beside", HTMLSelectElement);
    const chosen = variantOf(values);
    const offered = VARIANTS.filter((variant) => fits(variant, values));
    select.replaceChildren(...optionsOf([["", "nothing"], ...offered.map(({ name, label }) => /** @type {[string, string]} */ ([name, label]))], chosen?.name ?? ""));
    const choices = chosen?.choices?.(values) ?? [];
    const other = chosen ? otherOf(chosen, values) : "";
    const list = byId(document, "beside-choice", HTMLSelectElement);
    byId(document, "field-beside-choice").hidden = !choices.length;
    list.replaceChildren(...optionsOf(choices, other));
    const input = byId(document, "beside-number", HTMLInputElement);
    byId(document, "field-beside-number").hidden = !chosen?.number;
    input.disabled = !chosen?.number;
    if (document.activeElement !== input) input.value = other;
  }

  function putWeights() {
    const select = byId(document, "weights", HTMLSelectElement);
    const own = valueOf(values, "weights");
    const all = kept.networks();
    if (own && !all.some(([name]) => name === own)) all.push([own, "a kept network"]);
    select.replaceChildren(...optionsOf([["", "drawn"], ...all], own));
    byId(document, "field-weights").hidden = !all.length;
  }

  /** Bring every control up to date. */
  function put() {
    for (const box of allWithin(form, "[data-of]")) putRow(box);
    putWeights();
    putBeside();
    for (const control of controlsIn(form, "[data-set]"))
      if (control !== document.activeElement && !control.id.startsWith("beside")) control.value = valueOf(values, control.dataset.set ?? "");
    const gated = isGated(valueOf(values, "cell"));
    byId(document, "field-activation").hidden = gated;
    for (const id of ["field-radius", "field-init"]) byId(document, id).hidden = valueOf(values, "weights") !== "";
    const [about = "", ...published] = taskWords(rowOf(values, "task"));
    byId(document, "task-about").textContent = about;
    byId(document, "task-published").replaceChildren(...published.map((words) => element("li", "", words)));
    byId(document, "task-published-of").hidden = published.length === 0;
    byId(document, "will-see").textContent = willSee(values, plansOf(values));
  }

  /** @param {string} name @param {string} value */
  function set(name, value) {
    const next = { ...values, [name]: value };
    if (name in TABLES) for (const key of Object.keys(next)) if (key.startsWith(`${name}.`)) delete next[key];
    if (name === "beside") delete next["beside.value"];
    values = next;
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
