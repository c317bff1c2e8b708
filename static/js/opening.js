/** What a click, a tap or a key opens, and where it is shown. */

import { listenBeside } from "./beside.js";
import { selectedInA, selectionInA } from "./comparing/settings.js";
import { listenKeys } from "./keys.js";
import { MOST_MARKS } from "./kinds.js";
import { marksOf, toggled } from "./marks.js";
import { createLanding } from "./opening/landing.js";
import { followAt, isNowhere, ofStep, ofThing } from "./opening/patches.js";
import { putSelected } from "./opening/selected.js";
import { byId, windowOf } from "./page.js";
import { createSheet } from "./sheet.js";

/** @import { Comparison } from "./compare.js" */
/** @import { Pictures } from "./pictures.js" */
/** @import { Store } from "./state.js" */
/** @import { Tooltip } from "./tooltip.js" */
/** @import { Pointed, Reading, Settings, Spot } from "./types.js" */
/** @import { Held } from "./values.js" */

/**
 * @typedef {object} Page
 * @property {Store} store
 * @property {Pictures} pictures
 * @property {Comparison} comparison
 * @property {Tooltip} tooltip
 * @property {(spot: Spot) => string[]} lines   what the tooltip says of a spot
 * @property {(reading: Reading, id: string) => Held | null} signed   the signed numbers of a step
 * @property {(text: string) => void} announce
 */

/**
 * What selects and marks.
 * @param {Document} document
 * @param {Page} page
 */
function createHands(document, { store, pictures, comparison, announce }) {
  const sheet = createSheet(document);
  const inspector = byId(document, "inspector");

  /**
   * Select, and open the sheet where the screen is small: taps that follow share one entry.
   * @param {Partial<Settings>} patch
   * @param {{clientY: number} | null} at
   */
  function open(patch, at) {
    const alone = Object.keys(patch).length === 1;
    store.set(patch, { during: alone && (sheet.isOpen() || Boolean(at && sheet.fits())) });
    if (at && !sheet.open(at)) inspector.scrollIntoView({ block: "nearest" });
  }

  return {
    open,
    announce,
    selected: () => store.get().select,
    /** Go to what is said of what is selected. */
    read: () => void (sheet.open(null) || inspector.focus()),

    /** As long as a key is held, one gesture. @param {string} id */
    select: (id) => store.set({ select: id }, { during: true }),

    /** @param {string} id @param {{clientY: number} | null} [at] */
    openThing: (id, at = null) => open(ofThing(pictures.reading(), id), at),

    /** A click on the profile or the map: that step, and in the map that loss. @param {Spot} spot */
    openStep(spot) {
      const reading = pictures.reading();
      if (!reading) return;
      pictures.centreOn(spot.step);
      store.set(ofStep(reading, comparison.reading(), spot));
    },

    /** @param {number} step */
    pin(step) {
      const longest = Math.max(pictures.reading()?.steps ?? 0, comparison.reading()?.steps ?? 0);
      if (!(step >= 1 && step <= longest)) return;
      const { mark } = store.get();
      const next = toggled(mark, step);
      if (next === mark) return announce(`At most ${MOST_MARKS} steps can be marked.`);
      store.set({ mark: next });
      const is = marksOf(next, longest).includes(step);
      announce(is ? `Step ${step} is marked.` : `Step ${step} is no longer marked.`);
    },

    /** @param {number} step */
    follow(step) {
      const reading = pictures.reading();
      if (reading) store.set({ follow: followAt(reading, step) });
    },
  };
}

/** @typedef {ReturnType<typeof createHands>} Hands */

/**
 * Keys on both diagrams, and the buttons of the panel of details.
 * @param {Document} document @param {Pictures} pictures @param {Hands} hands
 */
function listenHands(document, pictures, hands) {
  const inspector = byId(document, "inspector");
  const { announce, pin, selected, select, read } = hands;
  const keys = { announce, pin, selected, select, read };
  listenKeys(byId(document, "walk"), pictures, { ...keys, open: hands.openThing });
  listenKeys(
    byId(document, "walk-compared"),
    {
      reading: () => pictures.reading("compared"),
      reveal: (step) => pictures.reveal(step),
      mark: (step) => pictures.mark(step),
    },
    {
      ...keys,
      selected: () => selectedInA(selected()),
      select: (id) => select(selectionInA(id)),
      open: read,
      announce: (text) => announce(`A: ${text}`),
    },
  );
  document.addEventListener("click", ({ target }) => {
    if (!(target instanceof HTMLElement)) return;
    const { follow, mark } = target.dataset;
    if (follow && inspector.contains(target)) hands.follow(Number(follow));
    if (mark) pin(Number(mark));
  });
}

/**
 * @param {Document} document
 * @param {Page} page
 */
export function createOpening(document, page) {
  const { store, pictures, comparison, tooltip } = page;
  const hands = createHands(document, page);
  const landing = createLanding(document, page);
  listenHands(document, pictures, hands);
  const beside = listenBeside(document, pictures, {
    ...hands,
    hover: (lines, at) => (lines.length && at ? tooltip.show(lines, at) : tooltip.hide()),
    open: (id, at) => hands.open({ select: id }, at),
  });
  const touch = () => windowOf(document).matchMedia("(hover: none)").matches;
  const marks = () => marksOf(store.get().mark, Math.max(pictures.extent()?.steps ?? 0, 1));

  return {
    marks,
    about: landing.about,
    arrived: landing.arrived,

    /** A click or tap on a picture of the axis. @param {Pointed} spot */
    click(spot) {
      if (touch() && !spot.thing) tooltip.show(page.lines(spot), spot);
      else if (touch()) tooltip.hide();
      if (spot.picture === "compared") {
        if (spot.thing) hands.open({ select: selectionInA(spot.thing) }, spot);
        return;
      }
      if (spot.thing) hands.openThing(spot.thing, spot);
      if (spot.picture === "profile" || spot.picture === "map") hands.openStep(spot);
    },

    /** Whether what is selected is nowhere in the answers; of a window, where it should be. */
    selectsNothing() {
      const { select } = store.get();
      const inA = selectedInA(select);
      const reading = inA ? comparison.reading() : pictures.reading();
      if (!select || !reading || (inA && !comparison.isCurrent())) return false;
      return isNowhere(inA || select, reading);
    },

    /** The pictures beside are drawn. */
    placed() {
      beside.place();
      landing.placed();
    },

    /** @param {Reading | null} reading */
    showSelected(reading) {
      if (!reading) return;
      beside.place();
      const shown = { reading, a: comparison.reading(), marks: marks() };
      putSelected(document, store.get().select, shown, page);
    },
  };
}
