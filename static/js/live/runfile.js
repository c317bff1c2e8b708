/** A run's file, *.unrolled: JSON Lines. The first names the run, each of the others is a report. */

/**
 * @typedef {object} Run
 * @property {string} [id]   where the service keeps it
 * @property {string} name
 * @property {string} note
 * @property {string} state   "running", "ended" or "interrupted"
 * @property {string} created
 * @property {string} changed
 * @property {number | null} last_update
 * @property {number} reports
 * @property {Object<string, any>} about   framework, model, every, …
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
 * @property {Object<string, number | null>} proof
 * @property {boolean} trusted
 * @property {string | null} why_not
 * @property {{layer: number, step: number, quantity: string} | null} first_not_finite   layer: from 0
 * @property {any} flow   the answer of `POST /api/v1/flow`, or of a brief report a part of it
 *
 * @typedef {object} Report
 * @property {number} sequence
 * @property {number} update   optimizer steps before it
 * @property {string} time
 * @property {number | null} loss
 * @property {{rule: string, threshold: number, log10_before: number | null, log10_after: number | null,
 *   engaged: boolean} | null} clipping
 * @property {number | null} learning_rate
 * @property {string | null} optimizer
 * @property {Object<string, {log10_weight: number | null, log10_step: number | null} | null>} steps_taken
 * @property {Module[]} modules
 */

/** Newer files than this are read by a newer page. */
const VERSION = 1;

/** A file that is none, in words for the reader. */
export class Unreadable extends Error {}

/** @param {string} line @returns {any}   null: it is no JSON object */
function objectOf(line) {
  try {
    const value = JSON.parse(line);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** @param {any} value */
function isReport(value) {
  return value !== null && Number.isInteger(value.update) && Array.isArray(value.modules);
}

/**
 * @param {string} text
 * @returns {{run: Run, reports: Report[], torn: boolean}}   torn: whether the last line is cut off
 * @throws {Unreadable} where the text is no run
 */
export function readRun(text) {
  const lines = text.split("\n");
  const torn = lines.pop() !== "";
  const head = objectOf(lines[0] ?? "");
  if (head?.format !== "unrolled-run" || !head.run)
    throw new Unreadable("This is no run of Unrolled: its first line does not say so.");
  if (!(head.version <= VERSION))
    throw new Unreadable(`This file has version ${head.version}; this page reads versions up to ${VERSION}.`);
  /** @type {Report[]} */
  const reports = [];
  let run = { ...head.run, state: "interrupted" };
  lines.slice(1).forEach((line, n) => {
    const value = objectOf(line);
    if (value?.end) run = { ...run, ...value.end };
    else if (isReport(value)) reports.push({ ...value, sequence: reports.length + 1 });
    else throw new Unreadable(`Line ${n + 2} of the file is no report.`);
  });
  const last = reports.at(-1)?.update ?? null;
  return { run: { ...run, last_update: last, reports: reports.length }, reports, torn };
}
