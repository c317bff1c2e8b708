/** The storyline that the browser keeps. */

import { printStory, readStory } from "../storyline.js";

/** @import { Act } from "../storyline.js" */

const KEPT = "storyline";

/** What the browser has kept; nothing where it keeps nothing. @returns {Act[]} */
export function kept() {
  try {
    return readStory(localStorage.getItem(KEPT) ?? "") ?? [];
  } catch {
    return [];
  }
}

/** @param {Act[]} acts @returns {boolean} whether the browser keeps it */
export function keep(acts) {
  try {
    localStorage.setItem(KEPT, printStory(acts));
    return true;
  } catch {
    return false;
  }
}
