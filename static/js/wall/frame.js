/** The elements of the map of the loss. */

import { element, unbroken } from "../elements.js";
import { plural } from "../format.js";
import { shape } from "./overlay.js";

const NO_ERROR =
  "Both parameters are on the map: there is no projection error. Here g is the gradient with respect " +
  "to these two alone, and clipping acts on it.";

/** What may be drawn: value, label. */
const LAYERS = [
  ["loss", "loss E"],
  ["gradient", "gradient ‖g‖"],
  ["surface", "surface"],
];

/**
 * Put the map's elements into a place.
 * @param {HTMLElement} place
 */
export function createFrame(place) {
  const offer = element("div", "wall-offer");
  const offered = element("p", "note");
  const preset = element("button", "small", "Open the example Pascanu’s wall");
  preset.setAttribute("type", "button");
  offer.append(offered, preset);

  const view = element("div", "wall-view");
  const layers = element("fieldset", "segments wall-layers");
  const row = element("div", "segment-row");
  layers.append(element("legend", "unseen", "What is drawn"), row);
  const canvas = element("div", "wall-canvas");
  const plot = element("div", "wall-plot");
  plot.setAttribute("role", "img");
  const svg = /** @type {SVGElement} */ (shape("svg", { class: "wall-overlay", "aria-hidden": "true" }));
  const hit = element("div", "wall-hit");
  hit.tabIndex = 0;
  hit.setAttribute("role", "application");
  hit.setAttribute("aria-roledescription", "map of the loss");
  hit.setAttribute("aria-label", "Map of the loss: a click, or Enter after the arrows, sets where the balls start.");
  const solid = element("div", "wall-solid");
  canvas.append(plot, svg, hit, solid);
  const transportPlace = element("div");
  const under = element("p", "note wall-under");
  const left = element("div", "wall-left");

  const numbers = element("table", "wall-numbers");
  numbers.id = "wall-numbers";
  const arrows = element("div", "wall-arrows");
  const words = element("ul", "wall-words");
  words.id = "wall-words";
  const bias = element("p", "note");
  bias.id = "wall-bias";
  const problem = element("p", "error");
  problem.setAttribute("role", "alert");
  problem.hidden = true;
  const formPlace = element("div", "wall-form");
  const right = element("div", "wall-right");
  const head = element("div", "wall-top");
  head.append(layers);
  left.append(head, canvas, under, transportPlace, words, arrows);
  right.append(formPlace, problem, numbers, bias, element("p", "note", NO_ERROR));
  view.append(left, right);
  place.replaceChildren(offer, view);

  const inputs = LAYERS.map(([value = "", label = ""]) => {
    const input = /** @type {HTMLInputElement} */ (element("input"));
    Object.assign(input, { type: "radio", name: "wall-layer", value, autocomplete: "off" });
    const made = element("label");
    made.append(input, element("span", "", label));
    row.append(made);
    return input;
  });
  return {
    offer, offered, preset, view, head, inputs, canvas, plot, svg, hit, solid, transportPlace, under,
    numbers, arrows, words, bias, problem, formPlace,
  };
}

/**
 * Where there is no map, why not, and what to choose.
 * @param {HTMLElement} place @param {import("../types.js").Settings} settings
 */
export function putOffer(place, { hidden, layers }) {
  const units = hidden === 1 ? "one unit" : plural(hidden, "unit");
  place.textContent =
    `The loss of ${units} in ${layers === 1 ? "one layer" : plural(layers, "layer")} has too many parameters for a map: ` +
    "choose Units 1 and Layers 1 under Network, with any cell.";
}

/**
 * The numbers of the start.
 * @param {HTMLElement} table @param {[string, string][]} rows   what, and how much
 */
export function putNumbers(table, rows) {
  const title = element("th", "", "At the start");
  title.setAttribute("colspan", "2");
  const lines = [
    [title],
    ...rows.map(([what, much]) => [element("th", "", what), element("td", "", much)]),
  ].map((cells) => {
    const line = element("tr");
    cells[0]?.setAttribute("scope", "row");
    line.append(...cells);
    return line;
  });
  table.replaceChildren(...lines);
}

/**
 * A sentence a ball, behind its colour.
 * @param {HTMLElement} list @param {{colour: string, said: string}[]} balls
 */
export function putWords(list, balls) {
  const lines = balls.map(({ colour, said }) => {
    const line = element("li");
    const dot = element("span", "wall-dot");
    dot.style.background = `var(--${colour})`;
    line.append(dot, ...unbroken(said));
    return line;
  });
  list.replaceChildren(...lines);
}
