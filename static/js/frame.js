/** What the page's frame does: the sheet of controls on a phone, the way past it, its form. */

import { byId, within } from "./page.js";

/** @param {Document} document */
export function listenFrame(document) {
  const handle = byId(document, "sheet-handle");
  handle.addEventListener("click", () => {
    const open = handle.getAttribute("aria-expanded") !== "true";
    handle.setAttribute("aria-expanded", String(open));
    if (open) byId(document, "stack").scrollIntoView({ block: "start" });
  });
  within(document, ".skip").addEventListener("click", (event) => {
    event.preventDefault(); // the fragment is the experiment's
    byId(document, "pictures").focus();
  });
  byId(document, "settings-form").addEventListener("submit", (event) => event.preventDefault());
}
