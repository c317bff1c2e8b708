/** The experiment that a choice means, or what stands against it, each thing at its control. */

import { plural } from "../format.js";
import { lossesWith, wirings } from "../vocabulary.js";
import { drawn } from "./drawn.js";

/** @import { Choice } from "./choice.js" */
/** @import { KeptNetwork, KeptSequence } from "./requests.js" */
/** @import { Schemas } from "../../../types/api" */

/**
 * @typedef {Schemas["ModuleReport"]} Module
 * @typedef {Schemas["HeadReport"]} Head
 *
 * @typedef {object} Plan
 * @property {any | null} request   null: something stands against it
 * @property {Object<string, string>} faults   control → what is wrong there
 * @property {string} enters   what is sent back, in a sentence
 */

/** @param {KeptNetwork} network @returns {Module | undefined} */
export function moduleOf({ modules, module }) {
  return modules.find(({ name }) => name === module);
}

/** How many numbers a head reads of a module. @param {Module} module */
export function widthOf({ hidden_size: hidden, projection_size: projected, bidirectional }) {
  return (projected ?? hidden) * (bidirectional ? 2 : 1);
}

/** The heads that read a module, those that cannot be taken too. @param {KeptNetwork} network @param {Module} module */
export function headsOf({ heads }, module) {
  return heads.filter(({ input_size: size, reads }) => size === widthOf(module) && (reads?.includes(module.name) ?? true));
}

/** @param {KeptNetwork} network @returns {Head | undefined} */
export function headOf({ heads, head }) {
  return heads.find(({ name }) => name === head);
}

/** The columns that are read where nobody has chosen: as many as the network reads, the target last.
 * @param {KeptSequence} sequence @param {Module} module @param {Choice} choice */
export function inputsOf(sequence, module, { inputs, target }) {
  const names = sequence.columns.map(({ name }) => name);
  if (inputs) return inputs.filter((name) => names.includes(name));
  if (sequence.alphabet) return names;
  const others = names.filter((name) => name !== target);
  const first = others.length >= module.input_size ? others : names;
  return first.slice(0, module.input_size);
}

/** The losses that a target and a head allow; the one that is likeliest first.
 * @param {KeptSequence} sequence @param {string} target @param {Head} head
 * @returns {{losses: string[], why: string}}   why: there is none */
export function lossesOf(sequence, target, head) {
  const outputs = head.output_size;
  const [classes, numbers] = [lossesWith("classes"), lossesWith("numbers")].map((rows) => rows.map(({ name }) => name));
  if (sequence.alphabet) {
    const size = [...sequence.alphabet].length;
    const why = size === outputs ? "" : `The text has ${size} different characters, and the head ${plural(outputs, "output")}.`;
    return { losses: why ? [] : classes, why };
  }
  const column = sequence.columns.find(({ name }) => name === target);
  if (!column) return { losses: [], why: `The sequence has no column ${target}.` };
  const whole = Number.isInteger(column.min) && Number.isInteger(column.max) && column.min >= 0;
  const losses = outputs === 1 ? numbers : whole && column.max < outputs ? classes : [];
  const fits = outputs === 1 ? "" : `The head has ${outputs} outputs: its target is a column of classes, whole numbers from 0 to ${outputs - 1}.`;
  return { losses, why: losses.length ? "" : fits };
}

/** @param {Module} module @param {boolean} every */
function networkPart(module, every) {
  return {
    cell: module.cell,
    topology: wirings().find(({ reads_all: reads, emits_all: emits }) => reads && emits === every)?.name ?? "",
    ...(module.activation ? { activation: module.activation } : {}),
    input_size: module.input_size,
    hidden_size: module.hidden_size,
    ...(module.projection_size ? { projection_size: module.projection_size } : {}),
    num_layers: module.layers,
    ...(module.bidirectional ? { bidirectional: true } : {}),
  };
}

/**
 * A gradient of norm 1, the same in every unit, where all has been read: at h_T, and at h_1 of a
 * direction that reads backward in time.
 * @param {Module} module @param {number} steps @param {number} batch
 */
function unit(module, steps, batch) {
  const size = widthOf({ ...module, bidirectional: false });
  const [one, none] = [Array(size).fill(1 / Math.sqrt(size)), Array(size).fill(0)];
  /** @param {number[]} row */
  const all = (row) => Array(batch).fill(row);
  if (!module.bidirectional) return { at: "hidden", value: [all(one)] };
  /** @param {number} t */
  const at = (t) => all([...(t === steps - 1 ? one : none), ...(t === 0 ? one : none)]);
  return { at: "hidden", value: Array.from({ length: steps }, (_, t) => at(t)) };
}

/** Where that enters, in words. @param {Module} module @param {number} steps @param {number} batch */
function unitWords({ bidirectional }, steps, batch) {
  const what = `A gradient of norm 1${batch > 1 ? " for each sample" : ""}, the same in every unit, enters`;
  if (!bidirectional) return `${what} at the last hidden state.`;
  return `${what} each direction where it has read all: forward in time at step ${steps}, backward in time at step 1.`;
}

/** What stands against reading these columns. @param {KeptSequence} sequence @param {Module} module @param {string[]} inputs */
function wrongInputs(sequence, module, inputs) {
  const size = sequence.alphabet ? [...sequence.alphabet].length : inputs.length;
  if (size === module.input_size) return "";
  if (sequence.alphabet) return `The text has ${size} different characters; the network reads ${module.input_size} numbers a step.`;
  const many = size > sequence.columns.length || sequence.columns.length < module.input_size;
  const more = many ? ` The sequence has ${plural(sequence.columns.length, "column")} in all.` : "";
  return `${plural(size, "column is", "columns are")} chosen; the network reads ${plural(module.input_size, "number")} a step.${more}`;
}

/** What can be cut out of a sequence. @param {KeptSequence} sequence @param {Choice} choice */
function wrongWindow(sequence, { start, steps, batch, stride, ahead, target }) {
  const left = sequence.rows - start - (target ? ahead : 0);
  /** @type {Object<string, string>} */
  const faults = {};
  if (left < 1) faults.start = `The sequence has ${sequence.rows} rows.`;
  else if (steps > left) faults.steps = `From row ${start} on there are ${left}.`;
  else if (sequence.kind === "batches") {
    if ((batch - 1) * (stride ?? 1) >= sequence.batch) faults.batch = `The file holds ${plural(sequence.batch, "sequence")}.`;
  } else if ((batch - 1) * (stride ?? steps) > left - steps) {
    faults.batch = `There is room for ${1 + Math.floor((left - steps) / (stride ?? steps))}, ${plural(stride ?? steps, "row")} apart.`;
  }
  return faults;
}

const PARTS = ["itemized", "spectrum"];

/** Of one direction the last loss is followed; of two each has its own. @param {Module} module */
const followed = ({ bidirectional }) => (bidirectional ? null : "last");

/** The loss whose gradient comes from outside. */
const given = () => lossesWith(null)[0]?.name ?? "";

/** @param {Module} module @param {KeptNetwork} network @param {string | null} head */
function weightsPart(module, network, head) {
  return { kind: "network", id: network.id, module: module.name, head };
}

/**
 * @param {KeptNetwork} network
 * @param {KeptSequence | null} sequence   null: inputs are drawn
 * @param {Choice} choice
 * @returns {Plan}
 */
export function planOf(network, sequence, choice) {
  const module = moduleOf(network);
  if (!module) return { request: null, faults: {}, enters: "" };
  if (!sequence) return drawnPlan(network, module, choice);
  const inputs = inputsOf(sequence, module, choice);
  const { target, scaling, start, steps, batch, stride, ahead } = choice;
  const wrong = wrongInputs(sequence, module, inputs);
  /** @type {Object<string, string>} */
  const faults = { ...(wrong ? { inputs: wrong } : {}), ...wrongWindow(sequence, choice) };
  const head = target ? headOf(network) : undefined;
  if (target && !head) faults.target = "Choose a head above: a target is compared with what it says.";
  const fitting = head ? lossesOf(sequence, target, head) : { losses: [], why: "" };
  if (fitting.why) faults.target = fitting.why;
  const loss = fitting.losses.includes(choice.loss) ? choice.loss : fitting.losses[0];
  const every = Boolean(head) && choice.at === "every";
  const stored = { kind: "stored", id: sequence.id, inputs, scaling, start, steps, batch, ...(stride === null ? {} : { stride }) };
  const request = {
    network: { ...networkPart(module, every || (!head && module.bidirectional)), ...(head ? { output_size: head.output_size } : {}) },
    weights: weightsPart(module, network, head?.name ?? null),
    sequence: head ? { ...stored, target, ahead } : { ...stored, entering: unit(module, steps, batch) },
    loss: head ? loss : given(),
    follow: followed(module),
    include: PARTS,
  };
  const enters = head
    ? `${every ? "Every step has a loss" : "The last step has a loss"}: what ${head.name} says is compared with ${target}, ${plural(ahead, "row")} later.`
    : `No target. ${unitWords(module, steps, batch)}`;
  return { request: Object.keys(faults).length ? null : request, faults, enters };
}

/** @param {KeptNetwork} network @param {Module} module @param {Choice} choice @returns {Plan} */
function drawnPlan(network, module, { steps, batch, seed }) {
  const inputs = drawn(seed, [steps, batch, module.input_size]);
  const request = {
    network: networkPart(module, module.bidirectional),
    weights: weightsPart(module, network, null),
    sequence: { kind: "explicit", inputs, entering: unit(module, steps, batch) },
    loss: given(),
    follow: followed(module),
    include: PARTS,
  };
  const enters = `Inputs are drawn: standard normal, as no data of yours is. ${unitWords(module, steps, batch)}`;
  return { request, faults: {}, enters };
}

/**
 * What Explore can take of it: it has losses and outputs of its own.
 * @param {KeptNetwork} network @param {KeptSequence | null} sequence @param {Choice} choice
 * @returns {{experiment: any | null, why: string}}   why: it is none, or another one
 */
export function forExplore(network, sequence, choice) {
  const [module, head] = [moduleOf(network), headOf(network)];
  if (!module) return { experiment: null, why: "" };
  if (module.bidirectional) return { experiment: null, why: "Explore draws networks of one direction; both of this one are drawn here." };
  if (!head) return { experiment: null, why: "Explore needs a head, whose outputs have a loss." };
  if (sequence && choice.target) {
    const { request } = planOf(network, sequence, choice);
    return { experiment: request, why: request ? "" : "Explore takes it when nothing stands against it." };
  }
  if (sequence) return { experiment: null, why: "Explore takes a sequence with a target: choose one." };
  const { seed, steps, batch } = choice;
  const loss = lossesWith(head.output_size > 1 ? "classes" : "numbers")[0];
  const experiment = {
    network: { ...networkPart(module, true), output_size: head.output_size },
    weights: weightsPart(module, network, head.name),
    sequence: { kind: "random", steps, batch_size: batch, seed },
    loss: loss?.name,
    follow: "last",
  };
  const why =
    `Explore computes another experiment: it draws inputs and targets of its own (seed ${seed}), ` +
    `and what ${head.name} says has a loss at every step, ${loss?.label}. The pictures here are of a gradient that enters at the last state alone.`;
  return { experiment, why };
}
