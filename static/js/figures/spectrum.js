/** Eigenvalues of the recurrent matrix against the unit circle. */

import { flowColor } from "../theme.js";

/**
 * @param {import("../types.js").Flow} flow
 * @param {{width: number, height: number}} frame
 * @param {import("../types.js").Theme} theme
 * @returns {import("../types.js").Figure}
 */
export function spectrum(flow, frame, theme) {
  const values = flow.spectrum.eigenvalues;
  const reach = Math.max(1.15, flow.spectrum.spectral_radius * 1.12);
  const margin = { l: 4, r: 4, t: 4, b: 4, autoexpand: false };
  const wide = reach * Math.max(1, (frame.width - 8) / (frame.height - 8));
  const axis = {
    fixedrange: true,
    zeroline: true,
    zerolinecolor: theme.grid,
    zerolinewidth: 1,
    showgrid: false,
    showticklabels: false,
    ticks: "",
  };
  const moduli = values.map(([re, im]) => Math.hypot(re, im));
  const colors = moduli.map((r) => flowColor(theme, r > 0 ? 12 * Math.log10(r) : -3));
  return {
    data: [
      {
        type: "scatter",
        mode: "markers",
        hoverinfo: "skip",
        x: values.map(([re]) => re),
        y: values.map(([, im]) => im),
        marker: { size: 7, color: colors, opacity: 0.92, line: { width: 1, color: theme.sheet } },
      },
    ],
    layout: {
      width: frame.width,
      height: frame.height,
      margin,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: theme.sans, size: 10, color: theme.muted },
      showlegend: false,
      hovermode: false,
      dragmode: false,
      xaxis: { ...axis, range: [-wide, wide] },
      yaxis: { ...axis, range: [-reach, reach] },
      shapes: [
        circle(1, theme.blocked, "2px,3px"),
        circle(flow.spectrum.spectral_radius, theme.ink, "solid", 0.8),
      ],
      annotations: [
        {
          x: Math.SQRT1_2,
          y: -Math.SQRT1_2,
          ax: 14,
          ay: 12,
          text: "1",
          showarrow: false,
          xshift: 8,
          yshift: -6,
          font: { size: 10, color: theme.muted },
        },
      ],
    },
  };
}

function circle(radius, color, dash, width = 1) {
  return {
    type: "circle",
    x0: -radius,
    x1: radius,
    y0: -radius,
    y1: radius,
    line: { color, dash, width },
  };
}
