/** The only calls to Plotly. */

const CONFIG = {
  staticPlot: true,
  displayModeBar: false,
  displaylogo: false,
  showSendToCloud: false,
};

/** Resolves once Plotly is there; the page asks for its first flow meanwhile. */
export function ready() {
  if (window.Plotly) return Promise.resolve();
  const script = document.getElementById("plotly");
  return new Promise((resolve, reject) => {
    script.addEventListener("load", () => resolve());
    script.addEventListener("error", () => reject(new Error("Plotly did not load.")));
  });
}

/**
 * Draw a figure, or bring the one that is there up to date.
 * @param {HTMLElement} element
 * @param {import("./types.js").Figure} figure
 */
export function draw(element, { data, layout }) {
  return window.Plotly.react(element, data, layout, CONFIG);
}

const CAPTION_HEIGHT = 34;

/**
 * A figure as a file, with its caption.
 * @param {import("./types.js").Figure} figure
 * @param {{format: "png" | "svg", filename: string, paper: string, caption: string}} options
 */
export function save({ data, layout }, { format, filename, paper, caption }) {
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
  return window.Plotly.downloadImage(whole, { format, filename, width, height, scale: 2 });
}
