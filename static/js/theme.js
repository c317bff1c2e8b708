/** Colours: the tokens of tokens.css, and the one scale that every gradient is drawn in. */

/** @import { Theme } from "./types.js" */

const NAMES = /** @type {const} */ ([
  "paper",
  "sheet",
  "ink",
  "soft",
  "muted",
  "rule",
  "grid",
  "pale",
  "pale-ink",
  "blocked",
  "known",
  "focus",
]);

/** Decades are clamped to ± this. */
export const LIMIT = 3;

/** How many classes of colour and width the edges fall into: one each half decade. */
export const CLASSES = 13;

/**
 * Read the theme's colours from the document's style.
 * @param {HTMLElement} root
 * @returns {Theme}
 */
export function readTheme(root) {
  const style = getComputedStyle(root);
  /** @param {string} name */
  const token = (name) => style.getPropertyValue(`--${name}`).trim();
  const plain = Object.fromEntries(NAMES.map((name) => [name, token(name)]));
  return {
    .../** @type {Record<(typeof NAMES)[number], string>} */ (plain),
    flow: [0, 1, 2, 3, 4].map((i) => token(`flow-${i}`)),
    sans: token("sans"),
    mode: root.dataset.theme === "dark" ? "dark" : "light",
  };
}

/** @param {string} hex */
function channels(hex) {
  return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
}

/** @param {number} decades */
export function clamp(decades) {
  return Math.max(-LIMIT, Math.min(LIMIT, decades));
}

/**
 * Blue where a gradient vanishes, grey where it holds, red where it explodes.
 * @param {Theme} theme
 * @param {number} decades   log₁₀ relative to where the loss enters
 */
export function flowColor(theme, decades) {
  const at = ((clamp(decades) + LIMIT) / (2 * LIMIT)) * (theme.flow.length - 1);
  const i = Math.min(theme.flow.length - 2, Math.floor(at));
  const from = channels(theme.flow[i]);
  const to = channels(theme.flow[i + 1]);
  const mixed = from.map((v, k) => Math.round(v + (to[k] - v) * (at - i)));
  return `rgb(${mixed.join(",")})`;
}

/** The class of an edge, 0 … CLASSES − 1. @param {number} decades */
export function classOf(decades) {
  return Math.round(((clamp(decades) + LIMIT) / (2 * LIMIT)) * (CLASSES - 1));
}

/** The middle of a class, in decades. @param {number} index */
export function classDecades(index) {
  return (index / (CLASSES - 1)) * 2 * LIMIT - LIMIT;
}

/** Width of an edge of a class, in pixels: the same message as its colour. @param {number} index */
export function classWidth(index) {
  return 1.2 + (index / (CLASSES - 1)) * 6.6;
}

/** The scale for Plotly's heatmap. @param {Theme} theme */
export function colorscale(theme) {
  return theme.flow.map((color, i) => [i / (theme.flow.length - 1), color]);
}

/**
 * Ink or paper, whichever is read more easily on a colour.
 * @param {string} rgb   "rgb(r,g,b)"
 */
export function textOn(rgb) {
  const [r, g, b] = (rgb.match(/\d+/g) ?? []).map((v) => {
    const c = Number(v) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? "#101317" : "#ffffff";
}
