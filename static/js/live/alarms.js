/** Alarms in words, each with the update where it began. A row of the table is one kind. */

import { fromLog10, number, plural, tidy } from "../format.js";
import { hasBoth } from "../parts.js";
import { MUCH, largestOf, moduleOf, reachOf, wayOf } from "./reached.js";

/** @import { Module, Report } from "./runfile.js" */

/**
 * @typedef {object} Stretch   reports in a row of which the same is true
 * @property {Report[]} reports
 * @property {any[]} found   what is true of each
 * @property {boolean} lasting   whether the newest report is one of them
 * @property {number | null} before   the update of the report before them, null where there is none
 * @property {boolean | null} reverse   of which direction, null where there is one
 *
 * @typedef {object} Alarm
 * @property {string} kind
 * @property {number} sequence   of the report where it began
 * @property {number} update
 * @property {boolean} lasting   whether it is still so
 * @property {string} text
 *
 * @typedef {object} Given
 * @property {Report} report
 * @property {Module | undefined} module
 * @property {Report[]} reports   all
 * @property {number} place   of the report among them
 * @property {boolean | null} reverse   which direction is looked at, null where there is one
 *
 * @typedef {object} Kind
 * @property {string} name
 * @property {number} [least]   so many reports in a row at least
 * @property {(given: Given) => any} of   what is true of a report, or null
 * @property {(stretch: Stretch) => string} say   after "From update 1,200 on"
 * @property {boolean} [single]   of one update each, rather than from one on
 * @property {boolean} [each]   of each direction by itself
 */

/** ‖g‖ of so many reports before is what a jump is measured by, and it is one from so many decades on. */
const BEFORE = 20;
const JUMP = 1;

/** A step of a weight smaller than this part of it, in decades, moves nothing. */
const STUCK = -7;

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** @param {number} update */
export function counted(update) {
  return update.toLocaleString("en-US");
}

/** log₁₀ of ‖Δw‖/‖w‖ of the parameter that moves most, or null. @param {Report} report */
function mostMoved({ steps_taken: taken }) {
  const ratios = Object.values(taken ?? {}).flatMap((one) =>
    one && one.log10_weight !== null ? [one.log10_step === null ? -Infinity : one.log10_step - one.log10_weight] : [],
  );
  return ratios.length ? Math.max(...ratios) : null;
}

/** ", where it reads backward in time," or "". @param {boolean | null | undefined} reverse */
const asideOf = (reverse) => (typeof reverse === "boolean" ? `, where it reads ${reverse ? "backward" : "forward"} in time,` : "");

/** Which gradient goes through the most steps of a direction. @param {boolean | null} reverse */
const gradientOf = (reverse) => `the ${reverse ? "first" : "last"} gradient that enters`;

/**
 * Where the first number stands that is not finite.
 * @param {{layer: number, step: number, quantity: string, reverse?: boolean | null}} first
 */
export function placeOf({ layer, step, quantity, reverse }) {
  const aside = asideOf(reverse);
  if (quantity === "x") return `the input x at step ${step}, so it comes from before this module`;
  if (quantity === "gradient") return `the gradient that enters${aside} at step ${step}, so it comes from behind this module`;
  return `${quantity} of layer ${layer + 1}${aside} at step ${step}`;
}

/** @type {Kind[]} */
const KINDS = [
  {
    name: "not finite",
    of: ({ module }) => module?.first_not_finite ?? null,
    say: ({ found: [first] }) => `a number is not finite (NaN or infinity): first ${placeOf(first)}`,
  },
  {
    name: "not trusted",
    of: ({ module }) =>
      module && !module.trusted && !module.first_not_finite ? (module.why_not ?? "The proof fails.") : null,
    say: ({ found }) => `reports cannot be trusted. ${found.at(-1)}`,
  },
  {
    name: "vanishes",
    each: true,
    of: ({ module, reverse }) => {
      const way = wayOf(module, reverse ?? false);
      const reach = way ? reachOf(way) : null;
      return way && reach !== way.end ? reach : null;
    },
    say: ({ found, lasting, reverse }) => {
      const furthest = reverse ? Math.max(...found) : Math.min(...found);
      const beyond = reverse ? "after" : "before";
      const now = found.at(-1) === furthest ? "" : `; ${lasting ? "now" : "in the end"} ${beyond} step ${found.at(-1)}`;
      return `less than a millionth of ${gradientOf(reverse)} arrives ${beyond} step ${furthest}${now}`;
    },
  },
  {
    name: "explodes",
    each: true,
    of: ({ module, reverse }) => {
      const way = wayOf(module, reverse ?? false);
      const most = way && largestOf(way);
      return most && most.decades > MUCH ? most : null;
    },
    say: ({ found, reverse }) => {
      const { step, decades } = found.reduce((a, b) => (b.decades > a.decades ? b : a));
      const way = reverse ? "on its way to later steps" : "on its way back";
      return `${gradientOf(reverse)} grows ${way} by more than a thousand; at most ${fromLog10(decades)} times, at step ${step}`;
    },
  },
  {
    name: "jumps",
    single: true,
    of: ({ report, reports, place }) => {
      const norms = reports
        .slice(Math.max(0, place - BEFORE), place)
        .flatMap(({ clipping }) => (clipping && clipping.log10_before !== null ? [clipping.log10_before] : []));
      const own = report.clipping?.log10_before ?? null;
      if (own === null || norms.length < 5) return null;
      const times = own - median(norms);
      return times > JUMP ? { times, clipping: report.clipping } : null;
    },
    say: ({ found: [{ times, clipping }] }) =>
      `‖g‖ is ${fromLog10(times, 2)} times its median` +
      (clipping.engaged ? `, clipped to ${fromLog10(clipping.log10_after, 2)}` : ", and clipping does not engage"),
  },
  {
    name: "always clipped",
    least: 10,
    of: ({ report }) => (report.clipping?.engaged ? report.clipping : null),
    say: ({ found, reports, lasting }) =>
      `clipping engages in every report (${reports.length}${lasting ? " so far" : ""}): the threshold ${tidy(found.at(-1).threshold)} sets the size of each step`,
  },
  {
    name: "stuck",
    least: 2,
    of: ({ report }) => {
      const most = mostMoved(report);
      return most !== null && most < STUCK ? most : null;
    },
    say: ({ found }) =>
      `no recurrent weight moves by more than ${fromLog10(Math.max(...found), 2)} of itself in an update`,
  },
];

/** The directions of a module; null: it has one. @param {Report[]} reports @param {string} name @returns {(boolean | null)[]} */
function directionsOf(reports, name) {
  return reports.some((report) => hasBoth(moduleOf(report, name)?.flow)) ? [false, true] : [null];
}

/**
 * @param {Report[]} reports @param {string} name @param {Kind} kind @param {boolean | null} reverse
 * @returns {Stretch[]}
 */
function stretchesOf(reports, name, kind, reverse) {
  /** @type {Stretch[]} */
  const all = [];
  /** @type {Stretch | null} */
  let open = null;
  reports.forEach((report, place) => {
    const found = kind.of({ report, module: moduleOf(report, name), reports, place, reverse });
    if (found === null || kind.single) open = null;
    if (found === null) return;
    const before = reports[place - 1]?.update ?? null;
    if (open === null) all.push((open = { reports: [], found: [], lasting: false, before, reverse }));
    open.reports.push(report);
    open.found.push(found);
    open.lasting = place === reports.length - 1;
  });
  return all.filter(({ reports: own }) => own.length >= (kind.least ?? 1));
}

/**
 * Every alarm of a module, the newest first.
 * @param {Report[]} reports   in their order
 * @param {string} name   of the module
 * @param {number} [every]   updates from one sample to the next; 0: not known
 * @returns {Alarm[]}
 */
export function alarmsOf(reports, name, every = 0) {
  const directions = directionsOf(reports, name);
  return KINDS.flatMap((kind) =>
    (kind.each ? directions : [null]).flatMap((reverse) => stretchesOf(reports, name, kind, reverse)).map((stretch) => ({
      kind: kind.name,
      sequence: stretch.reports[0].sequence,
      update: stretch.reports[0].update,
      lasting: stretch.lasting,
      text: `${whenOf(kind, stretch, every)}${asideOf(stretch.reverse)} ${kind.say(stretch).replace(/\.$/, "")}.`,
    })),
  ).sort((a, b) => Number(b.lasting) - Number(a.lasting) || b.sequence - a.sequence);
}

/** What is said where there is no alarm. @param {Report[]} reports @param {string} name   of the module */
export function calm(reports, name) {
  const modules = reports.flatMap((report) => moduleOf(report, name) ?? []);
  if (modules.some(({ flow }) => flow)) return "Nothing: gradients arrive, and no number leaves the range.";
  return `What arrives at which step is not known. ${modules.at(-1)?.why_not ?? ""}`.trim();
}

/**
 * What lies between a sample that was not analysed and the next may have begun there.
 * @param {Kind} kind @param {Stretch} stretch @param {number} every
 */
function whenOf(kind, stretch, every) {
  const { before, reports } = stretch;
  const first = reports[0].update;
  const missed = every > 0 && before !== null && first - before > every;
  return missed && !kind.single
    ? `${spanOf(kind, stretch)} (what was sampled after update ${counted(before)} and before it was not analysed)`
    : spanOf(kind, stretch);
}

/** @param {Kind} kind @param {Stretch} stretch */
function spanOf({ single }, { reports, lasting }) {
  const first = counted(reports[0].update);
  const last = counted(reports.at(-1)?.update ?? 0);
  if (single || (!lasting && first === last)) return `At update ${first}`;
  return lasting ? `From update ${first} on` : `From update ${first} to ${last}`;
}

/**
 * What a module's report proves, in a sentence.
 * @param {Module} module
 */
export function proofSentence({ proof, trusted, why_not: why, dtype, first_not_finite: first }) {
  if (first) return "With a number that is not finite there is nothing to check.";
  const differences = Object.values(proof).filter((value) => value !== null);
  if (!trusted) return `This report cannot be trusted. ${why ?? ""}`.trim();
  if (!differences.length) return "There is no gradient of autograd’s to compare with.";
  const [name, worst] = Object.entries(proof).reduce((a, b) => ((b[1] ?? -1) > (a[1] ?? -1) ? b : a));
  return (
    `Recomputed ∂L/∂W and autograd’s own agree in ${plural(differences.length, "parameter")} of ${dtype}: ` +
    `the largest relative difference is ${number(worst, 2)}, in ${name}.`
  );
}
