/** What pictures over many updates share: the axis of updates below, a scale beside, lines. */

import { plainAxis, timeLayout } from "../figures/layout.js";
import { power } from "../format.js";

/** @import { Axis, Frame, Series, Theme } from "../types.js" */

/** Margins of a picture, and of one whose axis is named. */
export const TOP = 6;
export const BOTTOM = 8;
export const NAMED_BOTTOM = 40;

/** Round numbers, of which at most so many lie between two. @param {number} lo @param {number} hi @param {number} most */
export function roundTicks(lo, hi, most) {
  const rough = Math.max((hi - lo) / Math.max(1, most), Number.MIN_VALUE);
  const unit = 10 ** Math.floor(Math.log10(rough));
  const every = [1, 2, 5, 10].map((n) => n * unit).find((size) => size >= rough) ?? 10 * unit;
  const ticks = [];
  for (let n = Math.ceil(lo / every); n * every <= hi; n += 1) ticks.push(n * every + 0); // never −0
  return ticks;
}

/** @param {Frame} frame @param {Theme} theme @param {{bottom: boolean, yaxis: Axis}} own   bottom: whether its axis is named */
export function layoutOf(frame, theme, { bottom, yaxis }) {
  const layout = timeLayout(theme, frame, { top: TOP, bottom: bottom ? NAMED_BOTTOM : BOTTOM, title: bottom ? "update" : "" });
  const ticks = roundTicks(frame.lo, frame.hi, (frame.width - frame.left - frame.right) / 70).filter(Number.isInteger);
  const names = { tickvals: ticks, ticktext: ticks.map((n) => n.toLocaleString("en-US")), showticklabels: bottom };
  return {
    ...layout,
    xaxis: { ...layout.xaxis, ...names },
    yaxis,
  };
}

/** @param {Series} x @param {Series} y @param {{color: string, dash?: string, width?: number, size?: number}} look */
export function line(x, y, { color, dash = "solid", width = 1.6, size = 0 }) {
  const mode = size ? "lines+markers" : "lines";
  return { type: "scatter", mode, hoverinfo: "skip", x, y, line: { color, dash, width }, marker: { size, color } };
}

/** @param {number[]} values @param {number} least   of the range */
export function rangeOf(values, least) {
  if (!values.length) return [0, 1];
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const spare = Math.max(0.06 * (high - low), least / 2, 0.02 * Math.abs(high));
  return [low - spare, high + spare];
}

/** @param {Theme} theme @param {number[]} range @param {Frame} frame @param {(value: number) => string} say */
export function scaleOf(theme, range, frame, say) {
  const tickvals = roundTicks(range[0], range[1], Math.max(2, frame.height / 34));
  return plainAxis(theme, { range, tickmode: "array", tickvals, ticktext: tickvals.map(say) });
}

/** Of decades only whole ones are named. @param {Theme} theme @param {number[]} range @param {Frame} frame */
export function decadesOf(theme, range, frame) {
  const whole = [Math.floor(range[0]), Math.max(Math.ceil(range[1]), Math.floor(range[0]) + 1)];
  const axis = scaleOf(theme, whole, frame, power);
  const tickvals = (axis.tickvals ?? []).filter(Number.isInteger);
  return { ...axis, tickvals, ticktext: tickvals.map(power) };
}
