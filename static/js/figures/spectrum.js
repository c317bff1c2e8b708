/** Eigenvalues of the recurrent matrix against the unit circle and the circle of radius 1/γ. */

import { number } from "../format.js";
import { flowColor } from "../theme.js";
import { plainLayout } from "./layout.js";
import { bareAxis, hollow, scaleOf } from "./plane.js";

/** @import { Figure, Flow, Spectrum, Theme } from "../types.js" */

/**
 * @param {Flow} flow
 * @param {{width: number, height: number}} frame
 * @param {Theme} theme
 * @param {Flow | null} [compared]   A, whose eigenvalues are drawn hollow
 * @returns {Figure}
 */
export function spectrum({ spectrum: given }, frame, theme, compared = null) {
  const values = given.eigenvalues;
  const { high, wide } = scaleOf(given, frame, compared?.spectrum);
  const inA = compared?.spectrum.eigenvalues ?? [];
  const moduli = values.map(([re, im]) => Math.hypot(re, im));
  const bound = boundApart(given);
  return {
    data: [
      {
        type: "scatter",
        mode: "markers",
        hoverinfo: "skip",
        x: values.map(([re]) => re),
        y: values.map(([, im]) => im),
        marker: {
          size: 7,
          color: moduli.map((r) => flowColor(theme, r > 0 ? 12 * Math.log10(r) : -3)),
          opacity: 0.92,
          line: { width: 1, color: theme.sheet },
        },
      },
      ...(compared === null
        ? []
        : [
            hollow(
              inA.map(([re]) => re),
              inA.map(([, im]) => im),
              { size: 9, symbol: "circle-open", theme },
            ),
          ]),
    ],
    layout: {
      ...plainLayout(frame, theme, { l: 4, r: 4, t: 4, b: 4 }, 10),
      xaxis: bareAxis(theme, [-wide, wide]),
      yaxis: bareAxis(theme, [-high, high]),
      shapes: [
        circle(1, theme.blocked, "2px,3px"),
        ...(given.spectral_radius ? [circle(given.spectral_radius, theme.ink, "solid", 0.8)] : []),
        ...(bound === null ? [] : [circle(bound, theme.known, "6px,3px")]),
      ],
      annotations: [
        label(1, bound === null && given.bound ? "1 = 1/γ" : "1", theme.muted),
        ...(bound === null ? [] : [label(bound, `1/γ = ${number(bound, 1)}`, theme.known)]),
      ],
    },
  };
}

/** Where the eigenvalues lie. @param {Flow} flow */
export function eigenvalueSpots({ spectrum: { eigenvalues } }) {
  return eigenvalues.map(([x, y], n) => ({ id: `eigenvalue.${n + 1}`, x, y }));
}

/** 1/γ where it is another circle than the unit circle, else null. @param {Spectrum} spectrum */
export function boundApart({ bound }) {
  return bound && Math.abs(bound - 1) > 1e-9 ? bound : null;
}

/** @param {number} radius @param {string} color @param {string} dash */
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

/**
 * A radius, written inside its circle at the lower right.
 * @param {number} radius
 * @param {string} text
 * @param {string} color
 */
function label(radius, text, color) {
  return {
    x: radius * Math.SQRT1_2,
    y: -radius * Math.SQRT1_2,
    xanchor: "left",
    text,
    showarrow: false,
    xshift: 3,
    yshift: -6,
    font: { size: 10, color },
  };
}
