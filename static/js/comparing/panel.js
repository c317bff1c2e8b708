/** The elements of comparing: what A and B are, how they differ, and what went wrong. */

import { differenceSentence, namesOf } from "../difference.js";
import { allWithin, byId, within } from "../page.js";
import { forReaders } from "../problems.js";

/** @import { Reading } from "../types.js" */

const TITLE = "The network, unrolled";

/** Numbers stay on the line of their signs. @param {string} text */
function unbroken(text) {
  return text.replaceAll(/ (?=%|×)|(?<=×) /g, "\u00a0");
}

/** Show or hide what belongs to comparing. @param {Document} document @param {boolean} on */
export function putComparing(document, on) {
  document.documentElement.toggleAttribute("data-comparing", on);
  byId(document, "compare").hidden = !on;
  byId(document, "compare-button").setAttribute("aria-pressed", String(on));
  for (const part of allWithin(document, "[data-comparing-only]")) part.hidden = !on;
  if (!on) within(byId(document, "figure-diagram"), "h2").textContent = TITLE;
}

/** Say how they differ, or that A is asked for. @param {Document} document @param {string} text */
export function putDifference(document, text) {
  byId(document, "difference").textContent = unbroken(text);
}

/** Say what A and B are and how they differ. @param {Document} document @param {Reading} a @param {Reading} b */
export function putNames(document, a, b) {
  const names = namesOf(a, b);
  putDifference(document, differenceSentence(a, b));
  byId(document, "name-a").textContent = names.a;
  byId(document, "name-b").textContent = names.b;
  within(byId(document, "figure-compared"), "h2").textContent = names.a;
  within(byId(document, "figure-diagram"), "h2").textContent = names.b;
}

/**
 * Say why A cannot be shown, or nothing of the kind.
 * @param {Document} document
 * @param {import("../api.js").Problem | null} problem
 */
export function putProblem(document, problem) {
  byId(document, "compare-problem").hidden = !problem;
  if (!problem) return;
  const why = problem.errors.map(({ pointer, detail }) => `${pointer}: ${detail}`).join("; ");
  const said = `A cannot be shown: ${forReaders(why || problem.message)}`;
  byId(document, "compare-problem-text").textContent = said;
  byId(document, "compare-retry").hidden = problem.status === 422;
}
