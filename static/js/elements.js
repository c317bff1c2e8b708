/** Elements made in one line. */

/** @returns {HTMLElement} */
export function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/** @param {string} text @param {string} className */
export function paragraph(text, className) {
  return element("p", className, text);
}

/** A text whose powers of ten stay on one line. @param {string} words @returns {(string | HTMLElement)[]} */
export function unbroken(words) {
  return words
    .split(/([\d.]+ × 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+(?:-fold)?)/u)
    .map((part, index) => (index % 2 ? element("span", "unbroken", part) : part))
    .filter((part) => part !== "");
}
