/**
 * A drawn figure brought up to date in place: of what Plotly drew only the fills, widths, heights
 * and texts are set that another figure of the same structure has. Plotly itself measures and joins
 * everything anew, which takes some eight times as long.
 */

import { keepsStructure, same } from "./figures/difference.js";

/** Plotly reads these in a text as markup or as mathematics. */
const MARKUP = /[<&$\n]/;

/** Nearer points of a line than this, in pixels, Plotly may draw as one. */
const NEAR = 1.01;

/** The outlines of markers whose size may change. */
const SYMBOLS = {
  __proto__: null,
  circle: (r) => {
    const rs = round(r);
    return `M${rs},0A${rs},${rs} 0 1,1 0,-${rs}A${rs},${rs} 0 0,1 ${rs},0Z`;
  },
  "triangle-left": (r) => {
    const [long, half, whole] = [(2 * r) / Math.sqrt(3), r / 2, r].map(round);
    return `M${half},-${long}V${long}L-${whole},0Z`;
  },
};

function round(value) {
  return Math.round(100 * value) / 100;
}

/** What cannot be set in place. */
class Untouchable extends Error {}

/**
 * Bring what is drawn up to date.
 * @param {HTMLElement} plot   that Plotly has drawn `before` into
 * @param {import("./types.js").Figure} before
 * @param {import("./types.js").Figure} after
 * @returns {boolean} whether that was possible; if not, Plotly must draw, whatever was set already
 */
export function touch(plot, before, after) {
  const { xaxis, yaxis, _plots: plots } = plot._fullLayout ?? {};
  if (!yaxis?.setScale || !plots?.xy || !keepsStructure(before, after)) return false;
  try {
    const moved = ["xaxis", "yaxis"].filter((name) => !same(before.layout[name], after.layout[name]));
    for (const name of moved) touchAxis(plot, plot._fullLayout[name], after.layout[name]);
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

/** A function that gives one trace after another the group that it is drawn in, if any. */
function groups(plot) {
  const layers = { scatter: ".scatterlayer", bar: ".barlayer", heatmap: ".heatmaplayer" };
  const found = {};
  for (const [type, layer] of Object.entries(layers))
    found[type] = [...plot.querySelectorAll(`${layer} > g`)];
  return ({ type, x, y }) => {
    if (x?.length === 0 || y?.length === 0) return null;
    const group = found[type].shift();
    if (!group) throw new Untouchable(type);
    return group;
  };
}

const TRACES = {
  __proto__: null,

  scatter(group, trace, before, at) {
    const points = trace.x.map((x, n) => pixelOf(x, trace.y[n], at));
    if (trace.mode.includes("lines")) touchLines(group, trace.line, points, at.plot);
    if (trace.mode.includes("markers")) touchMarkers(group, trace, before, points);
    if (trace.mode.includes("text")) touchTexts(group, trace, before, points);
  },

  bar(group, trace, before, { xaxis, yaxis }) {
    const upright = trace.orientation !== "h";
    const [along, across] = upright ? ["y", "x"] : ["x", "y"];
    if (!same(trace[across], before[across])) throw new Untouchable("other bars");
    const axis = upright ? yaxis : xaxis;
    const foot = axis.c2p(trace.base);
    const paths = [...group.querySelectorAll(".point > path")];
    if (paths.length !== trace[along].length) throw new Untouchable("bars");
    paths.forEach((path, n) => {
      const head = axis.c2p(trace.base + trace[along][n]);
      const sides = /^M([-\d.]+),([-\d.]+)V([-\d.]+)H([-\d.]+)V/.exec(path.getAttribute("d"));
      if (!sides) throw new Untouchable("a bar of another shape");
      const [left, top, bottom, right] = sides.slice(1);
      set(path, "d", upright ? bar(left, foot, head, right) : bar(foot, top, bottom, head));
    });
    paint(paths, "fill", trace.marker.color, before.marker.color);
  },

  heatmap(group, trace, before, { plot, n }) {
    if (same(trace.z, before.z)) return;
    const [given] = plot.calcdata[n];
    const full = plot._fullData[n];
    if (!full._module?.plot || given?.z?.length !== trace.z.length) throw new Untouchable("map");
    given.z = trace.z.map((row) => row.map((value) => value ?? undefined));
    const { xy } = plot._fullLayout._plots;
    full._module.plot(plot, xy, [plot.calcdata[n]], xy.plot.select(".heatmaplayer"));
    group.querySelector("image").style.opacity = full.opacity;
  },
};

function bar(x0, y0, y1, x1) {
  return `M${x0},${y0}V${y1}H${x1}V${y0}Z`;
}

/** Where a point lies in its picture; null where it is a gap. */
function pixelOf(x, y, { xaxis, yaxis }) {
  return x === null || y === null ? null : [xaxis.c2p(x), yaxis.c2p(y)];
}

function set(element, name, value) {
  if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

/** So many elements as there are points now, copies of the last one or fewer. */
function fit(elements, count, pattern = elements.at(-1)) {
  while (elements.length > count) elements.pop().remove();
  while (elements.length < count) {
    if (!pattern) throw new Untouchable("the first of its kind");
    const copy = pattern.cloneNode(true);
    copy.__data__ = pattern.__data__;
    elements.at(-1)?.after(copy);
    elements.push(copy);
  }
  return elements;
}

/** A style that one value gives all elements, or a list each its own. */
function paint(elements, name, value, before) {
  elements.forEach((element, n) => {
    const own = Array.isArray(value) ? value[n] : value;
    if (own !== (Array.isArray(before) ? before[n] : before)) element.style.setProperty(name, own);
  });
}

/** Parts of a line between its gaps. */
function segments(points) {
  const parts = [[]];
  for (const point of points) {
    const part = parts.at(-1);
    if (!point) parts.push([]);
    else if (part.length && Math.hypot(...point.map((v, k) => v - part.at(-1)[k])) < NEAR)
      throw new Untouchable("points upon one another");
    else part.push(point);
  }
  return parts.filter((part) => part.length);
}

function touchLines(group, { color, width, dash }, points, plot) {
  const parts = segments(points);
  const place = group.querySelector(":scope > .lines");
  const paths = [...place.children];
  const there = paths.length;
  fit(paths, parts.length, paths.at(-1) ?? plot.querySelector(".scatterlayer path.js-line"));
  if (!there) place.append(...paths);
  paths.forEach((path, n) => {
    set(path, "d", `M${parts[n].join("L")}`);
    path.style.setProperty("stroke", color);
    path.style.setProperty("stroke-width", `${width}px`);
    path.style.setProperty("stroke-dasharray", (dash ?? "solid") === "solid" ? "" : dash);
  });
}

function touchMarkers(group, trace, before, points) {
  const { marker } = trace;
  const { symbol, size } = marker;
  const paths = [...group.querySelectorAll(":scope > .points > path")];
  if (paths.length !== before.x.length || points.includes(null)) throw new Untouchable("markers");
  const old = paths.length === points.length ? before.marker : null;
  fit(paths, points.length);
  if (!old || !same(marker.size, old.size)) {
    const outline = SYMBOLS[symbol ?? "circle"];
    if (!outline) throw new Untouchable("a marker of another size");
    paths.forEach((path, n) => set(path, "d", outline((size[n] ?? size) / 2)));
  }
  paths.forEach((path, n) => set(path, "transform", `translate(${points[n]})`));
  paint(paths, "fill", marker.color, old?.color);
  paint(paths, "stroke", marker.line?.color, old?.line?.color);
}

const ANCHORS = { __proto__: null, left: "end", center: "middle", right: "start" };

function touchTexts(group, trace, before, points) {
  const places = [...group.querySelectorAll(":scope > .text > g")];
  if (places.length !== before.x.length || points.includes(null)) throw new Untouchable("texts");
  const old = places.length === points.length ? before : null;
  fit(places, points.length);
  const texts = places.map((place) => place.firstElementChild);
  const own = (value, n) => (Array.isArray(value) ? value[n] : value);
  texts.forEach((text, n) => {
    put(text, own(trace.text, n));
    set(text, "x", points[n][0]);
    set(text, "y", points[n][1]);
    if (!old || !same(trace.textposition, before.textposition)) {
      const [high, side] = (own(trace.textposition, n) ?? "middle center").split(" ");
      if (high !== "middle") throw new Untouchable("a text of another height");
      set(text, "text-anchor", ANCHORS[side]);
    }
  });
  paint(texts, "fill", trace.textfont.color, old?.textfont.color);
}

function put(text, words) {
  if (text.dataset.unformatted === words) return;
  if (!words || MARKUP.test(words) || text.childElementCount) throw new Untouchable(words);
  text.dataset.unformatted = words;
  text.textContent = words;
}

/** An axis: its reach, and its labels and lines where they lie now. */
function touchAxis(plot, axis, { range, tickvals, ticktext }) {
  const letter = axis._id;
  const marks = plot.querySelector(`.${letter}axislayer-above > path.${letter}tick`);
  if (marks) throw new Untouchable("marks of ticks");
  const labels = [...plot.querySelectorAll(`.${letter}axislayer-above > g.${letter}tick`)];
  const lines = [...plot.querySelectorAll(`.gridlayer > .${letter} > path`)];
  axis.range = [...range];
  axis.setScale();
  const [low, high] = [Math.min(...range) - 1e-4, Math.max(...range) + 1e-4];
  const ticks = (tickvals ?? [])
    .map((x, n) => ({ x, text: ticktext[n] }))
    .filter(({ x }) => x >= low && x <= high);
  const inside = ticks.filter(({ x }) => axis.l2p(x) > 1 && axis.l2p(x) < axis._length - 1);
  const place = (elements, list, part) =>
    fit(elements, list.length).forEach((element, n) => {
      const at = axis._offset + axis.l2p(list[n].x);
      element.__data__ = { ...element.__data__, ...list[n] };
      set(part(element), "transform", `translate(${letter === "x" ? `${at},0` : `0,${at}`})`);
    });
  place(labels, ticks, (label) => label.firstElementChild);
  labels.forEach((label, n) => put(label.firstElementChild, ticks[n].text));
  if (axis.showgrid) place(lines, inside, (line) => line);
}
