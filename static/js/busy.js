/** The small sign that the page waits for an answer. */

import { byId } from "./page.js";

/** What takes less time than this shows no sign. */
const PATIENCE_MS = 150;

/** Who waits without a sign: the picture is there, and the rest is asked for when the hand rests. */
const QUIET = "rest";

/**
 * @param {Document} document
 * @returns {(who: string, is: boolean) => void}   say who waits for an answer, or no longer does
 */
export function createBusy(document) {
  const busy = new Set();
  const progress = byId(document, "progress");
  let timer = 0;

  return (who, is) => {
    const signs = () => busy.size > (busy.has(QUIET) ? 1 : 0);
    const before = signs();
    if (is) busy.add(who);
    else busy.delete(who);
    const now = signs();
    byId(document, "pictures").setAttribute("aria-busy", String(busy.size > 0));
    if (now === before) return;
    clearTimeout(timer);
    progress.hidden = true;
    if (now)
      timer = setTimeout(() => {
        progress.hidden = false;
      }, PATIENCE_MS);
  };
}
