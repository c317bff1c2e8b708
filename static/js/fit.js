/** Formulas do not wrap: a wide one is broken before a + or an =, then set smaller. */

import { mathElement } from "./mathml.js";
import { allWithin } from "./page.js";

const MOST_LINES = 3;
const SMALLEST = 0.62;

/** Fit every formula of a place, now and when the mathematics font has come. @param {Element} body */
export function fitAll(body) {
  const parts = allWithin(body, "[data-part]");
  for (const part of parts) fit(part);
  const fonts = document.fonts;
  if (!parts.length || fonts.check('1em "STIX Two Math"')) return;
  fonts.load('1em "STIX Two Math"').then(
    () => {
      for (const part of parts) if (part.isConnected) fit(part);
    },
    () => {},
  );
}

/** @param {HTMLElement} part */
export function fit(part) {
  part.style.fontSize = "";
  const over = () => part.scrollWidth / part.clientWidth;
  while (over() > 1.1 && part.childElementCount < MOST_LINES && breakWidest(part));
  if (over() > 1) part.style.fontSize = `${Math.max(SMALLEST, 0.99 / over())}em`;
}

/**
 * Break the widest line before its last + that leaves something before it, else at its =.
 * @param {Element} part
 */
function breakWidest(part) {
  const lines = [...part.children];
  /** @param {Element} line */
  const wide = (line) => line.getBoundingClientRect().width;
  const widest = lines.reduce((a, b) => (wide(b) > wide(a) ? b : a));
  const terms = [...(widest.firstElementChild?.children ?? [])];
  const start = terms[0].localName === "mspace" ? 1 : 0;
  /** @param {string} text */
  const last = (text) =>
    terms.findLastIndex((child, n) => n > start && child.textContent === text);
  const cut = last("+") > 0 ? last("+") : last("=");
  if (cut < 1) return false;
  const space = mathElement("mspace");
  space.setAttribute("width", "1.5em");
  const rest = mathElement("mrow", space, ...terms.slice(cut));
  const second = /** @type {Element} */ (widest.cloneNode(false));
  second.append(rest);
  widest.after(second);
  return true;
}
