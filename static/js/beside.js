/** Pointer and keys on the pictures beside the axis: their dots, bars and points. */

import { parameterSpots } from "./figures/clipping.js";
import { productSpots } from "./figures/product.js";
import { singularSpots } from "./figures/singular.js";
import { eigenvalueSpots } from "./figures/spectrum.js";
import { lookup } from "./lookup.js";
import { measureLines } from "./measures.js";
import { boxOf, sure, within } from "./page.js";

/** @import { Flow, Layout, Point, Reading } from "./types.js" */

/** How near the pointer must be to a dot, in pixels. */
const NEAR = 14;

/**
 * @typedef {Point & {id: string}} Dot
 * @typedef {"row" | "column" | "dot"} Shape
 */

/**
 * Each picture's things, and what of the picture each of them takes.
 * @type {Object<string, {spots: (flow: Flow) => Dot[], shape: Shape}>}
 */
const FIGURES = lookup({
  clipping: { spots: parameterSpots, shape: "row" },
  spectrum: { spots: eigenvalueSpots, shape: "dot" },
  singular: { spots: singularSpots, shape: "dot" },
  product: { spots: productSpots, shape: "column" },
});

/** Whose picture each kind of thing is in. */
const PICTURES = lookup({
  eigenvalue: "spectrum",
  parameter: "clipping",
  singular: "singular",
  product: "product",
});

const MOVES = lookup({ ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 });

/**
 * The picture that holds such a thing: "spectrum" of "eigenvalue.3"; "" of a node.
 * @param {string} id
 */
export function pictureOf(id) {
  return id.includes(".") ? (PICTURES[id.split(".")[0]] ?? "") : "";
}

/** From an axis to pixels of the whole figure. @param {Layout} layout */
function toPixels({ width, height, margin, xaxis, yaxis }) {
  /** @param {number[]} range @param {number} start @param {number} size */
  const scale = ([from, to], start, size) => (/** @type {number} */ v) =>
    start + ((v - from) / (to - from)) * size;
  return {
    x: scale(xaxis.range, margin.l, width - margin.l - margin.r),
    y: scale([...yaxis.range].reverse(), margin.t, height - margin.t - margin.b),
    margin,
  };
}

/**
 * How far a point is from a thing, in the sense of its picture.
 * @param {string} shape @param {Point} point @param {Point} at
 */
function distance(shape, point, at) {
  if (shape === "row") return Math.abs(at.y - point.y);
  if (shape === "column") return Math.abs(at.x - point.x);
  return Math.hypot(at.x - point.x, at.y - point.y);
}

/**
 * @typedef {object} Pictures
 * @property {() => Reading | null} reading
 * @property {(name: string) => HTMLElement} plot
 * @property {(name: string) => Layout | null} layout
 *
 * @typedef {object} On
 * @property {(lines: string[], at: {clientX: number, clientY: number} | null) => void} hover
 * @property {(id: string, at: {clientY: number} | null) => void} open   by pointer
 * @property {(id: string) => void} select   by key, as long as the key is held one gesture
 * @property {() => string} selected
 * @property {() => void} read   Enter
 * @property {(text: string) => void} announce
 */

/** What a picture holds now. @param {Pictures} pictures @param {string} name */
function spotsOf(pictures, name) {
  const reading = pictures.reading();
  return reading && pictures.layout(name) ? FIGURES[name].spots(reading.flow) : [];
}

/** @param {Layout} layout @param {Point} spot */
function pixelOf(layout, spot) {
  const scale = toPixels(layout);
  return { x: scale.x(spot.x), y: scale.y(spot.y) };
}

/** What lies under the pointer. @param {Pictures} pictures @param {MouseEvent} event @param {string} name */
function spotAt(pictures, event, name) {
  const layout = pictures.layout(name);
  if (!layout) return null;
  const box = boxOf(event);
  const point = { x: event.clientX - box.left, y: event.clientY - box.top };
  const { shape } = FIGURES[name];
  /** @type {Dot | null} */
  let best = null;
  let least = shape === "dot" ? NEAR : Infinity;
  for (const spot of spotsOf(pictures, name)) {
    const far = distance(shape, point, pixelOf(layout, spot));
    if (far < least) [best, least] = [spot, far];
  }
  return best;
}

/** What of a picture a thing takes: left, top, width, height. @param {Shape} shape @param {Layout} layout @param {Point} at */
function boxAbout(shape, { width, height, margin, yaxis }, { x, y }) {
  const inner = height - margin.t - margin.b;
  const tall = inner / Math.abs(yaxis.range[0] - yaxis.range[1]);
  /** @type {Record<Shape, number[]>} */
  const boxes = {
    row: [0, y - tall / 2, width, tall],
    column: [x - 4, margin.t, 8, inner],
    dot: [x - 9, y - 9, 18, 18],
  };
  return boxes[shape];
}

/**
 * The ring about what is selected, or none.
 * @param {HTMLElement} ring @param {Pictures} pictures @param {string} name @param {string} selected
 */
function putRing(ring, pictures, name, selected) {
  const spot = spotsOf(pictures, name).find(({ id }) => id === selected);
  const layout = pictures.layout(name);
  ring.hidden = !spot || !layout;
  if (!spot || !layout) return;
  const { shape } = FIGURES[name];
  ring.dataset.shape = shape;
  const [left, top, width, height] = boxAbout(shape, layout, pixelOf(layout, spot)).map((px) => `${px}px`);
  Object.assign(ring.style, { left, top, width, height });
}

/** By key from one thing to the next. @param {Pictures} pictures @param {On} on @param {string} name @param {string} key */
function move(pictures, on, name, key) {
  const spots = spotsOf(pictures, name);
  if (!spots.length) return;
  const at = spots.findIndex(({ id }) => id === on.selected());
  /** @type {Object<string, number>} */
  const ends = { Home: 0, End: spots.length - 1 };
  const next = ends[key] ?? (at < 0 ? 0 : at + MOVES[key]);
  const { id } = spots[Math.max(0, Math.min(spots.length - 1, next))];
  on.select(id);
  const reading = pictures.reading();
  if (reading) on.announce(measureLines(id, reading.flow).join(". "));
}

/** @param {HTMLElement} hit @param {string} name @param {Pictures} pictures @param {On} on */
function listenHit(hit, name, pictures, on) {
  hit.addEventListener("pointermove", (event) => {
    const spot = spotAt(pictures, event, name);
    hit.dataset.over = spot ? "thing" : "";
    const reading = pictures.reading();
    on.hover(spot && reading ? measureLines(spot.id, reading.flow) : [], event);
  });
  hit.addEventListener("pointerleave", () => on.hover([], null));
  hit.addEventListener("click", (event) => {
    const spot = spotAt(pictures, event, name);
    if (spot) on.open(spot.id, event);
  });
  hit.addEventListener("keydown", (event) => {
    const { key } = event;
    if (!pictures.reading() || event.altKey || event.ctrlKey || event.metaKey) return;
    if (key in MOVES || key === "Home" || key === "End") move(pictures, on, name, key);
    else if (key === "Enter" || key === " ") on.read();
    else if (key === "Escape") on.select("");
    else return;
    event.preventDefault();
  });
}

/**
 * @param {Document} document
 * @param {Pictures} pictures
 * @param {On} on
 */
export function listenBeside(document, pictures, on) {
  const places = Object.keys(FIGURES).map((name) => {
    const plot = pictures.plot(name);
    const hit = within(sure(plot.parentElement, "about it"), "[data-beside]");
    return { name, hit, ring: within(hit, ".ring") };
  });
  for (const { name, hit } of places) listenHit(hit, name, pictures, on);

  return {
    /** The rings about what is selected. */
    place() {
      if (!pictures.reading()) return;
      for (const { name, ring } of places) putRing(ring, pictures, name, on.selected());
    },
  };
}
