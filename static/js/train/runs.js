/** One run or two, shown and worked on: what comes is drawn once a frame, what is asked goes to the service. */

import { deleteRun } from "../api.js";
import { createAnnouncer } from "../announcer.js";
import { createWhole } from "../live/whole.js";
import { allWithin, byId } from "../page.js";
import { createTransport } from "../transport.js";
import { counted } from "../live/alarms.js";
import { createAbout } from "./about.js";
import { API, addressOf } from "./address.js";
import { createDiagram, hiddenUnder } from "./diagram.js";
import { putHappened } from "./happened.js";
import { LETTERS, createLooking } from "./looking.js";
import { createMoment } from "./moment.js";
import { namesOf } from "./names.js";
import { createOver } from "./over.js";
import { createPanel, isUnfinished } from "./panel.js";
import { beginRun, changeRun } from "./requests.js";
import { openRun } from "./sources.js";

/** @import { Theme } from "../types.js" */
/** @import { Looking } from "./looking.js" */
/** @import { Source } from "./sources.js" */

/** Pictures are drawn so often at most, in milliseconds apart; on a slow machine not more than half of the time. */
const APART_MS = 60;

/**
 * @typedef {object} Page
 * @property {Document} document
 * @property {() => Theme | null} theme   null: nothing can be drawn yet
 * @property {(cause: Error | null) => void} problem
 * @property {() => void} ready
 * @property {(ids: string[]) => void} go   to other runs, or to none
 */

/** What each button asks of a run. @type {Map<string, object>} */
const ASKED = new Map([
  ["pause", { state: "paused" }],
  ["resume", { state: "running" }],
  ["advance", { advance: 1 }],
  ["stop", { state: "ended" }],
]);

/** @param {Page} page */
export function createRuns(page) {
  const { document } = page;
  /** @type {Source[]} */
  let sources = [];
  /** @type {Looking | null} */
  let looking = null;
  /** @type {ReturnType<typeof wholeOf>[]} */
  let wholes = [];
  /** @type {import("../transport.js").Transport | null} */
  let transport = null;
  /** @type {import("./moment.js").Shown | null} */
  let shown = null;
  let opened = 0;
  let timer = 0;
  /** When the next drawing may begin. */
  let free = 0;
  /** Whether a hand moves the transport, and not what came. */
  let byHand = true;
  const announcer = createAnnouncer(byId(document, "announcer"));
  const over = createOver(document, { look: lookAt });
  const moment = createMoment(document, { choose });
  const diagram = createDiagram(document, { select });
  const panel = createPanel(document, { act, pace, change, sources: () => sources });
  const about = createAbout(document, { change: (n, said) => void patch([n], said), remove });

  for (const plot of allWithin(byId(document, "moment"), "[data-moment=profile], [data-moment=map]"))
    plot.addEventListener("click", (event) => {
      if (shown) select(hiddenUnder(shown.reading, plot, event.clientX - plot.getBoundingClientRect().left));
    });

  /** Draw soon, however much has come. */
  function changed() {
    if (timer) return;
    timer = setTimeout(() => {
      timer = 0;
      requestAnimationFrame(put);
    }, Math.max(0, free - performance.now()));
  }

  function put() {
    const began = performance.now();
    if (!looking) return;
    const names = namesOf(sources.map(({ run }) => run));
    byId(document, "runs-shown").hidden = false;
    panel.put(sources, names);
    about.put(sources);
    const any = looking.length() > 0;
    byId(document, "waiting").hidden = any;
    byId(document, "pictures").hidden = !any;
    if (any) {
      putTransport(looking);
      putOver(looking, names);
      putHappenedList();
      putMoment(looking, names);
    }
    page.ready();
    free = began + Math.max(APART_MS, 2 * (performance.now() - began));
  }

  /** @param {Looking} own */
  function putTransport(own) {
    transport ??= createTransport(byId(document, "transport"), {
      length: own.length(),
      start: own.place(),
      label: "Update that is looked at",
      speeds: [10, 30, 100, 300, 1000],
      say: (place) => `update ${counted(looking?.longest().history.update(place) ?? 0)}`,
      onChange(place) {
        if (!byHand) return;
        looking?.look(place);
        moved();
      },
    });
    byHand = false;
    transport.setLength(own.length());
    transport.set(own.place());
    byHand = true;
  }

  /** @param {Looking} own @param {string[]} names */
  function putOver(own, names) {
    names.forEach((name, n) => {
      for (const picture of ["norm", "heat"]) over.caption(`${picture}-${n}`).textContent = sources.length > 1 ? `${LETTERS[n]}: ${name}` : "";
    });
    byId(document, "key-runs").hidden = sources.length < 2;
    const theme = page.theme();
    if (!theme) return;
    over.draw(own, {
      planned: Math.max(0, ...sources.map(({ run }) => run.training?.updates ?? 0)),
      over: !sources.some((source) => isUnfinished(source) && source.run.state !== "ended"),
      theme,
      baselines: sources.map(({ run }) => run.training?.baseline ?? null),
      changes: sources.map(({ run }) => (run.training?.changes ?? []).map((/** @type {any} */ one) => one.update + 0.5)),
    });
    over.describe(own);
    byId(document, "train").dataset.drawn = String(own.longest().history.last());
  }

  function putHappenedList() {
    const all = putHappened(byId(document, "happened"), sources, (update, run) => {
      looking?.choose(run);
      looking?.goTo(update);
      moved();
    });
    byId(document, "none-happened").hidden = all.length > 0;
    byId(document, "happened-of").hidden = all.length === 0;
    byId(document, "happened-run").hidden = sources.length < 2;
    const [newest] = all;
    const said = newest ? `${sources.length > 1 ? `${LETTERS[newest.run]}: ` : ""}${newest.mark.text}` : "";
    const place = byId(document, "newest");
    if (place.textContent !== said) {
      place.textContent = said;
      if (said) announcer.announceSoon(said);
    }
  }

  /** @param {Looking} own @param {string[]} names */
  function putMoment(own, names) {
    const n = own.focus();
    const row = own.row(n);
    const still = !own.follows() || !sources.some((source) => source.run.state === "running");
    const flow = row < 0 || !still ? null : (wholes[n].of(sources[n].history.update(row))?.flow ?? null);
    const theme = page.theme();
    shown = moment.put(own, flow, theme, names.map((name, k) => `${LETTERS[k]}: ${name}`), still);
    if (!shown?.whole || !theme) return;
    diagram.put(shown.reading, own.selected(), theme);
    diagram.inspect(shown.reading, own.selected());
    byId(document, "moment").dataset.replayed = `${n} ${sources[n].history.update(row)}`;
  }

  /** Flows of a run, by the update; of one that cannot be computed null, which is not asked for again and again. @param {Source} source */
  function wholeOf(source) {
    /** @param {number} sequence @param {AbortSignal} signal */
    const whole = async (sequence, signal) => {
      try {
        return { sequence, flow: await source.whole(sequence, signal) };
      } catch (cause) {
        if (signal.aborted) throw cause;
        page.problem(/** @type {Error} */ (cause));
        return { sequence, flow: null };
      }
    };
    return createWhole({ whole }, { came: () => looking && moved(), failed: page.problem });
  }

  /** Only what is looked at is another: the pictures over updates stay. */
  function moved() {
    if (!looking) return;
    const fragment = looking.fragment();
    history.replaceState(history.state, "", `${location.pathname}${location.search}${fragment ? `#${fragment}` : ""}`);
    over.cursor(looking);
    byHand = false;
    transport?.set(looking.place());
    byHand = true;
    putMoment(looking, namesOf(sources.map(({ run }) => run)));
  }

  /** @param {number} update @param {number | null} step @param {number} run */
  function lookAt(update, step, run) {
    if (!looking) return;
    looking.choose(run);
    looking.goTo(update);
    if (step !== null) looking.select(`h_${step}`);
    moved();
  }

  /** @param {number} run */
  function choose(run) {
    looking?.choose(run);
    moved();
  }

  /** @param {string} id */
  function select(id) {
    looking?.select(id);
    moved();
  }

  /** @param {number[]} runs @param {object} said */
  async function patch(runs, said) {
    try {
      for (const n of runs) sources[n].run = await changeRun(API, sources[n].run.id, said);
      page.problem(null);
    } catch (cause) {
      page.problem(/** @type {Error} */ (cause));
    }
    changed();
  }

  /** @param {string} what */
  async function act(what) {
    if (what === "restart") return restart();
    const open = sources.flatMap((source, n) => (isUnfinished(source) ? [n] : []));
    const runs = what === "advance" ? open.filter((n) => sources[n].run.state === "paused") : open;
    await patch(runs, ASKED.get(what) ?? {});
  }

  /** The same plans again: the same numbers. */
  async function restart() {
    try {
      const made = [];
      for (const { run, trained } of sources)
        made.push(trained ? (await beginRun(API, { name: run.name, training: run.training.plan })).id : run.id);
      page.go(made);
    } catch (cause) {
      page.problem(/** @type {Error} */ (cause));
    }
  }

  /** @param {number | null} per   updates a second; null: as fast as it goes */
  function pace(per) {
    void patch(sources.flatMap(({ trained }, n) => (trained ? [n] : [])), { pace: per });
  }

  /** @param {any} said @param {number[]} runs */
  async function change(said, runs) {
    if (!Object.keys(said).length) return panel.refuse("Nothing here differs from what is in force.");
    try {
      for (const n of runs) sources[n].run = await changeRun(API, sources[n].run.id, { change: said });
    } catch (cause) {
      panel.refuse(/** @type {Error} */ (cause).message);
    }
    changed();
  }

  /** @param {number} n */
  async function remove(n) {
    const { run } = sources[n];
    if (!confirm(`Delete the run ${run.name}?`)) return;
    try {
      await deleteRun(API, run.id);
      const left = sources.filter((_, k) => k !== n).map((one) => one.run.id);
      page.go(left);
    } catch (cause) {
      page.problem(/** @type {Error} */ (cause));
    }
  }

  function close() {
    opened += 1;
    for (const one of [...sources, ...wholes]) one.close();
    transport?.close();
    sources = [];
    wholes = [];
    transport = null;
    looking = null;
    shown = null;
    byId(document, "runs-shown").hidden = true;
  }

  return {
    /** @param {string[]} ids */
    async open(ids) {
      close();
      const own = opened;
      const lost = (/** @type {boolean} */ is) => {
        byId(document, "lost").hidden = !is;
        byId(document, "lost").textContent = is ? "The server does not answer for now; what is new comes when it does." : "";
      };
      const gone = () => {
        byId(document, "lost").hidden = false;
        byId(document, "lost").textContent = "A run has been deleted on the server; what had come stays here.";
      };
      const made = await Promise.all(ids.map((id) => openRun(API, id, { changed, lost, gone })));
      if (own !== opened) return made.forEach((one) => one.close());
      sources = made;
      wholes = made.map(wholeOf);
      looking = createLooking(sources);
      looking.read(location.hash);
      document.title = `${made.map(({ run }) => run.name).join(" | ")} · Train · Unrolled`;
      put();
    },
    close,
    changed,
    address: () => addressOf(sources.map(({ run }) => run.id)),
    /** The address says another update. */
    read() {
      looking?.read(location.hash);
      changed();
    },
    running: () => sources.length > 0,
    /** The plan of the first run, to set another one up. */
    plan: () => sources.find(({ trained }) => trained)?.run.training.plan ?? null,
  };
}
