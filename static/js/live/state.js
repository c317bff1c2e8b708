/** What of a run is looked at: a module, and a report. It follows the newest until a hand moves it. */

/** @import { Source } from "./sources.js" */
/** @import { Report } from "./runfile.js" */

/** @param {Source} source */
export function createLooking(source) {
  let module = modulesOf(source.reports)[0] ?? "";
  /** @type {number | null} */
  let sequence = null; // null: the newest
  /** @type {number | null} */
  let layer = null; // null: the last
  let reverse = false;

  return {
    source,
    module: () => module || (modulesOf(source.reports)[0] ?? ""),
    /** The place of the report that is looked at among the reports; −1 where there is none. */
    index() {
      if (sequence === null) return source.reports.length - 1;
      return source.reports.findIndex((report) => report.sequence === sequence);
    },
    /** @returns {Report | undefined} */
    report() {
      return source.reports[this.index()];
    },
    follows: () => sequence === null,
    /** @param {string} name */
    choose(name) {
      module = name;
      layer = null;
      reverse = false;
    },
    layer: () => layer,
    /** From 0; null: the last. @param {number | null} number */
    chooseLayer(number) {
      layer = number;
    },
    /** Whether the direction that reads backward in time is looked at, where there are two. */
    reverse: () => reverse,
    /** @param {boolean} backward */
    chooseDirection(backward) {
      reverse = backward;
    },
    /** The last one is followed. @param {number} index */
    look(index) {
      sequence = index >= source.reports.length - 1 ? null : (source.reports[index]?.sequence ?? null);
    },
    /** What an address says after "#": `update=1200&module=lstm`. @param {string} fragment */
    read(fragment) {
      const said = new URLSearchParams(fragment.replace(/^#/, ""));
      const named = said.get("module");
      if (named !== null && modulesOf(source.reports).includes(named)) module = named;
      layer = layerIn(said.get("layer"));
      reverse = said.get("direction") === "reverse";
      const update = said.get("update");
      if (update === null) return;
      const found = source.reports.find((report) => report.update === Number(update));
      sequence = found?.sequence ?? null;
    },
    fragment() {
      const said = new URLSearchParams();
      if (module && module !== modulesOf(source.reports)[0]) said.set("module", module);
      if (layer !== null) said.set("layer", String(layer + 1));
      if (reverse) said.set("direction", "reverse");
      if (sequence !== null) said.set("update", String(this.report()?.update ?? ""));
      return said.toString();
    },
  };
}

/** @param {string | null} text   from 1 */
function layerIn(text) {
  const number = Number(text);
  return text !== null && Number.isInteger(number) && number >= 1 ? number - 1 : null;
}

/** Every module that was ever reported. @param {Report[]} reports */
export function modulesOf(reports) {
  return [...new Set(reports.flatMap(({ modules }) => modules.map(({ name }) => name)))];
}
