/** The pictures inside one report: what each step adds to the weights' gradients, and saturation. */

import { lineOf } from "../figures/columns.js";
import { plainAxis, timeLayout } from "../figures/layout.js";
import { decadesOf, rangeOf } from "../updates/axis.js";
import { cellOf } from "../vocabulary.js";

/** @import { Figure, Frame, Series, Theme } from "../types.js" */

/** In a narrower margin a gate is a letter, in pixels. */
const NAMES = 60;

const AXIS = { top: 6, bottom: 34, title: "time step t" };

/**
 * How each kind of weight is drawn; of names that stand here no other is meant.
 * @type {[string, string, {color: "ink" | "muted" | "soft", dash: string, width: number}][]}
 */
const TERMS = [
  ["W_hh", "W^H", { color: "ink", dash: "solid", width: 1.8 }],
  ["W_xh", "W^X", { color: "soft", dash: "6px,3px", width: 1.4 }],
  ["W_hr", "W^R", { color: "ink", dash: "6px,3px,1px,3px", width: 1.4 }],
  ["b_h", "b", { color: "muted", dash: "2px,3px", width: 1.4 }],
];

/** The terms of a layer, and of one direction, that a flow holds. @param {any} flow @param {number} layer */
function termsOf({ parameter_gradients: gradients, way }, layer) {
  const mark = (layer ? `_${layer}` : "") + (way?.reverse ? "_reverse" : "");
  return TERMS.flatMap(([name, symbol, look]) => {
    const series = gradients?.[name + mark]?.step_log10_norm;
    return series ? [{ symbol, look, series: /** @type {Series} */ (series) }] : [];
  });
}

/** @param {any} flow @param {number} layer */
export const hasTerms = (flow, layer) => termsOf(flow, layer).length > 0;

/**
 * log₁₀ ‖(∂L/∂W)_t‖ of a layer's weights.
 * @param {any} flow @param {number} layer @param {Frame} frame @param {Theme} theme
 * @returns {Figure}
 */
export function termsFigure(flow, layer, frame, theme) {
  const terms = termsOf(flow, layer);
  const columns = Math.max(40, frame.width - frame.left - frame.right);
  const steps = Array.from({ length: flow.steps }, (_, n) => n + 1);
  const drawn = terms.flatMap(({ series }) => series.flatMap((value) => (value === null ? [] : [value])));
  return {
    data: terms.map(({ series, look: { color, dash, width } }) => ({
      type: "scatter",
      mode: "lines",
      hoverinfo: "skip",
      ...lineOf(steps, (t) => series[t - 1], frame, columns),
      line: { color: theme[color], dash, width, simplify: false },
    })),
    layout: { ...timeLayout(theme, frame, AXIS), yaxis: decadesOf(theme, rangeOf(drawn, 1), frame) },
  };
}

/** A row for every gate, or one for the units of a plain cell. @param {any} flow */
function saturatedRows({ saturation, experiment }) {
  if (saturation?.units) return [{ label: "units", letter: "", shares: saturation.units }];
  return cellOf(experiment.network.cell).gates.flatMap(({ name, label, letter }) => {
    const shares = saturation?.gates?.[name]?.saturated;
    return shares ? [{ label, letter, shares }] : [];
  });
}

/** @param {any} flow */
export const hasSaturation = (flow) => saturatedRows(flow).length > 0;

/** @param {any} flow */
export const saturationHeight = (flow) => 44 + 20 * saturatedRows(flow).length;

/**
 * The share of saturated units, gate by gate.
 * @param {any} flow @param {Frame} frame @param {Theme} theme
 * @returns {Figure}
 */
export function saturationFigure(flow, frame, theme) {
  const rows = saturatedRows(flow);
  return {
    data: [
      {
        type: "heatmap",
        hoverinfo: "skip",
        showscale: false,
        zsmooth: false,
        ygap: 2,
        x0: 1,
        dx: 1,
        y: rows.map((_, n) => n),
        z: rows.map(({ shares }) => shares),
        zmin: 0,
        zmax: 1,
        colorscale: [
          [0, theme.grid],
          [1, theme.ink],
        ],
      },
    ],
    layout: {
      ...timeLayout(theme, frame, AXIS),
      yaxis: plainAxis(theme, {
        range: [rows.length - 0.5, -0.5],
        showgrid: false,
        tickmode: "array",
        tickvals: rows.map((_, n) => n),
        ticktext: rows.map(({ label, letter }) => (frame.left < NAMES ? letter || label : label)),
      }),
    },
  };
}

/** @param {number[]} shares */
function meanOf(shares) {
  return Math.round((100 * shares.reduce((a, b) => a + b, 0)) / Math.max(1, shares.length));
}

/** What is shut, open or saturated, in percent of units and steps. @param {any} flow */
export function saturationSentence({ saturation, experiment }) {
  if (saturation?.units) return `${meanOf(saturation.units)} % of units and steps.`;
  const each = cellOf(experiment.network.cell).gates.flatMap(({ name, label }) => {
    const { shut, open, saturated } = saturation?.gates?.[name] ?? {};
    if (!saturated) return [];
    return [shut && open ? `${label} ${meanOf(shut)} % shut, ${meanOf(open)} % open` : `${label} ${meanOf(saturated)} %`];
  });
  return each.length ? `${each.join("; ")}.` : "";
}
