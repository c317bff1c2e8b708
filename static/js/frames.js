/** Where every picture lies, in pixels and steps. */

import { PICTURES } from "./figures/table.js";

/** @import { Frame, Reading } from "./types.js" */

/** The pictures of the axis together are as high as the window allows beneath sentence and captions. */
const AROUND = 390;
const LEAST = 525;
const MOST = 1100;

/** A map of fewer losses is low, and gives its room to the others. */
const FEW_LOSSES = 4;
const LOW_MAP = 84;

/** Rows beyond the usual (several layers, cell states) make a diagram higher by so much each. */
const USUAL_ROWS = 3;
const EXTRA_ROW = 44;

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
 * @param {number} windowHeight
 */
function heights({ reading, compared }, windowHeight) {
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
  return high;
}

/**
 * @param {{reading: Reading, compared: Reading | null,
 *   range: {lo: number, hi: number}, window: {lo: number, hi: number}}} state
 *   window: the steps that diagrams draw
 * @param {{axis: number, beside: (name: string) => number, window: number}} sizes   widths, and the
 *   height of the browser's window
 * @returns {Object<string, Frame>}
 */
export function framesOf(state, sizes) {
  const high = heights(state, sizes.window);
  const base = axisOf(sizes.axis);
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
