/** What is asked of the service for the runs that are shown. */

import { deleteRun } from "../api.js";
import { API } from "./address.js";
import { isUnfinished } from "./panel.js";
import { beginRun, changeRun } from "./requests.js";

/** @import { State } from "./showing.js" */

/** What each button asks of a run. @type {Map<string, object>} */
const ASKED = new Map([
  ["pause", { state: "paused" }],
  ["resume", { state: "running" }],
  ["advance", { advance: 1 }],
  ["stop", { state: "ended" }],
]);

/**
 * @param {State} state
 * @param {{changed: () => void, problem: (cause: Error | null) => void, refuse: (text: string) => void,
 *   go: (ids: string[]) => void}} on   refuse: a change of settings
 */
export function createActing(state, on) {
  /** @param {number[]} runs @param {object} said */
  async function patch(runs, said) {
    try {
      for (const n of runs) state.sources[n].run = await changeRun(API, state.sources[n].run.id, said);
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
        for (const n of runs) state.sources[n].run = await changeRun(API, state.sources[n].run.id, { change: said });
      } catch (cause) {
        on.refuse(/** @type {Error} */ (cause).message);
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
