/** A run's file, *.unrolled: JSON Lines. The first names the run, each of the others is a report. */

import { hasBoth } from "../parts.js";

/**
 * @typedef {object} Run
 * @property {string} [id]   where the service keeps it
 * @property {string} name
 * @property {string} note
 * @property {string} state   "running", "ended" or "interrupted"; of a file that a service wrote while
 *   the run went on, "saved"
 * @property {string} created
 * @property {string} changed
 * @property {number | null} last_update
 * @property {number} reports
 * @property {Object<string, any>} about   framework, model, every, …
 *
 * @typedef {object} NotFinite   where the first number stands that is not finite
 * @property {number} layer   from 0
 * @property {number} step
 * @property {string} quantity   "x", "h", "c", "gradient" or "weight"
 * @property {string[]} [parameters]   every weight that holds one; older files lack it
 * @property {boolean | null} [reverse]   in which of two directions
 *
 * @typedef {object} Module   one recurrent module of the watched model
 * @property {string} name
 * @property {string} kind
 * @property {number} layers
 * @property {boolean} bidirectional
 * @property {number} hidden_size
 * @property {number | null} steps   null: it was not seen
 * @property {number | null} batch
 * @property {number} sampled
 * @property {string} dtype
 * @property {number | null} loss_scale
 * @property {number} [micro_batches]   backward passes of the step that are added up
 * @property {boolean} [more_micro_batches]   whether it had more of them
 * @property {Object<string, number | null>} proof
 * @property {boolean} trusted
 * @property {string | null} why_not
 * @property {NotFinite | null} first_not_finite   null: all are
 * @property {any} flow   the answer of `POST /api/v1/flow`, or of a brief report a part of it; null:
 *   nothing could be computed
 *
 * @typedef {object} Report
 * @property {number} sequence
 * @property {number} update   optimizer steps before it
 * @property {string} time
 * @property {number | null} loss
 * @property {number | null} [log10_gradient]   of ‖g‖ of all parameters before clipping; older files lack it
 * @property {{rule: string, threshold: number, log10_before: number | null, log10_after: number | null,
 *   engaged: boolean} | null} clipping
 * @property {number | null} learning_rate
 * @property {string | null} optimizer
 * @property {Object<string, {log10_weight: number | null, log10_step: number | null} | null>} steps_taken
 * @property {Module[]} modules
 */

/** Newer files than this are read by a newer page. */
const VERSION = 1;

/** A run without an end that reported within this time goes on, in milliseconds. */
const SILENT = 60_000;

/** A file that is none, in words for the reader. */
export class Unreadable extends Error {}

/** A file of a run that trained on a server, which alone can compute its updates again. */
export class Trained extends Unreadable {}

/** @param {Uint8Array} line @returns {any}   null: it is no JSON object */
function objectOf(line) {
  try {
    const value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(line));
    return value !== null && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** @param {any} value */
function isReport(value) {
  return value !== null && Number.isInteger(value.update) && Array.isArray(value.modules);
}

/** What a list of reports holds of a flow; `app/store/brief.py` makes the same. @param {any} flow */
function briefFlow(flow) {
  const { steps, experiment, diagnosis } = flow;
  return {
    steps,
    experiment,
    diagnosis,
    ...briefNorms(flow),
    ...(hasBoth(flow) ? { directions: flow.directions.slice(-2).map(briefDirection) } : {}),
  };
}

/** Of the last layer. @param {any} direction */
function briefDirection(direction) {
  const { layer, reverse, carries } = direction;
  return { layer, reverse, carries, ...briefNorms(direction) };
}

/** @param {any} flow   or a direction */
function briefNorms(flow) {
  /** @param {any} series */
  const norms = (series) => series && { log10_norm: series.log10_norm };
  return {
    hidden_gradient: norms(flow.hidden_gradient),
    cell_gradient: norms(flow.cell_gradient),
    followed_gradient: norms(flow.followed_gradient),
    followed_cell_gradient: norms(flow.followed_cell_gradient),
  };
}

/** @param {any} report @param {number} sequence @returns {Report} */
function briefOf(report, sequence) {
  const modules = report.modules.map((/** @type {Module} */ module) => ({
    ...module,
    flow: module.flow ? briefFlow(module.flow) : null,
  }));
  return { ...report, modules, sequence };
}

/** @param {Uint8Array[]} parts */
function joined(parts) {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * The whole lines of a file, and where each begins; what follows the last line end is `torn`.
 * @param {Blob} file
 * @returns {AsyncGenerator<{from: number, line: Uint8Array, torn: boolean}>}
 */
async function* linesOf(file) {
  /** @type {Uint8Array[]} */
  let parts = [];
  let from = 0;
  const reader = file.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    let start = 0;
    for (let end = value.indexOf(10); end >= 0; end = value.indexOf(10, start)) {
      parts.push(value.subarray(start, end));
      const line = joined(parts);
      yield { from, line, torn: false };
      from += line.length + 1;
      start = end + 1;
      parts = [];
    }
    parts.push(value.subarray(start));
  }
  const rest = joined(parts);
  if (rest.length) yield { from, line: rest, torn: true };
}

/** @param {any} head   of a file @returns {any} what it says of its run */
function runOf(head) {
  if (head?.format !== "unrolled-run" || !head.run)
    throw new Unreadable("This is no run of Unrolled: its first line does not say so.");
  if (!(head.version <= VERSION))
    throw new Unreadable(`This file has version ${head.version}; this page reads versions up to ${VERSION}.`);
  if (head.run.kind === "trained") throw new Trained("This run trained on a server, and is read by one.");
  return head.run;
}

/**
 * @param {Blob} file
 * @returns {Promise<{run: Run, reports: Report[], whole: (sequence: number) => Promise<Report>,
 *   torn: boolean}>}   reports: in brief; whole: read from the file anew; torn: whether the last line
 *   is cut off
 * @throws {Unreadable} where it is no run
 */
export async function readRun(file) {
  /** @type {Report[]} */
  const reports = [];
  /** @type {{from: number, to: number}[]} */
  const places = [];
  /** @type {any} */
  let said = null;
  /** @type {any} */
  let end = null;
  let number = 0;
  let torn = false;
  for await (const { from, line, torn: cut } of linesOf(file)) {
    number += 1;
    if (cut) torn = number > 1;
    if (cut && torn) break;
    const value = objectOf(line);
    if (number === 1) said = runOf(value);
    else if (value?.end) end = value.end;
    else if (isReport(value)) {
      end = null;
      reports.push(briefOf(value, reports.length + 1));
      places.push({ from, to: from + line.length });
    } else if (line.length) throw new Unreadable(`Line ${number} of the file is no report.`);
  }
  if (said === null) runOf(null);
  const last = reports.at(-1);
  const heard = Date.parse(last?.time ?? said.changed);
  // What a service saved of a run that went on may have gone on since.
  const silent = said.state === "running" ? "saved" : "interrupted";
  const open = Date.now() - heard < SILENT ? "running" : silent;
  return {
    run: { ...said, state: open, ...end, last_update: last?.update ?? null, reports: reports.length },
    reports,
    async whole(sequence) {
      const { from, to } = places[sequence - 1];
      return { ...JSON.parse(await file.slice(from, to).text()), sequence };
    },
    torn,
  };
}
