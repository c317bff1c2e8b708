/** Wires a screen of a lesson: its experiments, its sentences, its tasks. Acts on import. */

import { listenAppearance } from "../appearance.js";
import { listenTerms } from "../explain.js";
import { TERMS } from "../glossary.js";
import { load } from "../plotly.js";
import { readTheme } from "../theme.js";
import { readVocabulary } from "../vocabulary.js";
import { fill, filledText } from "./fill.js";
import { createLand } from "./land.js";
import { createLive } from "./live.js";
import { createProgress, putProgress } from "./progress.js";
import { prediction, question, trial } from "./tasks.js";
import { LESSON_TERMS } from "./terms.js";

const root = document.documentElement;
const main = /** @type {HTMLElement} */ (document.getElementById("lesson"));
const screen = main.dataset.screen ?? "";
const progress = createProgress();
let theme = readTheme(root);
let drawable = false;

/** What sliders say, by their names. @type {Object<string, number>} */
const values = {};

readVocabulary(document);
Object.assign(TERMS, LESSON_TERMS);

/** @param {string} selector @returns {HTMLElement[]} */
const all = (selector) =>
  [...main.querySelectorAll(selector)].filter((one) => one instanceof HTMLElement);

/** @type {ReturnType<typeof createLive>[]} */
const lives = all("[data-live]").map((section) =>
  (section.dataset.path === "landscape" ? createLand : createLive)(section, {
    answered,
    problem,
    theme: () => theme,
    /** @param {string} template @returns {string} */
    filled(template) {
      const known = scope();
      return known ? filledText(template, known) : "";
    },
  }),
);

/**
 * The first answer's fields, each answer by its name, and the sliders' values.
 * @returns {import("./expression.js").Scope | null}
 */
function scope() {
  if (lives.some((live) => !live.flow())) return null;
  const named = Object.fromEntries(lives.map((live) => [live.name, live.flow()]));
  return { ...lives[0]?.flow(), ...named, ...values };
}

/** @type {import("./tasks.js").Task[]} */
const tasks = [];

const context = {
  scope,
  done: sayDone,
  /** @param {string} name @param {number} value @param {string[]} pointers @param {boolean} ask */
  set(name, value, pointers, ask) {
    values[name] = value;
    for (const live of lives) if (live.set(pointers, value) && ask) live.send();
    if (ask) show();
  },
};

function show() {
  const known = scope();
  if (!known) return;
  fill(main, known);
  for (const task of tasks) task.refresh();
  if (drawable) for (const live of lives) live.draw();
}

function answered() {
  const problemBox = document.getElementById("problem");
  const busy = lives.some((live) => live.isBusy());
  if (problemBox && !busy && scope()) problemBox.hidden = true;
  show();
  const waiting = busy || !scope() || !drawable;
  main.ariaBusy = String(waiting);
  if (!waiting) root.dataset.state = "ready";
}

/** @param {Error} cause */
function problem(cause) {
  const box = document.getElementById("problem");
  const words = document.getElementById("problem-text");
  if (!box || !words) return;
  words.textContent = `The experiment could not be computed: ${cause.message}`;
  box.hidden = false;
  root.dataset.state = "error";
}

function sayDone() {
  const done = tasks.every((task) => task.isDone());
  if (screen && done) progress.keep(screen, { done });
  putProgress(document, progress);
}

function openGates() {
  root.dataset.gates = "open";
  if (drawable) show();
}

listenAppearance(document, () => {
  theme = readTheme(root);
  if (drawable) for (const live of lives) live.draw();
});
listenTerms(document, () => lives[0]?.reading() ?? null);

for (const form of all("form[data-predict]"))
  if (form instanceof HTMLFormElement)
    tasks.push(
      prediction(form, context, {
        said: progress.said(screen),
        keep: (said) => progress.keep(screen, { said }),
        open: openGates,
      }),
    );
for (const form of all("form[data-ask]"))
  if (form instanceof HTMLFormElement) tasks.push(question(form, context, openGates));
if (!tasks.length || progress.isDone(screen)) openGates();
for (const element of all("[data-slide]")) tasks.push(trial(element, context));

document.getElementById("retry")?.addEventListener("click", () => {
  for (const live of lives) live.send();
});
/** What is wider than its place is scrolled by keyboard, too. */
function reachable() {
  for (const formula of all(".formula")) {
    if (formula.scrollWidth > formula.clientWidth + 1) formula.tabIndex = 0;
    else formula.removeAttribute("tabindex");
  }
}

let width = 0;
new ResizeObserver(([entry]) => {
  const now = Math.round(entry.contentRect.width);
  if (now !== width && width && drawable)
    requestAnimationFrame(() => lives.forEach((live) => live.draw()));
  width = now;
  reachable();
}).observe(main);

for (const live of lives) live.send();
load().then((came) => {
  drawable = came;
  if (!came) problem(new Error("the drawing library did not load"));
  answered();
});
root.removeAttribute("data-opening");
sayDone();
