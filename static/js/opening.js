/** What a click, a tap or a key opens, and where it is shown. */

import { listenBeside, pictureOf } from "./beside.js";
import { selectedInA, selectionInA } from "./compare.js";
import { stepsOf } from "./experiment.js";
import { partsOf, stepOf } from "./format.js";
import { inspect } from "./inspect.js";
import { listenKeys } from "./keys.js";
import { markButton, marksOf, putMarks, toggled } from "./marks.js";
import { measureOf } from "./measures.js";
import { byId, windowOf, within } from "./page.js";
import { hiddenId } from "./reading.js";
import { createSheet } from "./sheet.js";

/** @import { Comparison } from "./compare.js" */
/** @import { Pictures } from "./pictures.js" */
/** @import { Store } from "./state.js" */
/** @import { Tooltip } from "./tooltip.js" */
/** @import { Pointed, Reading, Settings, Spot } from "./types.js" */
/** @import { Held } from "./values.js" */

/** The step that a selection is of, or null. @param {string} select */
function stepOfSelection(select) {
  const step = stepOf(selectedInA(select) || select);
  return Number.isInteger(step) ? step : null;
}

/**
 * @param {Document} document
 * @param {object} page
 * @param {Store} page.store
 * @param {Pictures} page.pictures
 * @param {Comparison} page.comparison
 * @param {Tooltip} page.tooltip
 * @param {(spot: Spot) => string[]} page.lines   what the tooltip says of a spot
 * @param {(reading: Reading, id: string) => Held | null} page.signed   the signed numbers of a step
 * @param {(text: string) => void} page.announce
 */
export function createOpening(document, page) {
  const { store, pictures, comparison, tooltip, announce } = page;
  const window = windowOf(document);
  /** @param {string} id */
  const get = (id) => byId(document, id);
  const sheet = createSheet(document);
  const touch = () => window.matchMedia("(hover: none)").matches;
  const selected = () => store.get().select;

  /** Whether the address has changed since its selection was last brought into sight. */
  let fresh = Boolean(selected());
  let scrolls = fresh;
  /** The picture that is scrolled to once it is drawn. @type {HTMLElement | null} */
  let waiting = null;
  window.addEventListener(
    "popstate",
    () => {
      fresh = true;
    },
    true,
  );

  /**
   * Select, and open the sheet where the screen is small: taps that follow share one entry.
   * @param {Partial<Settings>} patch
   * @param {{clientY: number} | null} at
   */
  function open(patch, at) {
    const alone = Object.keys(patch).length === 1;
    store.set(patch, { during: alone && (sheet.isOpen() || Boolean(at && sheet.fits())) });
    if (at && !sheet.open(at)) get("inspector").scrollIntoView({ block: "nearest" });
  }

  /** @param {string} id @param {{clientY: number} | null} [at] */
  function openThing(id, at = null) {
    const reading = pictures.reading();
    const node = reading?.nodes.get(id)?.node;
    /** @type {Partial<Settings>} */
    const patch = { select: id };
    if (reading && node?.kind === "loss" && reading.lossSteps.length > 1) {
      patch.follow = node.step === reading.steps ? "last" : node.step;
    }
    open(patch, at);
  }

  /** A click on the profile or the map: that step, and in the map that loss. @param {Spot} spot */
  function openStep({ step, loss }) {
    const reading = pictures.reading();
    if (!reading) return;
    pictures.centreOn(step);
    const beyond = step > reading.steps && comparison.reading();
    /** @type {Partial<Settings>} */
    const patch = {
      select: beyond ? selectionInA(hiddenId(beyond, step)) : hiddenId(reading, step),
    };
    if (loss && reading.lossSteps.length > 1)
      patch.follow = loss === reading.steps ? "last" : loss;
    store.set(patch);
  }

  /** @param {number} step */
  function pin(step) {
    const longest = Math.max(pictures.reading()?.steps ?? 0, comparison.reading()?.steps ?? 0);
    if (!(step >= 1 && step <= longest)) return;
    const { mark } = store.get();
    const is = marksOf(mark, longest).includes(step);
    store.set({ mark: toggled(mark, step) });
    announce(is ? `Step ${step} is no longer marked.` : `Step ${step} is marked.`);
  }

  const keys = {
    announce,
    pin,
    open: openThing,
    selected,
    /** @param {string} id */
    select: (id) => store.set({ select: id }, { during: true }),
  };
  listenKeys(get("walk"), pictures, keys);
  listenKeys(
    get("walk-compared"),
    {
      reading: () => pictures.reading("compared"),
      reveal: (step) => pictures.reveal(step),
      mark: (step) => pictures.mark(step),
    },
    {
      ...keys,
      selected: () => selectedInA(selected()),
      select: (id) => keys.select(selectionInA(id)),
      open: () => get("inspector").focus(),
      announce: (text) => announce(`A: ${text}`),
    },
  );

  const beside = listenBeside(document, pictures, {
    hover: (lines, at) => (lines.length && at ? tooltip.show(lines, at) : tooltip.hide()),
    open: (id, at) => open({ select: id }, at),
    select: keys.select,
    selected,
    read: () => sheet.open(null) || get("inspector").focus(),
    announce,
  });

  document.addEventListener("click", ({ target }) => {
    if (!(target instanceof HTMLElement)) return;
    const { follow, mark } = target.dataset;
    if (follow && get("inspector").contains(target))
      store.set({ follow: Number(follow) === pictures.reading()?.steps ? "last" : Number(follow) });
    if (mark) pin(Number(mark));
  });

  /** @param {string} select */
  function reveal(select) {
    const picture = pictureOf(select);
    const place = picture ? pictures.plot(picture) : get("figure-diagram");
    const step = stepOfSelection(select);
    if (!picture && step === null) return;
    if (!picture && step !== null) pictures.reveal(step);
    if (!scrolls) return;
    scrolls = false;
    if (!picture) show(place);
    else if (place.ariaBusy === "true") waiting = place;
    else show(place);
  }

  /**
   * A picture that does not lie in the window is put into its middle.
   * @param {HTMLElement} place
   */
  function show(place) {
    const { top, bottom } = place.getBoundingClientRect();
    const head = within(document, ".strip").getBoundingClientRect().height;
    if (top < head || bottom > window.innerHeight) place.scrollIntoView({ block: "center" });
  }

  return {
    openStep,

    /** A click or tap on a picture of the axis. @param {Pointed} spot */
    click(spot) {
      if (touch() && !spot.thing) tooltip.show(page.lines(spot), spot);
      else if (touch()) tooltip.hide();
      if (spot.picture === "compared") {
        if (spot.thing) open({ select: selectionInA(spot.thing) }, spot);
        return;
      }
      if (spot.thing) openThing(spot.thing, spot);
      if (spot.picture === "profile" || spot.picture === "map") openStep(spot);
    },

    /** The step that a link selects and that has not been shown yet, or null. */
    about() {
      const step = fresh ? stepOfSelection(selected()) : null;
      return step !== null && step <= stepsOf(store.get()) ? step : null;
    },

    /** Whether what is selected is nowhere in the answers; of a window, where it should be. */
    selectsNothing() {
      const inA = selectedInA(selected());
      const id = inA || selected();
      const reading = inA ? comparison.reading() : pictures.reading();
      if (!id || !reading || (inA && !comparison.isCurrent())) return false;
      if (pictureOf(id)) return measureOf(id, reading.flow) === null;
      const step = stepOf(id);
      const { lo, hi } = reading.loaded;
      const known = step > reading.steps || (step >= lo && step <= hi);
      return known && !reading.nodes.has(id) && !reading.edges.has(id);
    },

    /** Bring what a link selects into sight, once. */
    arrived() {
      if (fresh && selected()) reveal(selected());
      fresh = false;
    },

    /** The pictures beside are drawn. */
    placed() {
      beside.place();
      if (waiting) show(waiting);
      waiting = null;
    },

    marks: () => marksOf(store.get().mark, Math.max(pictures.extent()?.steps ?? 0, 1)),

    /** @param {Reading | null} reading */
    showSelected(reading) {
      if (!reading) return;
      const marks = this.marks();
      putMarks(get("marks"), marks, (step) =>
        page.lines({ picture: "profile", step, thing: null, loss: null }),
      );
      beside.place();
      const [body, title] = [get("inspector-body"), get("inspector-title")];
      const inA = selectedInA(selected());
      const id = inA || selected();
      const a = comparison.reading();
      const [chosen, shown] = inA && a ? [inA, a] : [inA ? "" : id, reading];
      inspect(body, title, chosen, shown, page.signed(shown, chosen));
      const is = title.textContent.includes(":");
      if (is && !pictureOf(id) && partsOf(id).step >= 1)
        body.append(markButton(stepOf(id), marks.includes(stepOf(id))));
      if (!a || !is) return;
      title.textContent = title.textContent.replace("Selected", `Selected in ${inA ? "A" : "B"}`);
      if (inA) body.querySelector("[data-follow]")?.remove();
    },
  };
}
