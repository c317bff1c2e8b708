/** Elements made in one line. */

import { raised } from "./format.js";

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {string} [className]
 * @param {string} [text]
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.append(...symbols(text));
  return made;
}

/** A text whose parameters have the superscripts of the equations. @param {string} text */
export function symbols(text) {
  return raised(text)
    .map((part, n) => {
      if (n % 2 === 0) return part;
      const made = document.createElement("sup");
      made.append(part);
      return made;
    })
    .filter((part) => part !== "");
}

/** @param {string} text @param {string} className */
export function paragraph(text, className) {
  return element("p", className, text);
}

/** A text whose powers of ten stay on one line. @param {string} words @returns {(string | HTMLElement)[]} */
export function unbroken(words) {
  return words
    .split(/([\d.]+ × 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+(?:-fold)?)/u)
    .flatMap((part, index) => (index % 2 ? element("span", "unbroken", part) : symbols(part)));
}
