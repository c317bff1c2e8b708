/** The only calls to Plotly. */

import { byId } from "./page.js";
import { touch } from "./touch.js";

/** @import { Figure, Layout } from "./types.js" */

const CONFIG = {
  staticPlot: true,
  displayModeBar: false,
  displaylogo: false,
  showSendToCloud: false,
};

/** What each picture shows. @type {WeakMap<HTMLElement, Figure>} */
const drawn = new WeakMap();

/**
 * Draw a figure: where only colours, heights and numbers are other than in the one that is there,
 * these are set, else Plotly draws it.
 * @param {HTMLElement} element
 * @param {Figure} figure
 */
export function draw(element, figure) {
  const before = drawn.get(element);
  drawn.set(element, figure);
  if (before && touch(element, before, figure)) return undefined;
  return window.Plotly.react(element, figure.data, ownLayout(figure.layout), CONFIG);
}

/**
 * Draw a figure that stands by itself, outside of the pictures that are brought up to date in place.
 * @param {HTMLElement} element
 * @param {import("./types.js").FreeFigure} figure
 * @param {{plotly?: any, turnable?: boolean}} [options]   plotly: another one than the page's own
 */
export function drawAlone(element, { data, layout }, { plotly = window.Plotly, turnable = false } = {}) {
  return plotly.react(element, data, layout, { ...CONFIG, staticPlot: !turnable });
}

/** @param {HTMLElement} element */
export function isDrawn(element) {
  return drawn.has(element);
}

/** What a picture shows, or null. @param {HTMLElement} element */
export function figureOf(element) {
  return drawn.get(element) ?? null;
}

/** The layout that is drawn, or null. @param {HTMLElement} element */
export function layoutOf(element) {
  return drawn.get(element)?.layout ?? null;
}

/** Plotly writes into a layout that it is given. @param {Layout} layout */
function ownLayout(layout) {
  return { ...layout, xaxis: { ...layout.xaxis }, yaxis: { ...layout.yaxis } };
}

/**
 * A figure as a file, with what stands beneath.
 * @param {Figure} figure
 * @param {{format: "png" | "svg", filename: string, paper: string, scale: number,
 *   beneath: {text: string, height: number}, plotly?: any}} options   plotly: another one than the
 *   page's own
 */
export function save({ data, layout }, { format, filename, paper, scale, beneath, plotly = window.Plotly }) {
  const { width, margin } = layout;
  const height = layout.height + beneath.height;
  const title = {
    text: beneath.text,
    x: 0,
    xref: "container",
    xanchor: "left",
    pad: { l: 10, t: 14 },
    y: beneath.height / height,
    yref: "container",
    yanchor: "top",
    font: { size: 11 },
    automargin: false,
  };
  const whole = {
    data,
    layout: {
      ...layout,
      height,
      title,
      paper_bgcolor: paper,
      margin: { ...margin, b: margin.b + beneath.height },
    },
  };
  return plotly.downloadImage(whole, { format, filename, width, height, scale });
}
