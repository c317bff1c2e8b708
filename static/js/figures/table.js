/** The pictures: a row places one. */

import { clipping, clippingHeight } from "./clipping.js";
import { diagram } from "./diagram.js";
import { map } from "./map.js";
import { marked } from "./marks.js";
import { product } from "./product.js";
import { profile } from "./profile.js";
import { singular } from "./singular.js";
import { spectrum } from "./spectrum.js";

/** @import { Figure, Flow, Frame, Reading, Theme } from "../types.js" */

/**
 * @typedef {object} Given   what a picture may show
 * @property {Reading} reading
 * @property {Reading | null} compared
 * @property {Frame} frame
 * @property {Theme} theme
 * @property {string} selected   id of a node or edge
 * @property {string} selectedInA
 * @property {number[]} marks   steps
 * @property {string} [letter]   what is not drawn hollow is called while comparing; left out: B
 *
 * @typedef {(given: Given) => Figure} Draw
 *
 * @typedef {object} Picture
 * @property {string} name   its place is `#plot-NAME`
 * @property {Draw} figure
 * @property {"axis" | "beside"} where   on the common axis of time, or in the panel beside it
 * @property {"window" | "range"} [sight]   on the axis: the steps that diagrams draw, or all in sight
 * @property {{alone: number, comparing: number}} [share]   of the height that the axis' pictures have
 * @property {(flow: Flow) => number} [height]   in pixels
 * @property {{left: number, right: number}} [margins]
 * @property {string} [scale]   the picture whose scale it has
 * @property {"at once" | "at rest"} when   a hand on a control sees it follow, or drawn when it rests
 */

/**
 * Behind what a diagram shows, and over the bars of the others.
 * @param {Draw} draw
 * @param {{behind: boolean}} given
 * @returns {Draw}
 */
function onAxis(draw, { behind }) {
  return (given) => marked(draw(given), given.marks, given.frame, given.theme, { behind });
}

/** @param {(flow: Flow, frame: Frame, theme: Theme) => Figure} draw @returns {Draw} */
function ofFlow(draw) {
  return ({ reading, frame, theme }) => draw(reading.flow, frame, theme);
}

/** @param {(flow: Flow, frame: Frame, theme: Theme, compared: Flow | null) => Figure} draw @returns {Draw} */
function ofBoth(draw) {
  return ({ reading, compared, frame, theme }) =>
    draw(reading.flow, frame, theme, compared?.flow ?? null);
}

/** @type {Picture[]} in the order in which they are drawn */
export const PICTURES = [
  {
    name: "diagram",
    figure: onAxis(({ reading, frame, theme, selected }) => diagram(reading, frame, theme, selected), {
      behind: true,
    }),
    where: "axis",
    sight: "window",
    share: { alone: 0.4, comparing: 0.38 },
    when: "at once",
  },
  {
    name: "compared",
    figure: onAxis(
      ({ reading, compared, frame, theme, selectedInA }) =>
        diagram(compared ?? reading, frame, theme, selectedInA),
      { behind: true },
    ),
    where: "axis",
    sight: "window",
    share: { alone: 0, comparing: 0.38 },
    when: "at once",
  },
  {
    name: "profile",
    figure: onAxis(({ reading, compared, frame, theme, letter }) => profile(reading, frame, theme, compared, letter), {
      behind: false,
    }),
    where: "axis",
    sight: "range",
    share: { alone: 0.24, comparing: 0.3 },
    when: "at once",
  },
  {
    name: "map",
    figure: onAxis(({ reading, frame, theme }) => map(reading, frame, theme), { behind: false }),
    where: "axis",
    sight: "range",
    share: { alone: 0.36, comparing: 0.3 },
    when: "at once",
  },
  {
    name: "clipping",
    figure: ofFlow(clipping),
    where: "beside",
    height: clippingHeight,
    when: "at rest",
  },
  { name: "spectrum", figure: ofBoth(spectrum), where: "beside", height: () => 190, when: "at rest" },
  {
    name: "singular",
    figure: ofBoth(singular),
    where: "beside",
    height: () => 84,
    scale: "spectrum",
    when: "at rest",
  },
  {
    name: "product",
    figure: ofFlow(product),
    where: "beside",
    height: () => 150,
    margins: { left: 40, right: 8 },
    when: "at rest",
  },
];
