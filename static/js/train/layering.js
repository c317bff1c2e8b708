/** The choice of the layer whose maps are shown; there is none where every run has one. */

import { element } from "../elements.js";
import { byId } from "../page.js";

/** @import { Looking } from "./looking.js" */

/** @param {Document} document @param {{choose: (layer: number | null) => void}} on */
export function createLayering(document, on) {
  const select = byId(document, "layer", HTMLSelectElement);
  select.addEventListener("change", () => on.choose(select.value === "" ? null : Number(select.value)));
  return {
    /** @param {Looking} looking */
    put(looking) {
      const count = Math.max(...looking.sources.map(({ layers }) => layers));
      byId(document, "layer-of").hidden = count < 2;
      if (select.options.length !== count)
        select.replaceChildren(
          ...Array.from({ length: count }, (_, n) => {
            const option = element("option", "", n === count - 1 ? `${n + 1}, the last` : String(n + 1));
            option.value = n === count - 1 ? "" : String(n);
            return option;
          }),
        );
      select.value = String(looking.layer() ?? "");
    },
  };
}
