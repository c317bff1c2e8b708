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
  return value < 1 ? "less than 1\u00a0%" : value > 99 && part < all ? "more than 99\u00a0%" : `${Math.round(value)}\u00a0%`;
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
      return ` It is ${what} at ${all ? percent(all, known.length) : "none"} of them${all && each.length > 1 ? ` (${each.join("; ")})` : ""}.`;
    })
    .join("");
}

/** Of shares of draws: where it is none, and where all. @param {MapNumber} of @param {Point[]} known */
function shareWords(of, known) {
  /** @param {number} end */
  const at = (end) => percent(known.filter(({ numbers }) => numbers[of.name].middle === end).length, known.length);
  return `${of.label} is 0\u00a0% at ${at(0)} of them, and 100\u00a0% at ${at(1)}.`;
}

/** Least, middle and greatest. @param {MapNumber} of @param {Point[]} known @param {any} sweep */
function rangeWords(of, known, sweep) {
  known.sort((a, b) => a.numbers[of.name].middle - b.numbers[of.name].middle);
  const [least, half, most] = [known[0], known[Math.floor((known.length - 1) / 2)], known[known.length - 1]];
  /** @param {Point} one */
  const told = (one) => toldOf(of, one.numbers[of.name].middle);
  if (told(least) === told(most)) return `${of.label} is ${told(least)}${known.length > 1 ? " at every one" : ""}.`;
  if (of.share) return shareWords(of, known);
  const far = of.relative ? farWords(of, known, sweep) : "";
  return `${of.label} goes from ${told(least)} (${whereOf(sweep, least.at)}) to ${told(most)} (${whereOf(sweep, most.at)}); at half of them it is at most ${told(half)}.${far}`;
}

/** What a map is called. @param {{name: string, created: string}} run */
export const titleOf = ({ name, created }) => name || `Map of ${new Date(created).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" })}`;

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

/** Whether nothing more comes. @param {any} run */
export const isDone = (run) => run.state === "ended" && (run.done >= run.count || Boolean(run.why?.startsWith("It is done")));

/** @param {any} sweep @param {MapNumber} of @param {Point[]} own */
function drawsWords(sweep, of, own) {
  if (sweep.seeds < 2) return "";
  const most = own.some(({ numbers, told }) => !told && numbers[of.name].count < sweep.seeds) ? "up to " : "";
  return `, each ${of.names.length ? "the most frequent" : of.share ? "the share" : "the median"} of ${most}${plural(sweep.seeds, "draw")}`;
}

/** What has none of a number, and why. @param {Point[]} points @param {Set<Point>} own */
function noneWords(points, own) {
  const without = points.filter((point) => !own.has(point));
  const wrong = without.filter(({ error }) => error);
  const none = without.length - wrong.length;
  const why = wrong.length ? ` ${grouped(wrong.length)} cannot be computed (${wrong[0].error?.replace(/\.$/, "")}).` : "";
  return `${why}${none ? ` ${grouped(none)} ${none === 1 ? "has" : "have"} no such number.` : ""}`;
}

/** The sentence above a map. @param {{sweep: any, grid: Grid, of: MapNumber, run: any}} given */
export function sentence({ sweep, grid, of, run }) {
  if (!sweep.numbers.includes(of.name)) return `This map was not asked for ${of.label}.`;
  const points = grid.points();
  if (!points.length) return run.state === "queued" ? "It waits for its turn." : run.state === "running" ? "The first points are on their way." : "No point is known.";
  const held = new Set(points.filter(({ numbers }) => (numbers[of.name]?.middle ?? null) !== null));
  const own = [...held];
  const told = points.length - grid.count();
  const beside = told ? `, ${grouped(told)} of them told by their neighbours` : "";
  const all = isDone(run) ? `Of ${grouped(points.length)} ${points.length === 1 ? "point" : "points"}${beside}` : `Of the ${grouped(points.length)} of ${grouped(run.count)} points that are known`;
  const fewer = own.length < points.length ? `, ${grouped(own.length)} ${own.length === 1 ? "has" : "have"} this number` : "";
  const none = noneWords(points, held);
  if (!own.length) return `${all} none has this number: ${of.label}.${none}`;
  const words = of.names.length ? `${listed(sharesOf(of, own))}.${rowWords(of, own, sweep)}` : rangeWords(of, own, sweep);
  return `${all}${fewer}${drawsWords(sweep, of, own)}: ${words}${none}`;
}

/** @param {number} seconds */
function lasting(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${tidy(seconds / 3600, 2)} h`;
}

/** @param {any} run */
function networksWords({ sweep, computed, known, count, done, state }) {
  const each = sweep.seeds ?? 1;
  if (state !== "running" || sweep.refine || !(computed + known) || (each < 2 && done)) return "";
  return ` (${grouped(Math.min(computed + knownOf({ sweep, computed, known, count }), count * each))} of ${grouped(count * each)} ${sweep.training ? "trainings" : "networks"})`;
}

/** How many networks nobody had to compute for this map: one that went on after a pause finds its own again. @param {any} run */
function knownOf({ sweep, computed, known, count }) {
  return sweep.refine ? known : Math.max(0, Math.min(known, count * (sweep.seeds ?? 1) - computed));
}

/** How far it is. @param {any} run @param {number | null} [left]   seconds, as this page has seen it go on */
export function progress(run, left = null) {
  const done = `${grouped(run.done)} of ${grouped(run.count)} ${run.count === 1 ? "point" : "points"}`;
  const one = run.sweep.training ? "training" : "network";
  const known = knownOf(run);
  const reused = known ? `; ${grouped(known)} ${known === 1 ? `${one} was` : `${one}s were`} known already` : "";
  if (isDone(run)) {
    const told = run.done < run.count ? `, ${grouped(run.count - run.done)} of them told by their neighbours` : "";
    return `It is done: ${grouped(run.count)} ${run.count === 1 ? "point" : "points"}${told}${reused}.`;
  }
  if (run.state === "ended" || run.state === "paused") return `${run.state === "paused" ? "Paused at" : "Ended at"} ${done}${reused}. ${run.why ?? ""}`.trim();
  if (run.state === "queued") return run.why ? `${done}. ${run.why}` : `${done}; it waits for its turn.`;
  const rate = run.points_per_second ? `, ${tidy(run.points_per_second)} a second` : "";
  const seconds = run.seconds_left && run.done * 50 > run.count ? run.seconds_left : run.points_per_second ? null : left;
  const far = `${done}${networksWords(run)}${rate}${seconds ? `, about ${lasting(seconds)} left` : ""}${reused}`;
  return run.why ? `${far}. ${run.why}` : far;
}

/** A point in lines: the first is where it lies. @param {any} sweep @param {Point} point @param {MapNumber[]} numbers */
export function pointLines(sweep, point, numbers) {
  const lines = [whereOf(sweep, point.at)];
  if (point.error) lines.push(point.error);
  if (point.told) lines.push("Not computed: this is what its neighbours tell.");
  for (const of of numbers) {
    const own = point.numbers[of.name];
    const label = of.unit && of.unit !== "decades" ? `${of.label} (${of.unit})` : of.label;
    if (!own || point.error) continue;
    if (own.middle === null) {
      lines.push(`${label}: no such number`);
      continue;
    }
    const some = !point.told && own.count < sweep.seeds ? ` (of ${own.count} of them)` : "";
    if (own.shares) {
      const shares = Object.entries(own.shares).map(([name, share]) => `${name} ${Math.round(100 * share)} %`);
      lines.push(own.count > 1 ? `${label}: ${shares.join(", ")}${some}` : `${label}: ${own.middle}${some}`);
      continue;
    }
    const spread = own.low !== null && own.count > 1 ? `, quartiles ${toldOf(of, own.low)} … ${toldOf(of, own.high)}` : "";
    const kind = point.told ? "about " : own.count > 1 && !of.share ? "median " : "";
    lines.push(`${label}: ${kind}${toldOf(of, own.middle)}${spread}${some}`);
  }
  if (sweep.seeds > 1 && !point.told) lines.push(`${plural(sweep.seeds, "draw")} (seeds)`);
  return lines;
}

/** What stands above a picture: which lines and dots are drawn, what is left blank. @param {{sweep: any, grid: Grid, of: MapNumber, levels: string[]}} given */
export function caption({ sweep, grid, of, levels }) {
  const points = grid.points();
  const blank = points.some(({ numbers }) => (numbers[of.name]?.middle ?? null) === null);
  const band = sweep.axes.length < 2 && sweep.seeds > 1 && !of.names.length && !of.share;
  return [
    levels.length ? `Thin lines: ${levels.join(", ")}.` : "",
    band ? "Line: the median of the draws; band: between their quartiles." : "",
    points.some(({ told }) => told) ? "Dots: computed; what lies between them is told by its neighbours." : "",
    blank ? "Blank: no such number." : "",
  ]
    .filter(Boolean)
    .join(" ");
}

/** What two maps do not share: axes, or any number. @param {any[]} sweeps */
export function besideWords([a, b]) {
  if (!b) return "";
  /** @param {any} sweep */
  const over = (sweep) => sweep.axes.map(shortOf).join(" × ");
  /** @param {any} sweep */
  const ends = (sweep) => JSON.stringify(sweep.axes.map((/** @type {any} */ { values }) => [values[0], values.at(-1), values.length]));
  const axes = over(a) !== over(b) ? ` Their axes differ: A is over ${over(a)}, B over ${over(b)}.` : ends(a) !== ends(b) ? " Their axes have not the same values: compare by what stands along them." : "";
  const common = a.numbers.some((/** @type {string} */ name) => b.numbers.includes(name));
  return `${axes}${common ? "" : " They have no number in common."}`.trim();
}

/** For who cannot see it. @param {{sweep: any, of: MapNumber, text: string}} given */
export function summary({ sweep, of, text }) {
  const axes = axesOf(sweep).map(shortOf).join(", ");
  return `${of.label} over ${axes}. ${text}`;
}
