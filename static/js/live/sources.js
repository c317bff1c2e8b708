/** Where a run comes from: the service, which sends what is new, or a file. */

import { reportOf, reportsOf, runAt } from "../api.js";
import { follow } from "../follow.js";
import { readRun } from "./runfile.js";

/** @import { Report, Run } from "./runfile.js" */

/**
 * @typedef {object} Source
 * @property {Run} run
 * @property {Report[]} reports   in their order, each in brief
 * @property {(sequence: number, signal: AbortSignal) => Promise<Report>} whole   all of one
 * @property {() => void} close
 */

/** So many letters of base64 are decoded at once; four of them are three bytes. */
const LETTERS = 2 ** 20;

/**
 * What a page brings with it.
 * @param {string} text   base64 of a file under gzip
 * @returns {Promise<Blob>}
 */
export function unpacked(text) {
  const parts = [];
  for (let at = 0; at < text.length; at += LETTERS) {
    const letters = atob(text.slice(at, at + LETTERS));
    const bytes = new Uint8Array(letters.length);
    for (let n = 0; n < letters.length; n += 1) bytes[n] = letters.charCodeAt(n);
    parts.push(bytes);
  }
  return new Response(new Blob(parts).stream().pipeThrough(new DecompressionStream("gzip"))).blob();
}

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

  // Whoever takes a lost connection up again says what has been seen, and misses nothing.
  const at = runAt(base, id);
  const following = follow(at, () => `${at}/events?after=${reports.at(-1)?.sequence ?? last}`, {
    report: add,
    run(next) {
      source.run = next;
      on.changed();
    },
  }, on);

  return source;
}
