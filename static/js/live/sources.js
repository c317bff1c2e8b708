/** Where a run comes from: the service, which sends what is new, or a file. */

import { followRun, reportsOf } from "../api.js";
import { readRun } from "./runfile.js";

/** @import { Report, Run } from "./runfile.js" */

/**
 * @typedef {object} Source
 * @property {Run} run
 * @property {Report[]} reports   in their order
 * @property {() => void} close
 */

/**
 * @param {string} name   of the file
 * @param {string} text
 * @returns {Source & {torn: boolean}}
 */
export function fromFile(name, text) {
  const { run, reports, torn } = readRun(text);
  return {
    run: { ...run, name: run.name || name },
    reports,
    torn,
    close() {},
  };
}

/**
 * @param {string} base   of the API
 * @param {string} id
 * @param {{changed: () => void, lost: (lost: boolean) => void}} on   changed: there is more;
 *   lost: the service does not answer for now
 * @returns {Promise<Source>}
 */
export async function fromService(base, id, on) {
  const { run, reports, last } = await reportsOf(base, id);
  /** @type {Source} */
  const source = { run, reports, close: () => following.close() };

  /** @param {Report} report */
  function add(report) {
    if (report.sequence <= (reports.at(-1)?.sequence ?? 0)) return;
    reports.push(report);
    on.changed();
  }

  const following = followRun(base, id, last, {
    report: add,
    run(next) {
      source.run = next;
      on.changed();
    },
    lost: on.lost,
  });

  return source;
}
