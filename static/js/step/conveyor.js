/** An LSTM's conveyor: ∂L/∂C beside ∂L/∂H, and the gates that open and shut it. */

import { element, paragraph, symbols } from "../elements.js";
import { fromLog10, number, share, subscript } from "../format.js";
import { lossName } from "../letters.js";
import { inputById } from "../page.js";
import { cellOf, cellWithC, gateThat } from "../vocabulary.js";
import { gatesOf } from "./asked.js";

const SVG = "http://www.w3.org/2000/svg";
const SIZE = { width: 760, left: 74, right: 12, gates: 26, profile: 150, gap: 14 };

/** @param {string} name @param {Record<string, string | number>} attributes @param {string} [text] */
function svg(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}

/**
 * log₁₀ of the followed gradient at every step, of H or C of the last layer.
 * @param {import("../types.js").Reading} reading @param {"h" | "c"} letter
 */
function seriesOf(reading, letter) {
  const end = reading.layers > 1 ? `_${reading.layers - 1}` : "";
  return Array.from({ length: reading.steps }, (_, n) => {
    return reading.nodes.get(`${letter}_${n + 1}${end}`)?.node.log10_norm ?? null;
  });
}

/**
 * @param {import("../types.js").Reading} reading
 * @returns {string[]}
 */
export function sentences(reading) {
  const gates = gatesOf(reading.flow) ?? {};
  const keep = gateThat(reading.flow.experiment.network.cell, "keep");
  const open = keep ? gates[keep.name] : [];
  const mean = open.reduce((sum, value) => sum + value, 0) / (open.length || 1);
  const [h, c] = [seriesOf(reading, "h"), seriesOf(reading, "c")];
  const last = reading.entryStep;
  const loss = lossName(reading.follow);
  /** @param {(number | null)[]} series @param {string} letter */
  const told = (series, letter) => {
    const [first, enters] = [series[0], series[last - 1]];
    if (enters === null) return `‖∂${loss}/∂${letter}${subscript(last)}‖ is 0`;
    const left = first === null ? null : first - enters;
    return `‖∂${loss}/∂${letter}‖ goes from ${fromLog10(enters)} at step ${last} to ${fromLog10(first)} at step 1 (${share(left)})`;
  };
  return [
    `${told(c, "C")}; ${told(h, "H")}. The ${keep?.label} gate is open by ${number(mean, 2)} on average.`,
    "Along the conveyor Cₜ = fₜ ⊙ Cₜ₋₁ + iₜ ⊙ gₜ, so that one step back multiplies by fₜ and by nothing else. Wᴴ does not lie on it, since Cₜ₋₁ is multiplied by no matrix; f′ does not, since nothing is squashed between Cₜ₋₁ and Cₜ. Both lie on the other way, by which the gates read Hₜ₋₁: it joins at every step, and is in the numbers above.",
  ];
}

/**
 * @param {HTMLElement} place
 * @param {import("../stepping.js").Page} page
 * @returns {import("../stepping.js").View}
 */
export function createView(place, page) {
  const { store, pictures } = page;
  const words = element("div", "chain-words");
  const picture = element("div", "conveyor");
  const label = element("label", "conveyor-bias");
  const slider = document.createElement("input");
  const value = element("output", "conveyor-value");
  const able = cellWithC();
  const { name: gate = "", label: called = "" } = gateThat(able?.name ?? "", "keep") ?? {};
  const { min, max, step } = inputById(page.document, `${gate}-slider`);
  Object.assign(slider, { type: "range", min, max, step, autocomplete: "off" });
  label.append(`${called[0]?.toUpperCase()}${called.slice(1)}-gate bias `, slider, value);
  const change = element("button", "small", `Show it in the ${able?.label} cell`);
  change.setAttribute("type", "button");
  change.addEventListener("click", () => store.set({ cell: able?.name, weights: null }));
  place.append(label, picture, words, change);
  slider.addEventListener("input", () => store.set({ [gate]: Number(slider.value) }, { during: true }));
  slider.addEventListener("change", () => store.set({ [gate]: Number(slider.value) }));

  function show() {
    const reading = pictures.reading();
    const settings = store.get();
    const has = cellOf(settings.cell).has_c && seriesOf(reading, "c").some((one) => one !== null);
    const current = cellOf(reading.flow.experiment.network.cell).has_c;
    change.hidden = cellOf(settings.cell).has_c;
    label.hidden = picture.hidden = !current;
    if (!current) {
      words.replaceChildren(
        paragraph(`A ${cellOf(reading.flow.experiment.network.cell).label} cell has no C of its own beside H: there is no conveyor to look at.`, ""),
      );
      return;
    }
    const bias = [settings[gate]].flat().at(-1);
    slider.disabled = settings.weights !== null;
    if (document.activeElement !== slider) slider.value = String(bias);
    slider.setAttribute("aria-valuetext", number(bias));
    value.textContent = slider.disabled ? "the weights are given" : number(bias);
    const said = has ? sentences(reading) : ["Nothing of the followed loss arrives at C."];
    words.replaceChildren(...said.map((text, n) => line(text, n ? "note" : "")));
    picture.replaceChildren(draw(reading, said[0]));
  }

  /** @param {string} text @param {string} kind */
  function line(text, kind) {
    const made = element("p", kind);
    made.append(...symbols(text));
    return made;
  }

  return { show, close: () => {} };
}

/** The gates' openings over the steps, and both gradients under them. @param {import("../types.js").Reading} reading @param {string} said */
function draw(reading, said) {
  const { width, left, right, gates: high, profile, gap } = SIZE;
  const means = gatesOf(reading.flow) ?? {};
  const shown = cellOf(/** @type {any} */ (reading.flow.experiment).network.cell).gates.filter(({ role }) => role !== "candidate");
  const top = shown.length * (high + 4) + gap;
  const made = svg("svg", { viewBox: `0 0 ${width} ${top + profile + 30}`, role: "img", "aria-label": said });
  const steps = reading.steps;
  const each = (width - left - right) / steps;
  shown.forEach(({ name, letter, label }, n) => {
    const y = n * (high + 4);
    made.append(svg("text", { x: 0, y: y + high / 2, class: "conveyor-name" }, `${letter}, ${label}`));
    (means[name] ?? []).forEach((value, t) => {
      const bar = svg("rect", {
        class: `gate gate-${letter}`,
        "data-step": t + 1,
        x: left + t * each + 0.5,
        y: y + high * (1 - value),
        width: Math.max(0.5, each - 1),
        height: high * value,
      });
      bar.append(svg("title", {}, `${letter}${subscript(t + 1)}: open by ${number(value, 3)}`));
      made.append(svg("rect", { class: "gate-frame", x: left + t * each + 0.5, y, width: Math.max(0.5, each - 1), height: high }), bar);
    });
  });
  const both = /** @type {const} */ (["h", "c"]).map((letter) => ({ letter, series: seriesOf(reading, letter) }));
  const known = both.flatMap(({ series }) => series.filter((value) => value !== null)).map(Number);
  const [low, most] = [Math.min(...known), Math.max(...known)];
  const span = Math.max(1, most - low);
  /** @param {number} log10 */
  const at = (log10) => top + profile * (1 - (log10 - (most - span)) / span);
  for (const tick of ticks(most - span, most)) {
    made.append(svg("line", { class: "grid", x1: left, x2: width - right, y1: at(tick), y2: at(tick) }));
    made.append(svg("text", { x: left - 6, y: at(tick), class: "conveyor-tick" }, fromLog10(tick, 1)));
  }
  for (const { letter, series } of both) {
    let path = "";
    series.forEach((value, n) => {
      if (value === null) return;
      path += `${path && series[n - 1] !== null ? "L" : "M"}${left + (n + 0.5) * each},${at(value)}`;
      if (each > 9) made.append(svg("circle", { class: `dot dot-${letter}`, cx: left + (n + 0.5) * each, cy: at(value), r: 2.4 }));
    });
    made.append(svg("path", { class: `line line-${letter}`, d: path, "data-of": letter }));
    const end = series.findLastIndex((value) => value !== null);
    const first = series.findIndex((value) => value !== null);
    if (end < 0) continue;
    const upper = both.every((other) => other.letter === letter || Number(other.series[first] ?? -Infinity) <= Number(series[first]));
    const y = at(Number(series[first])) + (upper ? -13 : 13);
    made.append(svg("text", { class: `tag tag-${letter}`, x: left + (first + 0.5) * each - 4, y }, `∂L/∂${letter.toUpperCase()}`));
  }
  for (const step of [1, steps])
    made.append(svg("text", { class: "conveyor-step", x: left + (step - 0.5) * each, y: top + profile + 26 }, String(step)));
  return made;
}

/** Whole decades between two, few. @param {number} low @param {number} high */
function ticks(low, high) {
  const every = Math.max(1, Math.ceil((high - low) / 4));
  const found = [];
  for (let tick = Math.ceil(low / every) * every; tick <= high; tick += every) found.push(tick);
  return found;
}
