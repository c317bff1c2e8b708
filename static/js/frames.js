/** Where every picture lies, in pixels and steps. */

import { PICTURES } from "./figures/table.js";

/** @import { Frame, Reading } from "./types.js" */

/** The pictures of the axis together are as high as the window allows beneath sentence and captions. */
const AROUND = 390;
const LEAST = 525;
const MOST = 1100;

/** The least that a picture has on a stage, on average; smaller screens are scrolled. */
const LEAST_ON_STAGE = 104;

/** The smallest type on a stage, before it is enlarged. */
const TYPE_ON_STAGE = 10;

/** A map of fewer losses is low, and gives its room to the others. */
const FEW_LOSSES = 4;
const LOW_MAP = 84;

/** Rows beyond the usual (several layers, cell states) make a diagram higher by so much each. */
const USUAL_ROWS = 3;
const EXTRA_ROW = 44;

/**
 * @typedef {object} Stage   what some pictures of the axis fill exactly
 * @property {number} height   in pixels
 * @property {string[]} names   of those that are seen
 */

/** @param {Reading} reading */
function extraRows({ rows }) {
  return Math.round(EXTRA_ROW * (rows[rows.length - 1].y - USUAL_ROWS));
}

/**
 * The margins of the axis of time in so much width.
 * @param {number} width
 */
export function axisOf(width) {
  const narrow = width < 560;
  return { width, left: narrow ? 42 : 78, right: narrow ? 8 : 14 };
}

/**
 * How high each picture of the axis is.
 * @param {{reading: Reading, compared: Reading | null}} shown
 * @param {{window: number, stage?: Stage | null}} sizes
 */
function heights({ reading, compared }, { window: windowHeight, stage }) {
  const all = Math.max(LEAST, Math.min(MOST, windowHeight - AROUND));
  const share = compared ? "comparing" : "alone";
  /** @type {Object<string, number>} */
  const high = {};
  for (const picture of PICTURES)
    if (picture.share) high[picture.name] = Math.round(picture.share[share] * all);
  if (reading.lossSteps.length < FEW_LOSSES) {
    const spare = high.map - LOW_MAP;
    high.diagram += Math.round(spare * 0.55);
    high.profile += Math.round(spare * 0.45);
    high.map = LOW_MAP;
  }
  if (compared) high.compared = high.diagram + extraRows(compared);
  high.diagram += extraRows(reading);
  if (!stage) return high;
  const fixed = high.map === LOW_MAP && stage.names.includes("map") ? LOW_MAP : 0;
  const others = stage.names.filter((name) => !(fixed && name === "map"));
  const sum = others.reduce((all, name) => all + high[name], 0);
  const room = Math.max(LEAST_ON_STAGE * others.length, stage.height - fixed);
  for (const name of others) high[name] = Math.floor((high[name] * room) / sum);
  return high;
}

/**
 * @param {{reading: Reading, compared: Reading | null,
 *   range: {lo: number, hi: number}, window: {lo: number, hi: number}}} state
 *   window: the steps that diagrams draw
 * @param {{axis: number, beside: (name: string) => number, window: number,
 *   stage?: Stage | null}} sizes   widths, the height of the browser's window, and what is to be
 *   filled instead of it
 * @returns {Object<string, Frame>}
 */
export function framesOf(state, sizes) {
  const high = heights(state, sizes);
  const base = { ...axisOf(sizes.axis), ...(sizes.stage ? { type: TYPE_ON_STAGE } : {}) };
  /** @type {Object<string, Frame>} */
  const frames = {};
  for (const { name, where, sight, height, margins, scale } of PICTURES) {
    if (name === "compared" && !state.compared) continue;
    if (where === "axis") frames[name] = { ...base, height: high[name], ...state[sight ?? "range"] };
    else {
      const own = { width: sizes.beside(scale ?? name), height: height?.(state.reading.flow) ?? 0 };
      const axis = { left: 0, right: 0, lo: 0, hi: 0, ...margins };
      frames[name] = { ...own, ...axis, ...(scale ? { plane: frames[scale] } : {}) };
    }
  }
  return frames;
}
