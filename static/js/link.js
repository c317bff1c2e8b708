/** Reading a link: every part that can be, and in words what had to be left out. */

import { biasSet, projects, stepsOf, takesLongest } from "./experiment.js";
import { allowedNumber, plural, shorten } from "./format.js";
import { controlsIn } from "./page.js";
import {
  baseOf,
  defaults,
  differing,
  isKnownExample,
  isPartOfCut,
  kindOf,
  toFragment,
} from "./properties.js";
import { readStory } from "./storyline.js";
import { allows, inForce, perLayer, ruleOf } from "./vocabulary.js";
import { unreadable } from "./wall/said.js";

/** @import { Setting, Settings } from "./types.js" */

/** So much of a value is looked at, so much repeated, and so many parts are named. */
const LONGEST = 400;
const SHOWN = 32;
/** Numbers in brackets that are longer are nothing to read in a line. */
const READ = 20;
const NAMED = 3;

/**
 * @typedef {{choices: string[], least: string, most: string}} Allowed   by a control
 *
 * @typedef {(name: string, raw: Setting, why: string, of?: string) => void} Leave   leave a part of a
 *   link out; of: what of it
 *
 * @typedef {object} Read   one experiment of a link
 * @property {Settings} settings
 * @property {Settings} base   what they start from
 * @property {string[]} left   what was left out, and why
 * @property {Leave} leave
 */

/** Setting → what its controls allow. @type {Map<string, Allowed>} */
const CONTROLS = new Map();

/** How many pictures the page's own storyline has. */
let pictures = Infinity;

/**
 * A link may say what the page's own controls can say.
 * @param {Document} document @param {number} [acts]   pictures of the page's own storyline
 */
export function learnRanges(document, acts = Infinity) {
  CONTROLS.clear();
  pictures = acts;
  for (const control of controlsIn(document, "[data-set]")) {
    const { set = "" } = control.dataset;
    const known = CONTROLS.get(set) ?? { choices: [], least: "", most: "" };
    if (control.type === "radio") known.choices.push(control.value);
    else if (control instanceof HTMLSelectElement)
      known.choices.push(...[...control.options].map(({ value }) => value));
    else if (control instanceof HTMLInputElement && control.type === "number")
      Object.assign(known, { least: control.min, most: control.max });
    CONTROLS.set(set, known);
  }
}

/**
 * What is allowed instead of a value, or "" where it fits.
 * @param {string} name @param {any} value   undefined: it could not be read
 */
export function allowedInstead(name, value) {
  const { allowed, fits } = kindOf(name);
  const { choices = [], least = "", most = "" } = CONTROLS.get(name) ?? {};
  if (choices.length) return choices.includes(value) ? "" : choices.join(", ");
  if (value !== undefined && (fits?.(value) ?? true)) {
    const low = least !== "" && value < Number(least);
    const high = most !== "" && value > Number(most);
    if (value === null || !(low || high)) return "";
  }
  if (least === "" || fits) return allowed;
  return allowedNumber({ whole: allowed.startsWith("a whole"), least, most });
}

/**
 * What does not go together: [setting, whether it does, what is allowed].
 * @type {[string[], (settings: Settings) => boolean, string][]}
 */
const TOGETHER = [
  [["source"], ({ source, data }) => source !== "explicit" || data !== null, "explicit only with data"],
  [["label", "labels"], ({ label, labels }) => label < labels, "a label below the number of labels"],
  [["follow"], followed, "a step of the sequence"],
  [["act"], ({ act, story }) => act === null || act <= (readStory(story)?.length || pictures), "a picture of the storyline"],
  [["to"], (settings) => settings.to === null || settings.to <= stepsOf(settings), "a step of the sequence"],
  [["select"], ({ select, compare }) => !select.startsWith("A:") || compare !== null, "A: only with compare"],
];

/** What another setting may forbid → its field in a request; the reason is the vocabulary's. */
const RULED = [
  ["init", "/weights/init"],
  ["loss", "/loss"],
];

/** @param {Settings} settings */
function followed(settings) {
  return typeof settings.follow !== "number" || settings.follow <= stepsOf(settings);
}

/** What is about B alone has no place in A. */
const NOT_IN_A = new Set(["compare", "select", "step", "explain", "to", "wall", "numbers", "story", "act"]);

/** Settings that say nothing about what is asked for. */
export const ASKS_NOTHING = new Set(["select", "mark", "step", "explain", "to", "wall", "numbers", "story", "act", "compare", "preset"]);

/** @type {Map<string, string>} */
const NONE = new Map();

/** A part of a link, as far as it is repeated. @param {string} name @param {Setting} raw */
function said(name, raw) {
  const text = String(raw);
  const inside = text.length > READ ? { "{": "{…}", "[": "[…]" }[text[0]] : undefined;
  return shorten(`${name}=${inside ?? text}`.slice(0, LONGEST), SHOWN);
}

/**
 * The first of some words, and how many there are more.
 * @param {string[]} words
 * @param {string} between
 */
function atMost(words, between) {
  const more = words.length - NAMED;
  const tail = more > 0 ? `${between}and ${plural(more, "part")} more` : "";
  return words.slice(0, NAMED).join(between) + tail;
}

/**
 * One experiment of a link.
 * @param {string | URLSearchParams} fragment
 * @param {Map<string, string>} refused   settings that are left out, with the reason
 * @param {Set<string>} foreign   settings that have no place here
 * @returns {Read}
 */
function readOne(fragment, refused = NONE, foreign = new Set()) {
  const parts = new URLSearchParams(fragment);
  const base = refused.has("preset") ? defaults() : baseOf(parts);
  const settings = { ...base };
  /** @type {string[]} */
  const left = [];
  /** @param {string} name @param {Setting} raw @param {string} why */
  const leave = (name, raw, why, of = "") => left.push(`${of}${said(name, raw)} (${why})`);
  const alike = new Map(); // reason → what is left out for it
  const last = new Map([...parts.keys()].map((name, place) => [name, place]));
  let place = -1;
  for (const [name, raw] of parts) {
    place += 1;
    if (isPartOfCut(name, raw)) continue;
    const kind = kindOf(name);
    if (!kind) {
      leave(name, raw, "no such setting");
      continue;
    }
    if (last.get(name) !== place || foreign.has(name)) {
      leave(name, raw, foreign.has(name) ? "not inside of A" : "said again later");
      continue;
    }
    const value = kind.parse(raw);
    const allowed = allowedInstead(name, value);
    if (allowed) leave(name, raw, `allowed: ${allowed}`);
    else if (!refused.has(name)) settings[name] = value;
    else {
      const why = refused.get(name);
      alike.set(why, [...(alike.get(why) ?? []), said(name, raw)]);
    }
  }
  for (const [why, all] of alike) left.push(`${atMost(all, ", ")} (${why})`);
  if (settings.preset && !isKnownExample(settings.preset)) {
    leave("preset", settings.preset, "no such example");
    settings.preset = base.preset;
  }
  for (const [names, goes, allowed] of TOGETHER) {
    if (goes(settings)) continue;
    for (const name of names) {
      if (settings[name] !== base[name]) leave(name, settings[name], `allowed: ${allowed}`);
      settings[name] = base[name];
    }
  }
  for (const [name, pointer] of RULED) {
    const rule = parts.has(name) ? ruleOf(settings, pointer) : undefined;
    if (!rule || allows(rule, settings[name])) continue;
    leave(name, settings[name], rule.why);
    settings[name] = base[name];
  }
  keepBiases(settings, leave);
  keepWall(settings, leave);
  return { settings, base, left, leave };
}

/**
 * Of a list what fits; the rest is named.
 * @template T
 * @param {string} name
 * @param {T[]} all
 * @param {(one: T, place: number) => boolean} fits
 * @param {string} allowed
 * @param {Leave} leave
 */
function keep(name, all, fits, allowed, leave) {
  const rest = all.filter((one, place) => !fits(one, place));
  const of = rest.length < all.length ? `${shorten(rest.join(","), SHOWN)} of ` : "";
  if (rest.length) leave(name, all.join(","), `allowed: ${allowed}`, of);
  return all.filter(fits);
}

/**
 * A number for a layer that is not there is none.
 * @param {Settings} settings
 * @param {Leave} leave
 */
function keepBiases(settings, leave) {
  const { layers } = settings;
  const allowed = `at most ${layers}, one for each layer`;
  for (const [name] of perLayer(settings.cell)) {
    const set = biasSet(settings, name);
    if (!Array.isArray(set)) continue;
    const kept = keep(name, set, (_, layer) => layer < layers, allowed, leave);
    settings[name] = kept.length > 1 ? kept : kept[0];
  }
}

/**
 * Of what the map of the loss shows only what can be read.
 * @param {Settings} settings
 * @param {Leave} leave
 */
function keepWall(settings, leave) {
  const { wall, cell } = settings;
  const rest = unreadable(wall, cell);
  for (const { part, allowed } of rest) leave("wall", wall, `allowed: ${allowed}`, `${shorten(part, SHOWN)} of `);
  const gone = rest.filter(({ kept }) => !kept).map(({ part }) => part);
  if (gone.length) settings.wall = wall.split("~").filter((part) => !gone.includes(part)).join("~") || "1";
}

/** Of settings that nobody has written yet nothing is named. */
const UNNAMED = () => {};

/** Marks are steps of the longer of two sequences. @param {Read} one @param {number} longest */
function keepMarks({ settings, leave }, longest) {
  if (!settings.mark) return;
  /** @param {string} step */
  const fits = (step) => Number(step) >= 1 && Number(step) <= longest;
  const allowed = `steps of the sequence, from 1 to ${longest}`;
  settings.mark = keep("mark", settings.mark.split(","), fits, allowed, leave).join(",");
}

/**
 * The settings that a link gives and that are in force: what it can give way in.
 * @param {Read} one
 */
function givenBy({ settings, base }) {
  const own = differing(settings, base).filter((name) => !ASKS_NOTHING.has(name));
  return base.preset ? [...own, "preset"] : own;
}

/**
 * Settings from a URL fragment.
 * @param {string | URLSearchParams} fragment
 * @param {{own?: Map<string, string>, inA?: Map<string, string>}} refused   what is left out though
 *   it can be read: setting → why, in the link itself and in A
 * @returns {{settings: Settings, left: string[], given: {own: string[], inA: string[]}}}
 *   left: what was left out, and why; given: what may be left out besides
 */
export function readLink(fragment, { own = NONE, inA = NONE } = {}) {
  const b = readOne(fragment, own);
  const { settings } = b;
  const a = settings.compare === null ? null : readOne(settings.compare, inA, NOT_IN_A);
  const longest = Math.max(stepsOf(settings), a ? stepsOf(a.settings) : 0);
  keepMarks(b, longest);
  if (!a) return { settings, left: b.left, given: { own: givenBy(b), inA: [] } };
  keepMarks(a, longest);
  if (inA.size) settings.compare = toFragment(a.settings);
  return {
    settings,
    left: [...b.left, ...a.left.map((words) => `in A: ${words}`)],
    given: { own: givenBy(b), inA: givenBy(a) },
  };
}

/**
 * The settings as a link may say them: what others of them put out of force is as it is in force, so
 * that whoever opens the link finds nothing left out. What was set is kept for when it counts again.
 * @param {Settings} settings
 * @returns {Settings}
 */
export function sayable(settings) {
  const said = { ...settings };
  const base = defaults();
  for (const [names, goes] of TOGETHER)
    if (!goes(said)) for (const name of names) said[name] = base[name];
  for (const [name, pointer] of RULED) said[name] = inForce(name, pointer, said);
  if (!takesLongest(said)) said.t_max = base.t_max;
  if (!projects(said)) said.projection = base.projection;
  keepBiases(said, UNNAMED);
  keepWall(said, UNNAMED);
  const beside = said.compare === null ? 0 : stepsOf(fromFragment(said.compare));
  keepMarks({ settings: said, base, left: [], leave: UNNAMED }, Math.max(stepsOf(said), beside));
  return said;
}

/** Settings from a URL fragment; what cannot be read is left as it is. @param {string} fragment */
export function fromFragment(fragment) {
  return readOne(fragment).settings;
}

/** One line about what was left out, or "". @param {string[]} left */
export function leftWords(left) {
  return left.length ? `Left out of this link: ${atMost(left, "; ")}.` : "";
}
