/** A run's name and note, its file, and its end. */

import { byId } from "../page.js";
import { API } from "./address.js";
import { LETTERS } from "./looking.js";

/** @import { Source } from "./sources.js" */

/**
 * @param {Document} document
 * @param {{change: (n: number, change: object) => void, remove: (n: number) => void}} on
 */
export function createAbout(document, on) {
  for (const n of [0, 1]) {
    for (const field of /** @type {const} */ (["name", "note"])) {
      const input = byId(document, `about-${field}-${n}`, HTMLInputElement);
      input.addEventListener("change", () => on.change(n, { [field]: input.value }));
    }
    const keep = byId(document, `about-keep-${n}`, HTMLInputElement);
    keep.addEventListener("change", () => on.change(n, { keep: keep.checked }));
    byId(document, `about-delete-${n}`).addEventListener("click", () => on.remove(n));
  }

  return {
    /** @param {Source[]} sources */
    put(sources) {
      byId(document, "about-1").hidden = sources.length < 2;
      sources.forEach(({ run, trained }, n) => {
        byId(document, `about-title-${n}`).textContent = sources.length > 1 ? `Run ${LETTERS[n]}` : "This run";
        for (const field of /** @type {const} */ (["name", "note"])) {
          const input = byId(document, `about-${field}-${n}`, HTMLInputElement);
          if (document.activeElement !== input) input.value = run[field];
        }
        const keep = byId(document, `about-keep-${n}`, HTMLInputElement);
        keep.closest("label")?.toggleAttribute("hidden", !trained);
        keep.checked = Boolean(run.training?.keep);
        byId(document, `about-file-${n}`, HTMLAnchorElement).href = `${API}/runs/${encodeURIComponent(run.id)}/export`;
        byId(document, `about-page-${n}`, HTMLAnchorElement).href = `${API}/runs/${encodeURIComponent(run.id)}/export?format=html`;
      });
    },
  };
}
