/** A flow as that of one of its layers, and of one direction of it. */

/** @import { Way } from "./types.js" */

/** Whether it is of two directions; a file of a run may hold anything. @param {any} flow */
export function hasBoth(flow) {
  const { directions } = flow ?? {};
  return Array.isArray(directions) && directions.length > 0 && directions.every((one) => Number.isInteger(one?.layer));
}

/** How many layers a whole flow is of. @param {any} flow */
export function layersOf(flow) {
  return hasBoth(flow) ? flow.directions.at(-1).layer + 1 : (flow?.layers?.length ?? 1);
}

/**
 * A flow as that of one of its layers, and of one direction of it.
 *
 * Followed is the loss that this direction of the last layer carries furthest: forward in time the
 * last that enters, backward in time the first.
 * @param {any} flow
 * @param {number | null} layer   from 0; null: the last, which a flow is of anyway
 * @param {boolean} [reverse]   the direction that reads backward in time; of one direction no matter
 * @returns {any}   null where a brief flow does not say it
 */
export function partOf(flow, layer, reverse = false) {
  if (hasBoth(flow)) return directionOf(flow, layer, reverse);
  const part = layer === null ? null : flow?.layers?.[layer];
  if (!part) return flow;
  return { ...flow, ...part, layers: null, followed_gradient: null, followed_cell_gradient: null };
}

/** @param {any} flow @param {number | null} layer @param {boolean} reverse */
function directionOf(flow, layer, reverse) {
  const last = layersOf(flow) - 1;
  /** @param {number} at */
  const found = (at) => flow.directions.find((/** @type {any} */ one) => one.layer === at && one.reverse === reverse);
  const part = found(layer ?? last);
  if (!part) return null;
  const carries = found(last)?.carries ?? null;
  /** @type {Way} */
  const way = { reverse, through: part.layer < last, end: carries?.step ?? null };
  return {
    ...flow,
    ...part,
    ...(part.itemized ? { itemized: heard(part.itemized) } : {}),
    directions: flow.directions,
    layers: null,
    followed_gradient: part.followed_gradient ?? null,
    followed_cell_gradient: part.followed_cell_gradient ?? null,
    experiment: { ...flow.experiment, follow: carries?.loss_step ?? null },
    way,
  };
}

/**
 * The rows of a map that have anything: a loss may read one direction alone.
 * @param {any} itemized
 */
function heard(itemized) {
  const rows = itemized.log10_norm;
  const kept = rows.flatMap((/** @type {any[]} */ row, /** @type {number} */ n) => (row.some((value) => value !== null) ? [n] : []));
  if (kept.length === rows.length) return itemized;
  /** @param {any[] | null} all */
  const of = (all) => all && kept.map((/** @type {number} */ n) => all[n]);
  const { loss_steps: losses, state_log10_norm: states } = itemized;
  return { ...itemized, loss_steps: of(losses), log10_norm: of(rows), state_log10_norm: of(states) };
}

/**
 * The steps that a loss may reach which enters at a step.
 * @param {{way?: Way, steps: number}} flow @param {number} entryStep
 */
export function reachOf({ way, steps }, entryStep) {
  if (way?.through) return { from: 1, to: steps };
  return way?.reverse ? { from: entryStep, to: Math.max(entryStep, way.end ?? steps) } : { from: 1, to: entryStep };
}
