/** Marked steps, in any picture on the axis of time: a line, and the step's number. */

/** Between two numbers below the axis, at least so many pixels. */
const APART = 24;

/**
 * A picture with its marks.
 * @param {import("../types.js").Figure} figure
 * @param {number[]} steps   the marked ones
 * @param {import("../types.js").Frame} frame
 * @param {import("../types.js").Theme} theme
 * @param {{behind?: boolean}} options   behind: what the picture shows lies above the lines
 * @returns {import("../types.js").Figure}
 */
export function marked(figure, steps, frame, theme, { behind = false } = {}) {
  const seen = steps.filter((step) => step > frame.lo && step < frame.hi);
  if (!seen.length) return figure;
  const { layout } = figure;
  return {
    ...figure,
    layout: {
      ...layout,
      shapes: [...(layout.shapes ?? []), ...seen.map((step) => line(step, theme, behind))],
      annotations: layout.xaxis.showticklabels
        ? layout.annotations
        : [...(layout.annotations ?? []), ...seen.map((step) => flag(step, frame, theme))],
      xaxis: layout.xaxis.showticklabels ? ticked(layout.xaxis, seen, frame) : layout.xaxis,
    },
  };
}

function line(step, theme, behind) {
  return {
    type: "line",
    layer: behind ? "below" : "above",
    xref: "x",
    yref: "paper",
    x0: step,
    x1: step,
    y0: 0,
    y1: 1,
    line: { color: theme.focus, width: 1.4, dash: "4px,2px" },
  };
}

/** The number at the top, where there is no axis below. */
function flag(step, frame, theme) {
  const right = step > (frame.lo + frame.hi) / 2;
  return {
    x: step,
    xref: "x",
    y: 1,
    yref: "paper",
    xanchor: right ? "right" : "left",
    yanchor: "top",
    xshift: right ? -2 : 2,
    showarrow: false,
    text: `<b>${step}</b>`,
    font: { size: 10.5, color: theme.focus },
    borderpad: 1,
  };
}

/** The axis with the marked steps in bold; ticks that stand too near to one give way. */
function ticked(axis, marks, frame) {
  const pixels = (frame.width - frame.left - frame.right) / (frame.hi - frame.lo);
  const near = (step) => marks.some((mark) => Math.abs(mark - step) * pixels < APART);
  const others = axis.tickvals.filter((step) => !near(step));
  return {
    ...axis,
    tickvals: [...others, ...marks],
    ticktext: [...others.map(String), ...marks.map((step) => `<b>${step}</b>`)],
  };
}
