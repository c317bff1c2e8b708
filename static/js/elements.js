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
