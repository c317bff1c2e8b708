/** Where the pictures lie on the page, by the table. */

import { PICTURES } from "../figures/table.js";
import { lookup } from "../lookup.js";
import { byId, sure, windowOf, within } from "../page.js";

/** Name → how it is drawn. */
export const ROWS = lookup(Object.fromEntries(PICTURES.map((picture) => [picture.name, picture])));
/** Names of those on the axis of time, from the top. */
export const AXIS = PICTURES.filter(({ where }) => where === "axis").map(({ name }) => name);
/** Of these the diagrams, which draw a window of it. */
export const DIAGRAMS = AXIS.filter((name) => ROWS[name].sight === "window");
/** Names of those beside. */
export const BESIDE = PICTURES.filter(({ where }) => where === "beside").map(({ name }) => name);

/** @typedef {ReturnType<typeof placesOf>} Places */

/** The elements by the names of their pictures. @param {Document} document */
export function placesOf(document) {
  const plots = Object.fromEntries(
    PICTURES.map(({ name }) => [name, byId(document, `plot-${name}`)]),
  );
  const canvases = Object.fromEntries(
    AXIS.map((name) => [name, sure(plots[name].parentElement, `about #plot-${name}`)]),
  );
  return { plots, canvases, strip: within(document, ".strip"), window: windowOf(document) };
}
