/** A matrix as a heat map in one ink: light where a number is low, dark where it is high. */

import { escapeMarkup, stepTicks, tidy } from "../format.js";
import { isNumber } from "../numeric.js";

/** @import { FreeFigure, Series, Theme } from "../types.js" */

/**
 * @typedef {object} Matrix
 * @property {Series[]} values   row by row; null where a number is missing or no double holds it
 * @property {[number, number]} [block]   each value is the mean of so many rows and columns
 * @property {[number, number]} [shape]   of the whole, where values are means
 * @property {string[]} [marks]   letters of blocks of rows of equal height, one a gate
 * @property {{rows?: string[], columns?: string[]}} [names]   in place of their numbers
 * @property {boolean} [vector]   its one row stands for a column; marks are then of its columns
 *
 * @typedef {{width: number, height: number}} Size   in pixels
 */

/** Room for the numbers of rows and columns, and at the right for the scale. */
const MARGIN = { l: 30, r: 58, t: 6, b: 22 };
/** With a name above it. */
const TITLE = 18;
/** A row is as high as a column is wide, but not lower or higher than this, in pixels. */
const ROW = { least: 3, most: 26 };
/** The height of what is drawn lies between these. */
const PLOT = { least: 22, most: 300 };

/** Rows and columns of the whole. @param {Matrix} matrix @returns {[number, number]} */
function sizeOf({ values, shape }) {
  return shape ?? [values.length, values[0]?.length ?? 0];
}

/**
 * What paper and ink stand for: −m and m, the largest |value|, or 0 and m where nothing is negative.
 * @param {Matrix} matrix
 * @returns {[number, number]}   both 0 where all are zero or none is there
 */
export function scaleOf({ values }) {
  const known = values.flat().filter(isNumber);
  const most = known.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  return [known.some((value) => value < 0) ? -most : 0, most];
}

/** The height of a figure of a width, in pixels. @param {Matrix} matrix @param {number} width @param {string} [name] */
export function heightFor(matrix, width, name = "") {
  const [rows, columns] = sizeOf(matrix);
  const cell = Math.max(ROW.least, Math.min(ROW.most, (width - MARGIN.l - MARGIN.r) / Math.max(1, columns)));
  const plot = Math.max(PLOT.least, Math.min(PLOT.most, rows * cell));
  return Math.round(plot + MARGIN.t + MARGIN.b + (name ? TITLE : 0));
}

/**
 * Places along one side, and what stands there.
 * @param {number} count @param {number} pixels @param {string[]} marks @param {string[]} [names]
 */
function ticksOf(count, pixels, marks, names) {
  if (marks.length) {
    const each = count / marks.length;
    return { tickvals: marks.map((_, n) => (n + 0.5) * each + 0.5), ticktext: marks };
  }
  const tickvals = stepTicks(0.5, count + 0.5, Math.max(1, pixels / (names ? 12 : 24))).filter((n) => n >= 1);
  return { tickvals, ticktext: tickvals.map((n) => escapeMarkup(names?.[n - 1] ?? String(n))) };
}

/**
 * @param {number} count @param {number} pixels
 * @param {{marks: string[], names?: string[], downwards: boolean}} said
 * @param {Theme} theme
 */
function axisOf(count, pixels, { marks, names, downwards }, theme) {
  const range = [0.5, count + 0.5];
  return {
    ...ticksOf(count, pixels, marks, names),
    range: downwards ? range.reverse() : range,
    fixedrange: true,
    showgrid: false,
    zeroline: false,
    showline: false,
    ticks: "",
    tickmode: "array",
    tickangle: 0,
    automargin: false,
    tickfont: { size: 10, color: theme.muted },
  };
}

/** Where one gate's block ends and the next begins. @param {Matrix} matrix @param {Theme} theme */
function borders(matrix, theme) {
  const { marks = [], vector = false } = matrix;
  const [rows, columns] = sizeOf(matrix);
  const [along, across] = vector ? ["x", "y"] : ["y", "x"];
  const [count, end] = vector ? [columns, rows] : [rows, columns];
  return marks.slice(1).map((_, n) => {
    const at = ((n + 1) * count) / marks.length + 0.5;
    return {
      type: "line",
      [`${along}0`]: at,
      [`${along}1`]: at,
      [`${across}0`]: 0.5,
      [`${across}1`]: end + 0.5,
      line: { color: theme.paper, width: 2 },
    };
  });
}

/** The scale beside it, in numbers. @param {[number, number]} scale @param {Theme} theme */
function scaleBar([least, most], theme) {
  const ends = [...new Set([least, 0, most])];
  return {
    x: 1,
    xpad: 8,
    y: 0.5,
    len: 1,
    ypad: 0,
    thickness: 7,
    outlinewidth: 0,
    ticks: "",
    tickmode: "array",
    tickvals: ends,
    ticktext: ends.map((value) => tidy(value, 2)),
    tickfont: { size: 10, color: theme.muted },
  };
}

/**
 * Neutral, for colour says gradients here: from paper at −m to ink at m, the largest |value|, with
 * zero half-way; where nothing is negative, paper is zero. Nothing is drawn where a number is missing.
 * @param {string} name   written above it; "" where the page itself says it
 * @param {Matrix} matrix
 * @param {Size} frame
 * @param {Theme} theme
 * @returns {FreeFigure}
 */
export function weights(name, matrix, frame, theme) {
  const { values, block = [1, 1], marks = [], names = {}, vector = false } = matrix;
  const [rows, columns] = sizeOf(matrix);
  const [least, most] = scaleOf(matrix);
  const top = MARGIN.t + (name ? TITLE : 0);
  const { l, r, b } = MARGIN;
  const [wide, high] = [frame.width - l - r, frame.height - top - b];
  return {
    data: [
      {
        type: "heatmap",
        hoverinfo: "skip",
        zsmooth: false,
        x0: (block[1] + 1) / 2,
        dx: block[1],
        y0: (block[0] + 1) / 2,
        dy: block[0],
        z: values,
        zmin: least,
        zmax: most > 0 ? most : 1,
        colorscale: [
          [0, theme.sheet],
          [1, theme.ink],
        ],
        showscale: true,
        colorbar: scaleBar([least, most], theme),
      },
    ],
    layout: {
      width: frame.width,
      height: frame.height,
      margin: { l, r, t: top, b, pad: 0, autoexpand: false },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: theme.sans, size: 10, color: theme.muted },
      showlegend: false,
      hovermode: false,
      dragmode: false,
      xaxis: axisOf(columns, wide, { marks: vector ? marks : [], names: names.columns, downwards: false }, theme),
      yaxis: axisOf(rows, high, { marks: vector ? [""] : marks, names: names.rows, downwards: true }, theme),
      shapes: [outline(rows, columns, theme), ...borders(matrix, theme)],
      annotations: name ? [title(name, theme)] : [],
    },
  };
}

/** @param {number} rows @param {number} columns @param {Theme} theme */
function outline(rows, columns, theme) {
  const line = { color: theme.rule, width: 1 };
  return { type: "rect", x0: 0.5, x1: columns + 0.5, y0: 0.5, y1: rows + 0.5, line };
}

/** @param {string} text @param {Theme} theme */
function title(text, theme) {
  const font = { size: 12, color: theme.soft };
  const place = { xref: "paper", yref: "paper", x: 0, y: 1, xanchor: "left", yanchor: "bottom" };
  return { ...place, text, showarrow: false, font };
}

/**
 * The value under a pixel of the figure: its place, from 1, the first of a block that is drawn as one.
 * @param {string} name   as the figure has it
 * @param {Matrix} matrix
 * @param {Size} frame
 * @param {{x: number, y: number}} pixel
 * @returns {{row: number, column: number, value: number | null} | null}   null beside the matrix
 */
export function valueAt(name, matrix, frame, { x, y }) {
  const { values, block = [1, 1] } = matrix;
  const [rows, columns] = sizeOf(matrix);
  const top = MARGIN.t + (name ? TITLE : 0);
  const across = (x - MARGIN.l) / (frame.width - MARGIN.l - MARGIN.r);
  const down = (y - top) / (frame.height - top - MARGIN.b);
  if (!(across >= 0 && across < 1 && down >= 0 && down < 1)) return null;
  const [r, c] = [Math.floor((down * rows) / block[0]), Math.floor((across * columns) / block[1])];
  return { row: r * block[0] + 1, column: c * block[1] + 1, value: values[r]?.[c] ?? null };
}
