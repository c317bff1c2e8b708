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
 * @param {Document} document
 * @param {{reading: () => Reading | null,
 *   plot: (name: string) => HTMLElement, layout: (name: string) => Layout | null}} pictures
 * @param {{hover: (lines: string[], at: {clientX: number, clientY: number} | null) => void,
 *   open: (id: string, at: {clientY: number} | null) => void, select: (id: string) => void,
 *   selected: () => string, read: () => void, announce: (text: string) => void}} on
 *   open: by pointer; select: by key, as long as the key is held one gesture; read: Enter
 */
export function listenBeside(document, pictures, on) {
  const places = Object.keys(FIGURES).map((name) => {
    const plot = pictures.plot(name);
    const hit = within(sure(plot.parentElement, "about it"), "[data-beside]");
    return { name, hit, ring: within(hit, ".ring") };
  });

  /** @param {string} name */
  function spotsOf(name) {
    const reading = pictures.reading();
    return reading && pictures.layout(name) ? FIGURES[name].spots(reading.flow) : [];
  }

  /** @param {Layout} layout @param {Point} spot */
  function pixelOf(layout, spot) {
    const scale = toPixels(layout);
    return { x: scale.x(spot.x), y: scale.y(spot.y) };
  }

  /** @param {MouseEvent} event @param {string} name */
  function spotAt(event, name) {
    const layout = pictures.layout(name);
    if (!layout || !spotsOf(name).length) return null;
    const box = boxOf(event);
    const point = { x: event.clientX - box.left, y: event.clientY - box.top };
    const { shape } = FIGURES[name];
    /** @type {Dot | null} */
    let best = null;
    let least = shape === "dot" ? NEAR : Infinity;
    for (const spot of spotsOf(name)) {
      const far = distance(shape, point, pixelOf(layout, spot));
      if (far < least) [best, least] = [spot, far];
    }
    return best;
  }

  /** The ring about what is selected. */
  function place() {
    if (!pictures.reading()) return;
    for (const { name, ring } of places) {
      const spot = spotsOf(name).find(({ id }) => id === on.selected());
      const layout = pictures.layout(name);
      ring.hidden = !spot || !layout;
      if (!spot || !layout) continue;
      const { x, y } = pixelOf(layout, spot);
      const { shape } = FIGURES[name];
      ring.dataset.shape = shape;
      const rows = Math.abs(layout.yaxis.range[0] - layout.yaxis.range[1]);
      const tall = (layout.height - layout.margin.t - layout.margin.b) / rows;
      /** @type {Record<Shape, number[]>} */
      const sizes = {
        row: [0, y - tall / 2, layout.width, tall],
        column: [x - 4, layout.margin.t, 8, layout.height - layout.margin.t - layout.margin.b],
        dot: [x - 9, y - 9, 18, 18],
      };
      const [left, top, width, height] = sizes[shape];
      Object.assign(ring.style, {
        left: `${left}px`,
        top: `${top}px`,
        width: `${width}px`,
        height: `${height}px`,
      });
    }
  }

  /** @param {string} name @param {string} key */
  function move(name, key) {
    const spots = spotsOf(name);
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

  for (const { name, hit } of places) {
    hit.addEventListener("pointermove", (event) => {
      const spot = spotAt(event, name);
      hit.dataset.over = spot ? "thing" : "";
      const reading = pictures.reading();
      on.hover(spot && reading ? measureLines(spot.id, reading.flow) : [], event);
    });
    hit.addEventListener("pointerleave", () => on.hover([], null));
    hit.addEventListener("click", (event) => {
      const spot = spotAt(event, name);
      if (spot) on.open(spot.id, event);
    });
    hit.addEventListener("keydown", (event) => {
      if (!pictures.reading() || event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key in MOVES || event.key === "Home" || event.key === "End") move(name, event.key);
      else if (event.key === "Enter" || event.key === " ") on.read();
      else if (event.key === "Escape") on.select("");
      else return;
      event.preventDefault();
    });
  }
  return { place };
}
