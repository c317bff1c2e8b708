/** What is known of the loss over two parameters: what was asked, what came. No element is touched here. */

import { landscapeOf } from "../api.js";
import { toRequest } from "../experiment.js";
import { ballOf } from "./choices.js";
import { axesOf, ballsOf, movedBy } from "./plan.js";
import { nameOf, readPlan } from "./said.js";
import { symbolOf } from "./words.js";

/**
 * @typedef {import("./said.js").Plan} Plan
 * @typedef {import("../figures/wall.js").Land} Land
 * @typedef {import("./words.js").Path} Path
 * @typedef {import("./words.js").Place} Place
 * @typedef {import("../types.js").Settings} Settings
 * @typedef {{name: string, colour: string, dash: string, path: Path}} Ball   colour: its variable
 */

/** @param {import("../types.js").Flow | any} experiment   what a landscape depends on */
function bare({ network, weights, sequence, loss, truncation }) {
  return { network, weights, sequence, loss, truncation };
}

/** Whether noise can be added to the targets: numbers, of one sample. @param {any} sequence */
function takesNoise({ targets }) {
  return (targets?.[0]?.[0]?.length ?? 0) > 0 && targets[0].length === 1;
}

/**
 * @typedef {object} State
 * @property {Plan} plan
 * @property {Land | null} land   the map
 * @property {string} landKey   what it was asked with
 * @property {[number, number] | null} own   the network's own two values
 * @property {string} ownKey
 * @property {{descents: Path[], places: Place[], balls: string[]}} answer   the descents, and the
 *   names of their balls
 * @property {string} answerKey
 */

/**
 * Nothing, at first.
 * @param {() => Settings} settings
 */
export function createSurvey(settings) {
  /** @type {State} */
  const state = {
    plan: readPlan("", ""),
    land: null,
    landKey: "",
    own: null,
    ownKey: "",
    answer: { descents: [], places: [], balls: [] },
    answerKey: "",
  };
  const entries = () => movedBy(state.plan, settings().cell);
  /** @returns {[number, number]} */
  const start = () => state.plan.start ?? state.own ?? [0, 0];
  const experiment = () => bare(toRequest(settings()));

  return {
    entries,
    start,
    plan: () => state.plan,
    land: () => state.land,
    answer: () => state.answer,
    network: () => /** @type {any} */ (experiment().network),
    symbols: () => /** @type {[string, string]} */ (entries().map(symbolOf)),

    /** What tells one picture of a step from another. @param {number} index */
    keyAt: (index) => `${state.landKey} ${state.answerKey} ${index}`,

    /** How many places the longest descent has. */
    longest: () => Math.max(1, ...state.answer.descents.map(({ points }) => points.length)),

    /** What the axes hold. */
    ranges() {
      const [x = [], y = []] = state.land?.axes.map(({ values }) => values) ?? [];
      return {
        from: /** @type {[number, number]} */ ([x[0] ?? 0, y[0] ?? 0]),
        to: /** @type {[number, number]} */ ([x.at(-1) ?? 1, y.at(-1) ?? 1]),
      };
    },

    /** Every ball with its descent. @returns {Ball[]} */
    balls: () =>
      state.answer.descents.map((path, k) => {
        const name = state.answer.balls[k] ?? "";
        const { colour, dash } = ballOf(name);
        return { name, colour, dash, path };
      }),

    /** What the link says. @param {string} text */
    follow(text) {
      state.plan = readPlan(text, settings().cell);
    },

    /** @param {string} base @param {AbortSignal} signal */
    ask: (base, signal) => ask(state, { entries: entries(), start, experiment: experiment() }, base, signal),
  };
}

/**
 * Ask for what is not known yet.
 * @param {State} state
 * @param {{entries: ReturnType<typeof movedBy>, start: () => [number, number], experiment: any}} about
 *   what is moved in which experiment; start: of the balls, once the own values are known
 * @param {string} base   of the API @param {AbortSignal} signal
 * @returns {Promise<boolean>} false: it was given up
 */
async function ask(state, { entries, start, experiment }, base, signal) {
  const { plan } = state;
  /** @param {object} fields */
  const request = (fields) =>
    landscapeOf(base, { experiment, axes: axesOf(plan, entries, state.own), ...fields }, signal);
  const key = JSON.stringify([experiment, entries.map(nameOf)]);
  if (key !== state.ownKey) {
    state.own = null;
    const known = await request({ grid: false });
    state.own = known.axes.map((/** @type {{own: number}} */ axis) => axis.own);
    state.ownKey = key;
  }
  const axes = JSON.stringify([key, axesOf(plan, entries, state.own)]);
  const balls = ballsOf(plan, start(), takesNoise(experiment.sequence));
  const descent = JSON.stringify([key, balls]);
  const [grid, paths] = await Promise.all([
    axes === state.landKey && state.land ? state.land : request({}),
    descent === state.answerKey ? state.answer : request({ grid: false, ...balls }),
  ]);
  if (signal.aborted) return false;
  state.land = grid;
  state.landKey = axes;
  if (descent !== state.answerKey) {
    state.answer = { ...paths, balls: plan.balls };
    state.answerKey = descent;
  }
  return true;
}

/** @typedef {ReturnType<typeof createSurvey>} Survey */
