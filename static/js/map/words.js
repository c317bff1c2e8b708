/** What a map shows, in words: its sentence, how far it is, one of its points. */

import { plural, tidy } from "../format.js";
import { LIMIT } from "../theme.js";
import { said, shortOf, valueAt } from "./axes.js";
import { toldOf } from "./scale.js";

/** @import { Grid, Point } from "./grid.js" */
/** @import { MapNumber } from "./scale.js" */

/** @param {number} count */
const grouped = (count) => count.toLocaleString("en-US");

/** @param {any} sweep */
const axesOf = (sweep) => (sweep.rows ? [sweep.rows, ...sweep.axes] : sweep.axes);

/** Where a point lies: "ρ = 0.9, T = 50, simple". @param {any} sweep @param {number[]} at */
export function whereOf(sweep, at) {
  const own = sweep.rows ? at.slice(1) : at;
  const words = own.map((n, axis) => said(sweep.axes[axis], n));
  return [...words, ...(sweep.rows ? [valueAt(sweep.rows, at[0])] : [])].join(", ");
}

/** @param {number} part @param {number} all */
function percent(part, all) {
  const value = (100 * part) / all;
  if (part === 0) return "none";
  return value < 1 ? "less than 1 %" : value > 99 && part < all ? "more than 99 %" : `${Math.round(value)} %`;
}

/** Of names: in how many of the points each is the most frequent one. @param {MapNumber} of @param {Point[]} points */
function sharesOf(of, points) {
  const known = points.filter(({ numbers }) => numbers[of.name].middle !== null);
  return of.names
    .map((name) => ({ name, count: known.filter(({ numbers }) => numbers[of.name].middle === name).length }))
    .filter(({ count }) => count)
    .map(({ name, count }) => `${name} in ${percent(count, known.length)}`);
}

/** @param {string[]} words */
const listed = (words) => (words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`);

/** The ends of the colours: how much of the map lies there. @param {MapNumber} of @param {Point[]} known @param {any} sweep */
function farWords(of, known, sweep) {
  /** @param {Point[]} points @param {number} sign */
  const beyond = (points, sign) => points.filter(({ numbers }) => sign * numbers[of.name].middle >= LIMIT).length;
  const maps = sweep.rows ? sweep.rows.values.map((/** @type {any} */ _, /** @type {number} */ n) => ({ name: valueAt(sweep.rows, n), own: known.filter(({ at }) => at[0] === n) })) : [];
  return [-1, 1]
    .map((sign) => {
      const what = sign < 0 ? "10⁻³ or less" : "10³ or more";
      const all = beyond(known, sign);
      const each = maps.filter((/** @type {any} */ { own }) => own.length).map((/** @type {any} */ { name, own }) => `${name} ${percent(beyond(own, sign), own.length)}`);
      return ` It is ${what} at ${all ? percent(all, known.length) : "none"} of them${all && each.length > 1 ? ` (${each.join(", ")})` : ""}.`;
    })
    .join("");
}

/** Least, middle and greatest. @param {MapNumber} of @param {Point[]} points @param {any} sweep */
function rangeWords(of, points, sweep) {
  const known = points.filter(({ numbers }) => typeof numbers[of.name].middle === "number");
  if (!known.length) return `none has this number: ${of.label}.`;
  known.sort((a, b) => a.numbers[of.name].middle - b.numbers[of.name].middle);
  const [least, half, most] = [known[0], known[Math.floor((known.length - 1) / 2)], known[known.length - 1]];
  /** @param {Point} one */
  const told = (one) => toldOf(of, one.numbers[of.name].middle);
  if (told(least) === told(most)) return `${of.label} is ${told(least)} at every one.`;
  const far = of.relative ? farWords(of, known, sweep) : "";
  return `${of.label} goes from ${told(least)} (${whereOf(sweep, least.at)}) to ${told(most)} (${whereOf(sweep, most.at)}); at half of them it is at most ${told(half)}.${far}`;
}

/** What differs from one small map to the next. @param {MapNumber} of @param {Point[]} points @param {any} sweep */
function rowWords(of, points, sweep) {
  if (!sweep.rows || !of.names.length) return "";
  const parts = sweep.rows.values.map((/** @type {any} */ _, /** @type {number} */ n) => {
    const own = points.filter(({ at }) => at[0] === n);
    const shares = sharesOf(of, own);
    return own.length && shares.length ? `${valueAt(sweep.rows, n)}: ${listed(shares)}` : "";
  });
  return ` By ${shortOf(sweep.rows)}: ${parts.filter(Boolean).join("; ")}.`;
}

/** The sentence above a map. @param {{sweep: any, grid: Grid, of: MapNumber, run: any}} given */
export function sentence({ sweep, grid, of, run }) {
  const points = [...grid.points()].filter(({ numbers }) => numbers[of.name]);
  if (!points.length) return run.state === "running" || run.state === "queued" ? "The first points are on their way." : "No point is known.";
  const draws = sweep.seeds > 1 ? `, each ${of.names.length ? "the most frequent" : of.share ? "the share" : "the median"} of ${plural(sweep.seeds, "draw")}` : "";
  const finished = run.state === "ended" && run.done >= run.count;
  const all = finished ? `Of ${grouped(points.length)} points${draws}` : `Of the ${grouped(points.length)} of ${grouped(run.count)} points that are known${draws}`;
  const own = of.names.length ? `${listed(sharesOf(of, points))}.${rowWords(of, points, sweep)}` : rangeWords(of, points, sweep);
  const wrong = points.filter(({ error }) => error).length;
  return `${all}: ${own}${wrong ? ` ${plural(wrong, "point")} cannot be computed.` : ""}`;
}

/** @param {number} seconds */
function lasting(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${tidy(seconds / 3600, 2)} h`;
}

/** How far it is. @param {any} run */
export function progress(run) {
  const done = `${grouped(run.done)} of ${grouped(run.count)} points`;
  const reused = run.known ? `; ${grouped(run.known)} networks were known already` : "";
  if (run.state === "ended" && run.why?.startsWith("It is done")) return `${run.why.replace(/\.$/, "")}${reused}.`;
  if (run.state === "ended" || run.state === "paused") return `${run.state === "paused" ? "Paused at" : "Ended at"} ${done}${reused}. ${run.why ?? ""}`.trim();
  if (run.state === "queued") return run.why ? `${done}. ${run.why}` : `${done}; it waits for its turn.`;
  const rate = run.points_per_second ? `, ${tidy(run.points_per_second)} a second` : "";
  const left = run.seconds_left && run.done * 50 > run.count ? `, ${lasting(run.seconds_left)} left` : "";
  return run.why ? `${done}${rate}${left}${reused}. ${run.why}` : `${done}${rate}${left}${reused}`;
}

/** A point in lines: the first is where it lies. @param {any} sweep @param {Point} point @param {MapNumber[]} numbers */
export function pointLines(sweep, point, numbers) {
  const lines = [whereOf(sweep, point.at)];
  if (point.error) lines.push(point.error);
  for (const of of numbers) {
    const own = point.numbers[of.name];
    if (!own || own.middle === null) continue;
    const label = of.unit && of.unit !== "decades" ? `${of.label} (${of.unit})` : of.label;
    if (own.shares) {
      const shares = Object.entries(own.shares).map(([name, share]) => `${name} ${Math.round(100 * share)} %`);
      lines.push(sweep.seeds > 1 ? `${label}: ${shares.join(", ")}` : `${label}: ${own.middle}`);
      continue;
    }
    const spread = own.low !== null && sweep.seeds > 1 ? `, quartiles ${toldOf(of, own.low)} … ${toldOf(of, own.high)}` : "";
    lines.push(`${label}: ${sweep.seeds > 1 && !of.share ? "median " : ""}${toldOf(of, own.middle)}${spread}`);
  }
  if (sweep.seeds > 1) lines.push(`${plural(sweep.seeds, "draw")} (seeds)`);
  return lines;
}

/** For who cannot see it. @param {{sweep: any, of: MapNumber, text: string}} given */
export function summary({ sweep, of, text }) {
  const axes = axesOf(sweep).map(shortOf).join(", ");
  return `${of.label} over ${axes}. ${text}`;
}
