/** What an address selects is brought into sight, once: the store says whether it has been. */

import { pictureOf } from "../beside.js";
import { stepsOf } from "../experiment.js";
import { byId, windowOf, within } from "../page.js";
import { stepOfSelection } from "./patches.js";

/** @import { Pictures } from "../pictures.js" */
/** @import { Store } from "../state.js" */

/**
 * A picture that does not lie in the window is put into its middle.
 * @param {Document} document @param {HTMLElement} place
 */
function bring(document, place) {
  const { top, bottom } = place.getBoundingClientRect();
  const head = within(document, ".strip").getBoundingClientRect().height;
  if (top < head || bottom > windowOf(document).innerHeight)
    place.scrollIntoView({ block: "center" });
}

/**
 * @param {Document} document
 * @param {{store: Store, pictures: Pictures}} page
 */
export function createLanding(document, { store, pictures }) {
  const state = {
    /** Only what the page was opened with is scrolled to. */
    scrolls: store.isFresh(),
    /** What is scrolled to once it is drawn. @type {HTMLElement | null} */
    waiting: null,
  };
  const selected = () => store.get().select;

  /** @param {HTMLElement} place */
  function scrollTo(place) {
    if (!state.scrolls) return;
    state.scrolls = false;
    if (place !== byId(document, "figure-diagram") && place.ariaBusy === "true") state.waiting = place;
    else bring(document, place);
  }

  /** @param {string} select */
  function reveal(select) {
    const picture = pictureOf(select);
    if (picture) return scrollTo(pictures.plot(picture));
    const step = stepOfSelection(select);
    if (step === null) return;
    pictures.reveal(step);
    scrollTo(byId(document, "figure-diagram"));
  }

  return {
    /** The step that a link selects and that has not been shown yet, or null. */
    about() {
      const step = store.isFresh() ? stepOfSelection(selected()) : null;
      return step !== null && step <= stepsOf(store.get()) ? step : null;
    },

    /** Bring what a link selects into sight, once. */
    arrived() {
      if (store.isFresh() && selected()) reveal(selected());
      store.seen();
    },

    /** The pictures beside are drawn. */
    placed() {
      if (state.waiting) bring(document, state.waiting);
      state.waiting = null;
    },
  };
}
