/** What may change while a run trains: learning rate, rule, threshold, from its next update on. */

import { byId, controlsIn } from "../page.js";
import { setFieldError } from "../problems.js";
import { rowOf, rowsOf, settingsOf, typed, valueOf } from "./choices.js";
import { fieldOf, optionsOf } from "./fields.js";
import { valuesOf } from "./plans.js";
import { clearRefused, putRefused } from "./refused.js";

/** @import { Values } from "./choices.js" */
/** @import { Source } from "./sources.js" */

/** What a run is set to now: its plan, and what was changed since. @param {any} run @returns {Values} */
export function valuesNow({ training }) {
  /** @type {Values} */
  let values = valuesOf(training.plan);
  for (const { change } of training.changes ?? []) {
    if (change.learning_rate !== null && change.learning_rate !== undefined) values["optimizer.learning_rate"] = String(change.learning_rate);
    if (change.clip) {
      values = Object.fromEntries(Object.entries(values).filter(([name]) => name !== "rule" && !name.startsWith("rule.")));
      for (const [name, value] of Object.entries(change.clip)) values[name === "rule" ? "rule" : `rule.${name}`] = String(value);
    }
  }
  return values;
}

/** What the form says, as the service takes it, where it is another than it was. @param {Values} before @param {HTMLElement} settings */
function changeOf(before, settings) {
  const rate = byId(document, "change-rate", HTMLInputElement).value;
  const name = byId(document, "change-rule", HTMLSelectElement).value;
  const row = rowOf({ rule: name }, "rule");
  /** @type {Object<string, any>} */
  const clip = { rule: name };
  for (const control of controlsIn(settings, "[data-set]")) {
    const own = settingsOf(row).find((setting) => `change.${setting.name}` === control.dataset.set);
    if (own) clip[own.name] = typed(own, control.value);
  }
  const same = Object.entries(clip).every(([key, value]) => String(value) === valueOf(before, key === "rule" ? key : `rule.${key}`));
  return {
    ...(Number(rate) === Number(valueOf(before, "optimizer.learning_rate")) ? {} : { learning_rate: Number(rate) }),
    ...(same ? {} : { clip }),
  };
}

/** @param {Values} now @param {HTMLElement} settings */
function putForm(now, settings) {
  const rule = byId(document, "change-rule", HTMLSelectElement);
  rule.replaceChildren(...optionsOf(rowsOf("rule").map(({ name, label }) => [name, label]), valueOf(now, "rule")));
  const row = rowOf(now, "rule");
  settings.replaceChildren(
    ...settingsOf(row).map((setting) =>
      fieldOf(setting, `change.${setting.name}`, `/change/clip/${setting.name}`, now[`rule.${setting.name}`] ?? valueOf({ rule: row.name }, `rule.${setting.name}`)),
    ),
  );
  const { least, most } = settingsOf(rowOf(now, "optimizer")).find(({ name }) => name === "learning_rate") ?? {};
  Object.assign(byId(document, "change-rate", HTMLInputElement), { min: least ?? "", max: most ?? "", value: valueOf(now, "optimizer.learning_rate") });
}

/**
 * @param {Document} document
 * @param {{change: (change: object, runs: number[]) => void, sources: () => Source[]}} on
 */
export function createChanging(document, on) {
  const form = byId(document, "change", HTMLFormElement);
  const settings = byId(document, "change-settings");
  const wrong = byId(document, "change-wrong");
  const of = byId(document, "change-of", HTMLSelectElement);
  const rule = byId(document, "change-rule", HTMLSelectElement);

  /** The runs that the form is for; it shows the settings of the first. */
  const targets = () => on.sources().flatMap(({ trained }, n) => (trained && (of.value === "" || of.value === String(n)) ? [n] : []));

  /** @param {Values} [said]   what the form says already */
  function show(said = {}) {
    const [first] = targets();
    if (first !== undefined) putForm({ ...valuesNow(on.sources()[first].run), ...said }, settings);
  }

  of.addEventListener("change", () => show());
  rule.addEventListener("change", () => show({ rule: rule.value, "optimizer.learning_rate": byId(document, "change-rate", HTMLInputElement).value }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    setFieldError(wrong, "");
    clearRefused(form);
    const runs = targets();
    on.change(changeOf(valuesNow(on.sources()[runs[0]].run), settings), runs);
  });

  return {
    /** @param {Source[]} sources @param {string[]} names */
    put(sources, names) {
      byId(document, "changing").hidden = !sources.some(({ trained }) => trained);
      of.closest(".field")?.toggleAttribute("hidden", sources.length < 2);
      /** @type {[string, string][]} */
      const each = names.map((name, n) => [String(n), name]);
      of.replaceChildren(...optionsOf([["", "both"], ...each], of.value));
      show();
    },
    /** What the service refuses. @param {string} text @param {import("../types.js").Fault[]} [faults]   of which fields */
    refuse(text, faults = []) {
      setFieldError(wrong, faults.length ? putRefused(form, faults).join("; ") : text);
    },
  };
}
