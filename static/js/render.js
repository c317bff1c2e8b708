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

/** The layout that is drawn, or null. @param {HTMLElement} element */
export function layoutOf(element) {
  return drawn.get(element)?.layout ?? null;
}

/** Plotly writes into a layout that it is given. @param {Layout} layout */
function ownLayout(layout) {
  return { ...layout, xaxis: { ...layout.xaxis }, yaxis: { ...layout.yaxis } };
}

const CAPTION_HEIGHT = 34;

/**
 * A figure as a file, with its caption.
 * @param {Figure} figure
 * @param {{format: string, filename: string, paper: string, caption: string, plotly?: any}} options
 *   plotly: another one than the page's own
 */
export function save({ data, layout }, { format, filename, paper, caption, plotly = window.Plotly }) {
  const { width, margin } = layout;
  const height = layout.height + CAPTION_HEIGHT;
  const title = {
    text: caption,
    x: 0,
    xref: "container",
    xanchor: "left",
    pad: { l: 10, t: 10 },
    y: 1,
    yref: "container",
    yanchor: "top",
    font: { size: 12 },
    automargin: false,
  };
  const whole = {
    data,
    layout: {
      ...layout,
      height,
      title,
      paper_bgcolor: paper,
      margin: { ...margin, t: margin.t + CAPTION_HEIGHT },
    },
  };
  return plotly.downloadImage(whole, { format, filename, width, height, scale: 2 });
}
