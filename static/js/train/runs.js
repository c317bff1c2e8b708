/** One run or two, opened and shown: what comes is drawn once a frame. */

import { createAnnouncer } from "../announcer.js";
import { createWhole } from "../live/whole.js";
import { allWithin, byId, zoomOf } from "../page.js";
import { createAbout } from "./about.js";
import { createActing } from "./acting.js";
import { API } from "./address.js";
import { createDiagram, hiddenUnder } from "./diagram.js";
import { createLayering } from "./layering.js";
import { createLooking } from "./looking.js";
import { createMoment } from "./moment.js";
import { createOver } from "./over.js";
import { createPanel } from "./panel.js";
import { listenSaving } from "./saving.js";
import { createShowing, isLively } from "./showing.js";
import { openRun } from "./sources.js";
import { opened as openedOf } from "./together.js";

/** @import { Theme } from "../types.js" */
/** @import { State } from "./showing.js" */
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
 * @property {() => number | null} room   of the pictures over updates; null: as ever
 */

/** Soon, and once for however much has come. @param {() => void} work */
function createSoon(work) {
  let timer = 0;
  let free = 0;
  return () => {
    if (timer) return;
    timer = setTimeout(() => {
      timer = 0;
      requestAnimationFrame(() => {
        const began = performance.now();
        work();
        free = began + Math.max(APART_MS, 2 * (performance.now() - began));
      });
    }, Math.max(0, free - performance.now()));
  };
}

/**
 * Flows of a run, by the update; of one that cannot be computed null, which is not asked for again and again.
 * @param {Source} source @param {{came: () => void, problem: (cause: Error) => void}} on
 */
function wholeOf(source, { came, problem }) {
  /** @param {number} sequence @param {AbortSignal} signal */
  const whole = async (sequence, signal) => {
    try {
      return { sequence, flow: await source.whole(sequence, signal) };
    } catch (cause) {
      if (signal.aborted) throw cause;
      problem(/** @type {Error} */ (cause));
      return { sequence, flow: null };
    }
  };
  return createWhole({ whole }, { came, failed: problem });
}

/** What was not there from the first. */
let missing = "";

/** Whether the service answers, and what was deleted, in words. @param {string} text   "": nothing */
function sayLost(text) {
  const said = [missing, text].filter(Boolean).join(" ");
  byId(document, "lost").hidden = said === "";
  byId(document, "lost").textContent = said;
}

/** @param {State} state */
function close(state) {
  for (const one of [...state.sources, ...state.wholes]) one.close();
  state.transport?.close();
  Object.assign(state, { sources: [], wholes: [], transport: null, looking: null, shown: null, lively: null });
  byId(document, "runs-shown").hidden = true;
  missing = "";
  sayLost("");
}

/**
 * What draws, and what a hand does on it.
 * @param {State} state @param {Page} page @param {() => void} changed
 */
function createParts(state, page, changed) {
  const { document } = page;
  /** @param {(looking: import("./looking.js").Looking) => void} move */
  const look = (move) => {
    if (state.looking) move(state.looking);
    showing.moved();
  };
  const acting = createActing(state, { changed, problem: page.problem, go: page.go, refuse: (text, faults) => parts.panel.refuse(text, faults) });
  /** @type {import("./showing.js").Parts} */
  const parts = {
    over: createOver(document, {
      look: (update, step, run) =>
        look((looking) => {
          looking.choose(run);
          looking.goTo(update);
          if (step !== null) looking.select(looking.hiddenAt(run, step));
        }),
    }),
    moment: createMoment(document, { choose: (run) => look((looking) => looking.choose(run)) }),
    diagram: createDiagram(document, { select: (id) => look((looking) => looking.select(id)) }),
    layering: createLayering(document, {
      choose(layer) {
        state.looking?.chooseLayer(layer);
        showing.moved();
        changed();
      },
    }),
    panel: createPanel(document, { ...acting, sources: () => state.sources }),
    about: createAbout(document, { change: (n, said) => void acting.patch([n], said), remove: acting.remove }),
    announcer: createAnnouncer(byId(document, "announcer")),
  };
  for (const plot of allWithin(byId(document, "moment"), "[data-moment=profile], [data-moment=map]"))
    plot.addEventListener("click", (event) => {
      const { shown } = state;
      if (shown) look((looking) => looking.select(hiddenUnder(shown.reading, plot, (event.clientX - plot.getBoundingClientRect().left) / zoomOf(plot))));
    });
  const showing = createShowing(state, parts, page);
  listenSaving(document, { looking: () => state.looking, theme: page.theme, over: parts.over.figure });
  return showing;
}

/** @param {Page} page */
export function createRuns(page) {
  /** @type {State} */
  const state = { sources: [], looking: null, wholes: [], transport: null, byHand: true, shown: null, lively: null };
  let opened = 0;
  const changed = createSoon(() => {
    showing.put();
    if (state.looking) page.ready();
  });
  const showing = createParts(state, page, changed);

  return {
    /** @param {string[]} ids @param {(id: string, on: import("./sources.js").On) => Promise<Source>} [open] */
    async open(ids, open = (id, on) => openRun(API, id, on)) {
      close(state);
      opened += 1;
      const own = opened;
      const on = {
        changed,
        lost: (/** @type {boolean} */ is) => sayLost(is ? "The server does not answer for now; what is new comes when it does." : ""),
        gone: () => sayLost("A run has been deleted on the server; what had come stays here."),
      };
      const found = await openedOf(ids, (id) => open(id, on));
      const { sources } = found;
      if (own !== opened) return sources.forEach((one) => one.close());
      missing = found.missing;
      sayLost("");
      const came = () => (isLively(state) ? changed() : showing.moved());
      // While a run goes on, the next one is asked for anyway.
      const problem = (/** @type {Error} */ cause) => (isLively(state) ? undefined : page.problem(cause));
      state.wholes = sources.map((one) => wholeOf(one, { came, problem }));
      state.sources = sources;
      state.looking = createLooking(sources);
      state.looking.read(location.hash);
      page.document.title = `${sources.map(({ run }) => run.name).join(" | ")} · Train · Unrolled`;
      showing.put();
      page.ready();
    },
    close() {
      opened += 1;
      close(state);
    },
    changed,
    /** The address says another update. */
    read() {
      state.looking?.read(location.hash);
      changed();
    },
    /** Of an event: its update is looked at. @param {number} update */
    goTo(update) {
      state.looking?.goTo(update);
      showing.moved();
    },
    at: () => state.looking?.update() ?? 0,
    marks: () => state.sources.flatMap(({ marks }) => marks),
    /** The plan of the first run, to set another one up. */
    plan: () => state.sources.find(({ trained }) => trained)?.run.training.plan ?? null,
  };
}
