/** Alarms in words, each with the update where it began. A row of the table is one kind. */

import { fromLog10, number, plural, tidy } from "../format.js";
import { hasBoth } from "../parts.js";
import { MUCH, largestOf, moduleOf, reachOf, sizeOf, wayOf } from "./reached.js";

/** @import { Module, NotFinite, Report } from "./runfile.js" */

/**
 * @typedef {object} Stretch   reports in a row of which the same is true
 * @property {Report[]} reports
 * @property {any[]} found   what is true of each
 * @property {number} from   the place of the first among all reports
 * @property {number} to   and of the last
 * @property {boolean} lasting   whether the newest report is one of them
 * @property {number | null} before   the update of the report before them, null where there is none
 * @property {number} [of]   of so many reports it is true of these, on and off; else of all in a row
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

/** What begins so many times, with at most so many reports between, is on and off. */
const TIMES = 3;
const QUIET = 3;

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

/** @param {string[]} names   at least one */
function firstOf([name, ...others]) {
  return others.length ? `${name} and ${plural(others.length, "more parameter")}` : name;
}

/** ", where it reads backward in time," or "". @param {boolean | null | undefined} reverse */
const asideOf = (reverse) => (typeof reverse === "boolean" ? `, where it reads ${reverse ? "backward" : "forward"} in time,` : "");

/** Which gradient goes through the most steps of a direction. @param {boolean | null} reverse */
const gradientOf = (reverse) => `the ${reverse ? "first" : "last"} gradient that enters`;

/** Where the first number stands that is not finite. @param {NotFinite} first */
export function placeOf({ layer, step, quantity, parameters = [], reverse }) {
  const aside = asideOf(reverse);
  if (quantity === "weight") return `in the weights themselves: ${firstOf(parameters)}`;
  if (quantity === "x") return `the input x at step ${step}, so it comes from before this module`;
  if (quantity === "gradient") return `the gradient that enters${aside} at step ${step}, so it comes from behind this module`;
  return `${quantity.toUpperCase()} of layer ${layer + 1}${aside} at step ${step}`;
}

/**
 * The update of the report before a place, where it saw the weights of a module to be finite.
 * @param {Report[]} reports @param {number} place @param {string} name
 */
function cleanBefore(reports, place, name) {
  const before = reports[place - 1];
  const module = before && moduleOf(before, name);
  const seen = module && module.batch !== null && module.first_not_finite?.quantity !== "weight";
  return seen ? before.update : null;
}

/**
 * Since when the weights hold what is not finite.
 * @param {{first: NotFinite, update: number, clean: number | null}[]} found   of reports in a row
 */
function cameIn(found) {
  const held = found.find(({ first }) => first.quantity === "weight");
  if (!held) return "";
  const { first, update, clean } = held;
  if (held !== found[0]) return `; since update ${counted(update)} the weights themselves hold it: ${firstOf(first.parameters ?? [])}`;
  if (clean === null) return "";
  const last = update - 1;
  return `; it came in with the step of ${last > clean ? `an update from ${counted(clean)} to ${counted(last)}` : `update ${counted(clean)}`}`;
}

/** @type {Kind[]} */
const KINDS = [
  {
    name: "not finite",
    of: ({ report, module, reports, place }) => {
      const first = module?.first_not_finite ?? null;
      return first && { first, update: report.update, clean: cleanBefore(reports, place, module?.name ?? "") };
    },
    say: ({ found }) => `a number is not finite (NaN or infinity): first ${placeOf(found[0].first)}${cameIn(found)}`,
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
    say: ({ found, lasting, of, reverse }) => {
      const furthest = reverse ? Math.max(...found) : Math.min(...found);
      const beyond = reverse ? "after" : "before";
      const now = of || found.at(-1) === furthest ? "" : `; ${lasting ? "now" : "in the end"} ${beyond} step ${found.at(-1)}`;
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
        .flatMap((one) => sizeOf(one) ?? []);
      const own = sizeOf(report);
      if (own === null || norms.length < 5) return null;
      const times = own - median(norms);
      return times > JUMP ? { times, clipping: report.clipping } : null;
    },
    say: ({ found: [{ times, clipping }] }) =>
      `‖g‖ is ${fromLog10(times, 2)} times its median` +
      (clipping?.engaged
        ? `, clipped to ${fromLog10(clipping.log10_after, 2)}`
        : `, and ${clipping ? "clipping does not engage" : "nothing clips it"}`),
  },
  {
    name: "always clipped",
    least: 10,
    of: ({ report }) => (report.clipping?.engaged ? report.clipping : null),
    say: ({ found, reports, lasting, of }) =>
      `clipping engages${of ? "" : ` in every report (${reports.length}${lasting ? " so far" : ""})`}: the threshold ${tidy(found.at(-1).threshold)} sets the size of each step`,
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
    if (open === null) all.push((open = { reports: [], found: [], from: place, to: place, lasting: false, before, reverse }));
    open.reports.push(report);
    open.found.push(found);
    open.to = place;
    open.lasting = place === reports.length - 1;
  });
  return all.filter(({ reports: own }) => own.length >= (kind.least ?? 1));
}

/**
 * Stretches that follow each other again and again as one that is on and off.
 * @param {Stretch[]} stretches   in their order @param {number} newest   the place of the newest report
 * @returns {Stretch[]}
 */
function together(stretches, newest) {
  /** @type {Stretch[][]} */
  const groups = [];
  for (const stretch of stretches) {
    const last = groups.at(-1);
    if (last && stretch.from - last[last.length - 1].to - 1 <= QUIET) last.push(stretch);
    else groups.push([stretch]);
  }
  return groups.flatMap((group) => {
    if (group.length < TIMES) return group;
    const { to } = group[group.length - 1];
    const reports = group.flatMap((one) => one.reports);
    const found = group.flatMap((one) => one.found);
    return { ...group[0], reports, found, to, lasting: to + QUIET >= newest, of: to - group[0].from + 1 };
  });
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
  return KINDS.flatMap((kind) => (kind.each ? directions : [null]).flatMap((reverse) => alarmsOfKind(reports, name, every, kind, reverse)))
    .sort((a, b) => Number(b.lasting) - Number(a.lasting) || b.sequence - a.sequence);
}

/** @param {Report[]} reports @param {string} name @param {number} every @param {Kind} kind @param {boolean | null} reverse @returns {Alarm[]} */
function alarmsOfKind(reports, name, every, kind, reverse) {
  const stretches = stretchesOf(reports, name, kind, reverse);
  return (kind.single ? stretches : together(stretches, reports.length - 1)).map((stretch) => ({
    kind: kind.name,
    sequence: stretch.reports[0].sequence,
    update: stretch.reports[0].update,
    lasting: stretch.lasting,
    text: `${whenOf(kind, stretch, every)}${asideOf(stretch.reverse)} ${kind.say(stretch).replace(/\.$/, "")}.`,
  }));
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
function spanOf({ single }, { reports, lasting, of }) {
  const first = counted(reports[0].update);
  const last = counted(reports.at(-1)?.update ?? 0);
  if (of) return `On and off ${lasting ? `since update ${first}` : `from update ${first} to ${last}`} (in ${reports.length} of ${of} reports)`;
  if (single || (!lasting && first === last)) return `At update ${first}`;
  return lasting ? `From update ${first} on` : `From update ${first} to ${last}`;
}

/**
 * What a module's report proves, in a sentence.
 * @param {Module} module
 * @param {string} owner   of the gradient that it is compared with, as "autograd’s"
 */
export function proofSentence({ proof, trusted, why_not: why, dtype, first_not_finite: first }, owner) {
  if (first) return "With a number that is not finite there is nothing to check.";
  const differences = Object.values(proof).filter((value) => value !== null);
  if (!trusted) return `This report cannot be trusted. ${why ?? ""}`.trim();
  if (!differences.length) return `There is no gradient of ${owner} to compare with.`;
  const [name, worst] = Object.entries(proof).reduce((a, b) => ((b[1] ?? -1) > (a[1] ?? -1) ? b : a));
  return (
    `Recomputed ∂L/∂W and ${owner} own agree in ${plural(differences.length, "parameter")} of ${dtype}: ` +
    `the largest relative difference is ${number(worst, 2)}, in ${name}.`
  );
}
