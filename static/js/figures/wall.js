/** The loss over two parameters as a map with contour lines, and as a surface. */

import { colorscale } from "../theme.js";
import { plainLayout } from "./layout.js";

/**
 * @typedef {object} Land   an answer of `POST /api/v1/landscape` with its grid
 * @property {{parameter: string, index: number[], values: number[], own: number}[]} axes
 * @property {(number | null)[][]} loss
 * @property {(number | null)[][]} gradient_log10_norm
 *
 * @typedef {{width: number, height: number, left: number, right: number, top: number, bottom: number}} Box
 */

/** Decades below the largest loss that have a colour. */
const DEPTH = 4;
/** A steepest point is on the ridge where it is so many decades above the column's middle. */
const RIDGE = 0.7;

/** @param {number} width of the element @returns {Box} */
export function boxOf(width) {
  const height = Math.round(Math.min(460, Math.max(280, 0.72 * width)));
  return { width, height, left: 52, right: 14, top: 10, bottom: 44 };
}

/** @param {(number | null)[][]} loss   log₁₀ of it, null where there is none or E is 0 */
function logLoss(loss) {
  return loss.map((row) => row.map((value) => (value === null || value <= 0 ? null : Math.log10(value))));
}

/** @param {(number | null)[]} values */
function known(values) {
  return /** @type {number[]} */ (values.filter((value) => value !== null));
}

/** Least and most of a table. @param {(number | null)[][]} table @returns {[number, number]} */
export function extent(table) {
  let [least, most] = [Infinity, -Infinity];
  for (const row of table)
    for (const value of row) {
      if (value === null) continue;
      if (value < least) least = value;
      if (value > most) most = value;
    }
  return [least, most];
}

/**
 * How steep the loss is along a column: at the points by the gradient, between two of them by what E
 * rises, which a cliff narrower than the grid shows alone.
 * @param {Land} land @param {number} i
 * @returns {{y: number, log10: number}[]}
 */
function steepness({ axes, loss, gradient_log10_norm: gradient }, i) {
  const y = axes[1]?.values ?? [];
  return y.flatMap((at, j) => {
    const [own, here, next] = [gradient[j]?.[i] ?? null, loss[j]?.[i] ?? null, loss[j + 1]?.[i] ?? null];
    const found = own === null ? [] : [{ y: at, log10: own }];
    const above = y[j + 1];
    if (here === null || next === null || above === undefined || here === next) return found;
    const rise = Math.log10(Math.abs((next - here) / (above - at)));
    return [...found, { y: (at + above) / 2, log10: rise }];
  });
}

/**
 * The ridge: in every column the place where the loss is steepest, where it is a ridge at all.
 * @param {Land} land
 * @returns {{x: number, y: number, log10: number}[]}
 */
export function ridgeOf(land) {
  return (land.axes[0]?.values ?? []).flatMap((x, i) => {
    const column = steepness(land, i).sort((a, b) => a.log10 - b.log10);
    const [top, middle] = [column.at(-1), column[Math.floor(column.length / 2)]];
    if (!top || !middle || top.log10 < middle.log10 + RIDGE) return [];
    return [{ x, ...top }];
  });
}

/** Quiet greys: colour is kept for gradients. @param {import("../types.js").Theme} theme */
function greys(theme) {
  return [
    [0, theme.ink],
    [0.35, theme.muted],
    [0.75, theme.pale],
    [1, theme.sheet],
  ];
}

/** @param {Land} land @param {"loss" | "gradient"} layer @param {import("../types.js").Theme} theme */
function coloured(land, layer, theme) {
  if (layer === "gradient")
    return { z: land.gradient_log10_norm, zmin: -3, zmax: 3, colorscale: colorscale(theme), title: "log₁₀ ‖g‖" };
  const z = logLoss(land.loss);
  const [, most] = extent(z);
  return { z, zmin: most - DEPTH, zmax: most, colorscale: greys(theme), title: "log₁₀ E" };
}

/**
 * @param {Land} land
 * @param {{box: Box, layer: "loss" | "gradient", theme: import("../types.js").Theme, names: [string, string]}} options
 * @returns {import("../types.js").Figure}
 */
export function wallMap(land, { box, layer, theme, names }) {
  const [x = [], y = []] = land.axes.map(({ values }) => values);
  const { title, ...colours } = coloured(land, layer, theme);
  const heights = logLoss(land.loss);
  const [, most] = extent(heights);
  const ridge = ridgeOf(land);
  /** @param {string} text */
  const axis = (text) => ({
    fixedrange: true,
    showgrid: false,
    zeroline: false,
    ticks: "outside",
    ticklen: 3,
    tickcolor: theme.rule,
    tickfont: { size: 11, color: theme.muted },
    title: { text, standoff: 6, font: { size: 12, color: theme.soft } },
  });
  return {
    data: [
      { type: "heatmap", hoverinfo: "skip", showscale: true, x, y, ...colours, zsmooth: false,
        colorbar: { title: { text: title, side: "right", font: { size: 11, color: theme.muted } }, thickness: 10,
          outlinewidth: 0, tickfont: { size: 10, color: theme.muted }, xpad: 4, ypad: 0 } },
      { type: "contour", hoverinfo: "skip", showscale: false, x, y, z: heights,
        contours: { coloring: "none", start: most - DEPTH, end: most, size: 0.25, showlabels: false },
        line: { color: theme.focus, width: 0.7, smoothing: 0 }, opacity: 0.75 },
      { type: "scatter", mode: "markers", hoverinfo: "skip",
        x: ridge.map((one) => one.x), y: ridge.map((one) => one.y),
        marker: { size: 4, color: theme.flow[4], symbol: "diamond-open", line: { width: 1 } } },
    ],
    layout: {
      ...plainLayout(box, theme, { l: box.left, r: box.right + 70, t: box.top, b: box.bottom, pad: 0 }),
      xaxis: { ...axis(names[0]), range: [x[0], x[x.length - 1]] },
      yaxis: { ...axis(names[1]), range: [y[0], y[y.length - 1]], automargin: false },
    },
  };
}

/** Where the axes lie in a map of this box, in pixels. @param {Box} box */
export function insideOf(box) {
  return { x0: box.left, x1: box.width - box.right - 70, y0: box.height - box.bottom, y1: box.top };
}

/**
 * @param {Land} land
 * @param {{box: Box, theme: import("../types.js").Theme, names: [string, string],
 *   paths: {name: string, colour: string, points: number[][], loss: (number | null)[]}[]}} options
 * @returns {import("../types.js").FreeFigure}
 */
export function wallSurface(land, { box, theme, names, paths }) {
  const [x = [], y = []] = land.axes.map(({ values }) => values);
  const z = logLoss(land.loss);
  const [, most] = extent(z);
  const clamped = z.map((row) => row.map((value) => (value === null ? null : Math.max(value, most - DEPTH))));
  /** @param {string} text */
  const axis = (text) => ({ title: { text }, color: theme.muted, gridcolor: theme.rule, zeroline: false, showspikes: false });
  return {
    data: [
      { type: "surface", x, y, z: clamped, surfacecolor: land.gradient_log10_norm, cmin: -3, cmax: 3,
        colorscale: colorscale(theme), hoverinfo: "skip",
        colorbar: { title: { text: "log₁₀ ‖g‖", side: "right" }, thickness: 10, outlinewidth: 0, len: 0.7 } },
      ...paths.map(({ name, colour, points, loss }) => {
        const inside = points.map(([p = 0, q = 0]) => p >= x[0] && p <= x[x.length - 1] && q >= y[0] && q <= y[y.length - 1]);
        return { type: "scatter3d", mode: "lines+markers", name, hoverinfo: "skip",
          x: points.map(([p], n) => (inside[n] ? p : null)), y: points.map(([, q], n) => (inside[n] ? q : null)),
          z: loss.map((value) => (value === null || value <= 0 ? null : Math.max(Math.log10(value), most - DEPTH) + 0.03)),
          line: { color: colour, width: 5 }, marker: { color: colour, size: points.map((_, n) => (n === points.length - 1 ? 6 : 1.5)) } };
      }),
    ],
    layout: {
      width: box.width,
      height: box.height,
      margin: { l: 0, r: 0, t: 0, b: 0 },
      paper_bgcolor: "rgba(0,0,0,0)",
      font: { family: theme.sans, size: 11, color: theme.muted },
      showlegend: false,
      uirevision: "wall",
      scene: {
        xaxis: axis(names[0]), yaxis: axis(names[1]), zaxis: axis("log₁₀ E"),
        camera: { eye: { x: -1.6, y: -1.75, z: 1 } }, aspectratio: { x: 1.2, y: 1.2, z: 0.8 },
      },
    },
  };
}
