/** A run as this view takes it, whether it trains here or reports from elsewhere: rows that come. */

import { follow } from "../follow.js";
import { fromService } from "../live/sources.js";
import { moduleOf, wayOfFlow } from "../live/reached.js";
import { modulesOf } from "../live/state.js";
import { runAt } from "../api.js";
import { createHistory } from "./history.js";
import { createLayers } from "./layers.js";
import { flowAt, runOf, updatesOf } from "./requests.js";

/** @import { Report } from "../live/runfile.js" */
/** @import { Block, History } from "./history.js" */

/**
 * @typedef {object} Mark   something that happened
 * @property {number} [id]
 * @property {number} update
 * @property {string} kind
 * @property {string} text
 *
 * @typedef {object} Source
 * @property {any} run   as the service says it
 * @property {History} history
 * @property {Mark[]} marks   in their order
 * @property {boolean} trained   whether it trains here
 * @property {boolean} [recorded]   whether nothing but what was recorded can be had of it
 * @property {number} layers   of which something is recorded
 * @property {(layer: number) => History} rows   with the states of a layer, from 0; they come when they are asked for
 * @property {(update: number, signal: AbortSignal) => Promise<any>} whole   the flow of an update
 * @property {() => void} close
 *
 * @typedef {{changed: () => void, lost: (lost: boolean) => void, gone: () => void}} On
 */

/**
 * Marks that are not known yet, put where they belong.
 * @param {Mark[]} marks @param {Mark[]} more
 */
export function addMarks(marks, more) {
  for (const mark of more) {
    const known = marks.some((one) => (mark.id !== undefined ? one.id === mark.id : one.update === mark.update && one.text === mark.text));
    if (!known) marks.push(mark);
  }
  marks.sort((a, b) => a.update - b.update || (a.id ?? 0) - (b.id ?? 0));
}

/** @param {string} base @param {any} run @param {On} on @returns {Promise<Source>} */
async function trainedHere(base, run, on) {
  const history = createHistory();
  const layers = createLayers(history, run.training.layers, (of) => updatesOf(base, run.id, of), on.changed);
  /** @type {Source} */
  const source = {
    run,
    history,
    marks: [],
    trained: true,
    layers: run.training.layers,
    rows: layers.rows,
    whole: (update, signal) => flowAt(base, run.id, update, signal),
    close() {
      layers.close();
      following.close();
    },
  };
  for await (const page of updatesOf(base, run.id)) {
    history.add(page);
    addMarks(source.marks, page.marks);
    on.changed();
  }
  const at = runAt(base, run.id);
  const following = follow(at, () => `${at}/events?after=${history.last()}`, {
    updates(block) {
      history.add(block);
      if (block.marks) addMarks(source.marks, block.marks);
      on.changed();
    },
    mark(mark) {
      addMarks(source.marks, [mark]);
      on.changed();
    },
    run(next) {
      source.run = next;
      on.changed();
    },
  }, on);
  return source;
}

/** What reports say of a module, as rows. @param {Report[]} reports @param {string} name @returns {Block} */
export function blockOf(reports, name) {
  const clipping = reports.map((report) => report.clipping);
  const ways = reports.map((report) => wayOfFlow(moduleOf(report, name)?.flow));
  const steps = Math.max(1, ...ways.map((way) => way?.row.length ?? 0));
  /** @type {Object<string, (number | null)[]>} */
  const weight = {};
  /** @type {Object<string, (number | null)[]>} */
  const step = {};
  reports.forEach(({ steps_taken: taken }, n) => {
    for (const [parameter, one] of Object.entries(taken ?? {})) {
      (weight[parameter] ??= Array(reports.length).fill(null))[n] = one?.log10_weight ?? null;
      (step[parameter] ??= Array(reports.length).fill(null))[n] = one?.log10_step ?? null;
    }
  });
  return {
    update: reports.map(({ update }) => update),
    loss: reports.map(({ loss }) => loss),
    log10_before: clipping.map((one) => one?.log10_before ?? null),
    log10_after: clipping.map((one) => one?.log10_after ?? null),
    engaged: clipping.map((one) => one?.engaged ?? false),
    threshold: clipping.map((one) => one?.threshold ?? null),
    learning_rate: reports.map((report) => report.learning_rate),
    hidden: ways.map((way) => Array.from({ length: steps }, (_, t) => way?.row[t] ?? null)),
    cell: null,
    weight,
    step,
  };
}

/** @param {string} base @param {string} id @param {On} on @returns {Promise<Source>} */
async function watched(base, id, on) {
  const history = createHistory();
  let read = 0;
  const of = await fromService(base, id, { ...on, changed: () => take() });
  const name = modulesOf(of.reports)[0] ?? "";

  function take() {
    const fresh = of.reports.slice(read);
    read = of.reports.length;
    if (fresh.length) history.add(blockOf(fresh, name || (modulesOf(fresh)[0] ?? "")));
    on.changed();
  }

  take();
  return {
    get run() {
      return of.run;
    },
    set run(next) {
      of.run = next;
    },
    history,
    marks: [],
    trained: false,
    layers: 1,
    rows: () => history,
    async whole(update, signal) {
      const report = of.reports.find((one) => one.update === update);
      const all = report && (await of.whole(report.sequence, signal));
      return all ? (moduleOf(all, name)?.flow ?? null) : null;
    },
    close: of.close,
  };
}

/** @param {string} base @param {string} id @param {On} on @returns {Promise<Source>} */
export async function openRun(base, id, on) {
  const run = await runOf(base, id);
  return run.kind === "watched" ? watched(base, id, on) : trainedHere(base, run, on);
}
