/** The signed numbers of the step that is selected: asked for when the hand rests, and kept. */

import { valuesOf } from "./api.js";
import { partsOf } from "./format.js";
import { batchOf } from "./samples.js";

/** @import { Flow, Reading, Steps, Values } from "./types.js" */

/** After the last change of an experiment its numbers are asked for this much later. */
const REST_MS = 300;
/** So many numbers are asked for at once, if fewer than two steps do not have more. */
const HANDY = 6_000;
/** The most that two steps may have. */
const MOST = 50_000;

/**
 * @typedef {object} Held
 * @property {Values} values   as the answer has them
 * @property {boolean} fresh   whether they are of the experiment that is drawn
 */

/**
 * @param {string} base
 * @param {() => void} came   numbers that were missing are there
 * @returns {{of: (reading: Reading, id: string) => Held | null}}
 */
export function createValues(base, came) {
  const keys = new WeakMap();
  /** @type {{key: string, values: Values | null, without: string}} */
  let held = { key: "", values: null, without: "" };
  /** @type {{key: string, window: Steps | null, abort: AbortController | null}} */
  let asking = { key: "", window: null, abort: null };
  let timer = 0;
  let shown = "";

  /** What tells an experiment from others, whatever its window. @param {Flow} flow */
  function keyOf(flow) {
    if (!keys.has(flow))
      keys.set(flow, JSON.stringify({ ...flow.experiment, window: null, values: null }));
    return keys.get(flow);
  }

  /**
   * @param {Flow} flow
   * @param {string} key
   * @param {{first: number, last: number}} window
   * @param {number} delay
   */
  function ask(flow, key, window, delay) {
    const { window: before } = asking;
    if (asking.key === key && before?.first === window.first && before.last === window.last) return;
    asking.abort?.abort();
    clearTimeout(timer);
    const mine = { key, window, abort: new AbortController() };
    asking = mine;
    timer = setTimeout(async () => {
      const values = await valuesOf(base, flow.experiment, window, mine.abort.signal);
      if (asking !== mine) return;
      asking = { key: "", window: null, abort: null };
      held = values ? { key, values, without: "" } : { ...held, without: key };
      came();
    }, delay);
  }

  return {
    of(reading, id) {
      const { flow } = reading;
      const step = stepOf(id);
      const window = step === null || step > flow.steps ? null : windowOf(flow, step);
      const same = shown === id;
      shown = id;
      if (step === null || !window) return null;
      const key = keyOf(flow);
      const { values } = held;
      if (values && held.key === key && holds(values, step, flow.steps)) return { values, fresh: true };
      if (held.without !== key) ask(flow, key, window, same ? REST_MS : 0);
      return same && values && holds(values, step, flow.steps) ? { values, fresh: false } : null;
    },
  };
}

/** The step of a node, or of the node that an edge enters; null for no id. @param {string} id */
function stepOf(id) {
  const { step } = partsOf(id.slice(id.indexOf(">") + 1));
  return Number.isInteger(step) ? step : null;
}

/**
 * Whether a step and the one before it are there.
 * @param {Values} values
 * @param {number} step
 * @param {number} steps
 */
function holds({ first, last }, step, steps) {
  return first <= Math.max(1, step - 1) && Math.min(step, steps) <= last;
}

/**
 * The steps to ask for: few numbers, the selected step and the one before it among them.
 * @param {Flow} flow
 * @param {number} step
 * @returns {{first: number, last: number} | null}   null where one step has too many
 */
export function windowOf(flow, step) {
  const each = countOf(flow);
  if (2 * each > MOST) return null;
  const wide = Math.max(2, Math.floor(HANDY / each));
  const first = Math.max(1, Math.min(step - 1, step - Math.floor(wide / 2)));
  return { first, last: Math.min(flow.steps, first + wide - 1) };
}

/** How many numbers one step has. @param {Flow} flow */
function countOf(flow) {
  const { network } = flow.experiment;
  const { input_size: inputs, hidden_size: units, output_size: outputs } = network;
  const { num_layers: layers = 1 } = network;
  const samples = batchOf(flow);
  const gates = 3 * Object.keys(flow.gates ?? {}).length || 1;
  const states = flow.cell_gradient ? 4 : 2;
  const weights = Object.values(flow.parameter_gradients).map(({ value }) =>
    value ? value.flat().length : Infinity,
  );
  return (
    samples * (layers * units * (states + gates) + 2 * (inputs + outputs)) +
    weights.reduce((sum, size) => sum + size, 0)
  );
}
