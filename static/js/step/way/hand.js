/** The transport moves along the stops, and the link says where it stands. */

import { createTransport } from "../../transport.js";
import { numberOfSame } from "./route.js";
import { placeName } from "./words.js";

/** The link follows when the hand has rested so long. */
const REST_MS = 250;

/**
 * @param {HTMLElement} place
 * @param {import("../../stepping.js").Page["store"]} store
 * @param {import("./state.js").State} state
 * @param {(animate: boolean) => void} show   the stop that it stands at
 */
export function createHand(place, store, state, show) {
  const transport = createTransport(place, {
    length: 1,
    label: "The way back, step by step",
    say: (number) => placeName(state.route, number),
    onChange(_, { animate, playing }) {
      show(animate);
      if (!playing) link();
    },
    onPlay(playing) {
      if (!playing) link();
    },
  });
  let timer = 0;

  /** The link says where this stands once the hand rests. */
  function link() {
    clearTimeout(timer);
    timer = setTimeout(() => store.set({ step: transport.index() + 1 }, { same: true }), REST_MS);
  }

  return {
    /** The number of the stop. */
    number: transport.index,

    /**
     * Another route is there: stay at the stop of the one before, where it has that too.
     * @param {import("./route.js").Route} route
     * @param {import("../order.js").Stop | undefined} before
     */
    take(route, before) {
      transport.setLength(Math.max(1, route.count.length));
      const same = numberOfSame(route, before);
      if (same !== null) transport.set(same);
      transport.refresh();
    },

    /** Go where the settings say, when they say it anew. @param {number | null} step   from 1 */
    follow(step) {
      if (step !== null && step !== state.linked && !transport.playing()) transport.set(step - 1);
      state.linked = step ?? 0;
    },

    close() {
      transport.close();
      clearTimeout(timer);
    },
  };
}
