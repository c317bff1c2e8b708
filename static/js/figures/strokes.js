/** ‖∂L/∂c‖ beside the profile's bars, for cells that have a c: a stroke a step, a line where dense. */

import { lineOf } from "./columns.js";

/** @import { Frame, Series, Theme, Trace } from "../types.js" */

/**
 * Two traces, the second upon the first, which sets it off from a bar of any colour.
 * @param {Series | null} row   log₁₀ of it at every step
 * @param {number[]} steps   in sight
 * @param {Frame} frame
 * @param {Theme} theme
 * @param {{dense: boolean, width: number, columns: number}} given   width: of a stroke, in steps
 * @returns {Trace[]}
 */
export function strokes(row, steps, frame, theme, { dense, width, columns }) {
  const shown = row ? steps.filter((t) => row[t - 1] !== null) : [];
  /** @param {number} t */
  const value = (t) => row?.[t - 1] ?? null;
  const { x, y } = dense
    ? lineOf(shown, value, frame, columns)
    : {
        x: shown.flatMap((t) => [t - width / 2, t + width / 2, t + width / 2]),
        y: shown.flatMap((t) => [value(t), value(t), null]),
      };
  const looks = [
    { color: theme.paper, width: dense ? 3 : 4.4 },
    { color: theme.ink, width: dense ? 1.1 : 1.8 },
  ];
  return looks.map((look, n) => ({
    type: "scatter",
    mode: "lines",
    hoverinfo: "skip",
    name: n ? "c" : "",
    x,
    y,
    line: { ...look, simplify: false },
  }));
}
