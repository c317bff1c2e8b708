/** Marked steps, in any picture on the axis of time: a line, and the step's number. */

/** @import { Axis, Figure, Frame, Theme } from "../types.js" */

/** Between two numbers below the axis, at least so many pixels. */
const APART = 24;

/** So wide is a number at the top, and so many stand under one another. */
const FLAG = 34;
const LINES = 4;

/** Room above and below a diagram's rows for tokens, which no line crosses. */
const TOKENS = 0.37;

/**
 * A picture with its marks.
 * @param {Figure} figure
 * @param {number[]} steps   the marked ones
 * @param {Frame} frame
 * @param {Theme} theme
 * @param {{behind?: boolean}} options   behind: what the picture shows lies above the lines
 * @returns {Figure}
 */
export function marked(figure, steps, frame, theme, { behind = false } = {}) {
  const seen = steps.filter((step) => step > frame.lo && step < frame.hi);
  if (!seen.length) return figure;
  const { layout } = figure;
  return {
    ...figure,
    layout: {
      ...layout,
      shapes: [
        ...(layout.shapes ?? []),
        ...seen.flatMap((step) =>
          behind ? [line(step, theme, layout.yaxis.range)] : [edge(step, theme), line(step, theme)],
        ),
      ],
      annotations: layout.xaxis.showticklabels
        ? layout.annotations
        : [...(layout.annotations ?? []), ...flags(seen, frame, theme)],
      xaxis: layout.xaxis.showticklabels ? ticked(layout.xaxis, seen, frame) : layout.xaxis,
    },
  };
}

/**
 * Over the whole height, or behind the rows of a diagram.
 * @param {number} step
 * @param {Theme} theme
 * @param {number[] | null} [rows]
 */
function line(step, theme, rows = null) {
  return {
    type: "line",
    layer: rows ? "below" : "above",
    xref: "x",
    yref: rows ? "y" : "paper",
    x0: step,
    x1: step,
    y0: rows ? rows[0] + TOKENS : 0,
    y1: rows ? rows[1] - TOKENS : 1,
    line: { color: theme.focus, width: 1.4, dash: "4px,2px" },
  };
}

/**
 * Paper under a line, so that it is seen on every colour.
 * @param {number} step
 * @param {Theme} theme
 */
function edge(step, theme) {
  const over = line(step, theme);
  return { ...over, opacity: 0.75, line: { color: theme.paper, width: 4, dash: "solid" } };
}

/**
 * The numbers at the top, where there is no axis below; of two that are close, one is lower.
 * @param {number[]} steps
 * @param {Frame} frame
 * @param {Theme} theme
 */
function flags(steps, frame, theme) {
  const pixels = (frame.width - frame.left - frame.right) / (frame.hi - frame.lo);
  let under = 0;
  return steps.map((step, n) => {
    const close = n > 0 && (step - steps[n - 1]) * pixels < FLAG;
    under = close ? under + 1 : 0;
    return flag(step, frame, theme, under % LINES);
  });
}

/** @param {number} step @param {Frame} frame @param {Theme} theme @param {number} under */
function flag(step, frame, theme, under) {
  const right = step > (frame.lo + frame.hi) / 2;
  return {
    x: step,
    xref: "x",
    y: 1,
    yref: "paper",
    xanchor: right ? "right" : "left",
    yanchor: "top",
    xshift: right ? -2 : 2,
    yshift: -12 * under,
    showarrow: false,
    text: `<b>${step}</b>`,
    font: { size: 10.5, color: theme.focus },
    borderpad: 1,
  };
}

/**
 * The axis with the marked steps in bold; ticks that stand too near to one give way.
 * @param {Axis} axis
 * @param {number[]} marks
 * @param {Frame} frame
 */
function ticked(axis, marks, frame) {
  const pixels = (frame.width - frame.left - frame.right) / (frame.hi - frame.lo);
  /** @param {number} step */
  const near = (step) => marks.some((mark) => Math.abs(mark - step) * pixels < APART);
  const others = (axis.tickvals ?? []).filter((step) => !near(step));
  return {
    ...axis,
    tickvals: [...others, ...marks],
    ticktext: [...others.map(String), ...marks.map((step) => `<b>${step}</b>`)],
  };
}
