/** The only calls to Plotly. */

const CONFIG = { staticPlot: true, displayModeBar: false, displaylogo: false, showSendToCloud: false };

/**
 * Draw a figure, or bring the one that is there up to date.
 * @param {HTMLElement} element
 * @param {import("./types.js").Figure} figure
 */
export function draw(element, { data, layout }) {
  return window.Plotly.react(element, data, layout, CONFIG);
}

/**
 * A figure as a file.
 * @param {import("./types.js").Figure} figure
 * @param {{format: "png" | "svg", filename: string, paper: string}} options
 */
export function save({ data, layout }, { format, filename, paper }) {
  const whole = { data, layout: { ...layout, paper_bgcolor: paper } };
  const { width, height } = layout;
  return window.Plotly.downloadImage(whole, { format, filename, width, height, scale: 2 });
}
