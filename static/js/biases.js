/** What a draw takes for every layer or one for each, as the bias of a gate: a control, or several. */

import { biasSet, biasesOf } from "./experiment.js";
import { allowedNumber } from "./format.js";
import { LAYER } from "./kinds.js";
import { allWithin, byId, controlOf, sure, within } from "./page.js";
import { setFieldError } from "./problems.js";
import { cellOf, everyPerLayer, perLayer } from "./vocabulary.js";

/** @import { Settings } from "./types.js" */

/** As attributes write it. */
const RANGE = { least: String(LAYER.least), most: String(LAYER.most) };

/** The controls that stand for one layer; "all" is every layer. @param {HTMLElement} field */
function rowsOf(field) {
  return allWithin(field, "[data-layer]").map((row) => ({
    row,
    layer: row.dataset.layer,
    inputs: allWithin(row, "input", HTMLInputElement),
  }));
}

/**
 * @param {Document} document
 * @param {import("./state.js").Store} store
 */
export function listenBiases(document, store) {
  for (const name of everyPerLayer()) {
    const field = byId(document, `field-${name}`);
    const each = within(field, "[data-each]", HTMLInputElement);
    for (const { layer, inputs } of rowsOf(field)) {
      /** @param {Event} event */
      const take = (event) => {
        const { value: text } = controlOf(event);
        const value = Number(text);
        if (text.trim() === "" || !(value >= LAYER.least && value <= LAYER.most)) {
          const allowed = allowedNumber({ whole: false, ...RANGE });
          setFieldError(field, `received “${text}”; allowed: ${allowed}`);
          return;
        }
        setFieldError(field, "");
        const settings = store.get();
        const biases = [biasSet(settings, name)].flat();
        const more = biasesOf(biasSet(settings, name), Math.max(settings.layers, biases.length));
        const next = layer === "all" ? value : more.with(Number(layer) - 1, value);
        store.set({ [name]: next }, { during: event.type === "input" });
      };
      for (const input of inputs) {
        if (input.type === "number") Object.assign(input, { min: RANGE.least, max: RANGE.most });
        input.addEventListener("input", take);
        input.addEventListener("change", take);
      }
    }
    each.addEventListener("change", () => {
      const settings = store.get();
      const biases = biasesOf(biasSet(settings, name), settings.layers);
      store.set({ [name]: each.checked ? biases : biases[0] });
    });
  }
}

/**
 * Show the biases that are set.
 * @param {Document} document
 * @param {Settings} settings
 * @param {(document: Document, input: HTMLInputElement, value: string) => void} put
 */
export function putBiases(document, settings, put) {
  const taken = new Set(perLayer(settings.cell).map(([name]) => name));
  const notes = new Map(cellOf(settings.cell).biases.map(({ gate, note }) => [gate, note]));
  for (const name of everyPerLayer()) {
    const field = byId(document, `field-${name}`);
    field.hidden = !taken.has(name);
    if (notes.has(name)) within(field, "[data-note]").textContent = notes.get(name) ?? "";
    const several = settings.layers > 1;
    const own = several && Array.isArray(settings[name]);
    const each = within(field, "[data-each]", HTMLInputElement);
    each.checked = own;
    sure(each.closest("label"), "label").hidden = !several;
    const biases = biasesOf(biasSet(settings, name), settings.layers);
    for (const { row, layer, inputs } of rowsOf(field)) {
      const value = layer === "all" ? biases[0] : biases[Number(layer) - 1];
      row.hidden = layer === "all" ? own : !own || value === undefined;
      if (value !== undefined) for (const input of inputs) put(document, input, String(value));
    }
  }
}
