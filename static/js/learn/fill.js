/** The numbers in a lesson's sentences: each is an expression over the live answers. */

import { besideEntered, cosineText, fromLog10, number, plain, portion, share, tidy, times } from "../format.js";
import { lookup } from "../lookup.js";
import { expression, single } from "./expression.js";

/** @typedef {import("./expression.js").Scope} Scope */

/** How a value is written. @type {Object<string, (value: any, digits: number) => string>} */
const FORMS = lookup({
  number: (value, digits) => number(value, digits),
  tidy: (value, digits) => tidy(value, digits),
  count: (value) => String(value).replace("-", "−"),
  log10: (value, digits) => fromLog10(value, digits),
  share: (value) => share(value),
  /** With what it is a share of behind it: "12.6 % of", "6.80 times". */
  portion: (value) => portion(value),
  entered: (value) => besideEntered(value),
  times: (value, digits) => times(value, digits),
  percent: (value, digits) => `${plain(100 * value, digits)} %`,
  cosine: (value) => cosineText(value),
  word: (value) => String(value),
});

/** Forms in which null is a gradient of exactly zero. */
const NAMES_NOTHING = new Set(["share", "portion", "entered", "log10"]);

/** @type {Map<string, import("./expression.js").Expression>} */
const KNOWN = new Map();

/** @param {string} text @param {Scope} scope */
export function valueOf(text, scope) {
  const known = KNOWN.get(text) ?? expression(text);
  KNOWN.set(text, known);
  return single(known(scope));
}

/** @param {string} text @param {Scope} scope */
export function holds(text, scope) {
  return valueOf(text, scope) === true;
}

/** @param {unknown} value @param {string} form @param {number} digits */
export function written(value, form = "number", digits = 3) {
  if (value === null || value === undefined)
    return NAMES_NOTHING.has(form) ? FORMS[form](null, digits) : "–";
  return FORMS[form](value, digits);
}

/**
 * A text whose {expressions} are replaced by their values; "stage: h_1 h_2" is the word at that place.
 * @param {string} template @param {Scope} scope
 */
export function filledText(template, scope) {
  const listed = /^(\w+): (.+)$/.exec(template);
  if (listed) return listed[2].split(" ")[Number(scope[listed[1]]) - 1] ?? "";
  return template.replace(/\{([^}]+)\}/g, (_, text) => String(valueOf(text, scope)));
}

/** A bar, signed, for every entry. @param {HTMLElement} list @param {Scope} scope */
function putBars(list, scope) {
  const entries = /** @type {unknown[]} */ (KNOWN.get(list.dataset.bars ?? "")?.(scope) ?? []);
  const values = entries.map((one) => Number(single(one) ?? 0));
  const low = Math.min(0, ...values);
  const span = Math.max(0, ...values) - low || 1;
  const most = Math.max(...values.map(Math.abs));
  const items = values.map((value, n) => {
    const item = document.createElement("li");
    item.classList.toggle("largest", most > 0 && Math.abs(value) === most);
    const track = document.createElement("span");
    track.className = "track";
    const bar = document.createElement("i");
    bar.style.left = `${(100 * (Math.min(0, value) - low)) / span}%`;
    bar.style.width = `${(100 * Math.abs(value)) / span}%`;
    track.append(bar);
    const size = document.createElement("span");
    size.className = "value";
    size.textContent = number(value, 3, most);
    item.append(`${list.dataset.what} ${n + 1}`, track, size);
    return item;
  });
  list.replaceChildren(...items);
}

/**
 * Put the numbers into every sentence.
 * @param {ParentNode} place @param {Scope} scope
 */
export function fill(place, scope) {
  for (const span of place.querySelectorAll("span.n:not(.frozen)")) {
    if (!(span instanceof HTMLElement)) continue;
    const { n, as, digits, if: condition, then, else: otherwise } = span.dataset;
    const text =
      condition === undefined
        ? written(valueOf(n ?? "", scope), as, Number(digits ?? 3))
        : ((holds(condition, scope) ? then : otherwise) ?? "");
    if (span.textContent !== text) span.textContent = text;
  }
  for (const element of place.querySelectorAll("[data-shown]"))
    if (element instanceof HTMLElement) element.hidden = !holds(element.dataset.shown ?? "", scope);
  for (const list of place.querySelectorAll("[data-bars]")) {
    if (!(list instanceof HTMLElement)) continue;
    valueOf(list.dataset.bars ?? "", scope);
    putBars(list, scope);
  }
}
