/** What a stop says: its title, the formula with this network's numbers, the notes beneath. */

import { element, paragraph } from "../../elements.js";
import { fitAll } from "../../fit.js";
import { legend } from "../../matrices.js";
import { told } from "../formulas.js";
import { aboutNumbers, ending } from "./words.js";

/**
 * @typedef {object} Told   what there is to say
 * @property {import("./route.js").Route} route
 * @property {number} place   of the stop in the list
 * @property {boolean} last   whether it is the end of the way
 * @property {import("../lookup.js").Look | null} look   the numbers; null while they are not there
 * @property {number} batch
 * @property {boolean} able   whether numbers can be written down at all
 * @property {string} theme
 */

/**
 * Say it, unless it stands there already.
 * @param {import("./layout.js").Places} places
 * @param {import("./state.js").State} state
 * @param {Told} what
 */
export function say({ said, title, maths, notes }, state, what) {
  const { route, place, look, able, batch } = what;
  said.dataset.numbers = look ? "here" : able ? "coming" : "none";
  const key = `${place}|${look ? look.values.first : "-"}|${what.theme}`;
  if (key === state.told) return;
  state.told = key;
  const stop = route.stops[place];
  const tells = told(stop, route.reading, look);
  title.textContent = tells.title;
  Object.assign(said.dataset, { stop: stop.id, kind: stop.kind, whole: String(stop.completes) });
  maths.replaceChildren(...tells.parts);
  const crossed = maths.textContent?.includes("✕") ?? false;
  const words = [...tells.notes, ...aboutNumbers({ able, here: look !== null, batch, crossed })];
  if (what.last) words.push(ending(route));
  notes.replaceChildren(...words.map((text) => paragraph(text, "note")), ...keysTo(maths));
  fitAll(maths);
}

/** What explains the signs that formulas are written with. @param {HTMLElement} maths */
function keysTo(maths) {
  const keys = [];
  if (maths.querySelector(".known")) {
    const red = paragraph(" was computed before the way back came here.", "note");
    red.prepend(element("span", "known-word", "Red and underlined"));
    keys.push(red);
  }
  if (maths.querySelector("canvas")) keys.push(legend(true));
  return keys;
}
