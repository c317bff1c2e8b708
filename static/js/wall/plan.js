/** The requests that follow from what the map of the loss shows. */

import { cellOf, clipRuleOf, wholeRule } from "../vocabulary.js";
import { ballOf } from "./choices.js";
import { nameOf } from "./said.js";

/** @import { Axis, Entry, Plan } from "./said.js" */

/** Of the noisy targets, beside their own. */
export const NOISE = 0.1;
/** Half the width of the map about the network's own values. */
const ABOUT = 2;

/** Whether a network has one unit. @param {Object<string, any>} settings */
export function isScalar({ hidden, layers }) {
  return hidden === 1 && layers === 1;
}

/**
 * Every entry of the parameters of a network of one unit.
 * @param {{cell: string, input_size: number, output_size: number}} network
 * @returns {Entry[]}
 */
export function entriesOf({ cell, input_size: inputs, output_size: outputs }) {
  const { gates, parameters, recurrent } = cellOf(cell);
  const rows = Math.max(1, gates.length);
  /** @param {number} n */
  const upTo = (n) => Array.from({ length: n }, (_, k) => k);
  /** @type {Entry[]} */
  const found = [];
  for (const parameter of [...parameters, "W_hy", "b_y"]) {
    const own = parameter === "W_hy" || parameter === "b_y" ? outputs : /^(b_hn|W_yh|p_.)$/.test(parameter) ? 1 : rows;
    const columns = parameter === "W_xh" ? inputs : parameter === "W_yh" ? outputs : 1;
    const vector = /^[bp]_/.test(parameter);
    for (const row of upTo(own))
      for (const column of upTo(vector ? 1 : columns))
        found.push({ parameter, index: vector ? [row] : [row, column] });
  }
  return found.sort((a, b) => Number(b.parameter === recurrent) - Number(a.parameter === recurrent));
}

/** The entries of both axes. @param {Plan} plan @param {string} cell @returns {[Entry, Entry]} */
export function movedBy(plan, cell) {
  const { recurrent } = cellOf(cell);
  return [
    plan.x?.entry ?? { parameter: recurrent, index: [0, 0] },
    plan.y?.entry ?? { parameter: "b_h", index: [0] },
  ];
}

/**
 * The axes of a request.
 * @param {Plan} plan @param {[Entry, Entry]} entries
 * @param {[number, number] | null} own   the network's own values; null: not known yet
 */
export function axesOf(plan, entries, own) {
  return entries.map((entry, n) => {
    const said = n ? plan.y : plan.x;
    const given = said && Number.isFinite(said.from) && Number.isFinite(said.to);
    const about = own?.[n] ?? 0;
    const [from, to] = given ? [said.from, said.to] : [about - ABOUT, about + ABOUT];
    return { parameter: entry.parameter, index: entry.index, from, to };
  });
}

/** @param {string} rule @param {number} mu */
function clipBy(rule, mu) {
  const { threshold } = clipRuleOf(rule);
  return threshold === null ? { rule } : { rule, [threshold]: mu };
}

/**
 * The balls of a request, and the start as a place whose numbers are wanted, alone and with noise.
 * @param {Plan} plan @param {[number, number]} start @param {boolean} noisy   whether noise can be added
 */
export function ballsOf(plan, start, noisy) {
  const descents = plan.balls.map((name) => {
    const ball = ballOf(name);
    return {
      start,
      optimizer: ball.optimizer,
      learning_rate: plan.rate,
      steps: plan.steps,
      clip: clipBy(ball.rule, plan.mu),
    };
  });
  const whole = wholeRule()?.name ?? "";
  const biased = {
    at: start,
    clip: { ...clipBy(whole, plan.mu), per_sample: true },
    noise: { scale: NOISE },
  };
  return { descents, places: [{ at: start }, ...(noisy ? [biased] : [])] };
}
