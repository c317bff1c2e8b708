/** Clipping, before and after: the norm of every parameter's gradient. */

import { fromLog10, parameterName, power, raised } from "../format.js";
import { isNumber } from "../numeric.js";
import { clipRuleOf } from "../vocabulary.js";
import { plainLayout } from "./layout.js";

/** @import { Figure, Flow, Theme } from "../types.js" */

/**
 * A row of the picture.
 * @typedef {{name: string, before: number | null, after: number | null}} Entry   log₁₀ of the norms
 */

/** Every parameter, and all together. @param {Flow} flow @returns {Entry[]} */
function entriesOf({ clipping: report, parameter_gradients: gradients }) {
  const rows = Object.entries(gradients).map(([name, g]) => ({
    name: parameterName(name),
    before: g.log10_norm,
    after: logOf(g.clipped_norm),
  }));
  return [
    ...rows,
    { name: "‖g‖", before: report.log10_norm_before, after: logOf(report.norm_after) },
  ];
}

/** Where the axis begins and ends. @param {(number | null)[]} shown */
function reachOf(shown) {
  const values = shown.filter(isNumber);
  return {
    low: Math.floor((values.length ? Math.min(...values) : -1) - 0.3),
    high: (values.length ? Math.max(...values) : 1) + 0.2,
  };
}

/**
 * @param {Entry[]} entries @param {{low: number, high: number}} reach
 * @param {"before" | "after"} key
 * @param {{fill: string, line: string, width: number, offset: number}} look
 */
function bars(entries, { low, high }, key, { fill, line, width, offset }) {
  return {
    type: "bar",
    orientation: "h",
    hoverinfo: "skip",
    y: entries.map((_, n) => n),
    base: low,
    x: entries.map(({ [key]: v }) => (v === null ? 0 : Math.max(0.01 * (high - low), v - low))),
    width,
    offset,
    marker: { color: fill, line: { color: line, width: 1 } },
  };
}

/**
 * @param {Flow} flow
 * @param {{width: number, height: number}} frame
 * @param {Theme} theme
 * @returns {Figure}
 */
export function clipping(flow, frame, theme) {
  const entries = entriesOf(flow);
  const rule = clipRuleOf(flow.clipping.rule);
  const on = Boolean(rule.threshold);
  const limit = rule.keeps_direction || rule.each ? logOf(flow.clipping.threshold) : null;
  const reach = reachOf([...entries.flatMap((e) => (on ? [e.before, e.after] : [e.before])), limit]);
  const was = { fill: theme.pale, line: theme.blocked };
  const is = { fill: theme.ink, line: theme.ink, width: 0.36, offset: 0.02 };
  const data = on
    ? [
        bars(entries, reach, "before", { ...was, width: 0.36, offset: -0.38 }),
        bars(entries, reach, "after", is),
        numbers(entries, "before", reach.high, -0.2, theme.muted),
        numbers(entries, "after", reach.high, 0.2, theme.ink),
      ]
    : [
        bars(entries, reach, "before", { ...was, width: 0.55, offset: -0.275 }),
        numbers(entries, "before", reach.high, 0, theme.soft),
      ];
  return {
    data: limit === null ? data : [...data, threshold(limit, entries.length, theme)],
    layout: layoutOf(entries, reach, frame, theme),
  };
}

/**
 * @param {Entry[]} entries @param {{low: number, high: number}} reach
 * @param {{width: number, height: number}} frame @param {Theme} theme
 */
function layoutOf(entries, { low, high }, frame, theme) {
  return {
    ...plainLayout(frame, theme, { l: 40, r: 76, t: 4, b: 24 }),
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
      ticktext: entries.map((e) => superscripted(e.name)),
      showgrid: false,
      zeroline: false,
      fixedrange: true,
      tickfont: { size: 12, color: theme.soft },
      automargin: false,
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
