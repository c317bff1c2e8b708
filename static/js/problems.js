/** An error stands beside the control that caused it. */

import { allWithin, byId, sure } from "./page.js";

/** @import { Fault } from "./types.js" */

/**
 * The field for a JSON pointer: the one with the longest pointer that it starts with.
 * @param {Document} document
 * @param {string} pointer
 */
function fieldOf(document, pointer) {
  /** @type {HTMLElement | null} */
  let best = null;
  let most = 0;
  for (const field of allWithin(document, "[data-pointer]")) {
    const own = field.dataset.pointer ?? "";
    const fits = pointer === own || pointer.startsWith(`${own}/`);
    const seen = field.querySelector("[data-error]") && field.closest("[hidden]") === null;
    if (fits && seen && own.length > most) [best, most] = [field, own.length];
  }
  return best;
}

/**
 * An error for who reads the page: without the names of the service’s settings.
 * @param {string} detail
 */
export function forReaders(detail) {
  return detail.replace(/ \(UNROLLED_\w+\)|; UNROLLED_\w+(?=\))/g, "");
}

/** @param {HTMLElement} field @param {string} text   "" takes it away */
export function setFieldError(field, text) {
  /** @type {HTMLElement | null} */
  const line = field.querySelector("[data-error]");
  if (!line) return;
  line.hidden = !text;
  line.textContent = text;
  line.id ||= `${field.id || (field.dataset.pointer ?? "").replaceAll("/", "-")}-error`;
  for (const input of allWithin(field, "input:not([type=radio]), textarea, select")) {
    if (text) {
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", line.id);
    } else {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
    }
  }
}

/** @param {Document} document */
export function clearProblems(document) {
  byId(document, "problem").hidden = true;
  byId(document, "restart").hidden = true;
  for (const line of allWithin(document, "[data-error]:not([hidden])")) {
    setFieldError(sure(line.closest("[data-pointer]"), "[data-pointer]"), "");
  }
}

/**
 * @param {Document} document
 * @param {{errors: Fault[], message: string}} problem
 * @param {boolean} first   nothing is drawn yet: a way to what can be is offered
 */
export function showProblem(document, problem, first = false) {
  clearProblems(document);
  const homeless = [];
  for (const { pointer, detail } of problem.errors) {
    const field = fieldOf(document, pointer);
    if (field) setFieldError(field, forReaders(detail));
    else homeless.push(`${pointer}: ${detail}`);
  }
  const general = problem.errors.length ? homeless.join("; ") : problem.message;
  const place = byId(document, "problem");
  place.hidden = !general && !first;
  byId(document, "problem-text").textContent =
    forReaders(general) || "A setting does not fit: what is allowed stands beside it.";
  byId(document, "restart").hidden = !first;
  byId(document, "retry").hidden = problem.errors.length > 0;
}
