/** What a link gives way with where the service refuses what it says: no rule is known here twice. */

import { lookup } from "./lookup.js";
import { forReaders } from "./problems.js";
import { gateBiases } from "./vocabulary.js";

/** @import { Fault } from "./types.js" */

/** The statuses that say something is wrong with what was asked for. */
const REFUSALS = new Set([400, 413, 422]);

/** So often the parts that are named are left out one after the other; then all of them. */
const ROUNDS = 5;

/** A reason's longest beginning in a line. */
const LONGEST = 150;

/**
 * Pointer → the settings that say it, which one depending on where the sequence comes from. Each
 * size alone has its control's limits, so that an error at one is about the product of several.
 * @type {Object<string, string[]>}
 */
const SAID_BY = lookup({
  "/network/cell": ["cell"],
  "/network/topology": ["wiring"],
  "/network/activation": ["activation"],
  "/network/hidden_size": ["hidden", "steps", "batch", "layers"],
  "/network/num_layers": ["layers"],
  "/network/projection_size": ["projection"],
  "/network/input_size": ["inputs", "outputs", "hidden", "steps", "batch", "layers"],
  "/network/output_size": ["outputs"],
  "/weights/init": ["init"],
  "/weights/spectral_radius": ["radius"],
  "/weights/seed": ["wseed"],
  "/weights/input_scale": ["input_scale"],
  "/weights/t_max": ["t_max"],
  "/weights": ["weights"],
  "/sequence/steps": ["steps", "data"],
  "/sequence/batch_size": ["batch"],
  "/sequence/seed": ["seed"],
  "/sequence/tokens": ["tokens"],
  "/sequence/label/index": ["label"],
  "/sequence/label/of": ["labels"],
  "/sequence/label": ["labelled"],
  "/sequence": ["data", "text"],
  "/loss": ["loss"],
  "/truncation/steps": ["k"],
  "/truncation": ["reach"],
  "/clip/max_norm": ["mu"],
  "/clip/max_value": ["mu"],
  "/clip/per_sample": ["persample"],
  "/clip": ["clip"],
  "/follow": ["follow"],
});

/** Section → what else decides whether it fits, the likeliest first. @type {Object<string, string[]>} */
const DECIDED_BY = lookup({
  network: ["text", "data", "weights", "cell", "wiring"],
  weights: ["hidden", "layers", "cell", "wiring", "inputs", "outputs", "data", "text"],
  sequence: ["wiring", "loss", "tokens", "labelled", "inputs", "outputs", "hidden", "layers", "cell", "batch"],
});

/** Settings that count only for one kind of sequence. @type {Object<string, string>} */
const ONLY_OF = lookup({ text: "text", steps: "random", batch: "random", data: "explicit" });

/** Settings whose parts an error can name. */
const IN_PARTS = new Set(["data", "weights"]);

/** The settings that say the nearest part of the request that has any. @param {string} pointer */
function saidBy(pointer) {
  const bias = gateBiases().find(([, field]) => `${pointer}/`.startsWith(`/weights/${field}/`));
  if (bias) return [bias[0]];
  for (let at = pointer; at; at = at.slice(0, at.lastIndexOf("/"))) if (SAID_BY[at]) return SAID_BY[at];
  return [];
}

/** An error in a line, behind the part of the request that it is about. @param {Fault} fault */
function about({ pointer, detail }) {
  const part = pointer.split("/").findLast((key) => /^\D/.test(key));
  return part ? `${part}: ${detail}` : detail;
}

/** @param {string} detail */
function reason(detail) {
  const words = forReaders(detail);
  return words.length <= LONGEST ? words : `${words.slice(0, LONGEST - 1).trimEnd()}…`;
}

/**
 * Which parts of a link are left out next, each with the reason: those that the errors name; where
 * the link gives none of them, one that has to do with them; at last all.
 * @param {string[]} given   the settings that the link gives and that are still in force
 * @param {string} source   where its sequence comes from
 * @param {{status: number, message: string, errors: Fault[]}} problem
 * @param {number} round   how often parts of this link have been left out before
 * @returns {Map<string, string>}   empty: this is nothing that the link could give way in
 */
export function partsToLeave(given, source, problem, round) {
  const left = new Map();
  if (!REFUSALS.has(problem.status)) return left;
  /** @param {string} name */
  const gives = (name) => given.includes(name) && (ONLY_OF[name] ?? source) === source;
  if (round < ROUNDS) {
    for (const error of problem.errors)
      for (const name of saidBy(error.pointer).filter(gives))
        if (!left.has(name)) left.set(name, reason(IN_PARTS.has(name) ? about(error) : error.detail));
    if (left.size) return left;
    for (const error of problem.errors) {
      const name = DECIDED_BY[error.pointer.split("/")[1]]?.find(gives);
      if (name) return left.set(name, reason(about(error)));
    }
  }
  const [first] = problem.errors;
  for (const name of given) left.set(name, reason(first ? about(first) : problem.message));
  return left;
}
