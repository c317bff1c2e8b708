/** Clipping, before and after: the norm of every parameter's gradient. */

import { fromLog10, parameterName, power, raised } from "../format.js";
import { isNumber } from "../numeric.js";
import { clipRuleOf } from "../vocabulary.js";

/** @import { Figure, Flow, Theme } from "../types.js" */

/**
 * @param {Flow} flow
 * @param {{width: number, height: number}} frame
 * @param {Theme} theme
 * @returns {Figure}
 */
export function clipping(flow, frame, theme) {
  const { clipping: report, parameter_gradients: gradients } = flow;
  const entries = Object.entries(gradients).map(([name, g]) => ({
    name: parameterName(name),
    before: g.log10_norm,
    after: logOf(g.clipped_norm),
  }));
  entries.push({
    name: "‖g‖",
    before: report.log10_norm_before,
    after: logOf(report.norm_after),
  });
  const rule = clipRuleOf(report.rule);
  const on = Boolean(rule.threshold);
  const limit = rule.keeps_direction || rule.each ? logOf(report.threshold) : null;
  const values = entries
    .flatMap((e) => (on ? [e.before, e.after] : [e.before]))
    .concat([limit])
    .filter(isNumber);
  const low = Math.floor((values.length ? Math.min(...values) : -1) - 0.3);
  const high = (values.length ? Math.max(...values) : 1) + 0.2;
  const names = entries.map((e) => superscripted(e.name));
  /** @param {"before" | "after"} key @param {object} marker @param {number} offset */
  const bars = (key, marker, offset) => ({
    type: "bar",
    orientation: "h",
    hoverinfo: "skip",
    y: entries.map((_, n) => n),
    base: low,
    x: entries.map(({ [key]: v }) => (v === null ? 0 : Math.max(0.01 * (high - low), v - low))),
    width: on ? 0.36 : 0.55,
    offset,
    marker,
  });
  return {
    data: [
      bars(
        "before",
        { color: theme.pale, line: { color: theme.blocked, width: 1 } },
        on ? -0.38 : -0.275,
      ),
      ...(on
        ? [bars("after", { color: theme.ink, line: { color: theme.ink, width: 1 } }, 0.02)]
        : []),
      numbers(entries, "before", high, on ? -0.2 : 0, on ? theme.muted : theme.soft),
      ...(on ? [numbers(entries, "after", high, 0.2, theme.ink)] : []),
      ...(limit === null ? [] : [threshold(limit, entries.length, theme)]),
    ],
    layout: {
      width: frame.width,
      height: frame.height,
      margin: { l: 40, r: 76, t: 4, b: 24, autoexpand: false },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: theme.sans, size: 11, color: theme.muted },
      showlegend: false,
      hovermode: false,
      dragmode: false,
      barmode: "overlay",
      xaxis: {
        range: [low, high],
        fixedrange: true,
        zeroline: false,
        gridcolor: theme.grid,
        tickmode: "array",
        tickangle: 0,
        ticklabeloverflow: "allow",
        ...ticks(low, high),
      },
      yaxis: {
        range: [entries.length - 0.5, -0.5],
        tickmode: "array",
        tickvals: entries.map((_, n) => n),
        ticktext: names,
        showgrid: false,
        zeroline: false,
        fixedrange: true,
        tickfont: { size: 12, color: theme.soft },
        automargin: false,
      },
    },
  };
}

/** log₁₀ of what is above zero, else null. @param {number | null} value */
function logOf(value) {
  return value !== null && value > 0 ? Math.log10(value) : null;
}

/** Room for every parameter's pair of bars and their numbers. @param {Flow} flow */
export function clippingHeight({ parameter_gradients: gradients }) {
  return Math.max(190, 28 + 27 * (Object.keys(gradients).length + 1));
}

/** For Plotly, which reads a little HTML in its text. @param {string} name */
function superscripted(name) {
  return raised(name)
    .map((part, n) => (n % 2 ? `<sup>${part}</sup>` : part))
    .join("");
}

/** In which row each parameter stands, and all together. @param {Flow} flow */
export function parameterSpots({ parameter_gradients: gradients }) {
  return [...Object.keys(gradients), "g"].map((name, y) => ({ id: `parameter.${name}`, x: 0, y }));
}

/**
 * The numbers at the right.
 * @param {Record<"before" | "after", number | null>[]} entries
 * @param {"before" | "after"} key
 * @param {number} right
 * @param {number} shift
 * @param {string} color
 */
function numbers(entries, key, right, shift, color) {
  return {
    type: "scatter",
    mode: "text",
    hoverinfo: "skip",
    cliponaxis: false,
    textposition: "middle right",
    x: entries.map(() => right),
    y: entries.map((_, n) => n + shift),
    text: entries.map((e) => ` ${fromLog10(e[key])}`),
    textfont: { size: 10.5, color },
  };
}

/** @param {number} low @param {number} high */
function ticks(low, high) {
  const every = Math.max(1, Math.ceil((high - low) / 4));
  const tickvals = [];
  for (let e = Math.ceil(low / every) * every; e <= high; e += every) tickvals.push(e);
  return { tickvals, ticktext: tickvals.map(power) };
}

/** A line at μ. @param {number} at @param {number} rows @param {Theme} theme */
function threshold(at, rows, theme) {
  return {
    type: "scatter",
    mode: "lines",
    hoverinfo: "skip",
    x: [at, at],
    y: [-0.5, rows - 0.5],
    line: { color: theme.ink, width: 1.2, dash: "2px,2px", simplify: false },
  };
}
