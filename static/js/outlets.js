/** Pictures that leave the page: how large, in which colours, and what stands beneath. */

import { escapeMarkup } from "./format.js";
import { lookup } from "./lookup.js";
import { readTheme } from "./theme.js";

/** @import { Theme } from "./types.js" */

/** Of the type beneath a picture, in pixels: so high a line, and so wide a character. */
const LINE = 15;
const CHARACTER = 6.4;
const MARGIN = 12;
/** An address may hold ids, whose capitals are wide: so much of a line it fills. */
const IDS = 0.86;

/** Longer links are not read off a picture. */
const LONGEST_LINK = 300;

/**
 * @typedef {object} Outlet
 * @property {number} [width]   of a picture on the axis of time, in CSS pixels; left out: as shown
 * @property {number} [height]   with what stands beneath
 * @property {number} scale   pixels of a PNG for one of these
 * @property {boolean} light   in light colours on white, whatever the page's
 */

/**
 * @type {Object<string, Outlet>}   print: 7.5 inches at 96 to the inch, 384 dots; slide: 1920 × 1080
 */
export const OUTLETS = lookup({
  screen: { scale: 2, light: false },
  print: { width: 720, scale: 4, light: true },
  slide: { width: 960, height: 540, scale: 2, light: false },
});

/** The colours of light pages. @param {HTMLElement} root @returns {Theme} */
export function lightTheme(root) {
  const { theme } = root.dataset;
  root.dataset.theme = "light";
  const read = readTheme(root);
  root.dataset.theme = theme;
  return { ...read, paper: "#ffffff" };
}

/** @param {string} words @param {number} most   characters in a line @returns {string[]} */
function wrapped(words, most) {
  /** @type {string[]} */
  const lines = [""];
  for (const word of words.split(" ")) {
    const last = lines[lines.length - 1];
    if (!last) lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.flatMap((line) => line.match(new RegExp(`.{1,${most}}`, "gu")) ?? []);
}

/**
 * Where a picture can be opened again: of a lecture neither that it is one nor its other pictures.
 * @param {string} href
 */
export function addressOf(href) {
  const [before = "", fragment = ""] = href.split(/#(.*)/s);
  const rest = fragment.split("&").filter((part) => !/^(story|act)=/.test(part));
  return before.replace(/[?]present$/, "") + (rest.join("") ? `#${rest.join("&")}` : "");
}

/**
 * What stands beneath a picture: what it shows, and the experiment's link.
 * @param {string} caption @param {string} link
 * @param {number} width   of the picture
 * @returns {{text: string, height: number}}   text: as Plotly takes it
 */
export function beneath(caption, link, width) {
  const most = Math.max(20, Math.floor((width - 2 * MARGIN) / CHARACTER));
  const address = link.length > LONGEST_LINK ? "Its link is too long to stand here." : link;
  const lines = [...wrapped(caption, most), ...wrapped(address, Math.floor(most * IDS))];
  return {
    text: lines.map(escapeMarkup).join("<br>"),
    height: LINE * lines.length + MARGIN,
  };
}
