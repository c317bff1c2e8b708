/** What the map of the loss shows, as a link says it: parts between "~", and what cannot be read of them. */

import { real } from "../kinds.js";
import { cellOf } from "../vocabulary.js";
import { balls, mostBalls, mostSteps } from "./choices.js";

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
 */

/** Parameters that every cell has. */
const OUTPUT = ["W_hy", "b_y"];
const AXIS = "a parameter of the cell and its place, then least and most, as W_hh.0.0,3,7";

/** @returns {Plan} */
export function defaultPlan() {
  return { start: null, rate: 0.03, mu: 0.2, steps: 60, balls: [...balls().keys()].slice(0, 2), layer: "loss", x: null, y: null };
}

/** "4.8,-2.3" as numbers, or null. @param {string} text @param {number} count */
function numbers(text, count) {
  const found = text.split(",").map(real.parse);
  return found.length === count && !found.includes(undefined) ? found : null;
}

/** A number above 0. @param {string} text */
function above(text) {
  const [one = NaN] = numbers(text, 1) ?? [];
  return one > 0 ? one : undefined;
}

/** "W_hh.0.0,3,7" @param {string} text @param {string} cell @returns {Axis | undefined} */
function axisOf(text, cell) {
  const [name = "", ...ends] = text.split(",");
  const [parameter = "", ...index] = name.split(".");
  const known = [...cellOf(cell).parameters, ...OUTPUT].includes(parameter);
  const fits = index.length === (parameter.startsWith("b_") ? 1 : 2) && index.every((n) => /^\d{1,3}$/.test(n));
  if (!known || !fits) return undefined;
  const entry = { parameter, index: index.map(Number) };
  if (!ends.length) return { entry, from: NaN, to: NaN };
  const [from = 0, to = 0] = numbers(ends.join(","), 2) ?? [];
  return to > from ? { entry, from, to } : undefined;
}

/** Balls that are known, each once. @param {string} text @returns {string[]} */
function ballsIn(text) {
  const known = balls();
  return [...new Set(text.split("."))].filter((name) => known.has(name)).slice(0, mostBalls());
}

/**
 * @typedef {object} Part   one part of what a link says
 * @property {(text: string, cell: string) => any} read   undefined where it cannot be read
 * @property {() => string} allowed
 * @property {(text: string) => boolean} [whole]   whether all of it can be read
 */

/** @type {[string, Part][]} */
const ROWS = [
  ["start", { read: (text) => numbers(text, 2) ?? undefined, allowed: () => "two numbers" }],
  ["rate", { read: above, allowed: () => "a number above 0" }],
  ["mu", { read: above, allowed: () => "a number above 0" }],
  [
    "steps",
    {
      read: (text) => (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= mostSteps() ? Number(text) : undefined),
      allowed: () => `a whole number from 1 to ${mostSteps()}`,
    },
  ],
  [
    "balls",
    {
      read: (text) => (ballsIn(text).length ? ballsIn(text) : undefined),
      whole: (text) => ballsIn(text).join(".") === text,
      allowed: () => `at most ${mostBalls()} of ${[...balls().keys()].join(", ")}`,
    },
  ],
  [
    "layer",
    {
      read: (text) => (["loss", "gradient", "surface"].includes(text) ? text : undefined),
      allowed: () => "loss, gradient, surface",
    },
  ],
  ["x", { read: axisOf, allowed: () => AXIS }],
  ["y", { read: axisOf, allowed: () => AXIS }],
];
const PARTS = new Map(ROWS);

/** The parts of a link, each with what it is about. @param {string} text */
function partsOf(text) {
  const parts = text === "" || text === "1" ? [] : text.split("~");
  return parts.map((part) => {
    const at = Math.max(0, part.indexOf(":"));
    return { part, name: part.slice(0, at), said: part.slice(at + 1) };
  });
}

/**
 * The plan of a link; what cannot be read has its default.
 * @param {string} text   of the setting `wall`
 * @param {string} cell   whose parameters are moved
 * @returns {Plan}
 */
export function readPlan(text, cell) {
  const plan = defaultPlan();
  for (const { name, said } of partsOf(text)) {
    const value = PARTS.get(name)?.read(said, cell);
    if (value !== undefined) Object.assign(plan, { [name]: value });
  }
  return plan;
}

/**
 * The parts of a link that cannot be read, or not whole, with what is allowed instead.
 * @param {string} text @param {string} cell
 * @returns {{part: string, allowed: string, kept: boolean}[]}   kept: what of it can be read counts
 */
export function unreadable(text, cell) {
  return partsOf(text).flatMap(({ part, name, said }) => {
    const known = PARTS.get(name);
    if (!known) return [{ part, kept: false, allowed: `1, or between ~ ${[...PARTS.keys()].map((one) => `${one}:…`).join(", ")}` }];
    const kept = known.read(said, cell) !== undefined;
    return kept && (known.whole?.(said) ?? true) ? [] : [{ part, kept, allowed: known.allowed() }];
  });
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

/** @param {Entry} entry */
export function nameOf({ parameter, index }) {
  return [parameter, ...index].join(".");
}
