/** Singular values of the recurrent matrix, on the scale of the plane of eigenvalues above. */

import { number } from "../format.js";
import { flowColor } from "../theme.js";
import { plainLayout } from "./layout.js";
import { bareAxis, hollow, scaleOf } from "./plane.js";
import { boundApart } from "./spectrum.js";

/** @import { Figure, Flow, Spectrum, Theme } from "../types.js" */

/** More lollipops than this are drawn without sticks. */
const MOST_STICKS = 48;

/**
 * @param {Flow} flow
 * @param {{width: number, height: number, plane?: {width: number, height: number}}} frame
 *   plane: of the eigenvalues
 * @param {Theme} theme
 * @param {Flow | null} [compared]   A, whose values are drawn hollow
 * @returns {Figure}
 */
export function singular({ spectrum: given }, frame, theme, compared = null) {
  const values = valuesOf(given);
  const { wide } = scaleOf(given, frame.plane ?? frame, compared?.spectrum);
  const inA = compared === null ? [] : valuesOf(compared.spectrum);
  const rows = rowsOf(values);
  const sticks = values.length > MOST_STICKS ? [] : values;
  const bound = boundApart(given);
  const largest = values[0] ?? 0;
  return {
    data: [
      {
        type: "scatter",
        mode: "lines",
        hoverinfo: "skip",
        x: sticks.flatMap((value) => [0, value, null]),
        y: sticks.flatMap((_, n) => [rows[n], rows[n], null]),
        line: { color: theme.pale, width: 1.5 },
      },
      {
        type: "scatter",
        mode: "markers",
        hoverinfo: "skip",
        x: values,
        y: rows,
        marker: {
          size: 5.5,
          symbol: "diamond",
          color: values.map((v) => flowColor(theme, v > 0 ? 12 * Math.log10(v) : -3)),
          line: { width: 0 },
        },
      },
      {
        type: "scatter",
        mode: "text",
        hoverinfo: "skip",
        cliponaxis: false,
        x: values.length ? [largest] : [],
        y: values.length ? [1] : [],
        text: [largest > 0.5 * wide ? `σ = ${number(largest)}  ` : `  σ = ${number(largest)}`],
        textposition: [largest > 0.5 * wide ? "top left" : "top right"],
        textfont: { size: 10, color: theme.soft },
      },
      {
        type: "scatter",
        mode: "text",
        hoverinfo: "skip",
        cliponaxis: false,
        x: [0],
        y: [0.5],
        text: ["singular values  "],
        textposition: "middle left",
        textfont: { size: 10, color: theme.muted },
      },
      ...(compared === null
        ? []
        : [hollow(inA, rowsOf(inA), { size: 7, symbol: "diamond-open", theme })]),
    ],
    layout: {
      ...plainLayout(frame, theme, { l: 4, r: 4, t: 14, b: 4 }, 10),
      xaxis: bareAxis(theme, [-wide, wide]),
      yaxis: { ...bareAxis(theme, [-0.15, 1.15]), zeroline: false },
      shapes: [
        upright(1, theme.blocked, "2px,3px"),
        ...(bound === null ? [] : [upright(bound, theme.known, "6px,3px")]),
      ],
    },
  };
}

/** @param {Spectrum} given */
function valuesOf(given) {
  return given.singular_values ?? [given.spectral_norm ?? 0];
}

/** From above, the largest first. @param {number[]} values */
function rowsOf(values) {
  return values.map((_, n) => (values.length > 1 ? 1 - n / (values.length - 1) : 0.5));
}

/** Where the singular values lie. @param {Flow} flow */
export function singularSpots({ spectrum: given }) {
  const values = valuesOf(given);
  return rowsOf(values).map((y, n) => ({ id: `singular.${n + 1}`, x: values[n], y }));
}

/** @param {number} x @param {string} color @param {string} dash */
function upright(x, color, dash) {
  return { type: "line", x0: x, x1: x, y0: -0.15, y1: 1.15, line: { color, dash, width: 1 } };
}
