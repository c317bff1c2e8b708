/** A map as a figure: small maps side by side, contour lines, and what theory says beside it. */

import { plainLayout } from "../figures/layout.js";
import { escapeMarkup } from "../format.js";
import { cut, nameOf, numbersOf, placeOf, ticksOf, valueAt } from "./axes.js";

/** @import { FreeFigure, Theme } from "../types.js" */
/** @import { MapAxis } from "./axes.js" */
/** @import { Grid } from "./grid.js" */
/** @import { Scale } from "./scale.js" */

/**
 * @typedef {{left: number, top: number, width: number, height: number}} Box   of a small map, in pixels
 *
 * @typedef {object} Given
 * @property {any} sweep
 * @property {any[]} theory
 * @property {Grid} grid
 * @property {string} name   of the number
 * @property {string} label   of the same
 * @property {Scale} scale
 * @property {Theme} theme
 * @property {number} width
 * @property {number[] | null} at   the point that is chosen
 */

const LEFT = 52;
const RIGHT = 12;
const TOP = 24;
const BOTTOM = 44;
/** From here on small maps are larger before more of them stand in a row: for who sits far away. */
const WIDE = 1300;
/** Pixels of a letter of a tick. */
const LETTER = 6.2;
/** Dots stand for places of so many pixels and more. */
const DOT = 5;
/** How lines of theory are told apart: each is the same in every map. */
const DASHES = new Map([["sufficient", "solid"], ["edge-of-chaos", "2px,2px"], ["rest", "9px,2px,2px,2px"]]);

/** @param {string} name   of a line */
export const dashOf = (name) => DASHES.get(name) ?? "6px,3px";

/** How much room stands left of a map: names need more than numbers. @param {any} sweep */
function leftOf({ axes }) {
  const up = axes[1];
  if (!up || numbersOf(up)) return LEFT;
  const longest = Math.max(...up.values.map((/** @type {any} */ _, /** @type {number} */ n) => valueAt(up, n).length));
  return Math.round(Math.max(LEFT, Math.min(120, LETTER * longest + 24)));
}

/** Where the small maps lie. @param {any} sweep @param {number} maps @param {number} width */
export function boxesOf(sweep, maps, width) {
  const fit = Math.max(1, Math.min(maps, Math.floor(width / (width < WIDE ? 250 : 400))));
  const rows = Math.ceil(maps / fit);
  const columns = Math.ceil(maps / rows);
  const each = Math.floor(width / columns);
  const [w, h = 0] = sweep.axes.map((/** @type {MapAxis} */ axis) => axis.values.length);
  const left = leftOf(sweep);
  const plot = each - left - RIGHT;
  const most = maps === 1 ? 520 : 300;
  const inner = h ? Math.max(150, Math.min(most, Math.round(plot * (maps === 1 ? 0.5 : Math.max(0.7, Math.min(1, h / w)))))) : 200;
  const height = rows * (TOP + inner + BOTTOM);
  /** @type {Box[]} */
  const boxes = [];
  for (let n = 0; n < maps; n += 1)
    boxes.push({
      left: (n % columns) * each + left,
      top: Math.floor(n / columns) * (TOP + inner + BOTTOM) + TOP,
      width: plot,
      height: inner,
    });
  return { boxes, height };
}

/** @param {number} n */
const axisName = (n) => (n ? String(n + 1) : "");

/** The values of a number as they are drawn, from the least to the greatest. @param {Given} given */
function rangeOf({ grid, name, scale }) {
  const known = grid.points().flatMap(({ numbers }) => [numbers[name]?.low, numbers[name]?.high, scale.z(numbers[name]?.middle ?? null)]);
  const values = known.filter((value) => typeof value === "number");
  return values.length ? [Math.min(...values), Math.max(...values)] : [0, 1];
}

/** A little more than a range. @param {number[]} range */
function padded([low, high]) {
  const more = 0.06 * (high - low || 1);
  return [low - more, high + more];
}

/** What stands up an axis that is no axis of the map. @param {Given} given @param {Theme} theme */
function numberAxis(given, theme) {
  const { scale, label } = given;
  const named = scale.levels.length === 0 ? { tickmode: "array", tickvals: scale.marks.map(([z]) => z), ticktext: scale.marks.map(([, text]) => text), range: [scale.low, scale.high] } : { range: padded(rangeOf(given)) };
  return { ...named, title: { text: escapeMarkup(scale.unit ? `${label}, ${scale.unit}` : label), standoff: 2, font: { size: 11, color: theme.muted } } };
}

/** The lines of theory over one small map. @param {Given} given @param {number} map */
function linesOf(given, map) {
  const { sweep, theory, theme } = given;
  const { axes } = sweep;
  return theory
    .filter(({ row }) => row === null || row === undefined || row === map)
    .map(({ axis, radii, name, label }) => {
      const along = radii.map((/** @type {number | null} */ radius) => placeOf(axes[axis], radius));
      const count = axes.length > 1 ? axes[1 - axis].values.length : 1;
      const other = Array.from({ length: count }, (_, n) => n);
      const ends = axes.length > 1 ? other : rangeOf(given);
      const places = axes.length > 1 ? along : [along[0], along[0]];
      return {
        type: "scatter",
        mode: "lines",
        name: label,
        hoverinfo: "skip",
        x: axis === 0 ? places : ends,
        y: axis === 0 ? ends : places,
        line: { color: theme.ink, width: 2, dash: dashOf(name) },
      };
    })
    .filter(({ x, y }) => [...x, ...y].every((value) => value !== null) && [...x, ...y].some((value) => Number.isFinite(value)));
}

/** Those of a map's lines of theory that it shows a part of. @param {any} sweep @param {any[] | null} theory */
export const linesSeen = (sweep, theory) =>
  (theory ?? []).filter(({ axis, radii }) => radii.some((/** @type {number | null} */ radius) => Number.isFinite(placeOf(sweep.axes[axis], radius))));

/** Contour lines lie evenly for Plotly: a value is told by the levels around it. @param {number[]} levels @param {number} value */
function amongLevels(levels, value) {
  const above = levels.findIndex((level) => level > value);
  if (above === 0) return value - levels[0];
  if (above < 0) return levels.length - 1 + value - levels[levels.length - 1];
  return above - 1 + (value - levels[above - 1]) / (levels[above] - levels[above - 1]);
}

/** The levels of the lines that are drawn: those that a map passes. @param {Given} given */
export function levelsSeen({ grid, name, scale, sweep }) {
  if (sweep.axes.some((/** @type {MapAxis} */ axis) => axis.values.length < 3 || !numbersOf(axis)) || sweep.axes.length < 2) return [];
  const known = grid.points().map(({ numbers }) => numbers[name]?.middle).filter((value) => typeof value === "number");
  if (known.length < 12) return [];
  const [least, most] = known.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
  return scale.levels.filter((level) => level > least && level < most);
}

/** One small map of two axes. @param {Given} given @param {number} map */
function heat(given, map) {
  const { grid, name, scale, theme } = given;
  const z = grid.over(name, map).map((row) => row.map((value) => scale.z(value ?? null)));
  const common = { hoverinfo: "skip", showscale: false };
  const drawn = { ...common, type: "heatmap", z, zmin: scale.low, zmax: scale.high, colorscale: scale.colours, zsmooth: false };
  const levels = levelsSeen(given);
  if (!levels.length) return [drawn];
  const lines = {
    ...common,
    type: "contour",
    z: z.map((row) => row.map((value) => (value === null ? null : amongLevels(levels, value)))),
    autocontour: false,
    connectgaps: false,
    contours: { start: 0, end: levels.length - 1, size: 1, coloring: "none" },
    line: { color: theme.ink, width: 0.7, smoothing: 0.5 },
  };
  return [drawn, lines];
}

/** One small map of one axis: the median, between its quartiles. @param {Given} given @param {number} map */
function course({ grid, name, scale, theme, sweep }, map) {
  const own = grid.points().filter(({ at }) => !sweep.rows || at[0] === map);
  own.sort((a, b) => (a.at.at(-1) ?? 0) - (b.at.at(-1) ?? 0));
  const x = own.map(({ at }) => at.at(-1) ?? 0);
  const of = own.map(({ numbers }) => numbers[name]);
  const line = { type: "scatter", hoverinfo: "skip", x };
  const band = of.every((one) => one?.low !== null);
  const quartiles = band
    ? [
        { ...line, mode: "lines", y: of.map((one) => one?.low ?? null), line: { width: 0 } },
        { ...line, mode: "lines", y: of.map((one) => one?.high ?? null), line: { width: 0 }, fill: "tonexty", fillcolor: theme.pale },
      ]
    : [];
  return [...quartiles, { ...line, mode: "lines+markers", y: of.map((one) => scale.z(one?.middle ?? null)), line: { color: theme.ink, width: 1.6 }, marker: { color: theme.ink, size: 3 } }];
}

/** What was computed of a refined map: a dot each, where they do not run into each other. @param {Given} given @param {number} map @param {Box} box */
function computed({ grid, sweep, theme }, map, box) {
  const [w, h] = sweep.axes.map((/** @type {MapAxis} */ axis) => axis.values.length);
  const own = grid.points().filter(({ at, told }) => !told && (!sweep.rows || at[0] === map));
  if (!sweep.refine || Math.min(box.width / w, box.height / h) < DOT) return [];
  const places = own.map(({ at }) => at.slice(-2));
  return [{ type: "scatter", mode: "markers", hoverinfo: "skip", x: places.map(([x]) => x), y: places.map(([, y]) => y), marker: { size: 2.5, color: theme.ink } }];
}

/** The point that is chosen. @param {Given} given @param {number} map */
function chosen({ at, sweep, theme }, map) {
  if (!at || (sweep.rows && at[0] !== map)) return [];
  const [x, y = 0] = sweep.rows ? at.slice(1) : at;
  return [
    { type: "scatter", mode: "markers", hoverinfo: "skip", x: [x], y: [y], marker: { size: 14, symbol: "circle-open", color: theme.paper, line: { width: 5 } } },
    { type: "scatter", mode: "markers", hoverinfo: "skip", x: [x], y: [y], marker: { size: 14, symbol: "circle-open", color: theme.ink, line: { width: 2 } } },
  ];
}

/** @param {Given} given @returns {{figure: FreeFigure, boxes: Box[], height: number}} */
export function figureOf(given) {
  const { sweep, grid, theme, width, scale } = given;
  const { boxes, height } = boxesOf(sweep, grid.maps, width);
  const [across, up] = sweep.axes;
  /** @type {Object<string, any>} */
  const layout = { ...plainLayout({ width, height }, theme, { l: 0, r: 0, t: 0, b: 0, pad: 0 }), annotations: [] };
  /** @type {Object<string, unknown>[]} */
  const data = [];
  boxes.forEach((box, n) => {
    const two = Boolean(up);
    const drawn = [...(two ? heat(given, n) : course(given, n)), ...(two ? [...computed(given, n, box), ...linesOf(given, n), ...chosen(given, n)] : linesOf(given, n))];
    data.push(...drawn.map((trace) => ({ ...trace, xaxis: `x${axisName(n)}`, yaxis: `y${axisName(n)}` })));
    const shared = { fixedrange: true, zeroline: false, showgrid: !two, gridcolor: theme.grid, ticks: "outside", ticklen: 3, tickcolor: theme.rule, tickangle: 0, tickfont: { size: 11, color: theme.muted } };
    layout[`xaxis${axisName(n)}`] = {
      ...shared,
      anchor: `y${axisName(n)}`,
      domain: [box.left / width, (box.left + box.width) / width],
      range: [-0.5, across.values.length - 0.5],
      tickmode: "array",
      ...ticksOf(across, Math.max(2, box.width / 46), numbersOf(across) ? 12 : box.width / across.values.length / LETTER),
      title: { text: escapeMarkup(cut(nameOf(across), box.width / LETTER)), standoff: 4, font: { size: 11, color: theme.muted } },
    };
    layout[`yaxis${axisName(n)}`] = {
      ...shared,
      anchor: `x${axisName(n)}`,
      domain: [1 - (box.top + box.height) / height, 1 - box.top / height],
      ...(two ? { range: [-0.5, up.values.length - 0.5], tickmode: "array", ...ticksOf(up, Math.max(2, box.height / 22), numbersOf(up) ? 12 : 16) } : numberAxis(given, theme)),
      ...(two ? { title: { text: escapeMarkup(cut(nameOf(up), box.height / LETTER)), standoff: 2, font: { size: 11, color: theme.muted } } } : {}),
    };
    if (sweep.rows)
      layout.annotations.push({ x: box.left / width, y: 1 - (box.top - 4) / height, xref: "paper", yref: "paper", xanchor: "left", yanchor: "bottom", showarrow: false, text: `<b>${escapeMarkup(cut(valueAt(sweep.rows, n), box.width / 7.5))}</b>`, font: { size: 12, color: theme.ink } });
  });
  return { figure: { data, layout }, boxes, height };
}

/** The place under a pixel: small map first where there are several; null: none. @param {any} sweep @param {Box[]} boxes @param {number} x @param {number} y */
export function placeUnder(sweep, boxes, x, y) {
  const map = boxes.findIndex((box) => x >= box.left && x <= box.left + box.width && y >= box.top && y <= box.top + box.height);
  if (map < 0) return null;
  const box = boxes[map];
  const [across, up] = sweep.axes;
  /** @param {number} share @param {number} count */
  const along = (share, count) => Math.max(0, Math.min(count - 1, Math.floor(share * count)));
  const place = [along((x - box.left) / box.width, across.values.length)];
  if (up) place.push(along(1 - (y - box.top) / box.height, up.values.length));
  return sweep.rows ? [map, ...place] : place;
}
