/** Clipping, before and after: the norm of every parameter's gradient. */

import { fromLog10, parameterName, power } from "../format.js";

/**
 * @param {import("../types.js").Flow} flow
 * @param {{width: number, height: number}} frame
 * @param {import("../types.js").Theme} theme
 * @returns {import("../types.js").Figure}
 */
export function clipping(flow, frame, theme) {
  const { clipping: report, parameter_gradients: gradients } = flow;
  const entries = Object.entries(gradients).map(([name, g]) => ({
    name: parameterName(name),
    before: g.log10_norm,
    after: g.clipped_norm > 0 ? Math.log10(g.clipped_norm) : null,
  }));
  entries.push({
    name: "‖g‖",
    before: report.log10_norm_before,
    after: report.norm_after > 0 ? Math.log10(report.norm_after) : null,
  });
  const on = report.rule !== "none";
  const values = entries.flatMap((e) => (on ? [e.before, e.after] : [e.before]))
    .concat(report.rule === "norm" ? [Math.log10(report.threshold)] : [])
    .filter((v) => v !== null && Number.isFinite(v));
  const low = Math.floor((values.length ? Math.min(...values) : -1) - 0.3);
  const high = (values.length ? Math.max(...values) : 1) + 0.2;
  const names = entries.map((e) => e.name);
  const bars = (key, marker, offset) => ({
    type: "bar", orientation: "h", hoverinfo: "skip", y: names, base: low,
    x: entries.map((e) => (e[key] === null ? 0 : Math.max(0.01 * (high - low), e[key] - low))),
    width: on ? 0.36 : 0.55, offset, marker,
    text: entries.map((e) => fromLog10(e[key], 3)), textposition: "none",
  });
  return {
    data: [
      bars("before", { color: theme.pale, line: { color: theme.blocked, width: 1 } }, on ? -0.38 : -0.275),
      ...(on ? [bars("after", { color: theme.ink, line: { color: theme.ink, width: 1 } }, 0.02)] : []),
    ],
    layout: {
      width: frame.width, height: frame.height,
      margin: { l: 40, r: 76, t: 4, b: 24, autoexpand: false },
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: theme.sans, size: 11, color: theme.muted },
      showlegend: false, hovermode: false, dragmode: false, barmode: "overlay",
      xaxis: {
        range: [low, high], fixedrange: true, zeroline: false, gridcolor: theme.grid,
        tickmode: "array", ...ticks(low, high),
      },
      yaxis: { autorange: "reversed", fixedrange: true, tickfont: { size: 12, color: theme.soft }, automargin: false },
      annotations: entries.flatMap((e, n) => notes(e, n, on, theme)),
      shapes: report.rule === "norm" ? [threshold(Math.log10(report.threshold), theme)] : [],
    },
  };
}

/** The numbers at the right. */
function notes(entry, n, on, theme) {
  const at = (y, text, color) => ({
    xref: "paper", x: 1.02, xanchor: "left", yref: "y", y, yanchor: "middle", showarrow: false,
    text, font: { size: 10.5, color },
  });
  if (!on) return [at(n, fromLog10(entry.before), theme.soft)];
  return [
    at(n - 0.2, fromLog10(entry.before), theme.muted), at(n + 0.2, fromLog10(entry.after), theme.ink),
  ];
}

function ticks(low, high) {
  const every = Math.max(1, Math.ceil((high - low) / 4));
  const tickvals = [];
  for (let e = Math.ceil(low / every) * every; e <= high; e += every) tickvals.push(e);
  return { tickvals, ticktext: tickvals.map(power) };
}

/** A line at μ. */
function threshold(at, theme) {
  return {
    type: "line", xref: "x", x0: at, x1: at, yref: "paper", y0: 0, y1: 1,
    line: { color: theme.ink, width: 1.2, dash: "2px,2px" },
  };
}
