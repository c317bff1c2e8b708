/** The only calls to Plotly. */

const CONFIG = {
  staticPlot: true,
  displayModeBar: false,
  displaylogo: false,
  showSendToCloud: false,
};

/**
 * Load Plotly, whose address the page has preloaded; the first flow is asked for meanwhile.
 * @returns {Promise<boolean>} whether it came
 */
export function load() {
  const script = document.createElement("script");
  script.src = document.getElementById("plotly").href;
  return new Promise((resolve) => {
    script.addEventListener("load", () => resolve(true));
    script.addEventListener("error", () => resolve(false));
    document.head.append(script);
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
