/**
 * A drawn figure brought up to date in place: of what Plotly drew only the fills, widths, heights
 * and texts are set that another figure of the same structure has. Plotly itself measures and joins
 * everything anew, which takes some eight times as long.
 */

import { AXIS_NAMES, keepsStructure, same } from "./figures/difference.js";
import { lookup } from "./lookup.js";

/** @import { Axis, Figure, Layout, Line, OneOrEach, Trace } from "./types.js" */

/** Plotly reads these in a text as markup or as mathematics. */
const MARKUP = /[<&$\n]/;

/** Nearer points of a line than this, in pixels, Plotly may draw as one. */
const NEAR = 1.01;

/**
 * Of what Plotly keeps on a place that it has drawn into, what is read or set here.
 *
 * @typedef {object} DrawnAxis
 * @property {string} _id
 * @property {number} _offset
 * @property {number} _length
 * @property {number[]} range
 * @property {boolean} showgrid
 * @property {() => void} setScale
 * @property {(value: number) => number} c2p   to a pixel of its picture
 * @property {(value: number) => number} l2p   the same, of linear axes
 *
 * @typedef {HTMLElement & {_fullLayout?: {xaxis?: DrawnAxis, yaxis?: DrawnAxis,
 *   _plots?: {xy?: any}}, _fullData: any[], calcdata: any[], data: Trace[], layout: Layout}} Plot
 *
 * @typedef {SVGElement & {__data__?: object}} Drawn   bound by D3
 * @typedef {{x: number, text: string}} Tick
 * @typedef {[number, number]} Pixel
 * @typedef {{xaxis: DrawnAxis, yaxis: DrawnAxis}} Axes
 * @typedef {Axes & {plot: Plot, n: number}} At
 */

/** The outlines of markers whose size may change. @type {Object<string, (r: number) => string>} */
const SYMBOLS = lookup({
  /** @param {number} r */
  circle: (r) => {
    const rs = round(r);
    return `M${rs},0A${rs},${rs} 0 1,1 0,-${rs}A${rs},${rs} 0 0,1 ${rs},0Z`;
  },
  "triangle-left": (r) => {
    const [long, half, whole] = [(2 * r) / Math.sqrt(3), r / 2, r].map(round);
    return `M${half},-${long}V${long}L-${whole},0Z`;
  },
});

/** @param {number} value */
function round(value) {
  return Math.round(100 * value) / 100;
}

/** @param {Element} place @param {string} selector @returns {Drawn[]} */
function elementsIn(place, selector) {
  return [...place.querySelectorAll(selector)].filter((one) => one instanceof SVGElement);
}

/** The first element inside. @param {Drawn} place @returns {Drawn} */
function firstOf({ firstElementChild: first }) {
  if (!(first instanceof SVGElement)) throw new Untouchable("nothing inside");
  return first;
}

/** Whether there is no gap. @param {(Pixel | null)[]} points @returns {points is Pixel[]} */
function areAll(points) {
  return !points.includes(null);
}

/**
 * A point's own value.
 * @template T
 * @param {T | T[]} value @param {number} n
 * @returns {T}
 */
function ownOf(value, n) {
  return Array.isArray(value) ? value[n] : value;
}

/** What cannot be set in place. */
class Untouchable extends Error {}

/**
 * Bring what is drawn up to date.
 * @param {HTMLElement} element   that Plotly has drawn `before` into
 * @param {Figure} before @param {Figure} after
 * @returns {boolean} whether that was possible; if not, Plotly must draw, whatever was set already
 */
export function touch(element, before, after) {
  const plot = /** @type {Plot} */ (element);
  const { xaxis, yaxis, _plots: plots } = plot._fullLayout ?? {};
  if (!xaxis || !yaxis?.setScale || !plots?.xy || !keepsStructure(before, after)) return false;
  try {
    const moved = AXIS_NAMES.filter((name) => !same(before.layout[name], after.layout[name]));
    for (const name of moved)
      touchAxis(plot, name === "xaxis" ? xaxis : yaxis, after.layout[name]);
    const drawn = groups(plot);
    after.data.forEach((trace, n) => {
      const group = drawn(trace);
      if (!group || (!moved.length && same(trace, before.data[n]))) return;
      TRACES[trace.type](group, trace, before.data[n], { xaxis, yaxis, plot, n });
    });
  } catch (cause) {
    if (cause instanceof Untouchable) return false;
    throw cause;
  }
  plot.data = after.data;
  plot.layout = after.layout;
  return true;
}

/**
 * A function that gives one trace after another the group that it is drawn in, if any.
 * @param {Plot} plot
 */
function groups(plot) {
  const layers = { scatter: ".scatterlayer", bar: ".barlayer", heatmap: ".heatmaplayer" };
  /** @type {Object<string, Element[]>} */
  const found = {};
  for (const [type, layer] of Object.entries(layers))
    found[type] = [...plot.querySelectorAll(`${layer} > g`)];
  return (/** @type {Trace} */ { type, x, y }) => {
    if (x?.length === 0 || y?.length === 0) return null;
    const group = found[type].shift();
    if (!group) throw new Untouchable(type);
    return group;
  };
}

/** @type {Object<string, (group: Element, trace: Trace, before: Trace, at: At) => void>} */
const TRACES = lookup({
  scatter(group, trace, before, at) {
    const { x = [], y = [], mode = "" } = trace;
    const points = x.map((value, n) => pixelOf(value, y[n], at));
    if (mode.includes("lines")) touchLines(group, trace.line ?? {}, points, at.plot);
    if (mode.includes("markers")) touchMarkers(group, trace, before, points);
    if (mode.includes("text")) touchTexts(group, trace, before, points);
  },

  bar(group, trace, before, { xaxis, yaxis }) {
    const upright = trace.orientation !== "h";
    const [along, across] = upright ? [trace.y, trace.x] : [trace.x, trace.y];
    if (!along || !same(across, upright ? before.x : before.y)) throw new Untouchable("other bars");
    const axis = upright ? yaxis : xaxis;
    const { base = 0 } = trace;
    const foot = axis.c2p(base);
    const paths = elementsIn(group, ".point > path");
    if (paths.length !== along.length) throw new Untouchable("bars");
    paths.forEach((path, n) => {
      const head = axis.c2p(base + (along[n] ?? 0));
      const sides = /^M([-\d.]+),([-\d.]+)V([-\d.]+)H([-\d.]+)V/.exec(path.getAttribute("d") ?? "");
      if (!sides) throw new Untouchable("a bar of another shape");
      const [left, top, bottom, right] = sides.slice(1);
      set(path, "d", upright ? bar(left, foot, head, right) : bar(foot, top, bottom, head));
    });
    paint(paths, "fill", trace.marker?.color, before.marker?.color);
  },

  heatmap(group, trace, before, { plot, n }) {
    const { z } = trace;
    if (!z || same(z, before.z)) return;
    const [given] = plot.calcdata[n];
    const full = plot._fullData[n];
    if (!full._module?.plot || given?.z?.length !== z.length) throw new Untouchable("map");
    given.z = z.map((row) => row.map((value) => value ?? undefined));
    const { xy } = plot._fullLayout?._plots ?? {};
    full._module.plot(plot, xy, [plot.calcdata[n]], xy.plot.select(".heatmaplayer"));
    const image = group.querySelector("image");
    if (image) image.style.opacity = full.opacity;
  },
});

/**
 * @param {number | string} x0 @param {number | string} y0 @param {number | string} y1
 * @param {number | string} x1
 */
function bar(x0, y0, y1, x1) {
  return `M${x0},${y0}V${y1}H${x1}V${y0}Z`;
}

/**
 * Where a point lies in its picture; null where it is a gap.
 * @param {number | null} x @param {number | null} y @param {Axes} axes
 * @returns {Pixel | null}
 */
function pixelOf(x, y, { xaxis, yaxis }) {
  return x === null || y === null ? null : [xaxis.c2p(x), yaxis.c2p(y)];
}

/** @param {Element} element @param {string} name @param {string | number} value */
function set(element, name, value) {
  if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
}

/**
 * So many elements as there are points now, copies of the last one or fewer.
 * @template {Drawn} T
 * @param {T[]} elements @param {number} count
 * @param {T} [pattern]   what is copied
 */
function fit(elements, count, pattern = elements.at(-1)) {
  while (elements.length > count) elements.pop()?.remove();
  while (elements.length < count) {
    if (!pattern) throw new Untouchable("the first of its kind");
    const copy = /** @type {T} */ (pattern.cloneNode(true));
    copy.__data__ = pattern.__data__;
    elements.at(-1)?.after(copy);
    elements.push(copy);
  }
  return elements;
}

/**
 * A style that one value gives all elements, or a list each its own.
 * @param {Drawn[]} elements @param {string} name @param {OneOrEach<string> | undefined} value
 * @param {OneOrEach<string> | undefined} before
 */
function paint(elements, name, value, before) {
  elements.forEach((element, n) => {
    const own = Array.isArray(value) ? value[n] : value;
    if (own !== (Array.isArray(before) ? before[n] : before))
      element.style.setProperty(name, own ?? null);
  });
}

/** Parts of a line between its gaps. @param {(Pixel | null)[]} points */
function segments(points) {
  /** @type {Pixel[][]} */
  const parts = [[]];
  for (const point of points) {
    const part = parts[parts.length - 1];
    const last = part.at(-1);
    if (!point) parts.push([]);
    else if (last && Math.hypot(point[0] - last[0], point[1] - last[1]) < NEAR)
      throw new Untouchable("points upon one another");
    else part.push(point);
  }
  return parts.filter((part) => part.length);
}

/** @param {Element} group @param {Line} line @param {(Pixel | null)[]} points @param {Plot} plot */
function touchLines(group, { color, width, dash = "solid" }, points, plot) {
  const parts = segments(points);
  const place = group.querySelector(":scope > .lines");
  if (!place) throw new Untouchable("lines");
  const paths = elementsIn(place, ":scope > *");
  const there = paths.length;
  fit(paths, parts.length, paths.at(-1) ?? elementsIn(plot, ".scatterlayer path.js-line")[0]);
  if (!there) place.append(...paths);
  paths.forEach((path, n) => {
    set(path, "d", `M${parts[n].join("L")}`);
    path.style.setProperty("stroke", color ?? null);
    path.style.setProperty("stroke-width", `${width}px`);
    path.style.setProperty("stroke-dasharray", dash === "solid" ? "" : dash);
  });
}

/**
 * @param {Element} group @param {Trace} trace @param {Trace} before
 * @param {(Pixel | null)[]} points
 */
function touchMarkers(group, trace, before, points) {
  const { marker = {} } = trace;
  const { symbol = "circle", size = 0 } = marker;
  const paths = elementsIn(group, ":scope > .points > path");
  if (paths.length !== before.x?.length || !areAll(points)) throw new Untouchable("markers");
  const old = paths.length === points.length ? before.marker : null;
  fit(paths, points.length);
  if (!old || !same(marker.size, old.size)) {
    const outline = SYMBOLS[String(symbol)];
    if (!outline) throw new Untouchable("a marker of another size");
    paths.forEach((path, n) => set(path, "d", outline(ownOf(size, n) / 2)));
  }
  paths.forEach((path, n) => set(path, "transform", `translate(${points[n]})`));
  paint(paths, "fill", marker.color, old?.color);
  paint(paths, "stroke", marker.line?.color, old?.line?.color);
}

const ANCHORS = lookup({ left: "end", center: "middle", right: "start" });

/**
 * @param {Element} group @param {Trace} trace @param {Trace} before
 * @param {(Pixel | null)[]} points
 */
function touchTexts(group, trace, before, points) {
  const places = elementsIn(group, ":scope > .text > g");
  if (places.length !== before.x?.length || !areAll(points)) throw new Untouchable("texts");
  const old = places.length === points.length ? before : null;
  fit(places, points.length);
  const texts = places.map(firstOf);
  texts.forEach((text, n) => {
    put(text, trace.text?.[n] ?? "");
    set(text, "x", points[n][0]);
    set(text, "y", points[n][1]);
    if (!old || !same(trace.textposition, before.textposition)) {
      const [high, side] = ownOf(trace.textposition ?? "middle center", n).split(" ");
      if (high !== "middle") throw new Untouchable("a text of another height");
      set(text, "text-anchor", ANCHORS[side]);
    }
  });
  paint(texts, "fill", trace.textfont?.color, old?.textfont?.color);
}

/** @param {Drawn} text @param {string} words */
function put(text, words) {
  if (text.dataset.unformatted === words) return;
  if (!words || MARKUP.test(words) || text.childElementCount) throw new Untouchable(words);
  text.dataset.unformatted = words;
  text.textContent = words;
}

/**
 * An axis: its reach, and its labels and lines where they lie now.
 * @param {Plot} plot @param {DrawnAxis} axis @param {Axis} wanted
 */
function touchAxis(plot, axis, { range, tickvals, ticktext }) {
  const letter = axis._id;
  const marks = plot.querySelector(`.${letter}axislayer-above > path.${letter}tick`);
  if (marks) throw new Untouchable("marks of ticks");
  const labels = elementsIn(plot, `.${letter}axislayer-above > g.${letter}tick`);
  const lines = elementsIn(plot, `.gridlayer > .${letter} > path`);
  axis.range = [...range];
  axis.setScale();
  const [low, high] = [Math.min(...range) - 1e-4, Math.max(...range) + 1e-4];
  const ticks = (tickvals ?? [])
    .map((x, n) => ({ x, text: ticktext?.[n] ?? "" }))
    .filter(({ x }) => x >= low && x <= high);
  const inside = ticks.filter(({ x }) => axis.l2p(x) > 1 && axis.l2p(x) < axis._length - 1);
  /**
   * @param {Drawn[]} elements @param {Tick[]} list @param {(element: Drawn) => Element} part
   */
  const place = (elements, list, part) =>
    fit(elements, list.length).forEach((element, n) => {
      const at = axis._offset + axis.l2p(list[n].x);
      element.__data__ = { ...element.__data__, ...list[n] };
      set(part(element), "transform", `translate(${letter === "x" ? `${at},0` : `0,${at}`})`);
    });
  place(labels, ticks, firstOf);
  labels.forEach((label, n) => put(firstOf(label), ticks[n].text));
  if (axis.showgrid) place(lines, inside, (line) => line);
}
