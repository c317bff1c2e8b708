/** The runs that the service keeps, and the place for a file. */

import { deleteRun, runsOf } from "../api.js";
import { element } from "../elements.js";
import { byId } from "../page.js";
import { counted } from "./alarms.js";
import { moment, stateWords } from "./words.js";

/** @import { Run } from "./runfile.js" */

/** The list is read again after so many milliseconds. */
const EVERY = 3_000;

/** So many runs are read at once, and at most. */
const AT_ONCE = 50;
const MOST = 200;

/** @param {Run} run @param {() => void} remove */
function rowOf(run, remove) {
  const row = element("tr");
  row.dataset.id = run.id;
  const name = element("th");
  name.scope = "row";
  const link = element("a", "", run.name);
  link.href = `/runs/${run.id}`;
  name.append(link);
  if (run.note) name.append(element("span", "note", ` ${run.note}`));
  const button = element("button", "small", "Delete");
  button.type = "button";
  button.setAttribute("aria-label", `Delete ${run.name}`);
  button.addEventListener("click", remove);
  const last = element("td");
  last.append(button);
  row.append(
    name,
    element("td", "", stateWords({ ...run, last_update: null })),
    element("td", "of-number", run.last_update === null ? "–" : counted(run.last_update)),
    element("td", "of-number", counted(run.reports)),
    element("td", "", moment(run.created)),
    last,
  );
  return row;
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
    box.replaceChildren(...known.map((run) => rowOf(run, () => remove(run))));
    const row = id && [...box.children].find((one) => one instanceof HTMLElement && one.dataset.id === id);
    if (!row || !focused) return;
    const again = row.querySelector(focused.localName);
    if (again instanceof HTMLElement) again.focus({ preventScroll: true });
  }

  /** @param {Run} run */
  async function remove(run) {
    if (!confirm(`Delete the run ${run.name} with its ${run.reports} reports?`)) return;
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
