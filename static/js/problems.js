/** An error stands beside the control that caused it. */

/** The field for a JSON pointer: the one with the longest pointer that it starts with. */
function fieldOf(document, pointer) {
  let best = null;
  for (const field of document.querySelectorAll("[data-pointer]")) {
    const own = field.dataset.pointer;
    const fits = pointer === own || pointer.startsWith(`${own}/`);
    const seen = field.querySelector("[data-error]") && field.closest("[hidden]") === null;
    if (fits && seen && own.length > (best?.dataset.pointer.length ?? 0)) best = field;
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

/** @param {Element} field @param {string} text   "" takes it away */
export function setFieldError(field, text) {
  const line = field.querySelector("[data-error]");
  if (!line) return;
  line.hidden = !text;
  line.textContent = text;
  line.id ||= `${field.id || field.dataset.pointer.replaceAll("/", "-")}-error`;
  for (const input of field.querySelectorAll("input:not([type=radio]), textarea, select")) {
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
  document.getElementById("problem").hidden = true;
  document.getElementById("restart").hidden = true;
  for (const line of document.querySelectorAll("[data-error]:not([hidden])")) {
    setFieldError(line.closest("[data-pointer]"), "");
  }
}

/**
 * @param {Document} document
 * @param {import("./api.js").Problem} problem
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
  const place = document.getElementById("problem");
  place.hidden = !general && !first;
  document.getElementById("problem-text").textContent =
    forReaders(general) || "A setting does not fit: what is allowed stands beside it.";
  document.getElementById("restart").hidden = !first;
  document.getElementById("retry").hidden = problem.errors.length > 0;
}
