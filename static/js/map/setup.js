/** What is to be mapped: a map that is built in, or axes, small multiples and a number over an experiment. */

import { element } from "../elements.js";
import { allWithin, byId, within } from "../page.js";
import { activations, cells, wirings } from "../vocabulary.js";
import { nameOf, ofExperiments, ofTrainings } from "./axes.js";

/** @import { MapAxis } from "./axes.js" */
/** @import { MapNumber } from "./scale.js" */

/** What a row of small multiples may be of, and its choices. */
const ROWS = () => [
  { at: "/network/cell", label: "cell", rows: cells() },
  { at: "/network/activation", label: "activation", rows: activations() },
  { at: "/network/topology", label: "wiring", rows: wirings() },
];

/** @param {HTMLFormElement} form @param {MapNumber[]} numbers */
export function createSetup(form, numbers) {
  const base = byId(document, "map-base", HTMLTextAreaElement);
  const rows = byId(document, "map-rows", HTMLSelectElement);
  const refine = byId(document, "map-refine", HTMLInputElement);
  const seeds = byId(document, "map-seeds", HTMLInputElement);
  /** The axes and rows as they came, where the form does not say them. @type {any} */
  let given = { axes: [], rows: null };
  let trained = false;

  /** @param {number} n @param {string} name @param {any} kind @returns {any} */
  const field = (n, name, kind) => byId(document, `map-axis-${n}-${name}`, kind);

  /** @param {number} n @param {MapAxis | null} axis */
  function putAxis(n, axis) {
    const choice = /** @type {HTMLSelectElement} */ (field(n, "at", HTMLSelectElement));
    const offered = trained ? ofTrainings() : ofExperiments();
    choice.replaceChildren(...(n ? [new Option("nothing", "")] : []), ...offered.map(({ at, label }) => new Option(label, at)));
    const own = axis && !offered.some(({ at }) => at === axis.at) ? axis : null;
    if (own) choice.append(new Option(nameOf(own), own.at));
    choice.value = axis?.at ?? "";
    fill(n, axis);
  }

  /** @param {number} n @param {any} axis */
  function fill(n, axis) {
    const known = [...ofExperiments(), ...ofTrainings()].find(({ at }) => at === field(n, "at", HTMLSelectElement).value);
    const values = axis?.values;
    const span = axis?.from !== undefined ? axis : values && axis.scale ? { from: values[0], to: values.at(-1), points: values.length, scale: axis.scale } : (axis ? null : known);
    byId(document, `map-axis-${n}-span`).hidden = !span;
    for (const name of ["from", "to", "points"]) {
      const input = field(n, name, HTMLInputElement);
      input.disabled = !span;
      input.value = span ? String(span[name]) : "";
    }
    field(n, "scale", HTMLSelectElement).value = span?.scale ?? "linear";
    given.axes[n] = axis ?? null;
  }

  /** @param {any} axis */
  function putRows(axis) {
    given.rows = axis ?? null;
    const known = ROWS();
    rows.replaceChildren(new Option("one map", ""), ...(trained ? [] : known.map(({ at, label }) => new Option(`by ${label}`, at))));
    if (axis && !known.some(({ at }) => at === axis.at)) rows.append(new Option(`by ${nameOf(axis)}`, axis.at));
    rows.value = axis?.at ?? "";
    putValues(axis?.values ?? null);
  }

  /** @param {any[] | null} chosen   null: the first few */
  function putValues(chosen) {
    const of = ROWS().find(({ at }) => at === rows.value);
    const place = byId(document, "map-row-values");
    place.hidden = !of;
    place.replaceChildren(
      ...(of?.rows ?? []).map(({ name, label }, n) => {
        const line = element("label", "check");
        const box = Object.assign(element("input"), { type: "checkbox", value: name, checked: chosen ? chosen.includes(name) : n < 4 });
        line.append(box, ` ${label}`);
        return line;
      }),
    );
  }

  /** @param {string[] | null} chosen */
  function putNumbers(chosen) {
    byId(document, "map-numbers").replaceChildren(
      ...numbers
        .filter((one) => one.trained === trained)
        .map(({ name, label, words }, n) => {
          const line = element("label", "check");
          line.title = words;
          line.append(Object.assign(element("input"), { type: "checkbox", value: name, checked: chosen ? chosen.includes(name) : n < 2 }), ` ${label}`);
          return line;
        }),
    );
  }

  /** @param {HTMLElement} place */
  const ticked = (place) => allWithin(place, "input:checked", HTMLInputElement).map(({ value }) => value);

  /** @param {number} n @returns {any} */
  function axisSaid(n) {
    const at = field(n, "at", HTMLSelectElement).value;
    if (!at) return null;
    const own = given.axes[n];
    if (byId(document, `map-axis-${n}-span`).hidden) return own;
    const [from, to, points] = ["from", "to", "points"].map((name) => Number(field(n, name, HTMLInputElement).value));
    return { at, from, to, points, scale: field(n, "scale", HTMLSelectElement).value, ...(own?.at === at && own.label ? { label: own.label } : {}) };
  }

  function rowsSaid() {
    if (!rows.value) return null;
    if (byId(document, "map-row-values").hidden) return given.rows;
    return { at: rows.value, values: ticked(byId(document, "map-row-values")) };
  }

  function counted() {
    const axes = [0, 1].map(axisSaid).filter(Boolean);
    const sizes = [...axes, rowsSaid()].filter(Boolean).map((axis) => axis.points ?? axis.values?.length ?? 1);
    const points = sizes.reduce((product, one) => product * one, 1);
    const draws = points * Number(seeds.value);
    const what = trained ? "trainings" : "networks";
    byId(document, "map-will").textContent = Number.isFinite(draws) ? `${points.toLocaleString("en-US")} points, ${draws.toLocaleString("en-US")} ${what}.` : "";
  }

  for (const n of [0, 1])
    field(n, "at", HTMLSelectElement).addEventListener("change", () => {
      fill(n, null);
      counted();
    });
  rows.addEventListener("change", () => putValues(null));
  form.addEventListener("input", counted);
  form.addEventListener("change", counted);

  return {
    /** @param {any} sweep   as it is sent, or as the service says it @param {string} name @param {string} look */
    show(sweep, name, look = "") {
      trained = Boolean(sweep.training);
      byId(document, "map-title", HTMLInputElement).value = name;
      byId(document, "map-look").textContent = look;
      base.value = JSON.stringify(sweep.training ?? sweep.experiment ?? {}, null, 1);
      within(form, "[data-base]").textContent = trained ? "The plan" : "The experiment";
      putAxis(0, sweep.axes[0]);
      putAxis(1, sweep.axes[1] ?? null);
      putRows(sweep.rows);
      putNumbers(sweep.numbers ?? null);
      seeds.value = String(sweep.seeds ?? 1);
      refine.checked = Boolean(sweep.refine);
      counted();
    },
    /** As it is sent. @returns {any} */
    read() {
      const small = rowsSaid();
      return {
        [trained ? "training" : "experiment"]: JSON.parse(base.value || "{}"),
        axes: [0, 1].map(axisSaid).filter(Boolean),
        ...(small ? { rows: small } : {}),
        seeds: Number(seeds.value),
        numbers: ticked(byId(document, "map-numbers")),
        refine: refine.checked,
        name: byId(document, "map-title", HTMLInputElement).value,
      };
    },
  };
}
