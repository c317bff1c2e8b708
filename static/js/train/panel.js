/** The runs under way: how far each is, and what can be done with both. */

import { byId } from "../page.js";
import { createChanging } from "./changing.js";
import { lossWords, speedWords, stateWords } from "./words.js";

/** @import { Source } from "./sources.js" */

/** @param {Source} source */
const stateOf = ({ run }) => run.state;

/** Whether updates are still to come. @param {Source} source */
export function isUnfinished({ run, trained, marks }) {
  return trained && run.training.update < run.training.updates && !isBroken(marks);
}

/** Whether a number that is not finite ended it, so that nothing can follow. @param {import("./sources.js").Mark[]} marks */
const isBroken = (marks) => marks.some(({ kind }) => kind === "not-finite");

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

/** Rows come more often than the run says how far it is. @param {any} run @param {number} last */
export function reached(run, last) {
  const { training } = run;
  return { ...run, training: { ...training, update: Math.min(training.updates, Math.max(training.update, last)) } };
}

/** @param {Source} source @param {number} n @param {string} name */
function putRun({ run: said, history, trained }, n, name) {
  const run = trained ? reached(said, history.last()) : said;
  /** @param {string} part */
  const at = (part) => byId(document, `${part}-${n}`);
  at("run-name").textContent = name;
  at("run-name").title = run.name;
  const { update = 0, updates = 1 } = run.training ?? {};
  const bar = byId(document, `progress-${n}`, HTMLProgressElement);
  bar.classList.toggle("train-nothing", !trained);
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

/** @typedef {{act: (what: string) => void, pace: (pace: number | null) => void,
 *   change: (change: object, runs: number[]) => void, sources: () => Source[]}} On */

/** @param {On} on */
function listenButtons(on) {
  for (const what of ["advance", "stop", "restart"])
    byId(document, what).addEventListener("click", () => {
      if (byId(document, what).getAttribute("aria-disabled") !== "true") on.act(what);
    });
  byId(document, "pause").addEventListener("click", () => {
    const can = possible(on.sources());
    if (can.pause) on.act("pause");
    else if (can.resume) on.act("resume");
  });
  const pace = byId(document, "pace", HTMLSelectElement);
  pace.addEventListener("change", () => on.pace(pace.value ? Number(pace.value) : null));
}

/** @param {Source[]} sources @param {string[]} names   what tells each from the other */
function putButtons(sources, names) {
  sources.forEach((source, n) => putRun(source, n, names[n]));
  byId(document, "run-row-1").hidden = sources.length < 2;
  for (const letter of document.querySelectorAll(".train-letter")) letter.toggleAttribute("hidden", sources.length < 2);
  const can = possible(sources);
  const own = sources.filter(({ trained }) => trained);
  byId(document, "doing").hidden = own.length === 0;
  byId(document, "pause").textContent = can.pause || !can.resume ? "Pause" : "Resume";
  enable("pause", can.pause || can.resume);
  for (const what of /** @type {const} */ (["advance", "stop", "restart"])) enable(what, can[what]);
  const pace = byId(document, "pace", HTMLSelectElement);
  if (document.activeElement !== pace && own.length) pace.value = String(own[0].run.training.pace ?? "");
}

/**
 * @param {Document} document
 * @param {On} on
 */
export function createPanel(document, on) {
  const changing = createChanging(document, on);
  let state = "";
  listenButtons(on);
  return {
    /** @param {Source[]} sources @param {string[]} names */
    put(sources, names) {
      putButtons(sources, names);
      const said = sources.map(({ run }) => `${run.id} ${(run.training?.changes ?? []).length}`).join();
      if (said === state) return;
      state = said;
      changing.put(sources, names);
    },
    refuse: changing.refuse,
  };
}
