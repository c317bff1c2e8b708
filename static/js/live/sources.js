/** Where a run comes from: the service, which sends what is new, or a file. */

import { followRun, reportOf, reportsOf } from "../api.js";
import { readRun } from "./runfile.js";

/** @import { Report, Run } from "./runfile.js" */

/**
 * @typedef {object} Source
 * @property {Run} run
 * @property {Report[]} reports   in their order, each in brief
 * @property {(sequence: number, signal: AbortSignal) => Promise<Report>} whole   all of one
 * @property {() => void} close
 */

/**
 * @param {string} name   of the file
 * @param {Blob} file
 * @returns {Promise<Source & {torn: boolean}>}
 */
export async function fromFile(name, file) {
  const read = await readRun(file);
  return { ...read, run: { ...read.run, name: read.run.name || name }, close() {} };
}

/**
 * @param {string} base   of the API
 * @param {string} id
 * @param {{changed: () => void, lost: (lost: boolean) => void, gone: () => void}} on   changed: there
 *   is more; lost: the service does not answer for now; gone: the run has been deleted
 * @returns {Promise<Source>}
 */
export async function fromService(base, id, on) {
  const { run, reports, last } = await reportsOf(base, id);
  /** @type {Source} */
  const source = {
    run,
    reports,
    whole: (sequence, signal) => reportOf(base, id, sequence, signal),
    close: () => following.close(),
  };

  /** @param {Report} report */
  function add(report) {
    if (report.sequence <= (reports.at(-1)?.sequence ?? 0)) return;
    reports.push(report);
    source.run = { ...source.run, last_update: report.update, reports: reports.length };
    on.changed();
  }

  const following = followRun(base, id, last, {
    report: add,
    run(next) {
      source.run = next;
      on.changed();
    },
    lost: on.lost,
    gone: on.gone,
  });

  return source;
}
