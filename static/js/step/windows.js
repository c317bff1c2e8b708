/** The signed numbers of every step, asked for in windows of what an answer may hold. */

import { valuesOf } from "../api.js";
import { batchOf } from "../samples.js";
import { experimentOf, gatesOf, weightsOf } from "./asked.js";

/** So many numbers are asked for at once; the service allows 200,000 by default. */
const AT_ONCE = 90_000;

/** How many numbers one step has, and how many an answer has besides. @param {import("../types.js").Flow} flow */
function sizesOf(flow) {
  const { input_size: inputs, output_size: outputs, hidden_size: units, ...more } =
    experimentOf(flow).network;
  const layers = more.num_layers ?? 1;
  const batch = batchOf(flow);
  const gates = 3 * Object.keys(gatesOf(flow) ?? {}).length || 2; // each with its pre-activation; a and f′
  const back = Math.max(units, outputs);
  const numbers = batch * (layers * (units * (5 + gates) + 4 * back) + 3 * (inputs + outputs) + units);
  const weights = weightsOf(flow);
  return { each: numbers + weights, besides: 2 * weights };
}

/**
 * @param {string} base
 * @param {() => void} came   numbers that were missing are there
 */
export function createWindows(base, came) {
  /** @type {WeakMap<object, {held: Map<number, any>, asked: Set<number>, refused: boolean}>} */
  const flows = new WeakMap();
  let running = new AbortController();
  /** @type {object | null} */
  let about = null;

  /** @param {import("../types.js").Flow} flow */
  function wide(flow) {
    const { each, besides } = sizesOf(flow);
    if (!Number.isFinite(each)) return 0;
    return Math.max(0, Math.min(flow.steps, Math.floor((AT_ONCE - besides) / each)));
  }

  /** @param {import("../types.js").Flow} flow @param {number} first @param {number} size */
  async function ask(flow, first, size) {
    const own = stateOf(flow);
    if (own.asked.has(first) || own.refused) return;
    own.asked.add(first);
    if (about !== flow) {
      running.abort();
      running = new AbortController();
      about = flow;
    }
    const window = { first, last: Math.min(flow.steps, first + size - 1) };
    try {
      const values = await valuesOf(base, flow.experiment, window, running.signal);
      if (values) own.held.set(first, values);
      else own.refused = true;
    } catch {
      own.asked.delete(first); // another experiment was asked about meanwhile
      return;
    }
    came();
  }

  /** @param {object} flow */
  function stateOf(flow) {
    let own = flows.get(flow);
    if (!own) flows.set(flow, (own = { held: new Map(), asked: new Set(), refused: false }));
    return own;
  }

  return {
    /**
     * The numbers of a step and the one before it; null while they are on their way, or where
     * there are too many.
     * @param {import("../types.js").Flow} flow
     * @param {number} step
     * @returns {import("./lookup.js").Values | null}
     */
    of(flow, step) {
      const size = wide(flow);
      if (size < Math.min(2, flow.steps)) return null;
      const own = stateOf(flow);
      for (const values of own.held.values())
        if (values.first <= Math.max(1, step - 1) && step <= values.last) return values;
      const stride = Math.max(1, size - 1); // windows share a step, so that a step has the one before
      const last = flow.steps - Math.floor(Math.max(0, flow.steps - step) / stride) * stride;
      void ask(flow, Math.max(1, last - size + 1), size);
      return null;
    },

    /** Whether they can be written down at all. @param {import("../types.js").Flow} flow */
    able: (flow) => wide(flow) >= Math.min(2, flow.steps) && !stateOf(flow).refused,
  };
}
