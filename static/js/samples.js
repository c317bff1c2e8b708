/** Of which samples and steps the Jacobians and their products are. */

import { lookup } from "./lookup.js";

/** @import { Flow } from "./types.js" */

/**
 * B by the kind of a sequence, as an answer says it; a text is one sample.
 * @type {Object<string, (sequence: any) => number | undefined>}
 */
const BATCHES = lookup({
  random: (sequence) => sequence.batch_size,
  stored: (sequence) => sequence.batch,
  run: (sequence) => sequence.batch_size,
  explicit: ({ inputs, targets }) => (inputs ?? targets)?.[0]?.length,
});

/** B, how many samples there are. @param {{experiment: {sequence: any}}} flow */
export function batchOf({ experiment: { sequence } }) {
  return BATCHES[sequence.kind]?.(sequence) ?? 1;
}

/**
 * The last step of the first sample, from which its products go back. A sequence that is only named
 * does not say where that is: a product that is zero stays zero, so one that is not begins where the
 * sample ends.
 * @param {Flow} flow
 */
export function lastOf({ experiment: { sequence }, steps, spectrum }) {
  const products = spectrum?.product_log10_norm ?? [];
  const before = products.at(-1) === null ? products.findLastIndex((value) => value !== null) : -1;
  return Math.min(sequence.lengths?.[0] ?? (before < 0 ? steps : before + 2), steps);
}

/** "of the first sample", or "" of a single one. @param {Flow} flow */
export function whose(flow) {
  return batchOf(flow) > 1 ? "of the first sample" : "";
}

/**
 * Which sample and which of its steps, where that is not the whole sequence; or "".
 * @param {Flow} flow
 */
export function chosenSentence(flow) {
  const first = flow.spectrum.first_step ?? 1;
  const last = lastOf(flow);
  const of = [];
  if (batchOf(flow) > 1) of.push(`of the first of ${batchOf(flow)} samples`);
  if (last < flow.steps) of.push(`which ends at step ${last}`);
  if (first > 1) of.push(`of steps ${first} to ${last} alone: those of all would take too long`);
  return of.length ? `The Jacobians are those ${of.join(", ")}.` : "";
}
