/** What a screen asks of its reader: a prediction, something to try, a question. */

import { fromLog10, number } from "../format.js";
import { fill, holds, valueOf } from "./fill.js";

/**
 * @typedef {import("./expression.js").Scope} Scope
 *
 * @typedef {object} Context
 * @property {() => Scope | null} scope   null until every experiment has its answer
 * @property {() => void} done   a task is
 * @property {(name: string, value: number, pointers: string[], ask: boolean) => void} set   what an
 *   expression calls by that name, and fields of the experiments; ask: for their answers, too
 *
 * @typedef {object} Task
 * @property {HTMLElement} element
 * @property {() => boolean} isDone
 * @property {() => void} refresh   the numbers are others
 */

/** @template {HTMLElement} T @param {ParentNode} place @param {string} selector @param {new () => T} kind */
function part(place, selector, kind) {
  const found = place.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`no ${selector}`);
  return found;
}

/** @param {HTMLElement} form @param {string} which @param {Scope} scope */
function saidOf(form, which, scope) {
  const template = part(form, `template[data-says="${which}"]`, HTMLTemplateElement);
  const words = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  fill(words, scope);
  // What is said of a prediction is said of what was predicted, whatever a slider does later.
  for (const span of words.querySelectorAll("span.n")) span.classList.add("frozen");
  return words;
}

/** @param {HTMLElement} form */
function chosenIn(form) {
  const chosen = form.querySelector("input[type=radio]:checked");
  return chosen instanceof HTMLInputElement ? chosen : null;
}

/** @param {HTMLElement} form @returns {HTMLInputElement[]} */
const radiosOf = (form) => [...form.querySelectorAll("input")].filter(({ type }) => type === "radio");

/** @param {HTMLElement} line @param {string} lead @param {Node | string} rest @param {string} verdict */
function say(line, lead, rest, verdict) {
  const bold = document.createElement("b");
  bold.textContent = lead;
  line.replaceChildren(bold, " ", rest);
  line.dataset.verdict = verdict;
}

/**
 * A slider that is read in powers of ten says what it stands at.
 * @param {HTMLFormElement} form @param {HTMLInputElement} slider
 */
function listenGuess(form, slider) {
  const output = part(form, "span.value", HTMLElement);
  const show = () => {
    output.textContent = `${fromLog10(Number(slider.value), 2)}${form.dataset.unit}`;
    slider.setAttribute("aria-valuetext", output.textContent ?? "");
  };
  slider.addEventListener("input", show);
  show();
}

/** How near a guess came. @param {HTMLFormElement} form @param {HTMLElement} line @param {number} log10 @param {Scope} scope */
function sayGuessed(form, line, log10, scope) {
  const { guess = "", unit } = form.dataset;
  const value = Number(valueOf(guess, scope));
  const apart = Math.abs(Math.log10(value) - log10);
  const near = apart < Math.log10(2);
  const how = near
    ? "You were within a factor of 2."
    : `You were ${fromLog10(apart, 2)} times too ${Math.log10(value) < log10 ? "high" : "low"}.`;
  say(line, `It is ${number(value)}${unit}.`, how, near ? "right" : "other");
}

/** Whether what was chosen is so. @param {HTMLFormElement} form @param {HTMLElement} line @param {Scope} scope */
function sayChosen(form, line, scope) {
  const chosen = chosenIn(form);
  const truth = radiosOf(form).find((radio) => holds(radio.dataset.holds ?? "", scope));
  for (const radio of radiosOf(form))
    radio.closest(".choice")?.classList.toggle("true", radio === truth);
  if (!chosen || !truth) return;
  if (chosen === truth) say(line, "As you expected.", saidOf(form, truth.value, scope), "right");
  else say(line, "It is otherwise.", saidOf(form, chosen.value, scope), "other");
}

/**
 * Put what was predicted before into the form.
 * @param {HTMLFormElement} form @param {HTMLInputElement | null} slider @param {string} said
 * @returns {boolean} whether the form can say that
 */
function restore(form, slider, said) {
  if (slider) {
    if (said === "" || !Number.isFinite(Number(said))) return false;
    slider.value = said;
    slider.dispatchEvent(new Event("input"));
    return true;
  }
  const radio = radiosOf(form).find(({ value }) => value === said);
  if (radio) radio.checked = true;
  return radio !== undefined;
}

/**
 * A prediction: what it is kept for comes into sight with it.
 * @param {HTMLFormElement} form @param {Context} context
 * @param {{said: string | undefined, keep: (said: string) => void, open: () => void}} gate
 * @returns {Task}
 */
export function prediction(form, context, gate) {
  const line = part(form, "p.verdict-line", HTMLElement);
  const slider = form.dataset.guess === undefined ? null : part(form, "input", HTMLInputElement);
  const state = { said: false, told: false };
  if (slider) listenGuess(form, slider);

  function verdict() {
    const scope = context.scope();
    if (!state.said || state.told || !scope) return;
    state.told = true;
    if (slider) sayGuessed(form, line, Number(slider.value), scope);
    else sayChosen(form, line, scope);
  }

  function accept() {
    state.said = true;
    for (const input of form.querySelectorAll("input")) input.disabled = true;
    part(form, "button[type=submit]", HTMLButtonElement).hidden = true;
    gate.open();
    verdict();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = chosenIn(form);
    if (!slider && !chosen) {
      say(line, "Choose one first.", "A wrong guess costs nothing.", "none");
      return;
    }
    gate.keep(slider?.value ?? chosen?.value ?? "");
    accept();
    line.tabIndex = -1;
    line.focus({ preventScroll: true });
    context.done();
  });
  if (gate.said !== undefined && restore(form, slider, gate.said)) accept();
  return { element: form, isDone: () => state.said, refresh: verdict };
}

/** After so many wrong answers a question gives way. */
const PATIENCE = 2;

/**
 * A question: its answer is checked against the live one; what follows comes into sight with it.
 * @param {HTMLFormElement} form @param {Context} context @param {() => void} open
 * @returns {Task}
 */
export function question(form, context, open) {
  let wrong = 0;
  const line = part(form, "p.verdict-line", HTMLElement);
  const { number: wanted, near } = form.dataset;
  let right = false;

  /** @param {Scope} scope */
  function checkNumber(scope) {
    const typed = part(form, "input", HTMLInputElement).value.trim().replace("−", "-").replace(",", ".");
    const given = Number(typed);
    if (typed === "" || !Number.isFinite(given)) {
      say(line, "A number, please:", "digits, with a point if you like.", "none");
      return;
    }
    const value = Number(valueOf(wanted ?? "", scope));
    answer(Math.abs(given - value) <= Number(near) * Math.abs(value), scope, ["right", "wrong"]);
  }

  /** @param {boolean} is @param {Scope} scope @param {[string, string]} says */
  function answer(is, scope, [ifRight, ifWrong]) {
    right ||= is;
    say(line, is ? "Right." : "Not so.", saidOf(form, is ? ifRight : ifWrong, scope), is ? "right" : "wrong");
    wrong += is ? 0 : 1;
    if (is || wrong >= PATIENCE) open();
    if (is) context.done();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const scope = context.scope();
    if (!scope) return;
    if (wanted !== undefined) return void checkNumber(scope);
    const chosen = chosenIn(form);
    if (!chosen) return void say(line, "Choose one first.", "", "none");
    answer(holds(chosen.dataset.holds ?? "", scope), scope, [chosen.value, chosen.value]);
  });
  form.addEventListener("change", () => line.replaceChildren());

  return {
    element: form,
    isDone: () => right,
    refresh: () => {},
  };
}

/**
 * One thing to try.
 * @param {HTMLElement} element @param {Context} context
 * @returns {Task}
 */
export function trial(element, context) {
  const slider = part(element, "input", HTMLInputElement);
  const output = part(element, "span.value", HTMLElement);
  const name = element.dataset.slide ?? "";
  const pointers = (element.dataset.pointers ?? "").split(" ").filter(Boolean);
  const goal = element.querySelector("p.goal");
  let moved = false;
  let reached = false;

  /** @param {boolean} ask */
  function take(ask) {
    output.textContent = slider.value.replace("-", "−");
    context.set(name, Number(slider.value), pointers, ask);
  }
  slider.addEventListener("input", () => {
    moved = true;
    take(true);
    if (!goal) context.done();
  });
  take(false);

  return {
    element,
    isDone: () => (goal ? reached : moved),
    refresh() {
      const scope = context.scope();
      if (!(goal instanceof HTMLElement) || !scope || reached) return;
      if (!moved || !holds(goal.dataset.goal ?? "", scope)) return;
      reached = true;
      goal.classList.add("reached");
      part(goal, "span.goal-mark", HTMLElement).textContent = "●";
      part(goal, "span.goal-said", HTMLElement).textContent = " Reached.";
      context.done();
    },
  };
}
