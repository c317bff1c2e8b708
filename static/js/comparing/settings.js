/** What A is as a setting: a fragment of its own, and what is selected in its diagram. */

import { fromFragment, sayable } from "../link.js";
import { toFragment } from "../properties.js";

/** @import { Settings } from "../types.js" */

/** What is selected in A's diagram is written so. */
const IN_A = "A:";
/** What A has none of: the page has one of each. */
const OF_ONE = { compare: null, select: "", numbers: "", story: "", act: null };

/** The id of what is selected in A's diagram, or "". @param {string} select */
export function selectedInA(select) {
  return select.startsWith(IN_A) ? select.slice(IN_A.length) : "";
}

/** As the setting `select` says it. @param {string} id   of a thing in A's diagram, or "" */
export function selectionInA(id) {
  return id ? IN_A + id : "";
}

/** The settings of A. @param {string} fragment */
export function settingsOfA(fragment) {
  return { ...fromFragment(fragment), ...OF_ONE };
}

/**
 * The settings as A's fragment: without a selection, and without another A inside.
 * @param {Settings} settings
 */
export function keptAsA(settings) {
  return toFragment(sayable({ ...settings, ...OF_ONE }));
}

/** A and B in each other's place. @param {Settings} settings */
export function swapped(settings) {
  const { select, compare, numbers, story, act } = settings;
  const inA = selectedInA(select);
  return {
    ...settingsOfA(compare ?? ""),
    numbers,
    story,
    act,
    compare: keptAsA(settings),
    select: inA || selectionInA(select),
  };
}
