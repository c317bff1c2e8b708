/** What the map of the loss shows, as the link says it, and the requests that follow from it. */

import { cellOf, clipRuleOf, clipRules, limitOf, optimizers, wholeRule } from "../vocabulary.js";

/**
 * @typedef {{parameter: string, index: number[]}} Entry
 * @typedef {{entry: Entry, from: number, to: number}} Axis   NaN: about the network's own value
 * @typedef {object} Plan
 * @property {[number, number] | null} start   null: where the network itself is
 * @property {number} rate
 * @property {number} mu
 * @property {number} steps
 * @property {string[]} balls   keys of `balls()`
 * @property {"loss" | "gradient" | "surface"} layer
 * @property {Axis | null} x   null: the recurrent weight
 * @property {Axis | null} y   null: the bias
 *
 * @typedef {{label: string, optimizer: string, rule: string, colour: string, dash: string}} Ball
 */

/** Colour and dashes of the balls, in their order. */
const LOOKS = [
  { colour: "exploding", dash: "" },
  { colour: "vanishing", dash: "" },
  { colour: "ink", dash: "5 3" },
  { colour: "flow-3", dash: "2 3" },
  { colour: "flow-1", dash: "2 3" },
  { colour: "muted", dash: "7 3 2 3" },
];

/**
 * The balls: the first optimizer's, not clipped and clipped by every rule that takes the two
 * components together, then the other optimizers', not clipped.
 * @returns {Map<string, Ball>}
 */
export function balls() {
  const [plain, ...others] = optimizers();
  const [none, ...clips] = clipRules().filter(({ each, on_the_way: late }) => !each && !late);
  const rows = [
    { name: "free", label: "not clipped", optimizer: plain?.name, rule: none?.name },
    ...clips.map(({ name, label }) => ({
      name,
      label: `clipped by ${label}`,
      optimizer: plain?.name,
      rule: name,
    })),
    ...others.map(({ name, label }) => ({ name, label, optimizer: name, rule: none?.name })),
  ];
  return new Map(
    rows.map(({ name, label, optimizer = "", rule = "" }, n) => {
      const look = LOOKS[n % LOOKS.length] ?? { colour: "ink", dash: "" };
      return [name, { label, optimizer, rule, ...look }];
    }),
  );
}

/** The ball of a name; of one that nobody knows the first. @param {string} name @returns {Ball} */
export function ballOf(name) {
  const all = balls();
  return all.get(name) ?? /** @type {Ball} */ (all.values().next().value);
}

/** Whether a ball's gradient is clipped. @param {Ball} ball */
export function isClipped({ rule }) {
  return clipRuleOf(rule).threshold !== null;
}

/** Balls that go down at once, and steps that each may take. */
export const mostBalls = () => limitOf("descents");
export const mostSteps = () => limitOf("descent_steps");
/** Of the noisy targets, beside their own. */
export const NOISE = 0.1;
/** Half the width of the map about the network's own values. */
const ABOUT = 2;

/** @returns {Plan} */
export function defaultPlan() {
  return { start: null, rate: 0.03, mu: 0.2, steps: 60, balls: [...balls().keys()].slice(0, 2), layer: "loss", x: null, y: null };
}

/** "4.8,-2.3" as numbers, or null. @param {string} text @param {number} count */
function numbers(text, count) {
  const found = text.split(",").map(Number);
  return found.length === count && text !== "" && found.every(Number.isFinite) ? found : null;
}

/** "W_hh.0.0,3,7" @param {string} text @returns {Axis | null} */
function axisOf(text) {
  const [name = "", ...ends] = text.split(",");
  const [parameter = "", ...index] = name.split(".");
  const [from = NaN, to = NaN] = ends.map(Number);
  const places = index.map(Number);
  if (!parameter || !places.length || !places.every(Number.isInteger)) return null;
  return { entry: { parameter, index: places }, from, to: to > from ? to : NaN };
}

/** @param {Entry} entry */
export function nameOf({ parameter, index }) {
  return [parameter, ...index].join(".");
}

/**
 * The plan of a link; what cannot be read has its default.
 * @param {string} text   of the setting `wall`
 * @returns {Plan}
 */
export function readPlan(text) {
  const plan = defaultPlan();
  const known = balls();
  for (const part of text.split("~")) {
    const at = part.indexOf(":");
    if (at < 0) continue;
    const [name, value] = [part.slice(0, at), part.slice(at + 1)];
    const [one] = numbers(value, 1) ?? [NaN];
    const pair = numbers(value, 2);
    if (name === "start" && pair) plan.start = [pair[0] ?? 0, pair[1] ?? 0];
    else if (name === "rate" && one > 0) plan.rate = one;
    else if (name === "mu" && one > 0) plan.mu = one;
    else if (name === "steps" && Number.isInteger(one) && one >= 1 && one <= mostSteps()) plan.steps = one;
    else if (name === "balls") {
      const named = value.split(".").filter((ball) => known.has(ball));
      plan.balls = [...new Set(named)].slice(0, mostBalls());
    } else if (name === "layer" && (value === "gradient" || value === "surface")) plan.layer = value;
    else if (name === "x" || name === "y") plan[name] = axisOf(value);
  }
  return plan;
}

/** @param {Axis} axis */
function printAxis({ entry, from, to }) {
  return Number.isFinite(from) && Number.isFinite(to) ? `${nameOf(entry)},${from},${to}` : nameOf(entry);
}

/** The setting `wall`: what differs from the defaults. @param {Plan} plan */
export function printPlan(plan) {
  const base = defaultPlan();
  const parts = [];
  if (plan.start) parts.push(`start:${plan.start.join(",")}`);
  if (plan.rate !== base.rate) parts.push(`rate:${plan.rate}`);
  if (plan.mu !== base.mu) parts.push(`mu:${plan.mu}`);
  if (plan.steps !== base.steps) parts.push(`steps:${plan.steps}`);
  if (plan.balls.join() !== base.balls.join()) parts.push(`balls:${plan.balls.join(".")}`);
  if (plan.layer !== base.layer) parts.push(`layer:${plan.layer}`);
  if (plan.x) parts.push(`x:${printAxis(plan.x)}`);
  if (plan.y) parts.push(`y:${printAxis(plan.y)}`);
  return parts.join("~") || "1";
}

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
    const own = parameter === "W_hy" || parameter === "b_y" ? outputs : parameter === "b_hn" || parameter === "W_yh" ? 1 : rows;
    const columns = parameter === "W_xh" ? inputs : parameter === "W_yh" ? outputs : 1;
    const vector = parameter.startsWith("b_");
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
