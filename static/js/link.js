/** Reading a link: every part that can be, and in words what had to be left out. */

import { stepsOf } from "./experiment.js";
import { allowedNumber, plural, shorten } from "./format.js";
import { PROPERTIES, baseOf, isKnownExample, isPartOfCut } from "./properties.js";

/** So much of a value is looked at, so much repeated, and so many parts are named. */
const LONGEST = 400;
const SHOWN = 32;
const NAMED = 3;

/** @typedef {{choices: string[], least: string, most: string}} Allowed   by a control */

/** Setting → what its controls allow. @type {Map<string, Allowed>} */
const CONTROLS = new Map();

/** A link may say what the page's own controls can say. @param {Document} document */
export function learnRanges(document) {
  CONTROLS.clear();
  for (const control of document.querySelectorAll("[data-set]")) {
    const { set } = control.dataset;
    const known = CONTROLS.get(set) ?? { choices: [], least: "", most: "" };
    if (control.type === "radio") known.choices.push(control.value);
    else if (control.type === "select-one")
      known.choices.push(...[...control.options].map(({ value }) => value));
    else if (control.type === "number")
      Object.assign(known, { least: control.min, most: control.max });
    CONTROLS.set(set, known);
  }
}

/**
 * What is allowed instead of a value, or "" where it fits.
 * @param {string} name @param {any} value   undefined: it could not be read
 */
function allowedInstead(name, value) {
  const [, { allowed, fits }] = PROPERTIES[name];
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

/** What does not go together: [setting, whether it does, what is allowed]. */
const TOGETHER = [
  [["source"], ({ source, data }) => source !== "explicit" || data !== null, "explicit only with data"],
  [["label", "labels"], ({ label, labels }) => label < labels, "a label below the number of labels"],
  [["follow"], followed, "a step of the sequence"],
];

function followed(settings) {
  return typeof settings.follow !== "number" || settings.follow <= stepsOf(settings);
}

/**
 * Settings from a URL fragment.
 * @param {string} fragment
 * @returns {{settings: Object<string, any>, left: string[]}}   left: what was left out, and why
 */
export function readLink(fragment) {
  const parts = new URLSearchParams(fragment.replace(/^#/, ""));
  const base = baseOf(parts);
  const settings = { ...base };
  const left = [];
  const leave = (name, raw, why) => left.push(`${shorten(`${name}=${raw}`.slice(0, LONGEST), SHOWN)} (${why})`);
  for (const [name, raw] of parts) {
    if (isPartOfCut(name, raw)) continue;
    if (!Object.hasOwn(PROPERTIES, name)) {
      leave(name, raw, "no such setting");
      continue;
    }
    const value = PROPERTIES[name][1].parse(raw);
    const allowed = allowedInstead(name, value);
    if (allowed) leave(name, raw, `allowed: ${allowed}`);
    else settings[name] = value;
  }
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
  if (settings.compare !== null)
    left.push(...readLink(withoutA(settings.compare)).left.map((words) => `in A: ${words}`));
  return { settings, left };
}

/** A's own fragment: another A inside it is nobody's. */
function withoutA(fragment) {
  const parts = new URLSearchParams(fragment);
  parts.delete("compare");
  return parts.toString();
}

/** Settings from a URL fragment; what cannot be read is left as it is. @param {string} fragment */
export function fromFragment(fragment) {
  return readLink(fragment).settings;
}

/** One line about what was left out, or "". @param {string[]} left */
export function leftWords(left) {
  if (!left.length) return "";
  const more = left.length > NAMED ? `; and ${plural(left.length - NAMED, "part")} more` : "";
  return `Left out of this link: ${left.slice(0, NAMED).join("; ")}${more}.`;
}
