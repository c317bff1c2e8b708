/** The axes of a map: what they are called, where a value lies on them, and which ticks fit. */

import { tidy } from "../format.js";
import { activationOf, cellOf, gateBiases, wiringOf } from "../vocabulary.js";

/** What the names along an axis are called. @type {Map<string, (name: string) => {name: string, label: string}>} */
const NAMED = new Map(Object.entries({ "/network/cell": cellOf, "/network/activation": activationOf, "/network/topology": wiringOf }));

/**
 * @typedef {object} MapAxis   as the service says it
 * @property {string} at
 * @property {any[]} values
 * @property {any[]} [labels]
 * @property {string} [label]
 * @property {string} [scale]
 *
 * @typedef {object} Varied   what may be varied
 * @property {string} at
 * @property {string} label
 * @property {number} from
 * @property {number} to
 * @property {number} points
 * @property {"" | "log"} scale   "": evenly
 */

/** @param {string} at @param {string} label @param {number} from @param {number} to @param {number} points @param {"" | "log"} [scale] @returns {Varied} */
const span = (at, label, from, to, points, scale = "") => ({ at, label, from, to, points, scale });

/** Of an experiment. @returns {Varied[]} */
export const ofExperiments = () => [
  span("/weights/spectral_radius", "spectral radius ρ", 0.2, 3, 33),
  span("/sequence/steps", "steps T", 4, 200, 25, "log"),
  span("/network/hidden_size", "units H", 2, 64, 17, "log"),
  span("/weights/input_scale", "scale of the inputs’ weights", 0.01, 10, 25, "log"),
  ...gateBiases().map(([gate, field]) => span(`/weights/${field}`, `${gate}-gate bias`, -4, 6, 21)),
  span("/network/num_layers", "layers", 1, 8, 8),
  span("/clip/max_norm", "threshold μ", 0.1, 1000, 25, "log"),
  span("/weights/seed", "seed of the weights", 0, 24, 25),
];

/** Of a training. @returns {Varied[]} */
export const ofTrainings = () => [
  span("/optimizer/learning_rate", "learning rate", 1e-4, 0.1, 7, "log"),
  span("/clip/threshold", "threshold μ", 0.01, 100, 5, "log"),
  span("/task/steps", "steps T", 5, 40, 5, "log"),
  span("/hidden_size", "units H", 4, 32, 4, "log"),
  span("/weights/spectral_radius", "spectral radius ρ", 0.4, 1.8, 8),
];

/** Fields that are whole numbers, as the engine has them. */
const WHOLE = new Set(["batch_size", "follow", "hidden_size", "input_size", "num_layers", "output_size", "seed", "steps", "t_max", "updates"]);

/** Halves go to the even neighbour. @param {number} value */
function rounded(value) {
  const down = Math.floor(value);
  return value - down === 0.5 ? down + (down % 2 ? 1 : 0) : Math.round(value);
}

/** How many values an axis has: those of a span of whole numbers come once. @param {any} axis   as it is sent */
export function countOf({ at, values, from, to, points, scale }) {
  if (values) return values.length;
  if (!WHOLE.has(at.split("/").at(-1)) || !(points >= 2) || !(from < to) || (scale === "log" && from <= 0)) return points ?? 1;
  const found = new Set();
  for (let n = 0; n < points; n += 1) {
    const part = n / (points - 1);
    found.add(rounded(Number((scale === "log" ? from * (to / from) ** part : from + (to - from) * part).toPrecision(12))));
  }
  return found.size;
}

/** What an axis is called. @param {MapAxis} axis */
export function nameOf({ at, label }) {
  if (label) return label;
  const known = [...ofExperiments(), ...ofTrainings()].find((one) => one.at === at);
  return known?.label ?? (at.split("/").at(-1) ?? at).replaceAll("_", " ");
}

/** In the middle of a sentence: "ρ", "T". @param {MapAxis} axis */
export const shortOf = (axis) => nameOf(axis).match(/ (\S)$/)?.[1] ?? nameOf(axis);

/** What is written at a place of an axis. @param {MapAxis} axis @param {number} n */
export function valueAt({ at, values, labels }, n) {
  const value = (labels ?? values)[n];
  if (labels && typeof value === "string") return value;
  if (typeof value === "number") return tidy(value);
  if (value === null) return "as drawn";
  if (typeof value === "object") return `no. ${n + 1}`;
  const known = NAMED.get(at)?.(value);
  return known && known.name === value ? known.label : String(value);
}

/** @param {MapAxis} axis @param {number} n */
export const said = (axis, n) => `${shortOf(axis)} = ${valueAt(axis, n)}`;

/** The numbers along an axis, or null where they are none. @param {MapAxis} axis @returns {number[] | null} */
export function numbersOf({ values, labels }) {
  const all = labels ?? values;
  return all.every((value) => typeof value === "number") ? all : null;
}

/** Where a value lies on an axis, in places from 0; NaN: outside. @param {MapAxis} axis @param {number | null} value */
export function placeOf(axis, value) {
  const all = numbersOf(axis);
  if (!all || value === null) return NaN;
  const log = axis.scale === "log" && value > 0;
  /** @param {number} one */
  const on = (one) => (log ? Math.log(one) : one);
  for (let n = 1; n < all.length; n += 1) {
    if (value < Math.min(all[n - 1], all[n]) || value > Math.max(all[n - 1], all[n])) continue;
    return n - 1 + (on(value) - on(all[n - 1])) / (on(all[n]) - on(all[n - 1]) || 1);
  }
  return NaN;
}

/** A text that has so much room. @param {string} text @param {number} most   letters */
export const cut = (text, most) => (text.length > most ? `${text.slice(0, Math.max(1, Math.floor(most) - 1)).trimEnd()}…` : text);

/** Ticks that fit: places, and what stands there. @param {MapAxis} axis @param {number} most @param {number} letters   of one */
export function ticksOf(axis, most, letters = 12) {
  const count = axis.values.length;
  const every = Math.max(1, Math.ceil((count - 1) / Math.max(1, most - 1)));
  const tickvals = [];
  for (let n = 0; n < count; n += every) tickvals.push(n);
  return { tickvals, ticktext: tickvals.map((n) => cut(valueAt(axis, n), letters)) };
}

/**
 * The part of an axis between two places, as finely as the whole was; null where it is none.
 * @param {MapAxis} axis @param {number} low @param {number} high   places
 */
export function partOf(axis, low, high) {
  const [from, to] = [axis.values[low], axis.values[high]];
  const plain = !axis.labels && typeof from === "number" && typeof to === "number" && from < to;
  if (!plain || !axis.scale) return { ...axis, values: axis.values.slice(low, high + 1), ...(axis.labels ? { labels: axis.labels.slice(low, high + 1) } : {}) };
  const { at, label, scale } = axis;
  return { at, ...(label ? { label } : {}), from, to, scale, points: Math.max(axis.values.length, 2) };
}

/** An experiment with a field set, which is made where it is not there. @param {any} base @param {string} at @param {any} value */
export function withField(base, at, value) {
  const copy = structuredClone(base);
  const keys = at.split("/").slice(1);
  const last = keys.pop() ?? "";
  let place = copy;
  for (const key of keys) place = place[key] ??= {};
  place[last] = structuredClone(value);
  return copy;
}

/**
 * The experiment, or the plan, of a place and draw: as the service makes it.
 * @param {any} sweep @param {number[]} at @param {number} draw
 */
export function specOf(sweep, at, draw) {
  const axes = sweep.rows ? [sweep.rows, ...sweep.axes] : sweep.axes;
  let spec = structuredClone(sweep.training ?? sweep.experiment ?? {});
  axes.forEach((/** @type {MapAxis} */ axis, /** @type {number} */ n) => {
    spec = withField(spec, axis.at, axis.values[at[n]]);
  });
  if (sweep.training) spec.seed = (spec.seed ?? 0) + draw;
  for (const part of sweep.training ? ["weights"] : ["weights", "sequence"]) {
    const own = spec[part] ?? {};
    const drawn = !own.kind || own.kind === "random";
    if (draw && drawn && (!sweep.training || own.seed !== undefined)) spec[part] = { ...own, seed: (own.seed ?? 0) + draw };
  }
  return spec;
}
