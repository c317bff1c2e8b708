/** Compare: the current experiment is kept as A, and every change from then on makes B. */

import { flowClient } from "./api.js";
import { captions, profileStep, summaries, thing } from "./describe.js";
import { differenceSentence, namesOf } from "./difference.js";
import { keyOf, toRequest } from "./experiment.js";
import { shorten } from "./format.js";
import { lossName } from "./letters.js";
import { fromFragment, sayable } from "./link.js";
import { allWithin, byId, within } from "./page.js";
import { forReaders } from "./problems.js";
import { fitsPreset, toFragment } from "./properties.js";
import { read } from "./reading.js";
import { sameWindow } from "./view.js";
import { clipRuleOf } from "./vocabulary.js";

/** @import { Flow, Reading, Request, Settings, Spot } from "./types.js" */

/** What is selected in A's diagram is written so. */
const IN_A = "A:";
/** What A has none of: the page has one of each. */
const OF_ONE = { compare: null, select: "", story: "", act: null };
const TITLE = "The network, unrolled";

/** The id of what is selected in A's diagram, or "". @param {string} select */
export function selectedInA(select) {
  return select.startsWith(IN_A) ? select.slice(IN_A.length) : "";
}

/** As the setting `select` says it. @param {string} id   of a thing in A's diagram, or "" */
export function selectionInA(id) {
  return id ? IN_A + id : "";
}

/** The settings of A. @param {string} fragment */
export function settingsOfA(fragment) {
  return { ...fromFragment(fragment), ...OF_ONE };
}

/**
 * The settings as A's fragment: without a selection, and without another A inside.
 * @param {Settings} settings
 */
function kept(settings) {
  return toFragment(sayable({ ...settings, ...OF_ONE }));
}

/** Numbers stay on the line of their signs. @param {string} text */
function unbroken(text) {
  return text.replaceAll(/ (?=%|×)|(?<=×) /g, "\u00a0");
}

/** @param {Settings} settings */
function swapped(settings) {
  const { select, compare, story, act } = settings;
  const inA = selectedInA(select);
  return {
    ...settingsOfA(compare ?? ""),
    story,
    act,
    compare: kept(settings),
    select: inA || selectionInA(select),
  };
}

/** @typedef {ReturnType<typeof createComparison>} Comparison */

/**
 * @param {Document} document
 * @param {{store: import("./state.js").Store, base: string,
 *   request: (settings: Settings) => Request, known: (key: string) => Flow | null,
 *   busy: (busy: boolean) => void, changed: () => void, announce: (text: string) => void}} context
 *   known: the flow that is drawn, if its request has this key; changed: A is another one
 */
export function createComparison(document, { store, base, request: requestOf, known, busy, changed, announce }) {
  /** @param {string} id */
  const get = (id) => byId(document, id);
  let wanted = ""; // the key of A's request
  let taken = ""; // the key of the one that is drawn
  /** @type {Request | null} */
  let sent = null;
  /** @type {Reading | null} */
  let a = null;
  /** The flow that was A before, and the request that it answers. */
  let before = { request: "", flow: /** @type {Flow | null} */ (null) };

  const client = flowClient(base, {
    flow(flow, request) {
      if (keyOf(request) === wanted) take(flow);
    },
    problem(problem) {
      if (!wanted || store.giveWay(problem, "inA")) return;
      const why = problem.errors.map(({ pointer, detail }) => `${pointer}: ${detail}`).join("; ");
      putProblem(`A cannot be shown: ${forReaders(why || problem.message)}`);
      if (!a) get("difference").textContent = "";
      get("compare-retry").hidden = problem.status === 422;
    },
    busy,
  });

  /** @param {string} text */
  function putProblem(text) {
    get("compare-problem").hidden = !text;
    get("compare-problem-text").textContent = text;
  }

  /** @param {Flow | null} flow */
  function take(flow) {
    a = flow && read(flow);
    taken = wanted;
    putProblem("");
    get("figure-compared").hidden = !a;
    changed();
  }

  /** Ask for A, or take it from what is there already. */
  function ask() {
    if (!a) get("difference").textContent = "Asking for A …";
    before = { request: wanted, flow: a?.flow ?? null };
    const request = requestOf(settingsOfA(store.get().compare ?? ""));
    wanted = keyOf(request);
    sent = request;
    const flow = known(wanted);
    if (flow) take(flow);
    else client.send(request);
  }

  /** A's diagram has come near steps that its answer does not hold: ask for those. */
  function askBeyond() {
    if (!a) return;
    const request = requestOf(settingsOfA(store.get().compare ?? ""));
    if (keyOf(request) !== wanted || sameWindow(request.window, sent?.window)) return;
    sent = request;
    client.send(request);
  }

  /** Follow the settings: begin, go on with another A, or stop. */
  function sync() {
    const { compare } = store.get();
    const on = compare !== null;
    document.documentElement.toggleAttribute("data-comparing", on);
    get("compare").hidden = !on;
    get("compare-button").setAttribute("aria-pressed", String(on));
    for (const part of allWithin(document, "[data-comparing-only]")) part.hidden = !on;
    if (!on) {
      wanted = "";
      within(get("figure-diagram"), "h2").textContent = TITLE;
      if (a) take(null);
      return;
    }
    if (keyOf(toRequest(settingsOfA(compare))) !== wanted) ask();
  }

  function stop() {
    const { select } = store.get();
    store.set({ compare: null, select: selectedInA(select) ? "" : select });
    announce("Stopped comparing.");
  }

  get("compare-button").addEventListener("click", () => {
    if (store.get().compare !== null) stop();
    else store.set({ compare: kept(store.get()) });
  });
  get("compare-stop").addEventListener("click", () => {
    stop();
    get("compare-button").focus();
  });
  get("compare-swap").addEventListener("click", () => store.replaceAll(swapped(store.get())));
  get("compare-retry").addEventListener("click", ask);

  return {
    sync,
    /** A's flow as read, or null where nothing is compared or it has not come yet. */
    reading: () => a,

    /** Whether that flow is the one of the A that is wanted now. */
    isCurrent: () => a !== null && taken === wanted,

    /**
     * The flow of what was A before, if it answers this request: after a swap that is B.
     * @param {string} key
     */
    before: (key) => (key === before.request ? before.flow : null),

    askBeyond,

    /** Say what A and B are and how they differ. @param {Reading} b */
    put(b) {
      if (!a) return;
      const names = namesOf(a, b);
      get("difference").textContent = unbroken(differenceSentence(a, b));
      get("name-a").textContent = names.a;
      get("name-b").textContent = names.b;
      within(get("figure-compared"), "h2").textContent = names.a;
      within(get("figure-diagram"), "h2").textContent = names.b;
    },

    /** The example that A is, or "". */
    preset() {
      const { compare } = store.get();
      const settings = compare === null ? null : settingsOfA(compare);
      return settings && fitsPreset(settings) ? settings.preset : "";
    },

    /** What is announced while comparing, or "". @param {Reading} b */
    sentence: (b) => (a ? differenceSentence(a, b) : ""),

    /** The summaries that A changes. @param {Reading} b */
    summaries(b) {
      if (!a) return {};
      const [own, other] = [summaries(a), summaries(b)];
      return {
        compared: `A, compared with B. ${own.diagram}`,
        diagram: `B, compared with A. ${other.diagram}`,
        profile: `B: ${other.profile} A, an outline over it: ${own.profile}`,
      };
    },

    /** The profile's key: which is which. @param {Reading} b */
    keys(b) {
      if (!a) return {};
      /** @param {Reading} reading */
      const norm = ({ follow }) => `‖∂${lossName(follow)}/∂H‖`;
      const clipped = '<span><i class="dash"></i>B after clipping</span>';
      const { rule, engaged } = b.flow.clipping;
      const zeros = a.row.slice(0, a.entryStep).includes(null);
      return {
        compared: "<span>kept as it is: the settings change B</span>",
        spectrum: "<span>hollow: A; filled: B</span>",
        profile:
          `<span><i class="bar"></i>B: ${norm(b)}</span>` +
          `<span><i class="outline"></i>A: ${norm(a)}${zeros ? ", crossed where nothing arrives" : ""}</span>` +
          (clipRuleOf(rule).keeps_direction && engaged ? clipped : ""),
      };
    },

    /** One line for a picture that leaves the page. @param {Reading} b */
    captions(b) {
      /** @type {Object<string, string>} */
      const all = captions(b);
      if (!a) return all;
      const names = namesOf(a, b);
      return {
        ...Object.fromEntries(Object.entries(all).map(([name, line]) => [name, `B: ${line}`])),
        compared: `A: ${captions(a).diagram}`,
        profile:
          `‖∂L/∂H‖ at every step; bars B: ${shorten(names.b, 40)}; ` +
          `outline A: ${shorten(names.a, 40)}`,
      };
    },

    /** Lines about a spot that A has to do with, or null. @param {Spot} spot @param {Reading} b */
    lines(spot, b) {
      if (!a) return null;
      if (spot.picture === "compared") {
        const lines = spot.thing ? thing(spot.thing, a) : [];
        return lines
          .filter((line) => !line.startsWith("click"))
          .map((line, n) => (n ? line : `A: ${line}`));
      }
      if (spot.picture !== "profile") return null;
      const lines = [`step ${spot.step}`];
      for (const reading of [b, a]) {
        const name = reading === a ? "A" : "B";
        if (spot.step > reading.steps) lines.push(`${name} ends at step ${reading.steps}`);
        else if (spot.step < 1) continue;
        else {
          const [, size, left = ""] = profileStep(spot.step, reading);
          lines.push(`${name}: ${size}`);
          if (left.includes("what entered")) lines.push(left);
        }
      }
      return lines;
    },
  };
}
