/** The runs that the service keeps, and the place for a file. */

import { deleteRun, runsOf } from "../api.js";
import { element } from "../elements.js";
import { byId } from "../page.js";
import { counted } from "./alarms.js";
import { moment, stateWords } from "./words.js";

/** @import { Run } from "./runfile.js" */

/** @param {Run} run @param {() => void} remove */
function rowOf(run, remove) {
  const row = element("tr");
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

/** @param {string} base @param {(problem: Error) => void} problem */
export async function putRuns(base, problem) {
  const more = byId(document, "older", HTMLButtonElement);
  /** @type {any[]} */
  const known = [];

  /** @param {string | null} before */
  async function read(before) {
    try {
      const { runs, next } = await runsOf(base, before);
      known.push(...runs);
      more.hidden = next === null;
      more.onclick = () => read(next);
    } catch (cause) {
      problem(/** @type {Error} */ (cause));
      return;
    }
    byId(document, "list").hidden = known.length === 0;
    byId(document, "no-runs").hidden = known.length > 0;
    byId(document, "rows").replaceChildren(...known.map((run) => rowOf(run, () => remove(run))));
  }

  /** @param {Run} run */
  async function remove(run) {
    if (!confirm(`Delete the run ${run.name} with its ${run.reports} reports?`)) return;
    try {
      await deleteRun(base, run.id ?? "");
    } catch (cause) {
      problem(/** @type {Error} */ (cause));
    }
    known.length = 0;
    await read(null);
  }

  await read(null);
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
