/** A weight is shared: its gradient is a sum with one term a step. */

import { valuesOf } from "../api.js";
import { element, paragraph } from "../elements.js";
import { fromLog10, number, parameterName, plural } from "../format.js";
import { firstReached } from "../reach.js";
import { experimentOf, weightsOf } from "./asked.js";
import { createLights } from "./lights.js";
import { asRows } from "./lookup.js";

const SVG = "http://www.w3.org/2000/svg";
const SIZE = { width: 280, height: 92, left: 4, bottom: 14 };
/** So many signed numbers are asked for. */
const MOST = 90_000;

/**
 * @typedef {object} Terms
 * @property {(number | null)[]} log10   of every step's term; null: exactly zero
 * @property {(number | null)[] | null} signed   where the weight is a single number
 */

/**
 * @param {HTMLElement} place
 * @param {import("../stepping.js").Page} page
 */
export function createShare(place, page) {
  const { pictures, document } = page;
  const canvas = /** @type {HTMLElement} */ (document.querySelector("#figure-diagram .canvas"));
  const lights = createLights(canvas);
  /** @type {WeakMap<object, Record<string, any>>} */
  const held = new WeakMap();
  let said = "";

  /** @param {import("../types.js").Flow} flow @param {() => void} came */
  async function askSigned(flow, came) {
    if (held.has(flow)) return;
    held.set(flow, {});
    const experiment = { ...flow.experiment, follow: null };
    const all = { first: 1, last: flow.steps };
    const values = await valuesOf(page.base, experiment, all, new AbortController().signal);
    held.set(flow, values?.terms ?? {});
    came();
  }

  /** @param {string} name */
  function show(name) {
    const reading = pictures.reading();
    const own = reading?.flow.parameter_gradients[name];
    if (!own) return hide();
    const { flow } = reading;
    const single = asRows(own.value)?.flat().length === 1;
    if (single && flow.steps * (weightsOf(flow) + 40) < MOST) askSigned(flow, () => show(name));
    const steps = held.get(flow)?.[name];
    const signed = single && steps ? steps.map((/** @type {any} */ term) => [term].flat(2)[0]) : null;
    lights.show(copiesOf(name, reading), reading, pictures.frames().diagram);
    const key = `${name}|${signed !== null}|${document.documentElement.dataset.theme}`;
    if (said === key && place.dataset.of === String(flow.loss)) return undefined;
    said = key;
    place.dataset.of = String(flow.loss);
    put(place, name, reading, { log10: own.step_log10_norm, signed });
    return undefined;
  }

  function hide() {
    said = "";
    place.replaceChildren();
    lights.hide();
  }

  return { show, hide };
}

/**
 * Where a weight's copies are: its edges; of a bias, the nodes that it is added to.
 * @param {string} name @param {import("../types.js").Reading} reading
 */
function copiesOf(name, reading) {
  const edges = [...reading.edges.values()].filter(({ edge }) => edge.parameter === name);
  if (edges.length || !/^[bp]_/.test(name)) return edges.map(({ id }) => id);
  const layer = Number(/_(\d)$/.exec(name)?.[1] ?? 0);
  const kind = name === "b_y" ? "output" : "hidden";
  return [...reading.nodes.values()]
    .map(({ node }) => node)
    .filter((node) => node.kind === kind && node.step > 0)
    .filter((node) => kind === "output" || (node.layer ?? 0) === layer)
    .map(({ id }) => id);
}

/**
 * From which losses a step's term lacks something, by a truncation: "all", "some" or "none".
 * @param {number} step @param {import("../types.js").Reading} reading @param {boolean} outputs
 *   whether the weight is the outputs' own, which a truncation leaves alone
 */
function cutAt(step, reading, outputs) {
  if (outputs) return "none";
  const { truncation } = experimentOf(reading.flow);
  const later = reading.lossSteps.filter((i) => i >= step);
  const reach = later.filter((i) => firstReached(/** @type {any} */ (truncation), i) <= step);
  if (reach.length === later.length) return "none";
  return reach.length ? "some" : "all";
}

/** @param {HTMLElement} place @param {string} name @param {import("../types.js").Reading} reading @param {Terms} terms */
function put(place, name, reading, terms) {
  const symbol = parameterName(name);
  const title = element("h3", "", `∂L/∂${symbol} is a sum over the steps`);
  place.replaceChildren(
    title,
    picture(name, reading, terms),
    ...sentences(name, reading, terms).map((text) => paragraph(text, "note")),
  );
}

/** Heights of the bars, from −1 to 1. @param {Terms} terms */
function heightsOf({ log10, signed }) {
  if (signed) {
    const most = Math.max(...signed.map((value) => Math.abs(value ?? 0)));
    return signed.map((value) => (value ?? 0) / (most || 1));
  }
  const most = Math.max(...log10.map((value) => value ?? -Infinity));
  return log10.map((value) => (value === null ? 0 : 10 ** (value - most)));
}

/** The step with the largest term, or 0. @param {Terms} terms */
function largestStep({ log10 }) {
  let best = 0;
  log10.forEach((value, n) => {
    if (value !== null && (best === 0 || value > (log10[best - 1] ?? -Infinity))) best = n + 1;
  });
  return best;
}

/** @param {string} name @param {Record<string, string | number>} attributes */
function svg(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** @param {string} name @param {import("../types.js").Reading} reading @param {Terms} terms */
function picture(name, reading, terms) {
  const { width, height, left, bottom } = SIZE;
  const heights = heightsOf(terms);
  const steps = heights.length;
  const negative = heights.some((value) => value < 0);
  const plot = height - bottom;
  const zero = negative ? plot / 2 : plot;
  const each = (width - 2 * left) / steps;
  const made = svg("svg", {
    class: "share-bars",
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": `${sentences(name, reading, terms).join(" ")}`,
  });
  const pattern = svg("pattern", { id: "hatch", width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
  pattern.append(svg("line", { x1: 0, y1: 0, x2: 0, y2: 5, class: "hatch-line" }));
  const defs = svg("defs", {});
  defs.append(pattern);
  made.append(defs);
  const outputs = /^(W_hy|b_y)$/.test(name);
  for (let step = 1; step <= steps; step += 1) {
    const cut = cutAt(step, reading, outputs);
    if (cut === "none") continue;
    const top = cut === "all" ? 0 : plot - 8;
    made.append(
      svg("rect", { class: "hatched", "data-cut": cut, x: left + (step - 1) * each, y: top, width: each, height: plot - top, fill: "url(#hatch)" }),
    );
  }
  const largest = largestStep(terms);
  const full = (negative ? plot / 2 : plot) - 4;
  heights.forEach((value, n) => {
    const high = Math.abs(value) * full;
    const bar = svg("rect", {
      class: `share-bar${value < 0 ? " minus" : ""}${n + 1 === largest ? " largest" : ""}`,
      "data-step": n + 1,
      x: left + n * each + Math.min(1, each * 0.1),
      y: value < 0 ? zero : zero - high,
      width: Math.max(0.4, each - 2 * Math.min(1, each * 0.1)),
      height: Math.max(value === 0 ? 0 : 0.7, high),
    });
    const log10 = terms.log10[n];
    const text = terms.signed ? number(terms.signed[n]) : fromLog10(log10);
    bar.append(Object.assign(svg("title", {}), { textContent: `step ${n + 1}: ${text}` }));
    made.append(bar);
  });
  made.append(svg("line", { class: "share-zero", x1: left, x2: width - left, y1: zero, y2: zero }));
  for (const [step, anchor] of /** @type {[number, string][]} */ ([[1, "start"], [steps, "end"]])) {
    if (step === steps && steps < 2) continue;
    const label = svg("text", { x: anchor === "start" ? left : width - left, y: height - 2, "text-anchor": anchor });
    label.textContent = `step ${step}`;
    made.append(label);
  }
  return made;
}

/** @param {string} name @param {import("../types.js").Reading} reading @param {Terms} terms @returns {string[]} */
export function sentences(name, reading, terms) {
  const symbol = parameterName(name);
  const { log10, signed } = terms;
  const steps = log10.length;
  const largest = largestStep(terms);
  const words = [];
  words.push(
    steps === 1
      ? `One step uses ${symbol}, and its term is the whole gradient.`
      : `The same ${symbol} stands at ${steps} steps. Each adds its own term, and ∂L/∂${symbol} is their sum, over every loss.`,
  );
  if (!largest) return [...words, "Every term is exactly zero."];
  const size = signed ? number(signed[largest - 1]) : fromLog10(log10[largest - 1]);
  const what = signed ? "term" : "term by its norm";
  if (steps > 1) words.push(`The largest ${what} is that of step ${largest}: ${size}.`);
  const none = log10.filter((value) => value === null).length;
  if (none) words.push(`${plural(none, "step")} ${none === 1 ? "adds" : "add"} exactly nothing.`);
  const share = sumOf(terms);
  if (steps > 2 && share) words.push(share);
  const outputs = /^(W_hy|b_y)$/.test(name);
  const cuts = log10.map((_, n) => cutAt(n + 1, reading, outputs));
  const [all, some] = ["all", "some"].map((kind) => cuts.filter((cut) => cut === kind).length);
  if (all) words.push(`Hatched: at ${plural(all, "step")} a truncation lets no loss arrive.`);
  if (some)
    words.push(`Hatched at the foot: at ${plural(some, "step")} the truncation cuts off some of the later losses.`);
  return words;
}

/** Whether the terms add up or cancel. @param {Terms} terms */
function sumOf({ log10, signed }) {
  if (signed?.every((value) => value !== null)) {
    const sum = signed.reduce((/** @type {number} */ a, b) => a + Number(b), 0);
    const sizes = signed.reduce((/** @type {number} */ a, b) => a + Math.abs(Number(b)), 0);
    if (sizes === 0) return "";
    const lost = Math.abs(sum) / sizes;
    return lost > 0.999 ? `They all have one sign and add up to ${number(sum)}.` : `They partly cancel: the sum is ${number(sum)}, the sizes add up to ${number(sizes)}.`;
  }
  const most = Math.max(...log10.map((value) => value ?? -Infinity));
  const shares = log10.map((value) => (value === null ? 0 : 10 ** (value - most)));
  const whole = shares.reduce((a, b) => a + b, 0);
  const order = [...shares.keys()].sort((a, b) => shares[b] - shares[a]);
  let [count, reached] = [0, 0];
  while (reached < 0.9 * whole) reached += shares[order[count++]];
  return count < shares.length ? `${plural(count, "step")} of ${shares.length} ${count === 1 ? "has" : "have"} ${Math.round((100 * reached) / whole)} % of all the norms together.` : "";
}
