/** Weights and inputs as numbers: tables that can be typed over where they are small, else heat maps. */

import { batchOf, lossInForce, stepsOf, usesLabel } from "../experiment.js";
import { listenWidth } from "../page.js";
import { cellOf } from "../vocabulary.js";
import { createAsking } from "./asking.js";
import { createChanges, createOrigins } from "./change.js";
import { createFrame } from "./frame.js";
import { sequenceParts, weightGroups } from "./parts.js";
import { sectionsOf, structureOf } from "./sections.js";

/** @import { Settings } from "../types.js" */
/** @import { Held } from "./asking.js" */
/** @import { Numbers } from "./parts.js" */
/** @import { Shown } from "./sections.js" */

/** @param {Settings} settings @param {Numbers} numbers @param {number} sample */
function partsOf(settings, numbers, sample) {
  const label = usesLabel(settings);
  const groups = weightGroups(numbers.weights ?? {}, cellOf(settings.cell), settings.hidden);
  const sequence = sequenceParts(numbers, {
    sample,
    loss: lossInForce(settings),
    steps: stepsOf(settings),
    outputs: label ? settings.labels : settings.outputs,
    label,
  });
  return { groups, sequence, every: [...groups.flatMap(({ parts }) => parts), ...sequence] };
}

/**
 * What the frame's buttons do.
 * @param {import("../editing.js").Page} page
 * @param {(given: object | null) => any} origin   what numbers were in a file; null: in none
 * @param {(patch: Partial<Settings>) => void} back   to what is drawn, or a file's
 * @param {(sample: number) => void} sample
 */
function buttonsOf({ document, store }, origin, back, sample) {
  return {
    weightsBack: () => back({ weights: origin(store.get().weights) }),
    sequenceBack() {
      const data = origin(store.get().data);
      back(data ? { data } : { source: "random", data: null });
    },
    close() {
      store.set({ numbers: "" });
      document.getElementById("numbers-button")?.focus();
    },
    sample,
  };
}

/**
 * @param {HTMLElement} place
 * @param {import("../editing.js").Page} page
 */
export function createPanel(place, page) {
  const { store, base, theme } = page;
  const state = { sample: 0, structure: "", all: /** @type {Shown[]} */ ([]) };
  const origins = createOrigins();
  const frame = createFrame(place, buttonsOf(page, origins.origin, back, choose));
  const asking = createAsking(base, Number(place.dataset.most), (problem) => {
    frame.came(problem);
    if (problem) return;
    show();
    changes.settle();
  });
  const changes = createChanges(store, asking, origins);
  const on = { change: changes.change, say: frame.say, theme };

  /** The button that is pressed goes away. @param {Partial<Settings>} patch */
  function back(patch) {
    changes.forget();
    store.set(patch);
    frame.close.focus();
  }

  /** @param {number} sample */
  function choose(sample) {
    state.sample = sample;
    show();
  }

  function show() {
    const held = asking.held();
    if (held && asking.isFresh(store.get())) put(store.get(), held);
  }

  /** @param {Settings} settings @param {Held} held */
  function put(settings, held) {
    state.sample = Math.min(state.sample, batchOf(settings) - 1);
    const { groups, sequence, every } = partsOf(settings, held.numbers, state.sample);
    const now = every.map(structureOf).join("\n") + held.without.join() + state.sample;
    if (now === state.structure) state.all.forEach((one, n) => one.show(every[n]));
    else {
      const { boxes, all } = sectionsOf(settings, held, groups, sequence, on);
      state.all = all;
      frame.body.replaceChildren(...boxes);
      redraw();
    }
    state.structure = now;
    frame.show(settings, every, state.sample, origins.origin);
  }

  const redraw = () => state.all.forEach(({ draw }) => draw?.());
  listenWidth(place, redraw);
  new MutationObserver(redraw).observe(page.document.documentElement, { attributeFilter: ["data-theme"] });

  return {
    /** @param {boolean} [during] */
    update(during = false) {
      if (store.get().numbers === "") return asking.stop();
      frame.wait(!asking.isFresh(store.get()));
      asking.want(store.get(), during);
    },
  };
}
