/** The small sign that the page waits for an answer. */

/** What takes less time than this shows no sign. */
const PATIENCE_MS = 150;

/**
 * @param {Document} document
 * @returns {(who: string, is: boolean) => void}   say who waits for an answer, or no longer does
 */
export function createBusy(document) {
  const busy = new Set();
  const progress = document.getElementById("progress");
  let timer = 0;

  return (who, is) => {
    const before = busy.size > 0;
    if (is) busy.add(who);
    else busy.delete(who);
    const now = busy.size > 0;
    document.getElementById("pictures").setAttribute("aria-busy", String(now));
    if (now === before) return;
    clearTimeout(timer);
    progress.hidden = true;
    if (now)
      timer = setTimeout(() => {
        progress.hidden = false;
      }, PATIENCE_MS);
  };
}
