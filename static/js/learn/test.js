/** The test, before and after. Acts on import. */

import { listenAppearance } from "../appearance.js";
import { element } from "../elements.js";
import { plural } from "../format.js";
import { createProgress } from "./progress.js";

/**
 * @typedef {object} Choice
 * @property {HTMLInputElement} input
 * @property {boolean} right
 * @property {string} slip   the misconception that it stands for, or ""
 *
 * @typedef {{before?: number[], after?: number[]}} Answers   the chosen one of every question
 */

const progress = createProgress();
const form = /** @type {HTMLFormElement} */ (document.getElementById("ten"));
const result = /** @type {HTMLElement} */ (document.getElementById("result"));
const questions = [...form.querySelectorAll("fieldset")].map((fieldset) => ({
  fieldset,
  /** @type {Choice[]} */
  choices: [...fieldset.querySelectorAll("input")].map((input) => ({
    input,
    right: "right" in input.dataset,
    slip: input.dataset.slip ?? "",
  })),
}));
let answers = stored();

/** Answers of a link, "before=0123012301"; else what the browser has kept. @returns {Answers} */
function stored() {
  const parts = new URLSearchParams(location.hash.slice(1));
  /** @type {Answers} */
  const found = {};
  for (const stage of /** @type {("before" | "after")[]} */ (["before", "after"])) {
    const said = [...(parts.get(stage) ?? "")].map(Number);
    if (isWhole(said)) found[stage] = said;
  }
  if (found.before) return found;
  const { before, after } = progress.test();
  if (!before || !isWhole(before)) return {};
  return after && isWhole(after) ? { before, after } : { before };
}

/** Whether these are answers to these questions. @param {number[]} said */
function isWhole(said) {
  return (
    said.length === questions.length &&
    said.every((one, n) => Number.isInteger(one) && questions[n].choices[one] !== undefined)
  );
}

/** @param {number[]} said */
const scoreOf = (said) => said.filter((one, n) => questions[n].choices[one].right).length;

/** @param {number[]} said @returns {Set<string>} */
const slipsOf = (said) =>
  new Set(said.map((one, n) => questions[n].choices[one].slip).filter(Boolean));

/** A heading with a list below it, or nothing. @param {string} title @param {string[]} lines */
function listed(title, lines) {
  if (!lines.length) return [];
  const list = element("ul");
  list.append(...lines.map((line) => element("li", "", line)));
  return [element("h3", "", title), list];
}

/** @param {string} words @param {number[]} said */
function scoreBox(words, said) {
  const box = element("p", "score");
  box.append(element("b", "", `${scoreOf(said)} of ${questions.length}`), ` ${words}`);
  return box;
}

/** @param {number[]} before @param {number[]} after */
function compared(before, after) {
  const was = slipsOf(before);
  const is = slipsOf(after);
  const gone = [...was].filter((slip) => !is.has(slip));
  const stayed = [...was].filter((slip) => is.has(slip));
  const come = [...is].filter((slip) => !was.has(slip));
  const scores = element("div", "scores");
  scores.append(scoreBox("before", before), scoreBox("after", after));
  return [
    scores,
    ...listed(`${plural(gone.length, "misconception")} gone`, gone),
    ...listed("Still there", stayed),
    ...listed("New", come),
    ...(was.size || is.size ? [] : [element("p", "", "There was no misconception to lose.")]),
  ];
}

function put() {
  const { before, after } = answers;
  const over = Boolean(before && after);
  const heading = /** @type {HTMLElement} */ (document.getElementById("which"));
  heading.textContent = over ? "What is right" : before ? "After the lessons" : "Before the lessons";
  result.hidden = !before;
  if (before && after) result.replaceChildren(element("h2", "", "Before and after"), ...compared(before, after), again());
  else if (before) {
    const words = element("p", "", "What was right is said after the second time. ");
    const link = element("a", "", "To the lessons");
    link.setAttribute("href", "/learn");
    words.append(link, ".");
    result.replaceChildren(element("h2", "", "Before the lessons"), scoreBox("right", before), words);
  }
  for (const [n, { fieldset, choices }] of questions.entries()) {
    fieldset.disabled = over;
    fieldset.querySelector("p.where-seen")?.remove();
    for (const [k, choice] of choices.entries()) {
      choice.input.closest("label")?.classList.toggle("true", over && choice.right);
      choice.input.checked = over && after?.[n] === k;
    }
    if (over) fieldset.append(seen(fieldset));
  }
  const button = /** @type {HTMLElement} */ (form.querySelector("button[type=submit]"));
  button.hidden = over;
}

/** Which lesson shows it. @param {HTMLFieldSetElement} fieldset */
function seen({ dataset }) {
  const words = element("p", "where-seen note", "Seen in ");
  const link = element("a", "", dataset.title ?? "");
  link.setAttribute("href", dataset.lesson ?? "/learn");
  words.append(link, ".");
  return words;
}

function again() {
  const button = element("button", "small", "Start anew");
  button.setAttribute("type", "button");
  button.addEventListener("click", () => {
    answers = {};
    keep();
    put();
    form.scrollIntoView({ block: "start" });
  });
  return button;
}

/** In the browser, and where that keeps nothing, in the address. */
function keep() {
  const kept = progress.keepTest(answers);
  const parts = new URLSearchParams(
    Object.entries(answers).map(([stage, said]) => [stage, said.join("")]),
  );
  const address = parts.size ? `#${parts}` : location.pathname;
  const note = /** @type {HTMLElement} */ (document.getElementById("kept"));
  note.hidden = kept || !parts.size;
  document.getElementById("keep-link")?.setAttribute("href", address);
  if (!kept || location.hash) history.replaceState(null, "", address);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const said = questions.map(({ choices }) => choices.findIndex(({ input }) => input.checked));
  const missing = said.flatMap((one, n) => (one < 0 ? [n + 1] : []));
  const line = /** @type {HTMLElement} */ (document.getElementById("missing"));
  line.textContent = missing.length ? `Not answered yet: ${missing.join(", ")}.` : "";
  if (missing.length) {
    questions[missing[0] - 1].choices[0].input.focus();
    return;
  }
  answers = answers.before ? { before: answers.before, after: said } : { before: said };
  keep();
  put();
  result.focus({ preventScroll: true });
  result.scrollIntoView({ block: "start" });
});

listenAppearance(document, () => {});
document.documentElement.removeAttribute("data-opening");
document.documentElement.dataset.state = "ready";
put();
