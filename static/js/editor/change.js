/** What a change of numbers sets, and the changes that wait for the numbers that they are of. */

import { withEdits } from "./entries.js";

/** @import { Settings } from "../types.js" */
/** @import { Edit } from "./cells.js" */
/** @import { Numbers, Part } from "./parts.js" */

/**
 * What a change of numbers sets.
 * @param {Settings} settings @param {Numbers} numbers @param {Part} part @param {Edit[]} edits
 * @returns {Partial<Settings>}
 */
export function patchOf(settings, numbers, { kind, name }, edits) {
  if (kind === "weights") {
    const { kind: _, ...drawn } = numbers.weights ?? {};
    const weights = settings.weights ?? drawn;
    return { weights: { ...weights, [name]: withEdits(weights[name], edits) } };
  }
  const { kind: _, ...said } = numbers.sequence ?? {};
  const given = settings.source === "explicit" && settings.data ? settings.data : said;
  const data = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  return { source: "explicit", data: { ...data, [name]: withEdits(data[name], edits) } };
}

/**
 * @param {import("../state.js").Store} store
 * @param {ReturnType<typeof import("./asking.js").createAsking>} asking
 */
export function createChanges(store, asking) {
  const state = { waiting: /** @type {{part: Part, edits: Edit[]}[]} */ ([]) };

  /** @param {Part} part @param {Edit[]} edits */
  function change(part, edits) {
    const settings = store.get();
    const held = asking.held();
    const own = part.kind === "weights" ? settings.weights : settings.source === "explicit" && settings.data;
    if (!held || !(own || asking.isFresh(settings))) state.waiting.push({ part, edits });
    else store.set(patchOf(settings, held.numbers, part, edits));
  }

  return {
    change,

    /** The numbers have come: what waits is set, or waits again. */
    settle() {
      const kept = state.waiting;
      state.waiting = [];
      for (const { part, edits } of kept) change(part, edits);
    },

    forget() {
      state.waiting = [];
    },
  };
}
