/** What is to be mapped: a map that is built in, or axes, small maps and numbers over an experiment. */

import { element } from "../elements.js";
import { allWithin, byId, within } from "../page.js";
import { activations, cells, wholeRule, wirings } from "../vocabulary.js";
import { countOf, nameOf, ofExperiments, ofTrainings } from "./axes.js";

/** @import { MapNumber } from "./scale.js" */

/**
 * @typedef {object} Form
 * @property {HTMLFormElement} form
 * @property {MapNumber[]} numbers
 * @property {any[]} axes   as they came, where the form does not say them
 * @property {any} rows   likewise
 * @property {boolean} trained
 * @property {string[]} order   of the numbers, as they came
 */

/** The choice of a setting that is not offered. */
const OWN = "/";

/** What small maps may be of, and its choices. */
const ROWS = () => [
  { at: "/network/cell", label: "cell", rows: cells() },
  { at: "/network/activation", label: "activation", rows: activations() },
  { at: "/network/topology", label: "wiring", rows: wirings() },
];

const ENDS = ["from", "to", "points"];

/** @param {number} n @param {string} name */
const input = (n, name) => byId(document, `map-axis-${n}-${name}`, HTMLInputElement);
/** @param {number} n @param {string} name */
const select = (n, name) => byId(document, `map-axis-${n}-${name}`, HTMLSelectElement);

/** @param {Form} of @param {number} n @param {any} axis   null: as it is offered */
function fill({ axes }, n, axis) {
  const at = select(n, "at").value;
  byId(document, `map-axis-${n}-own`).hidden = at !== OWN;
  input(n, "pointer").required = at === OWN;
  const known = [...ofExperiments(), ...ofTrainings()].find((one) => one.at === at);
  const { values, scale } = axis ?? {};
  const listed = values && scale ? { from: values[0], to: values.at(-1), points: values.length, scale } : null;
  /** @type {any} */
  const span = axis?.from !== undefined ? axis : (listed ?? (axis ? null : (known ?? (at === OWN ? { from: 1, to: 8, points: 8 } : null))));
  byId(document, `map-axis-${n}-span`).hidden = !span;
  for (const name of ENDS) {
    input(n, name).disabled = !span;
    input(n, name).value = span ? String(span[name]) : "";
  }
  select(n, "scale").value = span?.scale === "log" ? "log" : "";
  axes[n] = axis ?? null;
}

/** @param {Form} of @param {number} n @param {any} axis */
function putAxis(of, n, axis) {
  const offered = of.trained ? ofTrainings() : ofExperiments();
  const choice = select(n, "at");
  choice.replaceChildren(...(n ? [new Option("nothing", "")] : []), ...offered.map(({ at, label }) => new Option(label, at)));
  if (axis && !offered.some(({ at }) => at === axis.at)) choice.append(new Option(nameOf(axis), axis.at));
  choice.append(new Option("another setting …", OWN));
  choice.value = axis?.at ?? "";
  fill(of, n, axis);
}

/** @param {string} value @param {string} label @param {boolean} checked */
function box(value, label, checked) {
  const line = element("label", "check");
  line.append(Object.assign(element("input"), { type: "checkbox", value, checked }), ` ${label}`);
  return line;
}

/** @param {any[] | null} chosen   null: the first few */
function putValues(chosen) {
  const of = ROWS().find(({ at }) => at === byId(document, "map-rows", HTMLSelectElement).value);
  const place = byId(document, "map-row-values");
  place.hidden = !of;
  place.replaceChildren(...(of?.rows ?? []).map(({ name, label }, n) => box(name, label, chosen ? chosen.includes(name) : n < 4)));
}

/** @param {Form} of @param {any} axis */
function putRows(of, axis) {
  const rows = byId(document, "map-rows", HTMLSelectElement);
  const known = of.trained ? [] : ROWS();
  of.rows = axis ?? null;
  rows.replaceChildren(new Option("one map", ""), ...known.map(({ at, label }) => new Option(`by ${label}`, at)));
  if (axis && !known.some(({ at }) => at === axis.at)) rows.append(new Option(`by ${nameOf(axis)}`, axis.at));
  rows.value = axis?.at ?? "";
  putValues(axis?.values ?? null);
}

/** @param {Form} of @param {string[] | null} chosen */
function putNumbers({ numbers, trained }, chosen) {
  const own = numbers.filter((one) => one.trained === trained);
  byId(document, "map-numbers").replaceChildren(
    ...own.map(({ name, label, words }, n) => {
      const line = box(name, label, chosen ? chosen.includes(name) : n < 2);
      line.title = words;
      return line;
    }),
  );
}

/** @param {string} id */
const ticked = (id) => allWithin(byId(document, id), "input:checked", HTMLInputElement).map(({ value }) => value);

/** Those that are wanted, in the order in which they came: the first is shown first, and is what is refined by. @param {{order: string[]}} of @param {string[]} names */
export function ordered({ order }, names) {
  return [...order.filter((name) => names.includes(name)), ...names.filter((name) => !order.includes(name))];
}

/** @param {Form} of */
const numbersSaid = (of) => ordered(of, ticked("map-numbers"));

/** @param {Form} of @param {number} n @returns {any} */
function axisSaid({ axes }, n) {
  const chosen = select(n, "at").value;
  const at = chosen === OWN ? input(n, "pointer").value.trim() : chosen;
  if (!chosen) return null;
  if (byId(document, `map-axis-${n}-span`).hidden) return axes[n];
  const [from, to, points] = ENDS.map((name) => Number(input(n, name).value));
  const scale = select(n, "scale").value;
  const label = axes[n]?.at === at ? axes[n].label : "";
  return { at, from, to, points, ...(scale ? { scale } : {}), ...(label ? { label } : {}) };
}

/** @param {Form} of */
function rowsSaid({ rows }) {
  const at = byId(document, "map-rows", HTMLSelectElement).value;
  if (!at) return null;
  return byId(document, "map-row-values").hidden ? rows : { at, values: ticked("map-row-values") };
}

/** A threshold needs a rule that has one. @param {any} base   as JSON @param {string} at   what is varied */
export function withRule(base, at) {
  if (!at.startsWith("/clip/") || (base.clip?.rule ?? "none") !== "none") return base;
  return { ...base, clip: { ...base.clip, rule: wholeRule()?.name } };
}

/** Where on the form something stands that is refused: a value of an axis at the axis. @param {string} pointer @param {any} sweep   as it was sent */
export function placeOf(pointer, sweep) {
  const base = sweep.training ? "/training" : "/experiment";
  /** @param {any} axis */
  const holds = (axis) => axis && `${pointer}/`.startsWith(`${base}${axis.at}/`);
  const n = sweep.axes.findIndex(holds);
  return n >= 0 ? `/axes/${n}` : holds(sweep.rows) ? "/rows" : pointer;
}

/** What no setting takes, in words where it was varied. @param {string} detail @param {string} pointer @param {string} place */
export const refusal = (detail, pointer, place) => (place !== pointer && detail.startsWith("Extra inputs") ? `there is no setting ${pointer.replace(/^\/(experiment|training)/, "")}` : detail);

/** What has to be chosen first. @param {any} sweep   as it would be sent */
export function missing({ numbers, rows }) {
  const faults = [];
  if (!numbers.length) faults.push({ pointer: "/numbers", detail: "Choose one at least." });
  if (rows && !rows.values.length) faults.push({ pointer: "/rows", detail: "Choose one at least, or draw one map." });
  return faults;
}

/** How many there will be. @param {Form} of */
function count(of) {
  const all = [axisSaid(of, 0), axisSaid(of, 1), rowsSaid(of)].filter(Boolean);
  const points = all.reduce((product, axis) => product * countOf(axis), 1);
  const draws = points * Number(byId(document, "map-seeds", HTMLInputElement).value);
  const first = numbersSaid(of)[0];
  byId(document, "map-refine-by").textContent = first ? `in: ${of.numbers.find(({ name }) => name === first)?.label}` : "";
  const what = of.trained ? "trainings" : "networks";
  const some = Number.isInteger(draws) && draws > 0;
  byId(document, "map-will").textContent = some ? `${points.toLocaleString("en-US")} ${points === 1 ? "point" : "points"}, ${draws.toLocaleString("en-US")} ${draws === 1 ? what.slice(0, -1) : what}.` : "";
}

/** @param {HTMLFormElement} form @param {MapNumber[]} numbers */
export function createSetup(form, numbers) {
  /** @type {Form} */
  const of = { form, numbers, axes: [], rows: null, trained: false, order: [] };
  const base = byId(document, "map-base", HTMLTextAreaElement);
  const title = byId(document, "map-title", HTMLInputElement);
  const seeds = byId(document, "map-seeds", HTMLInputElement);
  const refine = byId(document, "map-refine", HTMLInputElement);
  let look = "";
  for (const n of [0, 1])
    select(n, "at").addEventListener("change", () => {
      fill(of, n, null);
      try {
        const asked = JSON.parse(base.value || "{}");
        const ruled = withRule(asked, select(n, "at").value);
        if (ruled !== asked) base.value = JSON.stringify(ruled, null, 1);
      } catch {
        // what is no JSON is refused when it is sent
      }
    });
  form.addEventListener("input", () => (look = ""));
  byId(document, "map-rows").addEventListener("change", () => putValues(null));
  form.addEventListener("input", () => count(of));
  form.addEventListener("change", () => count(of));

  return {
    /** @param {any} sweep   as it is sent, or as the service says it @param {string} name @param {string} see   what there is to see */
    show(sweep, name, see = "") {
      look = see;
      of.trained = Boolean(sweep.training);
      title.value = name;
      byId(document, "map-look").textContent = see;
      within(form, "[data-of-base]").dataset.pointer = of.trained ? "/training" : "/experiment";
      base.value = JSON.stringify(sweep.training ?? sweep.experiment ?? {}, null, 1);
      within(form, "[data-base]").textContent = of.trained ? "The plan" : "The experiment";
      putAxis(of, 0, sweep.axes[0]);
      putAxis(of, 1, sweep.axes[1] ?? null);
      putRows(of, sweep.rows);
      of.order = sweep.numbers ?? [];
      putNumbers(of, sweep.numbers ?? null);
      seeds.value = String(sweep.seeds ?? 1);
      refine.checked = Boolean(sweep.refine);
      count(of);
    },
    /** As it is sent. @returns {any} */
    read() {
      const rows = rowsSaid(of);
      return {
        [of.trained ? "training" : "experiment"]: JSON.parse(base.value || "{}"),
        axes: [axisSaid(of, 0), axisSaid(of, 1)].filter(Boolean),
        ...(rows ? { rows } : {}),
        seeds: Number(seeds.value),
        numbers: numbersSaid(of),
        refine: refine.checked,
        name: title.value,
        ...(look ? { note: look } : {}),
      };
    },
  };
}
