/** The levels of the profile (what entered, a thousandth of it, a thousand times it), in words. */

import { fromLog10 } from "../format.js";

/** @import { Frame, Reading, Sight, Theme } from "../types.js" */

/** @typedef {[decades: number, words: string]} Level */

/** @type {Level[]} */
const LEVELS = [
  [0, "what entered"],
  [-3, "a thousandth"],
  [3, "a thousand times"],
];

/** Of a label, in pixels: so high, and so wide a character. */
const HEIGHT = 14;
const CHARACTER = 5.6;

/** From the edge of the picture to a label, and from the line to its middle, in pixels. */
const ASIDE = 4;
const OFF = 8;

/**
 * The levels that lie in sight, and of those only what has room for its words.
 * @param {number} entry
 * @param {{floor: number, top: number, height: number}} given
 */
export function levelsInSight(entry, { floor, top, height }) {
  const decade = height / (top - floor);
  const cramped = 3 * decade < 15;
  return LEVELS.filter(
    ([d]) => (d === 0 || !cramped) && (entry + d - floor) * decade > 10 && entry + d < top,
  );
}

/** @param {number | null} entry @param {Level[]} seen @param {Frame} frame @param {Theme} theme */
export function levelLines(entry, seen, frame, theme) {
  return {
    type: "scatter",
    mode: "lines",
    hoverinfo: "skip",
    x: [null, ...seen.flatMap(() => [frame.lo, frame.hi, null])],
    y: [null, ...seen.flatMap(([d]) => [(entry ?? 0) + d, (entry ?? 0) + d, null])],
    line: { simplify: false, color: theme.blocked, width: 1, dash: "1px,3px" },
  };
}

/**
 * What the lines say, where no bar stands behind the words; a level whose words have no such place
 * has its line alone, and what entered keeps its words.
 * @param {Reading} reading
 * @param {Level[]} seen   of `levelsInSight`
 * @param {Frame} frame
 * @param {Theme} theme
 * @param {{floor: number, top: number, whose: string, others: ((step: number) => number | null)[]}}
 *   scale   others: what is drawn beside the bars
 */
export function levelNotes(reading, seen, frame, theme, { floor, top, whose, others }) {
  const { follow, entryStep } = reading;
  const entry = reading.entry ?? 0; // without one no level is seen
  const pixel = (top - floor) / (frame.height - 12);
  const step = (frame.hi - frame.lo) / (frame.width - frame.left - frame.right);
  const first = follow === null ? `at step ${entryStep}` : LEVELS[0][1];
  const notes = seen.flatMap(([d, words]) => {
    const text = d === 0 ? `${whose}${first}: ${fromLog10(entry)}` : words;
    const wide = (text.length * CHARACTER + 8) * step;
    const free = places(frame, wide, entry + d, HEIGHT * pixel).filter(
      ({ low, high, from, to }) =>
        high < top && low > floor && isFree(reading, others, { low, high, from, to }),
    );
    const best = free[0] ?? (d === 0 ? places(frame, wide, entry, HEIGHT * pixel)[3] : null);
    return best ? [{ ...best, level: entry + d, text }] : [];
  }).filter((note, place, all) => !all.slice(0, place).some((one) => overlap(one, note)));
  return {
    type: "scatter",
    mode: "text",
    hoverinfo: "skip",
    cliponaxis: false,
    x: notes.map(({ right, from, to }) => (right ? to - ASIDE * step : from + ASIDE * step)),
    y: notes.map(({ above, level }) => level + (above ? OFF : -OFF) * pixel),
    text: notes.map(({ text }) => text),
    textposition: notes.map(({ right }) => (right ? "middle left" : "middle right")),
    textfont: { size: 10, color: theme.soft },
  };
}

/**
 * Whether two notes lie on each other: the one of what entered may stand where no room is free.
 * @param {{low: number, high: number, right: boolean}} one
 * @param {{low: number, high: number, right: boolean}} other
 */
function overlap(one, other) {
  return one.right === other.right && one.low < other.high && other.low < one.high;
}

/**
 * Left and right, above and below the line: from one step to another, between two heights.
 * @param {Sight} range
 * @param {number} wide
 * @param {number} level
 * @param {number} tall
 */
function places({ lo, hi }, wide, level, tall) {
  const left = { from: lo, to: lo + wide, right: false };
  const right = { from: hi - wide, to: hi, right: true };
  const above = { low: level, high: level + tall, above: true };
  const below = { low: level - tall, high: level, above: false };
  return [
    { ...left, ...below },
    { ...left, ...above },
    { ...right, ...below },
    { ...right, ...above },
  ];
}

/**
 * Whether no bar reaches into a place, and no line runs through it.
 * @param {Reading} reading
 * @param {((step: number) => number | null)[]} others
 * @param {{low: number, high: number, from: number, to: number}} given
 */
function isFree({ row }, others, { low, high, from, to }) {
  for (let t = Math.max(1, Math.ceil(from - 0.4)); t <= Math.min(row.length, to + 0.4); t += 1) {
    const bar = row[t - 1];
    if (bar !== null && bar > low) return false;
    for (const other of others) {
      const value = other(t);
      if (value !== null && value > low && value < high) return false;
    }
  }
  return true;
}
