/** What happens at a stop: its formula, the same with this network's numbers, and the result. */

import { equationsOf } from "../equations.js";
import { fromLog10, number, symbol } from "../format.js";
import { formula, mathElement, row, sign } from "../mathml.js";
import { rowName } from "../picking.js";
import { reason } from "../reason.js";
import { gatesOf, unitsOf } from "./asked.js";
import { atomsOf, nodeOf, parameterOf } from "./atoms.js";
import { asRows, numbersOf, travelling } from "./lookup.js";
import { spelledOut } from "./losses.js";
import { matrixMath } from "./matrix.js";
import { atomOf } from "./scene.js";

/**
 * @typedef {import("./order.js").Stop} Stop
 * @typedef {import("../types.js").Reading} Reading
 * @typedef {import("./lookup.js").Look} Look
 *
 * @typedef {object} Told   a stop in formulas and words
 * @property {string} title
 * @property {HTMLElement[]} parts   each `[data-part]`, with formulas in it
 * @property {string[]} notes
 */

/** @param {string} name @param {...Element} children */
function part(name, ...children) {
  const box = document.createElement("div");
  box.dataset.part = name;
  box.append(...children);
  return box;
}

/** The formulas of a part of what the inspector shows of a place. @param {HTMLElement[]} shown @param {string} name */
function formulasIn(shown, name) {
  const found = shown[0]?.querySelectorAll(`[data-part="${name}"] > math`) ?? [];
  return /** @type {Element[]} */ ([...found]);
}

/** What the inspector adds in brackets: that H₀ is 0. @param {HTMLElement[]} shown */
function asides(shown) {
  return shown.slice(1).map((one) => one.textContent ?? "").filter((text) => text.startsWith("("));
}

/** A formula cut at its first =. @param {Element} math @returns {[Element[], Element[]]} */
function sides(math) {
  const children = [...(math.firstElementChild?.children ?? [])];
  const at = children.findIndex((one) => one.localName === "mo" && one.textContent === "=");
  return at < 0 ? [[], children] : [children.slice(0, at), children.slice(at + 1)];
}

/** What a formula computes: the first symbol on its left. @param {Element} math */
function leftAtom(math) {
  const [left] = sides(math);
  return left.flatMap((one) => atomsOf(wrapped(one)))[0]?.atom ?? null;
}

/** `atomsOf` looks at what it is given, too. @param {Element} element */
function wrapped(element) {
  return row(/** @type {Element} */ (element.cloneNode(true)));
}

/** @param {import("./atoms.js").Atom} atom */
function nameOf(atom) {
  const index = atom.step === null ? "" : ` of step ${atom.step}`;
  const what = { symbol: "", gradient: "gradient of ", slope: "derivative at " }[atom.kind];
  return `${what}${atom.base}${atom.mark}${atom.gate}${index}`;
}

/**
 * The right side with numbers in place of symbols: null where not all are known.
 * @param {Element} math
 * @param {Look} look
 * @param {number} units
 */
function inNumbers(math, look, units) {
  const [left, rest] = sides(math);
  const right = row(...rest.map((one) => /** @type {Element} */ (one.cloneNode(true))));
  const atoms = atomsOf(right);
  if (!left.length || !atoms.length) return null;
  for (const { element, atom } of atoms) {
    const rows = numbersOf(atom, look);
    if (!rows) return null;
    if (atom.base === "Y" && isIndex(element)) {
      const index = mathElement("mn", String(rows.findIndex(([one]) => one === 1) + 1));
      index.setAttribute("data-class", `of ${rows.length}`);
      element.replaceWith(index);
      continue;
    }
    const numbers = matrixMath(nameOf(atom), rows, units);
    tag(numbers, element);
    if (atom.kind === "slope") {
      const dot = /** @type {Element | undefined} */ (element.lastElementChild?.cloneNode(true));
      element.replaceWith(row(numbers, ...(dot ? [dot] : [])));
    } else element.replaceWith(numbers);
  }
  return right;
}

/** Whether a target stands below something: the class whose entry is taken. @param {Element} element */
function isIndex(element) {
  const up = element.parentElement?.localName === "mrow" ? element.parentElement : element;
  return up.parentElement?.localName === "msub" && up.previousElementSibling !== null;
}

/** So many samples are written out; of more the first and the last. */
const SAMPLES = 3;

/**
 * A sum over samples with numbers in place of symbols: null where not all are known.
 * @param {Element} math @param {Look} look @param {number} units
 */
function overSamples(math, look, units) {
  const { batch } = look;
  const all = batch <= SAMPLES ? Array.from({ length: batch }, (_, n) => n) : [0, batch - 1];
  const one = /** @type {Element} */ (math.cloneNode(true));
  for (const sum of one.querySelectorAll(".batch")) sum.remove();
  const terms = all.map((sample) => inNumbers(one, { ...look, sample }, units));
  const plus = batch <= SAMPLES ? [sign("+")] : [sign("+"), sign("⋯"), sign("+")];
  /** @type {Element[]} */
  const parts = [];
  for (const [n, term] of terms.entries()) {
    if (!term) return null;
    parts.push(...(n ? plus.map((mark) => /** @type {Element} */ (mark.cloneNode(true))) : []), term);
  }
  return row(...parts);
}

/**
 * A mean over samples with numbers in place of symbols: what stands behind the 1/B is what each has.
 * @param {Element} math @param {Look} look @param {number} units
 */
function meanOverSamples(math, look, units) {
  const whole = /** @type {Element} */ (math.cloneNode(true));
  const sum = whole.querySelector(".batch");
  const [share, inside] = [sum?.querySelector("mfrac"), sum?.parentElement];
  if (!sum || !share || !inside) return inNumbers(math, look, units);
  const all = [...inside.children];
  const own = all.slice(all.indexOf(sum) + 1);
  const terms = overSamples(formula(mathElement("mi", "L"), sign("="), ...own), look, units);
  if (!terms) return null;
  sum.replaceWith(share, sign("("), terms, sign(")"));
  return row(...sides(whole)[1]);
}

/** Numbers stand where a symbol stood: they light the same place. @param {Element} to @param {Element} from */
function tag(to, from) {
  for (const name of ["data-lights", "data-parameter"]) {
    const value = from.getAttribute(name);
    if (value) to.setAttribute(name, value);
  }
}

/**
 * Say on every symbol of a formula what it lights in the diagram.
 * @param {Element} math
 * @param {Reading} reading
 * @param {Look} look
 */
function tagSymbols(math, reading, look) {
  const letters = new Set(look.cell.gates.map(({ letter }) => letter));
  for (const { element, atom } of atomsOf(math)) {
    const node = nodeOf(atom, { letters });
    if (node && reading.nodes.has(node)) element.setAttribute("data-lights", node);
    const parameter = parameterOf(atom);
    if (parameter) element.setAttribute("data-parameter", parameter);
  }
}

/** What is read of it. @param {Element | null} one */
function said(one) {
  return one?.textContent ?? "";
}

/** = result. @param {string} name @param {import("./lookup.js").Matrix | null} rows @param {number} units */
function result(name, rows, units) {
  return rows ? formula(sign("="), matrixMath(name, rows, units)) : null;
}

/**
 * A formula, under it the numbers, and what comes out.
 * @param {string} name   of the part
 * @param {Element} math
 * @param {import("./lookup.js").Matrix | null} outcome
 * @param {{reading: Reading, look: Look | null, sums?: "" | "sum" | "mean", whole?: Element}} given
 *   sums: over samples; whole: the formula that the numbers stand in, where it is another
 */
function lines(name, math, outcome, { reading, look, sums = "", whole = math }) {
  const units = unitsOf(reading.flow);
  if (!look) return [part(name, math)];
  tagSymbols(math, reading, look);
  const made = [part(name, math)];
  const over = { "": inNumbers, sum: overSamples, mean: meanOverSamples }[look.batch > 1 ? sums : ""];
  const numbers = over(whole, look, units);
  const comes = result("the result", outcome, units);
  const put = numbers && formula(sign("="), numbers);
  if (put && said(put) !== said(comes)) made.push(part(`${name}-numbers`, put));
  if (comes) made.push(part(`${name}-result`, comes));
  return made;
}

/**
 * @param {Stop} stop
 * @param {Reading} reading
 * @param {Look | null} look   its numbers; null while they are not there
 * @returns {Told}
 */
export function told(stop, reading, look) {
  if (stop.phase === "forward") return forward(stop, reading, look);
  return stop.kind === "enter" ? entering(stop, reading) : back(stop, reading, look);
}

/** @param {Stop} stop @param {Reading} reading @param {Look | null} look @returns {Told} */
function forward(stop, reading, look) {
  const placed = reading.nodes.get(stop.id);
  const kind = placed?.node.kind ?? "input";
  const inside = stop.kind === "inside";
  const gated = Boolean(gatesOf(reading.flow));
  const about = inside && gated ? stop.id.replace(/^c/, "h") : stop.id;
  const shown = equationsOf(about, reading);
  const all = formulasIn(shown, "forward");
  const own = stop.id[0].toUpperCase();
  const chosen = inside
    ? gated
      ? formulasIn(shown, "gates")
      : all.filter((math) => leftAtom(math)?.base === "A")
    : all.filter((math) => kind === "loss" || leftAtom(math)?.base !== "A").slice(0, kind === "loss" ? 9 : 1);
  const parts = [];
  for (const math of chosen) {
    const atom = leftAtom(math);
    const value = kind === "loss" ? lossOf(math, stop, reading) : look && atom && numbersOf(atom, look);
    const says = kind !== "loss" || value;
    const whole = kind === "loss" ? spelledOut(math, chosen, reading.flow.experiment.network.output_size) : math;
    parts.push(...lines("forward", math, value || null, { reading, look: says ? look : null, sums: "mean", whole }));
  }
  if (kind === "input" && look) {
    const rows = numbersOf(atomOf(stop.id), look);
    const comes = result("the input", rows, unitsOf(reading.flow));
    if (comes) parts.push(part("forward-result", comes));
  }
  const notes = [];
  if (kind === "loss") {
    const value = reading.flow.step_losses[stop.step - 1];
    notes.push(value === null ? "" : `${symbol(stop.id)} = ${number(value, 4)}`);
    const index = parts.map((one) => one.querySelector("[data-class]")).find(Boolean);
    const of = index?.getAttribute("data-class");
    if (index && look?.batch === 1)
      notes.push(`${symbol(stop.id).replace("L", "Y")} is class ${index.textContent} ${of}, counted from 1.`);
    else if (index) notes.push(`What stands below is each sample’s class, counted from 1 (${of}).`);
  }
  if (chosen.length) notes.push(...asides(shown));
  const what = inside
    ? gated
      ? `the gates of step ${stop.step}`
      : `what the units of step ${stop.step} weigh, A${symbol(about).slice(1)}`
    : `${rowName(kind)} of step ${stop.step}, ${own}${symbol(stop.id).slice(1)}`;
  return { title: `Forward: ${what}`, parts, notes: notes.filter(Boolean) };
}

/** L_t, where a formula says it; null where it says what it is made of. @param {Element} math @param {Stop} stop @param {Reading} reading */
function lossOf(math, { step }, { flow }) {
  const [left] = sides(math);
  const name = left.map(({ textContent }) => textContent).join("").replaceAll(/\s/g, "");
  return name === `L${step}` ? [[flow.step_losses[step - 1]]] : null;
}

/** @param {Stop} stop @param {Reading} reading @returns {Told} */
function entering(stop, reading) {
  const [math] = formulasIn(equationsOf(stop.id, reading), "backward");
  const value = reading.flow.step_losses[stop.step - 1];
  const is = value === null ? "" : `${symbol(stop.id)} = ${number(value, 4)}. `;
  return {
    title: `Back: the gradient enters at ${symbol(stop.id)}`,
    parts: math ? [part("backward", math)] : [],
    notes: [`${is}A loss changes with itself one to one: the way back begins with 1.`],
  };
}

/** @param {Stop} stop @param {Reading} reading @param {Look | null} look @returns {Told} */
function back(stop, reading, look) {
  const placed = /** @type {import("../types.js").PlacedEdge} */ (reading.edges.get(stop.id));
  const { edge } = placed;
  const [from, to] = [symbol(edge.target), symbol(edge.source)];
  const shown = equationsOf(stop.id, reading);
  const notes = [];
  const parts = [];
  if (stop.stopped) {
    const why = reason(placed, reading);
    notes.push(`Nothing passes from ${from} to ${to}${why ? `: ${why}` : ""}.`);
  } else {
    const whole = stop.completes ? formulasIn(equationsOf(edge.source, reading), "backward") : [];
    const [math] = whole.length ? whole : formulasIn(shown, "backward");
    const alone = liveFrom(edge.source, reading) < 2;
    const outcome =
      look && ((whole.length ? numbersOf(atomOf(edge.source, "gradient"), look) : null) ?? ((alone || !whole.length) && travelling(edge, look)));
    if (math) parts.push(...lines("backward", math, outcome || null, { reading, look }));
    notes.push(arrives(placed, stop.completes, reading));
  }
  for (const math of formulasIn(shown, "gates")) {
    const atom = leftAtom(math);
    const outcome = look && atom ? numbersOf(atom, look) : null;
    parts.push(...lines("gates", math, outcome, { reading, look }));
  }
  const [adds] = formulasIn(shown, "parameter");
  if (adds && edge.parameter) {
    const steps = look?.values.terms[edge.parameter];
    const term = look && steps?.[stop.step - look.values.first];
    parts.push(...lines("parameter", adds, asRows(term), { reading, look, sums: "sum" }));
  }
  notes.push(...asides(shown));
  return { title: `Back: from ${from} to ${to}`, parts, notes };
}

/** Along how many edges something comes to a node. @param {string} id @param {Reading} reading */
function liveFrom(id, reading) {
  const leaving = reading.leaving.get(id) ?? [];
  return leaving.filter((one) => one.log10_norm !== null && !one.blocked).length;
}

/** How much comes, and whether more is to come. @param {import("../types.js").PlacedEdge} placed @param {boolean} completes @param {Reading} reading */
function arrives({ edge }, completes, reading) {
  const to = symbol(edge.source);
  const size = fromLog10(edge.log10_norm);
  const node = reading.nodes.get(edge.source)?.node.log10_norm;
  if (liveFrom(edge.source, reading) < 2) return `What arrives at ${to} has the norm ${size}.`;
  if (!completes) return `This part has the norm ${size}; ${to} still waits for another.`;
  return `This part has the norm ${size}; with it ${to} is complete, of norm ${fromLog10(node)}.`;
}
