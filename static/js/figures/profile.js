/** The gradient profile: the norm at every step of what the followed loss sends back. */

import { power } from "../format.js";
import { isNumber } from "../numeric.js";
import { CLASSES, classDecades, classOf, flowColor } from "../theme.js";
import { clipRuleOf } from "../vocabulary.js";
import { columnsOf, lineOf } from "./columns.js";
import { plainAxis, timeLayout } from "./layout.js";
import { levelLines, levelNotes, levelsInSight } from "./levels.js";
import { heightsOf, outline } from "./outline.js";
import { strokes } from "./strokes.js";

/** @import { Figure, Flow, Frame, Reading, Series, Sight, Theme } from "../types.js" */
/** @import { Column } from "./columns.js" */

/** @typedef {{color: string, width: number, dash: string, marks: number}} Look   of a line */

/**
 * @param {Reading} reading
 * @param {Frame} frame
 * @param {Theme} theme
 * @param {Reading | null} compared   another profile, drawn over this one
 * @param {string} letter   what this one is called beside it
 * @returns {Figure}
 */
export function profile(reading, frame, theme, compared = null, letter = "B") {
  const { row, total, follow, entry } = reading;
  const steps = stepsIn(row.length, frame);
  const shown = steps.filter((t) => row[t - 1] !== null);
  const clipped = clippedAt(reading);
  const others = follow !== null && reading.lossSteps.length > 1 && !compared;
  const cell = compared ? null : reading.cell;
  const [floor, top] = bounds([
    ...shown.map((t) => row[t - 1]),
    ...(others ? steps.map((t) => total[t - 1]) : []),
    ...(clipped ? shown.map(clipped) : []),
    ...(cell ? steps.map((t) => cell[t - 1]) : []),
    ...(compared ? heightsOf(compared, frame) : []),
  ]);
  const seen = entry === null ? [] : levelsInSight(entry, { floor, top, height: frame.height });
  /** @type {((t: number) => number | null)[]} */
  const beside = [
    ...(others ? [(/** @type {number} */ t) => total[t - 1]] : []),
    ...(clipped ? [clipped] : []),
    ...(compared ? [(/** @type {number} */ t) => compared.row[t - 1] ?? null] : []),
    ...(cell ? [(/** @type {number} */ t) => cell[t - 1]] : []),
  ];
  const plot = frame.width - frame.left - frame.right;
  const pixels = plot / (frame.hi - frame.lo);
  const dense = pixels < 5;
  const width = dense ? 1 : Math.min(0.72, 90 / pixels);
  /** @param {number[]} list @param {(step: number) => number | null} value @param {Look} look */
  const through = (list, value, look) => line(lineOf(list, value, frame, Math.ceil(plot)), look);
  const marks = dense ? 0 : 3.5;
  return {
    data: [
      ...(pixels < 1
        ? columnTraces(reading, frame, theme, { floor, top, columns: Math.ceil(plot) })
        : [bars(reading, shown, theme, { floor, top, width })]),
      ...strokes(cell, steps, frame, theme, { dense, width, columns: Math.ceil(plot) }),
      through(others ? steps : [], (t) => total[t - 1], {
        color: theme.muted,
        width: 1.2,
        dash: "solid",
        marks,
      }),
      through(clipped ? shown : [], clipped ?? (() => null), {
        color: theme.ink,
        width: 1.6,
        dash: "4px,3px",
        marks: dense ? 0 : 4,
      }),
      levelLines(entry, seen, frame, theme),
      zeros(crossed(steps, reading, pixels), floor, top, theme),
      ...(compared ? outline(compared, frame, theme, { floor, top }) : []),
      levelNotes(reading, seen, frame, theme, {
        floor,
        top,
        whose: compared ? `${letter}: ` : "",
        others: beside,
      }),
    ],
    layout: {
      ...timeLayout(theme, frame, { top: 6, bottom: 6, ticks: false }),
      bargap: 0,
      yaxis: plainAxis(theme, {
        range: [floor, top],
        tickmode: "array",
        ...ticks(floor, top, frame),
      }),
    },
  };
}

/**
 * log₁₀ of what clipping leaves at a step; null where nothing is left to draw.
 * @param {Reading} reading
 * @returns {((t: number) => number | null) | null}
 */
function clippedAt(reading) {
  const shift = clippedShift(reading);
  if (shift !== null) return (t) => (reading.row[t - 1] ?? 0) + shift;
  const series = clippedTotal(reading);
  return series && ((t) => series[t - 1]);
}

/**
 * log₁₀ of the total that clipping while going back leaves; null for other rules.
 * @param {Reading} reading
 */
export function clippedTotal({ flow }) {
  const { engaged, hidden_gradient: left } = flow.clipping;
  return engaged && left ? left.log10_norm : null;
}

/**
 * log₁₀ of what norm clipping multiplies every gradient by; null where that is not so.
 * @param {Reading} reading
 */
export function clippedShift({ flow }) {
  const { rule, engaged, threshold, per_sample: samples, log10_norm_before } = flow.clipping;
  // Not the scale itself: of a gradient beyond 1e308 a double holds none.
  const whole = clipRuleOf(rule).keeps_direction && !samples && engaged;
  return whole ? Math.log10(threshold ?? 0) - (log10_norm_before ?? 0) : null;
}

/**
 * The vertical range: whole decades around all that is drawn, at least two.
 * @param {Series} values
 */
function bounds(values) {
  const finite = values.filter(isNumber);
  if (!finite.length) return [-2, 1];
  const low = finite.reduce((a, b) => Math.min(a, b));
  const high = finite.reduce((a, b) => Math.max(a, b));
  const spare = Math.max(0.25, (high - low) * 0.06);
  const floor = Math.floor(low - spare);
  return [floor, Math.max(high + spare, floor + 2)];
}

/** @param {number} floor @param {number} top @param {Frame} frame */
function ticks(floor, top, frame) {
  const room = Math.max(2, Math.floor(frame.height / 30));
  const every =
    [1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 500, 1000, 2000, 5000].find(
      (n) => (top - floor) / n <= room,
    ) ?? 10000;
  const tickvals = [];
  for (let e = Math.ceil(floor / every) * every; e <= top; e += every) tickvals.push(e);
  return { tickvals, ticktext: tickvals.map(power) };
}

/** @param {{x: Series, y: Series}} given @param {Look} look */
function line({ x, y }, { color, width, dash, marks }) {
  return {
    type: "scatter",
    mode: marks ? "lines+markers" : "lines",
    hoverinfo: "skip",
    x,
    y,
    line: { color, width, dash, simplify: false },
    marker: { size: marks, color },
  };
}

/**
 * A bar a step.
 * @param {Reading} reading
 * @param {number[]} shown
 * @param {Theme} theme
 * @param {{floor: number, top: number, width: number}} given
 */
function bars({ row, entry }, shown, theme, { floor, top, width }) {
  /** @param {number} t */
  const at = (t) => row[t - 1] ?? 0;
  return {
    type: "bar",
    hoverinfo: "skip",
    base: floor,
    width,
    x: shown,
    y: shown.map((t) => Math.max(0.015 * (top - floor), at(t) - floor)),
    marker: {
      color: shown.map((t) => flowColor(theme, at(t) - (entry ?? at(t)))),
      line: { width: 0 },
    },
  };
}

/**
 * Many steps a pixel: a line up to the least of each column, and a paler one to its greatest
 * behind it. One line a class of colour, up and down like a comb, whatever the number of steps.
 * @param {Reading} reading
 * @param {Frame} frame
 * @param {Theme} theme
 * @param {{floor: number, top: number, columns: number}} given
 */
function columnTraces({ row, entry }, frame, theme, { floor, top, columns }) {
  const steps = stepsIn(row.length, frame);
  const shortest = floor + 0.015 * (top - floor);
  const reduced = columnsOf(steps, (t) => row[t - 1], frame, columns);
  /**
   * @param {string} name
   * @param {number} opacity
   * @param {(column: Column) => boolean} wanted
   * @param {(column: Column) => number} value
   */
  const combs = (name, opacity, wanted, value) => {
    const classes = Array.from({ length: CLASSES }, () => ({
      x: /** @type {number[]} */ ([]),
      y: /** @type {number[]} */ ([]),
    }));
    for (const column of reduced.filter(wanted)) {
      const { x, y } = classes[classOf(value(column) - (entry ?? value(column)))];
      x.push(column.middle, column.middle, column.middle);
      y.push(floor, Math.max(shortest, value(column)), floor);
    }
    return classes.map(({ x, y }, k) => ({
      type: "scatter",
      mode: "lines",
      hoverinfo: "skip",
      name,
      x,
      y,
      opacity,
      line: { color: flowColor(theme, classDecades(k)), width: 1.5, simplify: false },
    }));
  };
  return [
    ...combs("greatest", 0.45, ({ low, high }) => high > low, ({ high }) => high),
    ...combs("least", 1, () => true, ({ low }) => low),
  ];
}

/** @param {number} count @param {Sight} range */
function stepsIn(count, { lo, hi }) {
  const first = Math.max(1, Math.ceil(lo - 1 + 1e-9));
  const last = Math.min(count, Math.floor(hi + 1 - 1e-9));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => first + n);
}

/**
 * Where a cross says that nothing arrives; a few pixels apart, however many steps.
 * @param {number[]} steps
 * @param {Reading} reading
 * @param {number} pixels
 */
function crossed(steps, { row, reach: { from, to }, flow, follow }, pixels) {
  const every = Math.max(1, Math.ceil(6 / pixels));
  const measured = follow === null || flow.followed_gradient ? null : measuredIn(flow.itemized, flow.steps);
  return steps.filter(
    (t) =>
      row[t - 1] === null &&
      t >= from &&
      t <= to &&
      (measured?.has(t) ?? true) &&
      (pixels > 3 || t % every === 0),
  );
}

/** The steps of a row of the map; null where it has all. @param {Flow["itemized"]} itemized @param {number} count */
function measuredIn({ steps }, count) {
  return steps.length < count ? new Set(steps) : null;
}

/**
 * Crosses at the foot where the gradient is exactly zero or nothing reaches.
 * @param {number[]} steps
 * @param {number} floor
 * @param {number} top
 * @param {Theme} theme
 */
function zeros(steps, floor, top, theme) {
  return {
    type: "scatter",
    mode: "markers",
    hoverinfo: "skip",
    x: steps,
    y: steps.map(() => floor + 0.05 * (top - floor)),
    marker: { symbol: "x-thin", size: 5, line: { width: 1.2, color: theme.blocked } },
  };
}
