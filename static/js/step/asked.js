/** What an answer says of its experiment, as far as the explanations need it. */

/**
 * @typedef {{network: {cell: string, topology: string, activation: string, input_size: number,
 *   hidden_size: number, output_size: number, num_layers?: number}, sequence: {tokens?: string}, truncation: {kind: string, steps?: number},
 *   loss: string, weights: Record<string, any>}} Experiment
 */

/** @param {import("../types.js").Flow} flow @returns {Experiment} */
export function experimentOf(flow) {
  return /** @type {any} */ (flow.experiment);
}

/** H. @param {import("../types.js").Flow} flow */
export function unitsOf(flow) {
  return experimentOf(flow).network.hidden_size;
}

/** Gate → its means, or null. @param {import("../types.js").Flow} flow */
export function gatesOf(flow) {
  return /** @type {{gates: Record<string, number[]> | null}} */ (/** @type {any} */ (flow)).gates;
}

/** How many numbers all parameters have; endless where an answer leaves them out. @param {import("../types.js").Flow} flow */
export function weightsOf(flow) {
  const all = /** @type {{value: any}[]} */ (/** @type {any} */ (Object.values(flow.parameter_gradients)));
  return all.reduce((sum, { value }) => sum + (value ? [value].flat(Infinity).length : Infinity), 0);
}
