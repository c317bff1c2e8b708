/** The runs on the page as they are now: how far they are, their pictures, what happened, one update. */

import { counted } from "../live/alarms.js";
import { byId } from "../page.js";
import { createTransport } from "../transport.js";
import { isGated } from "../vocabulary.js";
import { newestOf, putHappened } from "./happened.js";
import { LETTERS } from "./looking.js";
import { namesOf } from "./names.js";
import { isUnfinished } from "./panel.js";
import { written } from "./words.js";

/** @import { Theme } from "../types.js" */
/** @import { Looking } from "./looking.js" */
/** @import { Shown } from "./moment.js" */
/** @import { Source } from "./sources.js" */

/**
 * @typedef {object} State   what is on the page
 * @property {Source[]} sources
 * @property {Looking | null} looking
 * @property {{of: (update: number) => {sequence: number, flow: any} | null, close: () => void}[]} wholes
 *   flows of each run, by the update
 * @property {import("../transport.js").Transport | null} transport
 * @property {boolean} byHand   whether a hand moves the transport, and not what came
 * @property {Shown | null} shown   of the update that is looked at
 * @property {Lively | null} lively
 *
 * @typedef {object} Lively   of a run that goes on, the newest update that has been computed again
 * @property {number} run
 * @property {number} asked   the update that is on its way, or was
 * @property {number} at   when that was asked for
 * @property {number} update   of the flow
 * @property {any} flow   null: none has come
 *
 * @typedef {object} Parts   what draws
 * @property {ReturnType<typeof import("./over.js").createOver>} over
 * @property {ReturnType<typeof import("./moment.js").createMoment>} moment
 * @property {ReturnType<typeof import("./diagram.js").createDiagram>} diagram
 * @property {ReturnType<typeof import("./layering.js").createLayering>} layering
 * @property {ReturnType<typeof import("./panel.js").createPanel>} panel
 * @property {ReturnType<typeof import("./about.js").createAbout>} about
 * @property {ReturnType<typeof import("../announcer.js").createAnnouncer>} announcer
 */

/** The pictures that each run has of its own. */
const OWN = ["size", "heat"];

/** What moved by itself is no wish. @param {State} state @param {() => void} move */
function byItself(state, move) {
  state.byHand = false;
  move();
  state.byHand = true;
}

/** @param {State} state @param {Looking} looking @param {() => void} moved */
function putTransport(state, looking, moved) {
  state.transport ??= createTransport(byId(document, "transport"), {
    length: looking.length(),
    start: looking.place(),
    label: "Update that is looked at",
    speeds: [10, 30, 100, 300, 1000],
    say: (place) => `update ${counted(looking.longest().history.update(place) ?? 0)}`,
    onChange(place) {
      if (!state.byHand) return;
      looking.look(place);
      moved();
    },
  });
  const { transport } = state;
  byItself(state, () => {
    transport.setLength(looking.length());
    transport.set(looking.place());
  });
}

/** @param {Source[]} sources */
const namesIn = (sources) => namesOf(sources.map(({ run }) => run));

/** @param {Source[]} sources @param {Looking} looking @param {Parts} parts @param {Theme | null} theme @param {number | null} room */
function putOver(sources, looking, { over }, theme, room) {
  namesIn(sources).forEach((name, n) => {
    for (const picture of OWN) over.caption(`${picture}-${n}`).textContent = sources.length > 1 ? `${LETTERS[n]}: ${name}` : "";
  });
  byId(document, "key-runs").hidden = sources.length < 2;
  const gated = sources.some(({ run }) => run.training && isGated(run.training.plan.cell));
  byId(document, "note-radius").textContent = gated ? "beside 1; in a gated cell of the candidate’s block, where 1 promises nothing" : "beside 1";
  if (!theme) return;
  over.draw(looking, {
    planned: Math.max(0, ...sources.map(({ run }) => run.training?.updates ?? 0)),
    over: !sources.some((source) => isUnfinished(source) && source.run.state !== "ended"),
    theme,
    baselines: sources.map(({ run }) => run.training?.baseline ?? null),
    room,
    changes: sources.map(({ run }) => (run.training?.changes ?? []).map((/** @type {any} */ one) => one.update + 0.5)),
  });
  over.describe(looking);
  byId(document, "train").dataset.drawn = String(looking.longest().history.last());
}

/** @param {Source[]} sources @param {Parts} parts @param {(update: number, run: number) => void} go */
function putEvents(sources, { announcer }, go) {
  const all = putHappened(byId(document, "happened"), sources, go);
  byId(document, "none-happened").hidden = all.length > 0;
  byId(document, "happened-of").hidden = all.length === 0;
  byId(document, "happened-run").hidden = sources.length < 2;
  const newest = newestOf(all);
  const said = newest ? `${sources.length > 1 ? `${LETTERS[newest.run]}: ` : ""}${written(newest.mark.text)}` : "";
  const place = byId(document, "newest");
  if (place.textContent === said) return;
  place.textContent = said;
  if (said) announcer.announceSoon(said);
}

/** While a run goes on, an update of it is computed again so often at most, in milliseconds apart. */
const LIVELY_MS = 1000;

/** Whether the newest update of a run that goes on is looked at. @param {State} state */
export function isLively({ looking, sources }) {
  return Boolean(looking?.follows() && sources[looking.focus()]?.run.state === "running");
}

/** @param {State} state @param {number} n @param {number} newest @returns {Lively} */
function livelyOf(state, n, newest) {
  const now = performance.now();
  const known = state.lively?.run === n ? state.lively : null;
  const lively = known ?? { run: n, asked: newest, at: now, update: 0, flow: null };
  state.lively = lively;
  const came = state.wholes[n].of(lively.asked);
  if (!came) return lively;
  if (came.flow) Object.assign(lively, { update: lively.asked, flow: came.flow });
  if (now - lively.at > LIVELY_MS) Object.assign(lively, { asked: newest, at: now });
  return lively;
}

/** @param {State} state @param {Looking} looking @param {Parts} parts @param {Theme | null} theme */
function putMoment(state, looking, { moment, diagram }, theme) {
  const { sources, wholes } = state;
  const n = looking.focus();
  const row = looking.row(n);
  const update = row < 0 ? 0 : sources[n].history.update(row);
  const lively = row >= 0 && isLively(state) ? livelyOf(state, n, update) : null;
  const flow = row < 0 ? null : lively ? lively.flow : (wholes[n].of(update)?.flow ?? null);
  const names = namesIn(sources).map((name, k) => `${LETTERS[k]}: ${name}`);
  state.shown = moment.put(looking, flow, theme, names, lively?.update ?? null);
  if (!state.shown?.whole || !theme) return;
  diagram.put(state.shown.reading, looking.selected(), theme);
  diagram.inspect(state.shown.reading, looking.selected());
  if (!lively) byId(document, "moment").dataset.replayed = `${n} ${update}`;
}

/**
 * @param {State} state @param {Parts} parts
 * @param {{theme: () => Theme | null, room: () => number | null}} page   theme: null: nothing can be
 *   drawn yet; room: of the pictures over updates, null: as ever
 */
export function createShowing(state, parts, { theme, room }) {
  /** Only what is looked at is another: the pictures over updates stay. */
  function moved() {
    const { looking, transport } = state;
    if (!looking) return;
    const fragment = looking.fragment();
    history.replaceState(history.state, "", `${location.pathname}${location.search}${fragment ? `#${fragment}` : ""}`);
    parts.over.cursor(looking);
    byItself(state, () => transport?.set(looking.place()));
    putMoment(state, looking, parts, theme());
  }

  return {
    moved,
    put() {
      const { sources, looking } = state;
      if (!looking) return;
      byId(document, "runs-shown").hidden = false;
      parts.panel.put(sources, namesIn(sources));
      parts.about.put(sources);
      const any = looking.length() > 0;
      byId(document, "waiting").hidden = any;
      byId(document, "pictures").hidden = !any;
      putEvents(sources, parts, (update, run) => {
        looking.choose(run);
        looking.goTo(update);
        moved();
      });
      if (!any) return;
      putTransport(state, looking, moved);
      parts.layering.put(looking);
      putOver(sources, looking, parts, theme(), room());
      putMoment(state, looking, parts, theme());
    },
  };
}
