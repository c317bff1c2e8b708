/** What a change of numbers sets, what it was before, and the changes that wait for the numbers that they are of. */

import { withEdits } from "./entries.js";

/** @import { Settings } from "../types.js" */
/** @import { Edit } from "./cells.js" */
/** @import { Numbers, Part } from "./parts.js" */

/** Whether weights or a sequence are the name of something that the service keeps, and no numbers. @param {any} given */
export const isKept = (given) => ["network", "stored", "run"].includes(given?.kind);

/** The numbers that are set; null: they are drawn, or kept. @param {Settings} settings @param {Part["kind"]} kind */
function ownOf({ weights, source, data }, kind) {
  const given = kind === "weights" ? weights : source === "explicit" ? data : null;
  return isKept(given) ? null : given;
}

/** @param {Object<string, any> | null} said */
function plain(said) {
  return Object.fromEntries(Object.entries(said ?? {}).filter(([name, value]) => name !== "kind" && value !== null));
}

/**
 * What a change of numbers sets: of those that are set, else of those of the answer.
 * @param {Settings} settings @param {Numbers} numbers @param {Part} part @param {Edit[]} edits
 * @returns {Partial<Settings>}
 */
export function patchOf(settings, numbers, { kind, name }, edits) {
  const own = ownOf(settings, kind);
  if (kind === "weights") {
    const weights = own ?? plain(numbers.weights);
    return { weights: { ...weights, [name]: withEdits(weights[name], edits) } };
  }
  const data = plain(own ?? numbers.sequence);
  return { source: "explicit", data: { ...data, [name]: withEdits(data[name], edits) } };
}

/** Which of a file's weights and sequence the numbers are that were typed over. */
export function createOrigins() {
  /** Numbers as JSON, since the browser's history makes other objects of them → what is kept. @type {Map<string, any>} */
  const origins = new Map();

  /** What is kept and was changed into these; null: nothing, or nothing is changed. @param {object | null} given */
  function origin(given) {
    return given && !isKept(given) ? (origins.get(JSON.stringify(given)) ?? null) : null;
  }

  return {
    origin,

    /** @param {Settings} settings @param {Partial<Settings>} patch   what a change of them sets */
    learn(settings, patch) {
      for (const name of /** @type {("weights" | "data")[]} */ (["weights", "data"])) {
        const before = settings[name];
        const kept = isKept(before) ? before : origin(before);
        if (kept && patch[name]) origins.set(JSON.stringify(patch[name]), kept);
      }
    },
  };
}

/**
 * @param {import("../state.js").Store} store
 * @param {ReturnType<typeof import("./asking.js").createAsking>} asking
 * @param {ReturnType<typeof createOrigins>} origins
 */
export function createChanges(store, asking, origins) {
  const state = { waiting: /** @type {{part: Part, edits: Edit[]}[]} */ ([]) };

  /** @param {Part} part @param {Edit[]} edits */
  function change(part, edits) {
    const settings = store.get();
    const held = asking.held();
    if (!held || !(ownOf(settings, part.kind) || asking.isFresh(settings))) {
      state.waiting.push({ part, edits });
      return;
    }
    const patch = patchOf(settings, held.numbers, part, edits);
    origins.learn(settings, patch);
    store.set(patch);
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
