/** The norms of many draws, asked for: what is known, and what is under way. */

import { Problem, normsOf } from "../../api.js";
import { toRequest } from "../../experiment.js";

/** @import { Norms } from "../histogram.js" */
/** @import { Frame } from "./frame.js" */

/** @param {any} request   what the norms depend on */
function bare({ network, weights, sequence, loss, truncation }) {
  return { network, weights, sequence, loss, truncation };
}

/**
 * @param {Frame} frame
 * @param {{store: import("../../state.js").Store, base: string}} page
 * @param {() => void} changed   something has come, or gone
 */
export function createAsking(frame, { store, base }, changed) {
  const { draws, vary, bar, busy, error } = frame;
  const state = {
    /** @type {AbortController | null} */
    running: null,
    /** @type {Norms | null} */
    norms: null,
    /** What they are of. */
    known: "",
    /** Draws that were asked for. */
    wanted: 0,
  };

  const request = () => ({
    experiment: bare(toRequest(store.get())),
    draws: Number(draws.value),
    or_fewer: true,
    vary: vary.value,
  });

  /** @param {AbortSignal} signal @param {ReturnType<typeof request>} asking */
  async function fetchNorms(signal, asking) {
    try {
      const found = await normsOf(base, asking, {
        signal,
        progress(done, of) {
          bar.max = of;
          bar.value = done;
        },
      });
      if (!signal.aborted) take(found, asking.draws, JSON.stringify(asking));
    } catch (cause) {
      if (signal.aborted) return;
      if (!(cause instanceof Problem)) throw cause;
      const said = cause.errors.map(({ detail }) => detail).join("; ") || cause.message;
      error.textContent = said.replaceAll(/ \(UNROLLED_\w+\)/g, "");
      error.hidden = false;
      state.norms = null;
    }
  }

  /** @param {Norms | null} norms @param {number} wanted @param {string} known */
  function take(norms, wanted, known) {
    Object.assign(state, { norms, wanted, known });
  }

  return {
    norms: () => state.norms,
    wanted: () => state.wanted,

    /** Ask, unless this is known. */
    async run() {
      const asking = request();
      if (JSON.stringify(asking) === state.known) return;
      state.running?.abort();
      const abort = new AbortController();
      state.running = abort;
      error.hidden = true;
      busy.hidden = false;
      bar.removeAttribute("value");
      try {
        await fetchNorms(abort.signal, asking);
      } finally {
        if (state.running === abort) {
          busy.hidden = true;
          changed();
        }
      }
    },

    stop() {
      state.running?.abort();
      busy.hidden = true;
    },

    forget: () => take(null, state.wanted, ""),
  };
}
