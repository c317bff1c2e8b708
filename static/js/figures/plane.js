/** The recurrent matrix in one scale: eigenvalues in the plane, singular values in a strip. */

/** @import { Spectrum, Theme } from "../types.js" */

/** Room at the edges of the plane, in pixels. */
const EDGE = 8;

/**
 * How far the plane reaches upwards and sideways: every circle, eigenvalue and singular value
 * lies in it, and one unit is as long in both directions.
 * @param {Spectrum} spectrum
 * @param {{width: number, height: number}} frame   of the plane
 * @param {Spectrum | null} [other]   of another experiment that is drawn in it, too
 * @returns {{high: number, wide: number}}
 */
export function scaleOf(spectrum, frame, other = null) {
  const aspect = Math.max(1, (frame.width - EDGE) / (frame.height - EDGE));
  const radius = Math.max(spectrum.spectral_radius ?? 0, other?.spectral_radius ?? 0);
  const norm = Math.max(spectrum.spectral_norm ?? 0, other?.spectral_norm ?? 0);
  const circles = Math.max(1, spectrum.bound ?? 1, radius);
  const high = Math.max(1.12 * circles, (1.08 * norm) / aspect);
  return { high, wide: high * aspect };
}

/**
 * What belongs to A, while comparing: hollow, over B's.
 * @param {number[]} x @param {number[]} y
 * @param {{size: number, symbol: string, theme: Theme}} look
 */
export function hollow(x, y, { size, symbol, theme }) {
  return {
    type: "scatter",
    mode: "markers",
    hoverinfo: "skip",
    x,
    y,
    marker: { size, symbol, color: theme.ink, line: { width: 1.2, color: theme.ink } },
  };
}

/** An axis that shows nothing but its zero. @param {Theme} theme @param {number[]} range */
export function bareAxis(theme, range) {
  return {
    range,
    fixedrange: true,
    zeroline: true,
    zerolinecolor: theme.grid,
    zerolinewidth: 1,
    showgrid: false,
    showticklabels: false,
    ticks: "",
  };
}
