/** What is asked of the service for the runs that are shown. */

import { Problem, deleteRun } from "../api.js";
import { API } from "./address.js";
import { isUnfinished } from "./panel.js";
import { beginRun, changeRun } from "./requests.js";

/** @import { Fault } from "../types.js" */
/** @import { State } from "./showing.js" */

/** What each button asks of a run. @type {Map<string, object>} */
const ASKED = new Map([
  ["pause", { state: "paused" }],
  ["resume", { state: "running" }],
  ["advance", { advance: 1 }],
  ["stop", { state: "ended" }],
]);

/**
 * Ask for a change of a run; its answer is taken unless the stream of events has told of it, or of
 * what followed, already.
 * @param {State} state @param {number} n @param {object} said
 */
async function ask(state, n, said) {
  const source = state.sources[n];
  const answer = await changeRun(API, source.run.id, said);
  if (answer.changed > source.run.changed) source.run = answer;
}

/**
 * @param {State} state
 * @param {{changed: () => void, problem: (cause: Error | null) => void, refuse: (text: string, faults?: Fault[]) => void,
 *   go: (ids: string[]) => void}} on   refuse: a change of settings
 */
export function createActing(state, on) {
  /** @param {number[]} runs @param {object} said */
  async function patch(runs, said) {
    try {
      await Promise.all(runs.map((n) => ask(state, n, said)));
      on.problem(null);
    } catch (cause) {
      on.problem(/** @type {Error} */ (cause));
    }
    on.changed();
  }

  /** The same plans again: the same numbers. */
  async function restart() {
    try {
      const made = [];
      for (const { run, trained } of state.sources)
        made.push(trained ? (await beginRun(API, { name: run.name, training: run.training.plan })).id : run.id);
      on.go(made);
    } catch (cause) {
      on.problem(/** @type {Error} */ (cause));
    }
  }

  return {
    patch,
    /** @param {string} what */
    async act(what) {
      if (what === "restart") return restart();
      const open = state.sources.flatMap((source, n) => (isUnfinished(source) ? [n] : []));
      const runs = what === "advance" ? open.filter((n) => state.sources[n].run.state === "paused") : open;
      await patch(runs, ASKED.get(what) ?? {});
    },
    /** @param {number | null} per   updates a second; null: as fast as it goes */
    pace(per) {
      void patch(state.sources.flatMap(({ trained }, n) => (trained ? [n] : [])), { pace: per });
    },
    /** @param {object} said @param {number[]} runs */
    async change(said, runs) {
      if (!Object.keys(said).length) return on.refuse("Nothing here differs from what is in force.");
      try {
        await Promise.all(runs.map((n) => ask(state, n, { change: said })));
      } catch (cause) {
        const { message } = /** @type {Error} */ (cause);
        on.refuse(message, cause instanceof Problem ? cause.errors : []);
      }
      on.changed();
    },
    /** @param {number} n */
    async remove(n) {
      const { run } = state.sources[n];
      if (!confirm(`Delete the run ${run.name}?`)) return;
      try {
        await deleteRun(API, run.id);
        on.go(state.sources.filter((_, k) => k !== n).map((one) => one.run.id));
      } catch (cause) {
        on.problem(/** @type {Error} */ (cause));
      }
    },
  };
}
