/** What a map is called, and what somebody wrote about it. */

import { byId } from "../page.js";
import { changeSweep } from "./requests.js";

/** @import { Shown } from "./shown.js" */

/** @param {Document} document @param {any} run */
export function putNaming(document, run) {
  byId(document, "map-note").textContent = run.note;
  byId(document, "map-note").hidden = !run.note;
  const naming = byId(document, "map-naming", HTMLDetailsElement);
  if (naming.open && naming.dataset.of === run.id) return;
  naming.dataset.of = run.id;
  byId(document, "map-new-name", HTMLInputElement).value = run.name;
  byId(document, "map-new-note", HTMLTextAreaElement).value = run.note;
}

/** @param {{document: Document, here: () => Shown, changed: () => void, problem: (cause: Error) => void}} given */
export function listenNaming({ document, here, changed, problem }) {
  byId(document, "map-keep").addEventListener("click", async () => {
    const name = byId(document, "map-new-name", HTMLInputElement).value;
    const note = byId(document, "map-new-note", HTMLTextAreaElement).value;
    try {
      here().set(await changeSweep(here().id, { name, note }));
      byId(document, "map-naming", HTMLDetailsElement).open = false;
      changed();
    } catch (cause) {
      problem(/** @type {Error} */ (cause));
    }
  });
}
