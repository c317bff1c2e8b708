/** MathML: the pieces that formulas are put together from, and what is put into them. */

import { activationSymbol, partsOf } from "./format.js";
import { allWithin, within } from "./page.js";

const MATHML = "http://www.w3.org/1998/Math/MathML";

/** @param {string} name @param {...(ChildNode | string)} children */
export function mathElement(name, ...children) {
  const made = document.createElementNS(MATHML, name);
  made.append(...children);
  return made;
}

/** @param {string} text */
const letter = (text) => mathElement("mi", text);
/** @param {string} text */
export const sign = (text) => mathElement("mo", text);
/** @param {number} value */
export const digits = (value) => mathElement("mn", String(value));
/** @param {string} text */
const fence = (text) => {
  const made = sign(text);
  made.setAttribute("stretchy", "false");
  return made;
};
/** @param {...(ChildNode | string)} children */
export const row = (...children) => mathElement("mrow", ...children);

/** A function of a letter: "tanh(a)". @param {string} name @param {string} of */
export const applied = (name, of) => row(letter(name), fence("("), letter(of), fence(")"));

/** A formula in lines of its own. @param {...Element} children */
export function formula(...children) {
  const math = mathElement("math", row(...children));
  math.setAttribute("display", "block");
  return math;
}

/** @param {Element} element @returns {Element} */
function copyOf(element) {
  return /** @type {Element} */ (element.cloneNode(true));
}

/** What a template's place holds, as a row to put into a formula. @param {Element} place */
export function pieceOf(place) {
  return row(...copyOf(within(place, "math > mrow", Element)).childNodes);
}

/** A node's symbol: H with its step, and its layer above the first. @param {string} id */
export function symbolMath(id) {
  const { letter: base, step, layer } = partsOf(id);
  const symbol = [letter(base.toUpperCase()), digits(step)];
  if (!layer) return mathElement("msub", ...symbol);
  return mathElement("msubsup", ...symbol, layerMath(layer));
}

/** @param {number} layer */
function layerMath(layer) {
  return row(sign("("), digits(layer + 1), sign(")"));
}

/** The losses that a gradient is of: L, L₁₅, or L₅ + ⋯ + L₉. @param {number[] | null} losses */
export function lossMath(losses) {
  if (losses === null) return letter("L");
  /** @param {number} step */
  const one = (step) => mathElement("msub", letter("L"), digits(step));
  if (losses.length === 1) return one(losses[0]);
  return row(sign("("), sumOf(losses.map(one)), sign(")"));
}

/** L₁ + ⋯ + L₁₅. @param {number[]} losses */
export function lossSum(losses) {
  return sumOf(losses.map((step) => mathElement("msub", letter("L"), digits(step))));
}

/** @param {MathMLElement[]} terms */
function sumOf(terms) {
  const [first, second] = [terms[0], terms[terms.length - 1]];
  if (terms.length === 1) return first;
  return terms.length === 2
    ? row(first, sign("+"), second)
    : row(first, sign("+"), sign("⋯"), sign("+"), second);
}

/** ∂of/∂by. @param {Element} of @param {Element} by */
export function fraction(of, by) {
  return mathElement("mfrac", row(sign("∂"), of), row(sign("∂"), by));
}

/** ∂L/∂(a node). @param {number[] | null} losses @param {string} id */
export function gradientMath(losses, id) {
  return fraction(lossMath(losses), symbolMath(id));
}

/** The same where it is already known. @param {number[] | null} losses @param {string} id */
export function knownGradient(losses, id) {
  const known = row(gradientMath(losses, id));
  known.setAttribute("class", "known");
  return known;
}

/**
 * Put what holds here into a piece: the activation, the layer, the step, the losses, the batch.
 * @param {Element} piece
 * @param {{step: number, layer: number, activation: string, losses: number[] | null,
 *   batch: number}} here
 */
export function putHere(piece, { step, layer, activation, losses, batch }) {
  putActivation(piece, activationSymbol(activation));
  putLayer(piece, layer);
  putStep(piece, step);
  for (const bar of allWithin(piece, "mo", Element)) // one side may be raised, and stretch otherwise
    if (bar.textContent === "‖") bar.setAttribute("stretchy", "false");
  for (const one of allWithin(piece, ".loss", Element)) one.replaceWith(lossMath(losses));
  for (const one of allWithin(piece, ".batch", Element)) {
    if (batch === 1) one.remove();
    else one.querySelector("mfrac > :last-child")?.replaceWith(digits(batch));
  }
  return piece;
}

/**
 * f is called by its name; a linear unit has none, and its derivative is 1.
 * @param {Element} piece
 * @param {string} name
 */
function putActivation(piece, name) {
  if (name) {
    for (const one of allWithin(piece, ".activation", Element)) one.replaceChildren(letter(name));
    return;
  }
  for (const one of allWithin(piece, ".slope", Element)) one.remove();
  for (const one of allWithin(piece, ".activated .activation", Element)) one.remove();
  /** @param {Element} fence */
  const bare = (fence) => fence.localName !== "mo" || !/[()]/.test(fence.textContent);
  for (const one of allWithin(piece, ".activated, .sloped", Element)) {
    const inner = one.classList.contains("sloped") ? one.firstElementChild : one;
    one.replaceWith(row(...[...(inner?.children ?? [])].filter(bare)));
  }
}

/** Symbols that every layer has of its own. */
const OF_A_LAYER = new Set("HCAWbifgorzn");
const SCRIPTS = new Set(["msub", "msup", "msubsup"]);

/**
 * Mark the symbols of a layer above the first, W^{H(2)}; those of the layer below as its own.
 * @param {Element} piece
 * @param {number} layer
 */
function putLayer(piece, layer) {
  const below = new Set(
    allWithin(piece, ".below", Element).flatMap((one) => allWithin(one, "mi", Element)),
  );
  const marked = [];
  for (const base of allWithin(piece, "mi", Element)) {
    if (!OF_A_LAYER.has(base.textContent)) continue;
    if (isIndex(base, piece)) continue;
    const { parentElement: up } = base;
    const scripts = up && SCRIPTS.has(up.localName) ? up : null;
    if (/^O/.test(scripts?.lastElementChild?.textContent ?? "")) continue; // W^O and b^O
    marked.push({ symbol: scripts ?? base, own: below.has(base) ? layer - 1 : layer });
  }
  for (const { symbol, own } of marked) if (own > 0) markLayer(symbol, own);
}

/**
 * Whether a letter stands in a sub- or superscript of another.
 * @param {Element} mi
 * @param {Element} piece
 */
function isIndex(mi, piece) {
  /** @type {Element | null} */
  let child = mi;
  for (; child && child !== piece; child = child.parentElement) {
    const up = /** @type {Element | null} */ (child.parentElement);
    if (up && SCRIPTS.has(up.localName) && up.firstElementChild !== child) return true;
  }
  return false;
}

/** @param {Element} symbol @param {number} layer */
function markLayer(symbol, layer) {
  const mark = layerMath(layer);
  if (symbol.localName === "mi") {
    symbol.replaceWith(mathElement("msup", copyOf(symbol), mark));
  } else if (symbol.localName === "msub") {
    symbol.replaceWith(mathElement("msubsup", ...symbol.children, mark));
  } else if (symbol.lastElementChild) {
    const upper = symbol.lastElementChild;
    const parts = upper.localName === "mrow" ? [...upper.children] : [copyOf(upper)];
    const at = parts.at(-1)?.textContent === "⊤" ? -1 : parts.length;
    upper.replaceWith(row(...parts.slice(0, at), mark, ...parts.slice(at)));
  }
}

/** t, t−1 → the step's numbers. @param {Element} piece @param {number} step */
function putStep(piece, step) {
  for (const one of allWithin(piece, "mrow", Element)) {
    if (/^t[-−]1$/.test(one.textContent.replaceAll(/\s/g, ""))) one.replaceWith(digits(step - 1));
  }
  for (const mi of allWithin(piece, "mi", Element))
    if (mi.textContent === "t") mi.replaceWith(digits(step));
}
