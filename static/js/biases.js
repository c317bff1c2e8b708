/** The bias of a gate: one slider for every layer, or one for each. */

import { biasesOf } from "./experiment.js";
import { setFieldError } from "./problems.js";
import { cellOf, gateBiases } from "./vocabulary.js";

/** The controls that stand for one layer; "all" is every layer. */
function rowsOf(field) {
  return [...field.querySelectorAll("[data-layer]")].map((row) => ({
    row,
    layer: row.dataset.layer,
    inputs: [...row.querySelectorAll("input")],
  }));
}

/**
 * @param {Document} document
 * @param {ReturnType<import("./state.js").createStore>} store
 */
export function listenBiases(document, store) {
  for (const [name] of gateBiases()) {
    const field = document.getElementById(`field-${name}`);
    const each = field.querySelector("[data-each]");
    for (const { layer, inputs } of rowsOf(field)) {
      const take = (event) => {
        const value = Number(event.target.value);
        if (event.target.value.trim() === "" || !Number.isFinite(value)) {
          setFieldError(field, `received “${event.target.value}”; allowed: a number`);
          return;
        }
        setFieldError(field, "");
        const settings = store.get();
        const biases = [settings[name]].flat();
        const more = biasesOf(settings[name], Math.max(settings.layers, biases.length));
        const next = layer === "all" ? value : more.with(Number(layer) - 1, value);
        store.set({ [name]: next }, { during: event.type === "input" });
      };
      for (const input of inputs) {
        input.addEventListener("input", take);
        input.addEventListener("change", take);
      }
    }
    each.addEventListener("change", () => {
      const settings = store.get();
      const biases = biasesOf(settings[name], settings.layers);
      store.set({ [name]: each.checked ? biases : biases[0] });
    });
  }
}

/**
 * Show the biases that are set.
 * @param {Document} document
 * @param {Object<string, any>} settings
 * @param {(document: Document, input: HTMLInputElement, value: string) => void} put
 */
export function putBiases(document, settings, put) {
  const taken = new Map(cellOf(settings.cell).biases.map(({ gate, note }) => [gate, note]));
  for (const [name] of gateBiases()) {
    const field = document.getElementById(`field-${name}`);
    field.hidden = !taken.has(name);
    if (taken.has(name)) field.querySelector("[data-note]").textContent = taken.get(name);
    const several = settings.layers > 1;
    const own = several && Array.isArray(settings[name]);
    const each = field.querySelector("[data-each]");
    each.checked = own;
    each.closest("label").hidden = !several;
    const biases = biasesOf(settings[name], settings.layers);
    for (const { row, layer, inputs } of rowsOf(field)) {
      const value = layer === "all" ? biases[0] : biases[Number(layer) - 1];
      row.hidden = layer === "all" ? own : !own || value === undefined;
      if (value !== undefined) for (const input of inputs) put(document, input, String(value));
    }
  }
}
