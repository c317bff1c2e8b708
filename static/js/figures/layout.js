/** What every picture's layout shares: margins, fonts, an axis of time. */

import { stepTicks } from "../format.js";

/** @import { Axis, Frame, Margin, Theme } from "../types.js" */

/**
 * What every flat picture has: its size, nothing behind it, nothing that follows the pointer.
 * @param {{width: number, height: number}} frame
 * @param {Theme} theme
 * @param {Margin} margin
 * @param {number} size   of its type
 */
export function plainLayout({ width, height }, theme, margin, size = 11) {
  return {
    width,
    height,
    margin: { ...margin, autoexpand: false },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: theme.sans, size, color: theme.muted },
    showlegend: false,
    hovermode: false,
    dragmode: false,
  };
}

/**
 * @param {Theme} theme
 * @param {Frame} frame
 * @param {{top: number, bottom: number, ticks?: boolean, title?: string}} options
 */
export function timeLayout(theme, frame, { top, bottom, ticks = true, title = "" }) {
  const plot = frame.width - frame.left - frame.right;
  const values = ticks ? stepTicks(frame.lo, frame.hi, Math.max(2, plot / 42)) : [];
  return {
    ...plainLayout(frame, theme, { l: frame.left, r: frame.right, t: top, b: bottom, pad: 0 }),
    xaxis: {
      range: [frame.lo, frame.hi],
      fixedrange: true,
      showgrid: false,
      zeroline: false,
      showline: false,
      ticks: ticks ? "outside" : "",
      ticklen: 3,
      tickcolor: theme.rule,
      tickmode: "array",
      tickvals: values,
      ticktext: values.map(String),
      showticklabels: ticks,
      tickangle: 0,
      ticklabeloverflow: "allow",
      title: title
        ? { text: title, standoff: 4, font: { size: 11, color: theme.muted } }
        : undefined,
    },
  };
}

/**
 * A vertical axis without decoration but its labels.
 * @param {Theme} theme
 * @param {Axis} extra
 */
export function plainAxis(theme, extra) {
  return {
    fixedrange: true,
    zeroline: false,
    showline: false,
    ticks: "",
    automargin: false,
    ticklabeloverflow: "allow",
    gridcolor: theme.grid,
    tickfont: { size: 11, color: theme.muted },
    ...extra,
  };
}
