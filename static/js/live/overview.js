/** The runs that the service keeps, and the place for a file. */

import { deleteRun, runsOf } from "../api.js";
import { element } from "../elements.js";
import { byId } from "../page.js";
import { counted } from "./alarms.js";
import { calledOf, moment, stateWords } from "./words.js";

/** @import { Run } from "./runfile.js" */

/** The list is read again after so many milliseconds. */
const EVERY = 3_000;

/** So many runs are read at once, and at most. */
const AT_ONCE = 50;
const MOST = 200;
/** @param {any} run */
const trainsHere = ({ kind }) => kind === "trained";

/** So that two of them can be compared. @param {Run} run */
function tickOf(run) {
  const cell = element("td");
  const tick = element("input");
  tick.type = "checkbox";
  tick.value = run.id ?? "";
  tick.autocomplete = "off";
  tick.setAttribute("aria-label", `Compare ${calledOf(run)}`);
  cell.append(tick);
  return cell;
}

/** @param {Run} run @param {() => void} remove */
function rowOf(run, remove) {
  const row = element("tr");
  row.dataset.id = run.id;
  const name = element("th");
  name.scope = "row";
  const link = element("a", "", calledOf(run));
  link.href = `/runs/${run.id}`;
  name.append(link);
  if (run.note) name.append(element("span", "note", ` ${run.note}`));
  const button = element("button", "small", "Delete");
  button.type = "button";
  button.setAttribute("aria-label", `Delete ${calledOf(run)}`);
  button.addEventListener("click", remove);
  const last = element("td");
  last.append(button);
  /** @param {string} label   where no head of a column says it @param {string} text @param {string} [kind] */
  const known = (label, text, kind = "") => {
    const cell = element("td", kind, text);
    cell.dataset.label = text === "–" ? "" : label;
    return cell;
  };
  row.append(
    tickOf(run),
    name,
    element("td", "", trainsHere(run) ? "trained here" : "reports"),
    element("td", "", stateWords({ ...run, last_update: null })),
    known("last update", run.last_update === null ? "–" : counted(run.last_update), "of-number"),
    known("reports", trainsHere(run) ? "–" : counted(run.reports), "of-number"),
    known("begun", moment(run.created)),
    last,
  );
  return row;
}

/** Two that are ticked lead to where they stand beside each other. */
function putCompare() {
  const ticks = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("#rows input[type=checkbox]"));
  const chosen = [...ticks].filter(({ checked }) => checked).map(({ value }) => value);
  for (const tick of ticks) tick.disabled = chosen.length >= 2 && !tick.checked;
  byId(document, "comparable").hidden = ticks.length < 2;
  const link = byId(document, "compare-runs", HTMLAnchorElement);
  link.hidden = chosen.length !== 2;
  byId(document, "compare-how").hidden = chosen.length === 2;
  if (chosen.length === 2) link.href = `/train?${new URLSearchParams({ run: chosen[0], with: chosen[1] })}`;
}

/** The rows anew, with what was ticked in them. @param {HTMLElement} box @param {HTMLElement[]} rows */
function putRows(box, rows) {
  const ticked = new Set([...box.querySelectorAll("input:checked")].map((tick) => /** @type {HTMLInputElement} */ (tick).value));
  box.replaceChildren(...rows);
  for (const tick of /** @type {NodeListOf<HTMLInputElement>} */ (box.querySelectorAll("input[type=checkbox]"))) {
    tick.checked = ticked.has(tick.value);
  }
  putCompare();
}

/**
 * The list is read again every so often, as long as somebody looks at it; what has not changed stays.
 * @param {string} base @param {(problem: Error) => void} problem
 */
export async function putRuns(base, problem) {
  const more = byId(document, "older", HTMLButtonElement);
  const box = byId(document, "rows");
  /** @type {any[]} */
  let known = [];
  /** @type {string | null} before which there are more */
  let next = null;
  let busy = false;

  byId(document, "rows").addEventListener("change", putCompare);

  /** @param {string | null} before */
  async function read(before) {
    busy = true;
    try {
      const page = await runsOf(base, before);
      known = before === null ? page.runs : [...known, ...page.runs];
      next = page.next;
    } catch (cause) {
      problem(/** @type {Error} */ (cause));
      return;
    } finally {
      busy = false;
    }
    put();
  }

  /** What is new, without a word where the service does not answer. */
  async function refresh() {
    if (busy || document.hidden || byId(document, "runs").hidden) return;
    busy = true;
    try {
      const page = await runsOf(base, null, Math.min(MOST, Math.max(AT_ONCE, known.length)));
      const place = page.next === null ? -1 : known.findIndex(({ id }) => id === page.next);
      const older = place < 0 ? [] : known.slice(place + 1);
      if (!older.length) next = page.next;
      const former = JSON.stringify(known);
      known = [...page.runs, ...older];
      if (JSON.stringify(known) !== former) put();
    } catch {
      // It is asked again.
    } finally {
      busy = false;
    }
  }

  function put() {
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    const { id = "" } = focused?.closest("tr")?.dataset ?? {};
    more.hidden = next === null;
    byId(document, "list").hidden = known.length === 0;
    byId(document, "no-runs").hidden = known.length > 0;
    putRows(box, known.map((run) => rowOf(run, () => remove(run))));
    const row = id && [...box.children].find((one) => one instanceof HTMLElement && one.dataset.id === id);
    if (!row || !focused) return;
    const kind = focused instanceof HTMLInputElement ? "input" : focused.localName;
    const again = row.querySelector(kind);
    if (again instanceof HTMLElement) again.focus({ preventScroll: true });
  }

  /** @param {Run} run */
  async function remove(run) {
    const what = trainsHere(run) ? "all that it recorded" : `its ${run.reports} reports`;
    if (!confirm(`Delete the run ${calledOf(run)} with ${what}?`)) return;
    try {
      await deleteRun(base, run.id ?? "");
    } catch (cause) {
      problem(/** @type {Error} */ (cause));
    }
    await read(null);
  }

  more.onclick = () => read(next);
  await read(null);
  setInterval(refresh, EVERY);
  document.addEventListener("visibilitychange", refresh);
}

/** @param {(file: File) => void} opened */
export function listenFiles(opened) {
  const input = byId(document, "file", HTMLInputElement);
  const drop = byId(document, "drop");
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file) opened(file);
    input.value = "";
  });
  for (const name of ["dragenter", "dragover"])
    document.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  for (const name of ["dragleave", "drop"]) document.addEventListener(name, () => drop.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file) opened(file);
  });
}
