/** The maps that are looked at: one, or two beside each other, by one number and in one scale. */

import { createAnnouncer } from "../announcer.js";
import { allWithin, byId, within } from "../page.js";
import { createTooltip } from "../tooltip.js";
import { levelsSeen, linesSeen } from "./figure.js";
import { frameOf } from "./frame.js";
import { createPoint, putLegend, putTheory, zoomed } from "./panel.js";
import { openShown, scaleFor } from "./shown.js";
import { beginSweep } from "./requests.js";
import { putNaming } from "./naming.js";
import { listenTools, putButtons } from "./tools.js";
import { numbersAt } from "./takes.js";
import { besideWords, caption, isDone, pointLines, progress, sentence, summary, titleOf } from "./words.js";

/** @import { Theme } from "../types.js" */
/** @import { MapNumber } from "./scale.js" */
/** @import { Shown } from "./shown.js" */

/**
 * @typedef {object} Given
 * @property {Document} document
 * @property {MapNumber[]} numbers
 * @property {() => Theme | null} theme   null: nothing can be drawn yet
 * @property {(cause: Error | null) => void} problem
 * @property {(ids: string[]) => void} go
 * @property {() => Promise<any[]>} kept
 *
 * @typedef {object} Looked   what is looked at, and how
 * @property {Given} given
 * @property {Shown[]} all
 * @property {number} focus   which of them the point is of
 * @property {number[] | null} at   the point that is chosen
 * @property {HTMLSelectElement} choice
 * @property {ReturnType<typeof createTooltip>} tooltip
 * @property {ReturnType<typeof createPoint>} point
 * @property {ReturnType<typeof createAnnouncer>} announcer
 * @property {string} told
 * @property {() => void} changed
 */

/** @param {Looked} looked */
const here = ({ all, focus }) => all[focus] ?? all[0];

/** The numbers that a map has, the one that is shown first. @param {Looked} looked @param {Shown} one */
function ownNumbers(looked, one) {
  const own = looked.given.numbers.filter(({ name }) => one.run().sweep.numbers.includes(name));
  return own.sort((a, b) => Number(b.name === looked.choice.value) - Number(a.name === looked.choice.value));
}

/** The numbers that one of them has; those of both first. @param {Looked} looked */
function offered({ given, all }) {
  /** @param {MapNumber} of */
  const count = ({ name }) => all.filter((one) => one.run().sweep.numbers.includes(name)).length;
  /** @param {MapNumber} of */
  const place = ({ name }) => [...all[0].run().sweep.numbers, name].indexOf(name);
  return given.numbers.filter((of) => count(of)).sort((a, b) => count(b) - count(a) || place(a) - place(b));
}

/** @param {Looked} looked */
const chosen = (looked) => offered(looked).find(({ name }) => name === looked.choice.value) ?? offered(looked)[0];

/** What an address says after "#". @param {Looked} looked */
function write({ choice, at, focus }) {
  const said = new URLSearchParams();
  if (choice.selectedIndex > 0) said.set("number", choice.value);
  if (at) said.set("at", at.join("."));
  if (focus) said.set("of", "B");
  history.replaceState(null, "", `${location.pathname}${location.search}${said.size ? `#${said}` : ""}`);
}

/** @param {Looked} looked */
function read(looked) {
  const said = new URLSearchParams(location.hash.slice(1));
  looked.focus = said.get("of") === "B" && looked.all[1] ? 1 : 0;
  const { shape } = here(looked).grid;
  const places = (said.get("at") ?? "").split(".").map(Number);
  const fits = said.has("at") && places.length === shape.length && places.every((n, axis) => Number.isInteger(n) && n >= 0 && n < shape[axis]);
  looked.at = fits ? places : null;
  looked.choice.replaceChildren(...offered(looked).map(({ name, label }) => new Option(label, name)));
  const wanted = said.get("number");
  if (wanted && offered(looked).some(({ name }) => name === wanted)) looked.choice.value = wanted;
}

/** @param {Looked} looked @param {number} n @param {number[]} next */
function choose(looked, n, next) {
  looked.focus = n;
  looked.at = next;
  write(looked);
  const found = here(looked).grid.point(next);
  if (found) looked.announcer.announceSoon(pointLines(here(looked).run().sweep, found, [chosen(looked)]).join(". "));
  looked.changed();
}

/** The part between two points becomes a map of its own. @param {Looked} looked @param {Shown} of @param {number[]} from @param {number[]} to */
async function zoom({ given }, of, from, to) {
  try {
    given.go([(await beginSweep(zoomed(of.run(), from, to))).id]);
  } catch (cause) {
    given.problem(/** @type {Error} */ (cause));
  }
}

/** @param {Shown} one @param {MapNumber} of */
const told = (one, of) => sentence({ sweep: one.run().sweep, grid: one.grid, of, run: one.run() });

/** Everything in words. @param {Looked} looked @param {MapNumber} of */
function say(looked, of) {
  const { document } = looked.given;
  const run = here(looked).run();
  byId(document, "map-name").textContent = run.name || "Map";
  byId(document, "map-progress").textContent = progress(run, here(looked).secondsLeft());
  byId(document, "map-bar", HTMLProgressElement).value = run.done / run.count;
  byId(document, "map-bar").hidden = run.state === "ended";
  const beside = besideWords(looked.all.map((each) => each.run().sweep));
  const text = [...looked.all.map((each, n) => `${looked.all.length > 1 ? `${"AB"[n]}: ` : ""}${told(each, of)}`), beside].filter(Boolean).join("\n");
  byId(document, "map-sentence").textContent = text;
  if (run.state === "ended" && looked.told !== text) looked.announcer.announceSoon(text);
  looked.told = text;
  putButtons(document, run, looked.at !== null);
  putNaming(document, run);
  for (const behind of allWithin(byId(document, "map-view"), "[data-behind]")) behind.textContent = run.sweep.training ? "training" : "network";
  putTheory(byId(document, "map-theory"), looked.all.flatMap((each) => linesSeen(each.run().sweep, each.run().theory)), looked.all.some((each) => each.run().sweep.seeds > 1));
  if (looked.at) looked.point.show(run.sweep, looked.at, here(looked).grid.point(looked.at), ownNumbers(looked, here(looked)));
  else looked.point.hide();
}

/** @param {Looked} looked */
async function draw(looked) {
  const { given, all, at } = looked;
  const [of, theme] = [chosen(looked), given.theme()];
  if (!here(looked) || !of) return;
  for (const each of all) if (isDone(each.run())) each.grid.complete();
  say(looked, of);
  if (!theme) return;
  const place = byId(given.document, "map-view");
  const scale = scaleFor(of, all, theme);
  const legend = byId(given.document, "map-legend");
  legend.hidden = all[0].run().sweep.axes.length < 2 || !all.some((each) => each.values(of).some((value) => value !== null && value !== undefined));
  putLegend(legend, scale, of);
  for (const [n, each] of all.entries()) {
    const figure = within(place, `.map-picture:nth-of-type(${n + 1})`);
    const width = Math.floor(within(figure, ".map-over").clientWidth);
    const { sweep } = each.run();
    await each.draw({ of, scale, theme, width, at: n === looked.focus ? at : null });
    const levels = levelsSeen({ sweep, theory: [], grid: each.grid, name: of.name, label: of.label, scale, theme, width, at });
    within(figure, ".map-levels").textContent = caption({ sweep, grid: each.grid, of, levels: levels.map(scale.say) });
    within(figure, ".unseen").textContent = summary({ sweep, of, text: told(each, of) });
  }
  place.dataset.drawn = String(all.reduce((sum, each) => sum + each.grid.count(), 0));
}

/** What may stand beside it. @param {Looked} looked */
async function offerOthers({ given, all }) {
  const own = all.map(({ id }) => id);
  const axes = all[0].run().sweep.axes.length;
  const others = (await given.kept()).filter(({ id, sweep }) => id !== own[0] && sweep.axes.length === axes);
  const beside = byId(given.document, "map-beside", HTMLSelectElement);
  beside.replaceChildren(new Option("nothing", ""), ...others.map(({ id, name, created }) => new Option(titleOf({ name, created }), id)));
  beside.value = own[1] ?? "";
}

/** @param {Given} given @returns {Looked} */
function begun(given) {
  const { document } = given;
  let due = 0;
  /** @type {Looked} */
  const looked = {
    given,
    all: [],
    focus: 0,
    at: null,
    choice: byId(document, "map-number", HTMLSelectElement),
    tooltip: createTooltip(byId(document, "tooltip")),
    point: createPoint(byId(document, "map-point")),
    announcer: createAnnouncer(byId(document, "announcer")),
    told: "",
    changed() {
      due ||= requestAnimationFrame(() => {
        due = 0;
        if (looked.all.length) void draw(looked);
      });
    },
  };
  return looked;
}

/** One of the maps with what pointing into it does. @param {Looked} looked @param {Shown} one @param {number} n */
function framed(looked, one, n) {
  const { tooltip } = looked;
  return frameOf(one, n, looked.all.length > 1, {
    at: () => looked.at,
    numbers: () => ownNumbers(looked, one),
    tell: (lines, event) => (lines && event ? tooltip.show(lines, event) : tooltip.hide()),
    choose: (next) => choose(looked, n, next),
    open: looked.point.open,
    zoom: (from, to) => void zoom(looked, one, from, to),
  });
}

/** @param {Looked} looked */
function listen(looked) {
  const { document, theme, problem, go } = looked.given;
  listenTools({
    document,
    theme,
    problem,
    go,
    here: () => here(looked),
    all: () => looked.all,
    at: () => looked.at,
    number: () => chosen(looked),
    changed: looked.changed,
    renumbered() {
      write(looked);
      looked.changed();
    },
    zoom: (from, to) => void zoom(looked, here(looked), from, to),
    leave() {
      looked.at = null;
      write(looked);
      looked.changed();
    },
  });
}

/** @param {Given} given */
export function createView(given) {
  const { document } = given;
  const looked = begun(given);
  listen(looked);

  function close() {
    for (const one of looked.all) one.close();
    looked.all = [];
    looked.point.hide();
    byId(document, "map-view").hidden = true;
  }

  return {
    changed: looked.changed,
    close,
    /** @param {string[]} ids   one, or two */
    async open(ids) {
      close();
      const on = { changed: looked.changed, lost: () => undefined, gone: () => given.problem(new Error("This map has been deleted.")) };
      looked.all = await Promise.all(ids.map((id) => openShown(id, on)));
      read(looked);
      byId(document, "map-view").hidden = false;
      byId(document, "map-figures").replaceChildren(...looked.all.map((one, n) => framed(looked, one, n)));
      for (const format of /** @type {const} */ (["csv", "npz"])) byId(document, `map-${format}`, HTMLAnchorElement).href = numbersAt(looked.all[0].run(), format);
      document.title = `${looked.all[0].run().name || "Map"} · Unrolled`;
      await offerOthers(looked);
      looked.changed();
    },
    /** What was asked for, to be changed. */
    sweep: () => looked.all[0]?.run() ?? null,
  };
}
