/** Which pictures the lecture has, and which of them is shown. */

import { leftWords, readLink } from "../../link.js";
import { byId } from "../../page.js";
import { readStory } from "../../storyline.js";

/** @import { Page } from "../../presenting.js" */
/** @import { Act } from "../../storyline.js" */

/** @param {Page} page */
export function createActs({ document, store, announce }) {
  /** @type {Act[]} */
  const builtIn = JSON.parse(byId(document, "acts").textContent ?? "[]");
  const state = { left: "" };

  const all = () => {
    const own = readStory(String(store.get().story)) ?? [];
    return own.length ? own : builtIn;
  };

  return {
    all,

    /** From 1; 0 where none is shown. */
    current: () => Math.min(Number(store.get().act ?? 0), all().length),

    /** What the picture's link says in vain, in a line. */
    left: () => state.left || store.leftOut(),

    /** @param {number} n   from 1 */
    show(n) {
      const act = all()[n - 1];
      if (!act) return;
      const { story } = store.get();
      const link = readLink(act.link);
      state.left = leftWords(link.left);
      store.replaceAll({ ...link.settings, story, act: n });
      announce(`Picture ${n} of ${all().length}. ${act.caption}`);
    },

    /** Nothing has been shown yet. */
    begin() {
      state.left = "";
    },
  };
}

/** @typedef {ReturnType<typeof createActs>} Acts */
