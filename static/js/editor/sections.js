/** The sections of the panel: a layer's parameters, or the sequence, each part a table or a heat map. */

import { element, paragraph } from "../elements.js";
import { createGrid } from "./grid.js";
import { createHeat } from "./heat.js";
import { headingOf, isTable } from "./parts.js";
import { SENTENCES, sequenceWords } from "./words.js";

/** @import { Settings } from "../types.js" */
/** @import { Held } from "./asking.js" */
/** @import { Edit } from "./cells.js" */
/** @import { Group, Part } from "./parts.js" */

/**
 * @typedef {{element: HTMLElement, show: (part: Part) => void, draw?: () => void}} Shown
 *
 * @typedef {object} On
 * @property {(part: Part, edits: Edit[]) => void} change
 * @property {(words: string) => void} say
 * @property {() => import("../types.js").Theme} theme
 */

/** What is the same as long as the numbers alone change. @param {Part} part */
export function structureOf({ kind, name, blocks, rows, columns, range, fixed }) {
  return JSON.stringify([kind, name, blocks, rows, columns, range, fixed]);
}

/** @param {Part} part @param {On} on @returns {Shown} */
function made(part, { change, say, theme }) {
  if (isTable(part)) return createGrid(part, { say, change: (edits) => change(part, edits) });
  return createHeat(part, { theme, say });
}

/** @param {Part} part @param {Shown} shown */
function partBox(part, shown) {
  const box = element("div", "numbers-part");
  box.dataset.part = part.name;
  box.append(paragraph(part.does, "numbers-does"), shown.element);
  return box;
}

/** @param {string} title @param {Part[]} parts @param {string} words @param {On} on */
function section(title, parts, words, on) {
  const all = parts.map((part) => made(part, on));
  const box = element("section", "numbers-group");
  box.append(element("h3", "", title));
  if (words) box.append(paragraph(words, "note"));
  const row = element("div", "numbers-row");
  row.append(...all.map((shown, n) => partBox(parts[n], shown)));
  box.append(row);
  return { box, all };
}

/**
 * Every part in its section, in the order of the groups and the sequence last.
 * @param {Settings} settings @param {Held} held @param {Group[]} groups @param {Part[]} sequence @param {On} on
 * @returns {{boxes: HTMLElement[], all: Shown[]}}
 */
export function sectionsOf(settings, { numbers, without }, groups, sequence, on) {
  const layers = groups.filter(({ layer }) => layer !== null).length;
  const sections = groups.map(({ layer, parts }) => section(headingOf(layer, layers), parts, "", on));
  if (without.includes("weights")) sections.unshift(section("Weights", [], SENTENCES.large, on));
  sections.push(section("Sequence", sequence, sequenceWords(settings, numbers, without), on));
  return { boxes: sections.map(({ box }) => box), all: sections.flatMap(({ all }) => all) };
}
