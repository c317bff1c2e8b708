/** The name of a file that leaves the page: what it holds, and of which experiment. */

import { biasGiven } from "../experiment.js";
import { lookup } from "../lookup.js";
import { batchOf } from "../samples.js";
import { clipRuleOf, countedFrom, gateBiases, isGated } from "../vocabulary.js";

/** @import { Experiment, Reading, Weights } from "../types.js" */

/** Which of two experiments a picture that leaves the page shows. */
const SIDES = lookup({ compared: "A", profile: "B-and-A" });

/**
 * The name of a file, which says what it holds, and is another for every other experiment:
 * "unrolled-simple-many-to-one-tanh-r0.55-T100-H16-window3-5f0c2a-profile".
 * @param {Reading} reading   the one that is shown
 * @param {{what?: string, preset?: string, comparing?: boolean}} of   what: a picture, or nothing
 *   for all the numbers
 */
export function fileName(reading, { what = "", preset = "", comparing = false }) {
  const { experiment } = reading.flow;
  const { network } = experiment;
  const layers = network.num_layers ?? 1;
  const batch = batchOf(reading.flow);
  const several = reading.lossSteps.length > 1;
  const followed = reading.follow === null ? "all-losses" : `L${reading.follow}`;
  return [
    "unrolled",
    preset,
    preset === network.cell ? "" : network.cell,
    network.topology,
    isGated(network.cell) ? "" : network.activation,
    ...weightsPart(experiment.weights),
    `T${reading.steps}`,
    `H${network.hidden_size}`,
    layers > 1 ? `${layers}-layers` : "",
    batch > 1 ? `B${batch}` : "",
    several ? followed : "",
    ...cutsPart(experiment),
    fingerprint(experiment),
    comparing ? (SIDES[what] ?? "B") : "",
    what === "compared" ? "diagram" : what,
  ]
    .filter(Boolean)
    .join("-")
    .replaceAll(/[^\p{L}\p{N}.]+/gu, "-");
}

/** "r0.55", and the bias of a gate: "forget3". @param {Weights} given */
function weightsPart({ kind, spectral_radius: radius, ...weights }) {
  if (kind !== "random") return ["given-weights"];
  /** @param {string} name @param {number | number[] | undefined} set */
  const bias = (name, set) => ([set ?? 0].flat().some(Boolean) ? `${name}${[set].flat()}` : "");
  return [
    radius === null ? "r-drawn" : `r${radius}`,
    ...gateBiases().map(([gate, field]) => bias(gate, biasGiven(weights, field))),
  ];
}

/**
 * How far errors travel back, and how gradients are clipped: "window3", "norm-clip-0.5".
 * @param {Experiment} experiment
 */
function cutsPart({ truncation, clip }) {
  const cut = truncation && countedFrom(truncation) ? `${truncation.kind}${truncation.steps}` : "";
  /** @type {Object<string, unknown>} */
  const given = clip ?? {};
  const threshold = clip && clipRuleOf(clip.rule).threshold;
  const rule = threshold ? `${clip.rule}-clip-${given[threshold]}` : "";
  return [cut, rule, rule && clip.per_sample ? "each-sample" : ""];
}

/**
 * Six digits that tell experiments apart; which steps were asked for does not count (FNV-1a).
 * @param {Experiment} experiment
 */
function fingerprint(experiment) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(
    JSON.stringify({ ...experiment, window: null, values: null }),
  ))
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0").slice(-6);
}
