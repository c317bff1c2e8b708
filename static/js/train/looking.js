/** What of one run or two is looked at: an update, one of the runs, a node. It follows the newest until a hand moves it. */

/** @import { Source } from "./sources.js" */

/** @typedef {ReturnType<typeof createLooking>} Looking */

/** What the runs are called beside each other. */
export const LETTERS = ["A", "B"];

/** A node or an edge, as an address names it. */
const PLACE = /^[xhcoL]_\d{1,7}(_\d)?(>[xhcoL]_\d{1,7}(_\d)?)?$/;

/** @param {number} own   from 1 @param {Source[]} sources @returns {number | null} */
function layerSaid(own, sources) {
  return Number.isInteger(own) && own >= 1 && own < Math.max(...sources.map(({ layers }) => layers)) ? own - 1 : null;
}

/** Whose updates the transport goes through: of two the one with more of them. @param {Source[]} sources */
const longestOf = (sources) => sources.reduce((best, one) => (one.history.count() > best.history.count() ? one : best));

/** @param {Source[]} sources   one, or two */
export function createLooking(sources) {
  /** @type {number | null} */
  let wanted = null; // null: the newest
  let focus = 0;
  let selected = "";
  /** @type {number | null} */
  let layer = null; // null: the last of each

  const longest = () => longestOf(sources);

  return {
    sources,
    longest,
    /** How many updates there are. */
    length: () => longest().history.count(),
    /** The update that is looked at; 0 where there is none. */
    update: () => Math.min(wanted ?? Infinity, longest().history.last()),
    /** Its place among them. */
    place() {
      const { history } = longest();
      return Math.max(0, wanted === null ? history.count() - 1 : history.row(wanted));
    },
    /** Its row in one of the runs, whose last it is where that did not come so far; −1: none. @param {number} n */
    row: (n) => sources[n].history.row(wanted ?? Infinity),
    follows: () => wanted === null,
    focus: () => focus,
    /** @param {number} n */
    choose(n) {
      focus = sources[n] ? n : 0;
    },
    selected: () => selected,
    /** Whose maps are shown, from 0; null: the last of each run. */
    layer: () => layer,
    /** @param {number | null} own */
    chooseLayer(own) {
      layer = own;
    },
    /** The layer of a run whose map is shown: where it has fewer, its last. @param {number} n */
    layerOf: (n) => Math.min(layer ?? Infinity, sources[n].layers - 1),
    /** The hidden state of a step of that layer. @param {number} n @param {number} step */
    hiddenAt(n, step) {
      return sources[n].layers > 1 ? `h_${step}_${this.layerOf(n)}` : `h_${step}`;
    },
    /** What is recorded of it. @param {number} n */
    heat: (n) => sources[n].rows(Math.min(layer ?? Infinity, sources[n].layers - 1)),
    /** @param {string} id   of a node or edge */
    select(id) {
      selected = id;
    },
    /** The last one is followed. @param {number} place */
    look(place) {
      const { history } = longest();
      wanted = place >= history.count() - 1 ? null : history.update(place);
    },
    /** @param {number} update */
    goTo(update) {
      this.look(longest().history.row(update));
    },
    /** What an address says after "#". @param {string} fragment */
    read(fragment) {
      const said = new URLSearchParams(fragment.replace(/^#/, ""));
      const update = Number(said.get("update") ?? NaN);
      wanted = Number.isInteger(update) && update >= 0 ? update : null;
      layer = layerSaid(Number(said.get("layer") ?? NaN), sources);
      focus = sources[1] && said.get("of") === LETTERS[1] ? 1 : 0;
      const place = said.get("select") ?? "";
      selected = PLACE.test(place) ? place : "";
    },
    fragment() {
      const said = new URLSearchParams();
      if (layer !== null) said.set("layer", String(layer + 1));
      if (wanted !== null) said.set("update", String(this.update()));
      if (focus) said.set("of", LETTERS[focus]);
      if (selected) said.set("select", selected);
      return said.toString();
    },
  };
}
