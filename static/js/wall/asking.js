/** The map and its balls, asked for: the last asking wins, and what is refused is said. */

import { Problem } from "../api.js";
import { forReaders } from "../problems.js";

/**
 * @param {HTMLElement} place
 * @param {HTMLElement} problem   where a refusal is said
 * @param {(signal: AbortSignal) => Promise<boolean>} fetchAll   false: it was given up
 * @param {() => void} came
 */
export function createAsking(place, problem, fetchAll, came) {
  const state = { asking: /** @type {AbortController | null} */ (null) };

  /** @param {boolean} is */
  function setBusy(is) {
    place.setAttribute("aria-busy", String(is));
  }

  /** @param {unknown} cause */
  function refuse(cause) {
    if (!(cause instanceof Problem)) throw cause;
    const said = cause.errors.map(({ detail }) => detail).join("; ") || cause.message;
    problem.textContent = forReaders(said);
    problem.hidden = false;
  }

  return {
    async ask() {
      state.asking?.abort();
      const abort = new AbortController();
      state.asking = abort;
      setBusy(true);
      try {
        if (!(await fetchAll(abort.signal))) return;
        problem.hidden = true;
        came();
      } catch (cause) {
        if (!abort.signal.aborted) refuse(cause);
      } finally {
        if (state.asking === abort) setBusy(false);
      }
    },

    /** What is under way is not wanted any more. */
    abort: () => state.asking?.abort(),

    /** Nor will anything else be. */
    stop() {
      state.asking?.abort();
      setBusy(false);
    },
  };
}
