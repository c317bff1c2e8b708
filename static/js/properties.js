/** The one table of what can be set: what it begins with, and how each is written in the URL. */

import {
  choice,
  follow,
  half,
  longest,
  map,
  nth,
  perLayer,
  positive,
  radius,
  selection,
  sequence,
  steps,
  text,
  weights,
  whole,
} from "./kinds.js";
import { lookup } from "./lookup.js";
import { story } from "./storyline.js";
import { gateBiases, startOf } from "./vocabulary.js";

/** @import { Setting, Settings } from "./types.js" */

/**
 * name: [what it begins with, how it is written]; a pointer is the field of a request that it says,
 * with which the vocabulary says what it begins. The names are those of the URL and of `data-set` in
 * the templates; what is not in the URL has its default.
 * @type {[string, [Setting, import("./kinds.js").Kind]][]}
 */
const ROWS = Object.entries({
  source: ["/sequence/kind", text],
  text: ["/sequence/text", text],
  tokens: ["/sequence/tokens", text],
  labelled: ["no", choice("no", "yes")],
  label: ["/sequence/label/index", whole],
  labels: ["/sequence/label/of", whole],
  steps: ["/sequence/steps", whole],
  batch: ["/sequence/batch_size", whole],
  seed: ["/sequence/seed", whole],
  inputs: ["/network/input_size", whole],
  outputs: ["/network/output_size", whole],
  cell: ["/network/cell", text],
  layers: ["/network/num_layers", whole],
  wiring: ["/network/topology", text],
  activation: ["/network/activation", text],
  hidden: ["/network/hidden_size", whole],
  /** P, the width of a projected h; null: half of H. */
  projection: [null, half],
  loss: ["/loss", text],
  init: ["/weights/init", text],
  radius: ["/weights/spectral_radius", radius],
  input_scale: ["/weights/input_scale", perLayer],
  /** For how many steps chrono’s gates remember at most; null: T. */
  t_max: [null, longest],
  wseed: ["/weights/seed", whole],
  weights: [null, weights],
  data: [null, sequence],
  reach: ["default", text],
  k: ["/truncation/steps", whole],
  clip: ["/clip/rule", text],
  mu: ["/clip/max_norm", positive],
  persample: ["no", choice("no", "yes")],
  follow: ["last", follow],
  select: ["", selection],
  /** Marked steps: "50,65". */
  mark: ["", steps],
  /** Which stop of the way back is shown; null where it is not stepped through. */
  step: [null, nth],
  /** The step to which a chain of factors goes back. */
  to: [null, nth],
  /** What else is explained beneath the diagram. */
  explain: ["", {
    ...choice("", "chain", "wirings", "copy", "conveyor"),
    allowed: "chain, wirings, copy, conveyor",
  }],
  /** The map of the loss below the pictures: "" where it is closed. */
  wall: ["", map],
  /** Whether the weights and inputs are shown as numbers. */
  numbers: ["", { ...choice("", "1"), allowed: "1" }],
  /** The pictures of a lecture, in their order; "" for those that the page has. */
  story: ["", story],
  /** Which of them is shown; null outside of a lecture. */
  act: [null, nth],
  preset: ["", text],
  /** The experiment kept as A, as a fragment of its own; null where nothing is compared. */
  compare: [null, text],
});

/** Behind which row the biases of gates stand. */
const BEFORE_BIASES = "radius";

/** @type {Object<string, [Setting, import("./kinds.js").Kind]> | null} */
let known = null;

/** The table, with a row for the bias of every gate that a draw may open. */
function table() {
  const biases = gateBiases().map(([gate, field]) => [gate, [`/weights/${field}`, perLayer]]);
  const rows = ROWS.flatMap((row) => (row[0] === BEFORE_BIASES ? [row, ...biases] : [row]));
  known ??= lookup(Object.fromEntries(rows));
  return known;
}

/** How a setting is written; undefined where there is none of this name. @param {string} name */
export const kindOf = (name) => table()[name]?.[1];

/** @returns {Settings} */
export function defaults() {
  const values = Object.entries(table()).map(([name, [value]]) => {
    const isPointer = typeof value === "string" && value.startsWith("/");
    return [name, isPointer ? startOf(value) : value];
  });
  return /** @type {Settings} */ (Object.fromEntries(values));
}

/** What may change without leaving an example: its words are about everything else. */
const FREE_OF_PRESET = new Set(["preset", "follow", "select", "mark", "step", "explain", "to", "wall", "numbers", "story", "act", "clip", "mu", "compare"]);

/**
 * Example → its settings; links name an example instead of repeating it.
 * @type {Map<string, Settings>}
 */
const PRESETS = new Map();

/** Say which examples there are, before any address is read. @param {[string, Settings][]} settings */
export function offer(settings) {
  PRESETS.clear();
  for (const [name, own] of settings) PRESETS.set(name, { ...own, preset: name });
}

/** The settings of an example. @param {string} name */
export function presetSettings(name) {
  return PRESETS.get(name);
}

/**
 * The names of the settings in which two experiments differ.
 * @param {Settings} settings
 * @param {Settings} base
 */
export function differing(settings, base) {
  return Object.entries(table())
    .filter(([name, [, { print }]]) => print(settings[name]) !== print(base[name]))
    .map(([name]) => name);
}

/**
 * Whether the words of the example that is named hold for these settings.
 * @param {Settings} settings
 */
export function fitsPreset(settings) {
  const base = PRESETS.get(settings.preset);
  return base !== undefined && differing(settings, base).every((name) => FREE_OF_PRESET.has(name));
}

/**
 * What differs from a base, as a URL fragment without "#".
 * @param {Settings} settings
 * @param {Settings} base
 */
function changes(settings, base) {
  const parts = new URLSearchParams();
  for (const name of differing(settings, base))
    if (name !== "preset") parts.set(name, kindOf(name).print(settings[name]));
  return parts.toString();
}

/**
 * The settings as a URL fragment without "#": what differs from the defaults; or from an example,
 * behind its name, where the experiment is that one, or is said more shortly so.
 * @param {Settings} settings
 */
export function toFragment(settings) {
  const plain = changes(settings, defaults());
  const base = PRESETS.get(settings.preset);
  if (!base) return plain;
  const rest = changes(settings, base);
  const named = `preset=${encodeURIComponent(settings.preset)}${rest ? `&${rest}` : ""}`;
  return fitsPreset(settings) || named.length < plain.length ? named : plain;
}

/** Longer addresses are cut or refused by some browser, chat or mail on their way. */
export const LONGEST_LINK = 32_000;

/** How a fragment says that its text was left out. */
const CUT = "cut=text";

/**
 * The fragment of an address, and what is too long for it.
 * @param {Settings} settings
 * @returns {{fragment: string, left: {text: string, compare?: string | null} | null}}   another
 *   experiment beside this one is left out where it alone is too long
 */
export function linkOf(settings) {
  const whole = toFragment(settings);
  if (whole.length <= LONGEST_LINK || settings.source !== "text")
    return { fragment: whole, left: null };
  /** @type {{text: string, compare?: string | null}} */
  const left = { text: settings.text };
  const plain = { ...settings, text: defaults().text };
  let rest = toFragment(plain);
  if (rest.length > LONGEST_LINK) {
    left.compare = settings.compare;
    rest = toFragment({ ...plain, compare: null });
  }
  return { fragment: rest ? `${rest}&${CUT}` : CUT, left };
}

/** Whether a fragment's text was left out. @param {string} fragment */
export function isCut(fragment) {
  return `&${fragment.replace(/^#/, "")}`.endsWith(`&${CUT}`);
}

/** Whether a part of a fragment is what says so. @param {string} name @param {string} value */
export function isPartOfCut(name, value) {
  return `${name}=${value}` === CUT;
}

/** @param {string} name */
export function isKnownExample(name) {
  return PRESETS.has(name);
}

/**
 * What a fragment starts from: the example that it names, or the defaults. Older links name an
 * example and repeat all of it; what they leave out has its default.
 * @param {URLSearchParams} parts
 */
export function baseOf(parts) {
  const base = PRESETS.get(parts.get("preset") ?? "");
  if (!base) return defaults();
  const own = differing(base, defaults()).filter((name) => !FREE_OF_PRESET.has(name));
  const whole = own.length > 0 && own.every((name) => parts.has(name));
  return whole ? defaults() : base;
}
