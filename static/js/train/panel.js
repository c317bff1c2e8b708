/** The runs under way: how far each is, what can be done with both, and what may change while they run. */

import { byId, controlsIn } from "../page.js";
import { setFieldError } from "../problems.js";
import { rowOf, rowsOf, settingsOf, thresholdOf, typed, valueOf } from "./choices.js";
import { fieldOf, optionsOf } from "./fields.js";
import { valuesOf } from "./plans.js";
import { lossWords, speedWords, stateWords } from "./words.js";

/** @import { Values } from "./choices.js" */
/** @import { Source } from "./sources.js" */

/** @param {Source} source */
const stateOf = ({ run }) => run.state;

/** Whether updates are still to come. @param {Source} source */
export function isUnfinished({ run, trained }) {
  return trained && run.training.update < run.training.updates && !isBroken(run);
}

/** Whether a number that is not finite ended it, so that nothing can follow. @param {any} run */
export function isBroken({ state, training }) {
  return state === "ended" && /finite/.test(training?.ended ?? "");
}

/** @param {Source} source */
export const isActive = (source) => ["queued", "running"].includes(stateOf(source));

/** What can be done with the runs now. @param {Source[]} sources */
export function possible(sources) {
  const open = sources.filter(isUnfinished);
  const active = open.some(isActive);
  return {
    pause: active,
    resume: !active && open.length > 0,
    advance: !active && open.some((one) => stateOf(one) === "paused"),
    stop: open.some((one) => isActive(one) || stateOf(one) === "paused"),
    restart: sources.some(({ trained }) => trained),
  };
}

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

/** @param {Source} source @param {number} n @param {string} name */
function putRun({ run, history, trained }, n, name) {
  /** @param {string} part */
  const at = (part) => byId(document, `${part}-${n}`);
  at("run-name").textContent = name;
  at("run-name").title = run.name;
  const { update = 0, updates = 1 } = run.training ?? {};
  const bar = byId(document, `progress-${n}`, HTMLProgressElement);
  bar.hidden = !trained;
  bar.max = updates;
  bar.value = update;
  bar.setAttribute("aria-valuetext", trained ? stateWords(run) : run.state);
  const row = history.count() - 1;
  const loss = row < 0 ? "" : `loss ${lossWords(history, row, true)}`;
  at("run-state").textContent = [trained ? stateWords(run) : run.state, speedWords(run), loss].filter(Boolean).join(" · ");
}

/** @param {string} id @param {boolean} is */
function enable(id, is) {
  // Not by `disabled`, which would throw the focus off the page.
  byId(document, id).setAttribute("aria-disabled", String(!is));
}

/**
 * @param {Document} document
 * @param {{act: (what: "pause" | "resume" | "advance" | "stop" | "restart") => void, pace: (pace: number | null) => void,
 *   change: (change: any, runs: number[]) => void, sources: () => Source[]}} on
 */
export function createPanel(document, on) {
  const form = byId(document, "change", HTMLFormElement);
  const settings = byId(document, "change-settings");
  const wrong = byId(document, "change-wrong");
  /** What the form says that differs from the runs. @type {Values} */
  let values = {};
  let state = "";

  /** The run whose settings the form shows: the first that it is for. */
  function targets() {
    const of = byId(document, "change-of", HTMLSelectElement).value;
    return on.sources().flatMap((_, n) => (of === "" || of === String(n) ? [n] : []));
  }

  function putForm() {
    const first = on.sources()[targets()[0] ?? 0];
    if (!first?.trained) return;
    const now = { ...valuesNow(first.run), ...values };
    const rule = byId(document, "change-rule", HTMLSelectElement);
    rule.replaceChildren(...optionsOf(rowsOf("rule").map(({ name, label }) => [name, label]), valueOf(now, "rule")));
    const row = rowOf(now, "rule");
    settings.replaceChildren(
      ...settingsOf(row).map((setting) => fieldOf(setting, `change.${setting.name}`, `/change/clip/${setting.name}`, now[`rule.${setting.name}`] ?? valueOf({ rule: row.name }, `rule.${setting.name}`))),
    );
    byId(document, "change-rate", HTMLInputElement).value = valueOf(now, "optimizer.learning_rate");
  }

  /** What is said, as the service takes it, where it is another than it was. @param {any} run */
  function changeOf(run) {
    const before = valuesNow(run);
    const rate = byId(document, "change-rate", HTMLInputElement).value;
    const name = byId(document, "change-rule", HTMLSelectElement).value;
    const row = rowOf({ rule: name }, "rule");
    /** @type {Object<string, any>} */
    const clip = { rule: name };
    for (const control of controlsIn(settings, "[data-set]")) {
      const own = settingsOf(row).find((setting) => `change.${setting.name}` === control.dataset.set);
      if (own) clip[own.name] = typed(own, control.value);
    }
    const sameRule = name === valueOf(before, "rule") && Object.entries(clip).every(([key, value]) => key === "rule" || String(value) === valueOf(before, `rule.${key}`));
    return {
      ...(Number(rate) === Number(valueOf(before, "optimizer.learning_rate")) ? {} : { learning_rate: Number(rate) }),
      ...(sameRule ? {} : { clip }),
    };
  }

  function listen() {
    for (const what of /** @type {const} */ (["advance", "stop", "restart"]))
      byId(document, what).addEventListener("click", (event) => {
        if (/** @type {HTMLElement} */ (event.currentTarget).getAttribute("aria-disabled") !== "true") on.act(what);
      });
    byId(document, "pause").addEventListener("click", () => {
      const can = possible(on.sources());
      if (can.pause) on.act("pause");
      else if (can.resume) on.act("resume");
    });
    byId(document, "pace", HTMLSelectElement).addEventListener("change", ({ currentTarget }) => {
      const { value } = /** @type {HTMLSelectElement} */ (currentTarget);
      on.pace(value ? Number(value) : null);
    });
    byId(document, "change-of").addEventListener("change", () => {
      values = {};
      putForm();
    });
    byId(document, "change-rule", HTMLSelectElement).addEventListener("change", ({ currentTarget }) => {
      values = { rule: /** @type {HTMLSelectElement} */ (currentTarget).value, "optimizer.learning_rate": byId(document, "change-rate", HTMLInputElement).value };
      putForm();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      setFieldError(wrong, "");
      const runs = targets().filter((n) => on.sources()[n].trained);
      on.change(changeOf(on.sources()[runs[0]].run), runs);
      values = {};
    });
  }

  listen();
  return {
    /** @param {Source[]} sources @param {string[]} names   what tells each from the other */
    put(sources, names) {
      sources.forEach((source, n) => putRun(source, n, names[n]));
      byId(document, "run-row-1").hidden = sources.length < 2;
      const can = possible(sources);
      const trained = sources.some((source) => source.trained);
      byId(document, "doing").hidden = !trained;
      byId(document, "pause").textContent = can.pause || !can.resume ? "Pause" : "Resume";
      enable("pause", can.pause || can.resume);
      for (const what of /** @type {const} */ (["advance", "stop", "restart"])) enable(what, can[what]);
      const paces = sources.filter((one) => one.trained).map(({ run }) => run.training.pace ?? null);
      const pace = byId(document, "pace", HTMLSelectElement);
      if (document.activeElement !== pace && paces.length) pace.value = paces[0] === null ? "" : String(paces[0]);
      const said = sources.map(({ run }) => `${run.id} ${(run.training?.changes ?? []).length}`).join();
      if (said === state) return;
      state = said;
      byId(document, "changing").hidden = !trained;
      const of = byId(document, "change-of", HTMLSelectElement);
      of.closest("div")?.toggleAttribute("hidden", sources.length < 2);
      of.replaceChildren(...optionsOf([["", "both"], ...names.map((name, n) => /** @type {[string, string]} */ ([String(n), name]))], of.value));
      putForm();
    },
    /** What the service refuses. @param {string} text */
    refuse(text) {
      setFieldError(wrong, text);
    },
  };
}

/** μ of a run as it is now, or null. @param {any} run */
export function thresholdNow(run) {
  const now = valuesNow(run);
  const name = thresholdOf(rowOf(now, "rule"));
  return name ? Number(valueOf(now, `rule.${name}`)) : null;
}
