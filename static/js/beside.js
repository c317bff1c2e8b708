/** Pointer and keys on the pictures beside the axis: their dots, bars and points. */

import { parameterSpots } from "./figures/clipping.js";
import { productSpots } from "./figures/product.js";
import { singularSpots } from "./figures/singular.js";
import { eigenvalueSpots } from "./figures/spectrum.js";
import { measureLines } from "./measures.js";

/** How near the pointer must be to a dot, in pixels. */
const NEAR = 14;

/** Each picture's things, and what of the picture each of them takes. */
const FIGURES = {
  __proto__: null,
  clipping: { spots: parameterSpots, shape: "row" },
  spectrum: { spots: eigenvalueSpots, shape: "dot" },
  singular: { spots: singularSpots, shape: "dot" },
  product: { spots: productSpots, shape: "column" },
};

/** Whose picture each kind of thing is in. */
const PICTURES = {
  __proto__: null,
  eigenvalue: "spectrum",
  parameter: "clipping",
  singular: "singular",
  product: "product",
};

const MOVES = { __proto__: null, ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

/** The picture that holds such a thing: "spectrum" of "eigenvalue.3"; "" of a node. */
export function pictureOf(id) {
  return id.includes(".") ? (PICTURES[id.split(".")[0]] ?? "") : "";
}

/** From an axis to pixels of the whole figure. */
function toPixels({ width, height, margin, xaxis, yaxis }) {
  const scale = ([from, to], start, size) => (v) => start + ((v - from) / (to - from)) * size;
  return {
    x: scale(xaxis.range, margin.l, width - margin.l - margin.r),
    y: scale([...yaxis.range].reverse(), margin.t, height - margin.t - margin.b),
    margin,
  };
}

/** How far a point is from a thing, in the sense of its picture. */
function distance(shape, point, at) {
  if (shape === "row") return Math.abs(at.y - point.y);
  if (shape === "column") return Math.abs(at.x - point.x);
  return Math.hypot(at.x - point.x, at.y - point.y);
}

/**
 * @param {Document} document
 * @param {{reading: () => import("./types.js").Reading | null,
 *   plot: (name: string) => HTMLElement}} pictures
 * @param {{hover: (lines: string[], at: {clientX: number, clientY: number} | null) => void,
 *   open: (id: string, at: {clientY: number} | null) => void, select: (id: string) => void,
 *   selected: () => string, read: () => void, announce: (text: string) => void}} on
 *   open: by pointer; select: by key, as long as the key is held one gesture; read: Enter
 */
export function listenBeside(document, pictures, on) {
  const places = Object.keys(FIGURES).map((name) => {
    const plot = pictures.plot(name);
    const hit = plot.parentElement.querySelector("[data-beside]");
    return { name, hit, ring: hit.querySelector(".ring") };
  });

  function spotsOf(name) {
    const reading = pictures.reading();
    return reading && pictures.plot(name).layout ? FIGURES[name].spots(reading.flow) : [];
  }

  function pixelOf(name, spot) {
    const scale = toPixels(pictures.plot(name).layout);
    return { x: scale.x(spot.x), y: scale.y(spot.y) };
  }

  function spotAt(event, name) {
    if (!spotsOf(name).length) return null;
    const box = event.currentTarget.getBoundingClientRect();
    const point = { x: event.clientX - box.left, y: event.clientY - box.top };
    const { shape } = FIGURES[name];
    const scale = toPixels(pictures.plot(name).layout);
    let best = null;
    let least = shape === "dot" ? NEAR : Infinity;
    for (const spot of spotsOf(name)) {
      const far = distance(shape, point, { x: scale.x(spot.x), y: scale.y(spot.y) });
      if (far < least) [best, least] = [spot, far];
    }
    return best;
  }

  /** The ring about what is selected. */
  function place() {
    if (!pictures.reading()) return;
    for (const { name, ring } of places) {
      const spot = spotsOf(name).find(({ id }) => id === on.selected());
      ring.hidden = !spot;
      if (!spot) continue;
      const { layout } = pictures.plot(name);
      const { x, y } = pixelOf(name, spot);
      const { shape } = FIGURES[name];
      ring.dataset.shape = shape;
      const rows = Math.abs(layout.yaxis.range[0] - layout.yaxis.range[1]);
      const tall = (layout.height - layout.margin.t - layout.margin.b) / rows;
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

  function move(name, key) {
    const spots = spotsOf(name);
    if (!spots.length) return;
    const at = spots.findIndex(({ id }) => id === on.selected());
    const ends = { Home: 0, End: spots.length - 1 };
    const next = ends[key] ?? (at < 0 ? 0 : at + MOVES[key]);
    const { id } = spots[Math.max(0, Math.min(spots.length - 1, next))];
    on.select(id);
    on.announce(measureLines(id, pictures.reading().flow).join(". "));
  }

  for (const { name, hit } of places) {
    hit.addEventListener("pointermove", (event) => {
      const spot = spotAt(event, name);
      hit.dataset.over = spot ? "thing" : "";
      on.hover(spot ? measureLines(spot.id, pictures.reading().flow) : [], event);
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
