/** How far a reader has come: kept in the browser, where it can be; else for as long as the page. */

const KEY = "learn";

/**
 * @typedef {object} Kept
 * @property {Object<string, {done: boolean, said?: string}>} screens   by "lesson/screen"
 * @property {{before?: number[], after?: number[]}} ten   the chosen answers to the ten questions
 */

/** @param {unknown} value @returns {value is Object<string, unknown>} */
const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** @returns {Kept} */
function read() {
  /** @type {Kept} */
  const kept = { screens: {}, ten: {} };
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "null");
    if (!isRecord(found)) return kept;
    if (isRecord(found.screens))
      for (const [name, value] of Object.entries(found.screens))
        if (isRecord(value)) {
          const said = typeof value.said === "string" ? { said: value.said } : {};
          kept.screens[name] = { done: value.done === true, ...said };
        }
    if (isRecord(found.ten)) {
      const { before, after } = found.ten;
      if (isAnswers(before)) kept.ten.before = before;
      if (isAnswers(after)) kept.ten.after = after;
    }
  } catch {
    // Storage is switched off, or holds what is not ours.
  }
  return kept;
}

/** @param {unknown} value @returns {value is number[]} */
function isAnswers(value) {
  return Array.isArray(value) && value.every((one) => Number.isInteger(one) && one >= 0 && one < 10);
}

/** @param {Kept} kept @returns {boolean} whether the browser keeps it */
function write(kept) {
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
    return true;
  } catch {
    return false;
  }
}

export function createProgress() {
  const kept = read();
  return {
    /** @param {string} screen   "3/2" */
    isDone: (screen) => kept.screens[screen]?.done ?? false,
    /** What was predicted, or undefined. @param {string} screen */
    said: (screen) => kept.screens[screen]?.said,
    /** @param {string} screen @param {{done?: boolean, said?: string}} what */
    keep(screen, what) {
      kept.screens[screen] = { ...(kept.screens[screen] ?? { done: false }), ...what };
      return write(kept);
    },
    test: () => kept.ten,
    /** @param {{before?: number[], after?: number[]}} test */
    keepTest(test) {
      kept.ten = test;
      return write(kept);
    },
    forget() {
      kept.screens = {};
      kept.ten = {};
      return write(kept);
    },
  };
}

/**
 * Mark the links to screens that are done.
 * @param {Document} document @param {ReturnType<typeof createProgress>} progress
 */
export function putProgress(document, progress) {
  for (const link of document.querySelectorAll("[data-progress]")) {
    if (!(link instanceof HTMLElement)) continue;
    const done = progress.isDone(link.dataset.progress ?? "");
    link.classList.toggle("done", done);
    const said = link.querySelector("span.done-said");
    if (done && !said) {
      const words = document.createElement("span");
      words.className = "unseen done-said";
      words.textContent = ", done";
      link.append(words);
    } else if (!done) said?.remove();
  }
}
