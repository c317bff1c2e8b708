/** Compare: the current experiment is kept as A, and every change from then on makes B. */

import { flowClient } from "./api.js";
import { createOther } from "./comparing/other.js";
import { putComparing, putDifference, putNames, putProblem } from "./comparing/panel.js";
import { keptAsA, selectedInA, settingsOfA, swapped } from "./comparing/settings.js";
import { captionsOf, keysOf, linesOf, summariesOf } from "./comparing/words.js";
import { differenceSentence } from "./difference.js";
import { toRequest } from "./experiment.js";
import { byId } from "./page.js";
import { fitsPreset } from "./properties.js";

/** @import { Flow, Reading, Request, Settings, Spot } from "./types.js" */

/**
 * @typedef {object} Context
 * @property {import("./state.js").Store} store
 * @property {string} base   of the API
 * @property {(settings: Settings) => Request} request
 * @property {(key: string) => Flow | null} known   the flow that is drawn, if its request has this key
 * @property {(busy: boolean) => void} busy
 * @property {() => void} changed   A is another one
 * @property {(text: string) => void} announce
 *
 * @typedef {ReturnType<typeof createComparison>} Comparison
 */

/**
 * @param {Document} document
 * @param {Context} context
 */
export function createComparison(document, context) {
  const { store } = context;
  const other = createOther();
  const a = () => other.reading();
  const request = () => context.request(settingsOfA(store.get().compare ?? ""));

  const client = flowClient(context.base, {
    flow(flow, asked) {
      if (other.wants(asked)) take(flow);
    },
    problem(problem) {
      if (!other.isWanted() || store.giveWay(problem, "inA")) return;
      putProblem(document, problem);
      if (!a()) putDifference(document, "");
    },
    busy: context.busy,
  });

  /** @param {Flow} flow */
  function take(flow) {
    other.take(flow);
    show();
  }

  function show() {
    putProblem(document, null);
    byId(document, "figure-compared").hidden = !a();
    context.changed();
  }

  /** Ask for A, or take it from what is there already. */
  function ask() {
    if (!a()) putDifference(document, "Asking for A …");
    const asked = request();
    const flow = context.known(other.want(asked));
    if (flow) take(flow);
    else client.send(asked);
  }

  listenCompare(document, context, ask);
  return {
    reading: a,
    isCurrent: other.isCurrent,
    before: other.before,

    /** Follow the settings: begin, go on with another A, or stop. */
    sync() {
      const { compare } = store.get();
      putComparing(document, compare !== null);
      if (compare === null) other.stop() && show();
      else if (!other.wants(toRequest(settingsOfA(compare)))) ask();
    },

    /** A's diagram has come near steps that its answer does not hold: ask for those. */
    askBeyond() {
      const asked = a() && request();
      if (asked && other.wantsBeyond(asked)) client.send(asked);
    },

    /** The example that A is, or "". */
    preset() {
      const { compare } = store.get();
      const settings = compare === null ? null : settingsOfA(compare);
      return settings && fitsPreset(settings) ? settings.preset : "";
    },

    ...saidOf(document, a),
  };
}

/**
 * What is said of A and B, where there is an A.
 * @param {Document} document @param {() => Reading | null} a
 */
function saidOf(document, a) {
  /**
   * @template T, U
   * @param {(a: Reading) => T} of @param {U} otherwise
   */
  const both = (of, otherwise) => {
    const one = a();
    return one ? of(one) : otherwise;
  };
  return {
    /** @param {Reading} b */
    put: (b) => both((one) => putNames(document, one, b), undefined),
    /** What is announced while comparing, or "". @param {Reading} b */
    sentence: (b) => both((one) => differenceSentence(one, b), ""),
    /** @param {Reading} b */
    summaries: (b) => both((one) => summariesOf(one, b), {}),
    /** @param {Reading} b */
    keys: (b) => both((one) => keysOf(one, b), {}),
    /** @param {Reading} b */
    captions: (b) => captionsOf(a(), b),
    /** @param {Spot} spot @param {Reading} b */
    lines: (spot, b) => linesOf(spot, a(), b),
  };
}

/**
 * The buttons of comparing.
 * @param {Document} document @param {Context} context @param {() => void} retry
 */
function listenCompare(document, { store, announce }, retry) {
  /** @param {string} id @param {() => void} act */
  const on = (id, act) => byId(document, id).addEventListener("click", act);
  function stop() {
    const { select } = store.get();
    store.set({ compare: null, select: selectedInA(select) ? "" : select });
    announce("Stopped comparing.");
  }
  on("compare-button", () => {
    if (store.get().compare !== null) stop();
    else store.set({ compare: keptAsA(store.get()) });
  });
  on("compare-stop", () => {
    stop();
    byId(document, "compare-button").focus();
  });
  on("compare-swap", () => store.replaceAll(swapped(store.get())));
  on("compare-retry", retry);
}
