/** From a loss back to a step: the product of Jacobians, factor by factor. */

import { chainOf } from "../api.js";
import { element, paragraph } from "../elements.js";
import { activationSymbol, compare, fromLog10, isOne, number, plural, subscript } from "../format.js";
import { batchOf } from "../samples.js";
import { cellOf } from "../vocabulary.js";
import { experimentOf } from "./asked.js";
import { createForm } from "./chain/form.js";

/** So many factors stand there at most, and so many of them at the end. */
const MOST = 160;
const AT_THE_END = 40;
/** The notes' own example: 1.1 and 0.9, from step 115 to step 50. */
const NOTES = { loss: 115, step: 50, weights: [1.1, 0.9], written: ["117", "0.005"], factors: 50 };

/**
 * @typedef {object} Chain   of an answer
 * @property {number} loss_step
 * @property {number} step
 * @property {number} count
 * @property {(number | null)[]} jacobian_log10_norm
 * @property {(number | null)[]} product_log10_norm
 * @property {(number | null)[] | null} cell_product_log10_norm
 * @property {(number | null)[] | null} slope
 * @property {(number | null)[] | null} jacobian
 * @property {number[] | null} sign
 * @property {number | null} entering_log10_norm
 * @property {(number | null)[]} gradient_log10_norm
 */

/** @typedef {{cell: string, activation: string}} Network */

/** @param {string} letter @param {number} step */
const at = (letter, step) => `${letter}${subscript(step)}`;

/** A product with its sign. @param {Chain} chain @param {number} n */
function productAt({ product_log10_norm: logs, sign }, n) {
  const text = fromLog10(logs[n], 4);
  return sign && sign[n] < 0 && text !== "0" ? `−${text}` : text;
}

/**
 * What a factor is: f′(a) · W^H for one unit, else the norm of its Jacobian.
 * @param {Chain} chain @param {number} n @param {string} activation   its symbol
 * @param {string} matrix   what R is called
 * @returns {[string, string]} symbols, numbers
 */
function factorAt(chain, n, activation, matrix) {
  const step = chain.loss_step - n;
  const own = chain.jacobian?.[n] ?? null;
  const slope = chain.slope?.[n] ?? null;
  if (chain.jacobian && own !== null) {
    if (slope === null || slope === 0)
      return [`∂${at("H", step)}/∂${at("H", step - 1)}`, number(own, 4)];
    const weight = own / slope;
    return activation
      ? [`${activation}′(${at("A", step)}) · ${matrix}`, `${number(slope)} · ${signed(weight)}`]
      : [matrix, number(weight)];
  }
  return [`‖∂${at("H", step)}/∂${at("H", step - 1)}‖`, fromLog10(chain.jacobian_log10_norm[n])];
}

/** @param {number} value */
function signed(value) {
  return value < 0 ? `(${number(value)})` : number(value);
}

/**
 * What the chain comes to, in sentences.
 * @param {Chain} chain
 * @param {{cell: import("../types.js").CellWords, batch: number, layers: number}} of
 * @returns {string[]}
 */
export function sentences(chain, { cell, batch, layers }) {
  const { loss_step: i, step: t, count } = chain;
  const words = [];
  if (count === 0) return [`From L${subscript(i)} to step ${i} itself there is no factor: the product is 1.`];
  const last = chain.product_log10_norm[count - 1];
  const value = productAt(chain, count - 1);
  const what = chain.jacobian ? "Their product" : "The norm of their product";
  words.push(
    `From L${subscript(i)} back to step ${t} there ${count === 1 ? "is 1 factor" : `are ${count} factors`}. ${what} is ${last === null ? "exactly 0" : value}.`,
  );
  words.push(travelling(chain));
  if (!chain.jacobian) words.push(whyNorms(chain, cell));
  const notes = asInTheNotes(chain);
  if (notes) words.push(notes);
  if (batch > 1) words.push(`The factors are those of the first of ${batch} samples.`);
  if (layers > 1) words.push("They are those of the last layer.");
  return words.filter(Boolean);
}

/** What really arrives, under a truncation too. @param {Chain} chain */
function travelling(chain) {
  const { count, entering_log10_norm: enters, step: t, loss_step: i } = chain;
  const arrives = chain.gradient_log10_norm[count - 1];
  const product = chain.product_log10_norm[count - 1];
  if (enters === null) return `Nothing enters at ${at("H", i)}: L${subscript(i)} has the gradient 0 there.`;
  if (arrives === null)
    return product === null
      ? `So nothing of L${subscript(i)} arrives at ${at("H", t)}.`
      : `Of L${subscript(i)} nothing arrives at ${at("H", t)} all the same: a copy or a truncation stops it on the way. The factors are the derivatives of the forward pass, which nothing stops.`;
  return `∂L${subscript(i)}/∂${at("H", i)} has the norm ${fromLog10(enters)}, and ∂L${subscript(i)}/∂${at("H", t)} the norm ${fromLog10(arrives)}.`;
}

/** Why a product's norm is not the norms' product. @param {Chain} chain @param {import("../types.js").CellWords} cell */
function whyNorms(chain, cell) {
  const { count, jacobian_log10_norm: own } = chain;
  if (cell.has_c)
    return "The norms of ∂H/∂H do not multiply to it: what goes by way of C, from one step to the next, is in the product and in none of them.";
  if (count < 2 || own.some((value) => value === null)) return "";
  const norms = own.reduce((/** @type {number} */ sum, value) => sum + Number(value), 0);
  const product = chain.product_log10_norm[count - 1];
  if (product !== null && isOne(norms - product))
    return `The norms multiplied give the same ${fromLog10(norms)}: every Jacobian stretches the very direction most that the one before stretches most.`;
  return `The norms multiplied would give ${fromLog10(norms)}. The norm of a product is at most that: a norm says how far a Jacobian stretches the direction that it stretches most, and that need not be the direction that the one before sends there.`;
}

/** Where this is the notes' chain, both of their numbers. @param {Chain} chain */
function asInTheNotes(chain) {
  const { loss, step, weights, written, factors } = NOTES;
  if (chain.loss_step !== loss || chain.step !== step || !chain.jacobian) return "";
  const nth = weights.findIndex((w) => chain.jacobian?.every((one) => one !== null && compare(one, w) === 0));
  if (nth < 0) return "";
  const [fifty, all] = [factors - 1, chain.count - 1].map((n) => fromLog10(chain.product_log10_norm[n], n === factors - 1 ? 4 : weights[nth] > 1 ? 4 : 3));
  return `These are ${chain.count} factors: ${weights[nth]}${superscriptOf(chain.count)} = ${all}. The ${written[nth]} that the notes give is ${weights[nth]}${superscriptOf(factors)} = ${fifty}, the product of ${factors} factors, which is reached at step ${loss - factors}.`;
}

/** @param {number} value */
function superscriptOf(value) {
  return [...String(value)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("");
}

/**
 * @param {HTMLElement} place
 * @param {import("../stepping.js").Page} page
 * @returns {import("../stepping.js").View}
 */
export function createView(place, page) {
  const { pictures } = page;
  const form = createForm(page);
  const words = element("div", "chain-words");
  words.setAttribute("aria-live", "polite");
  const list = element("ol", "chain-list");
  list.tabIndex = 0;
  list.setAttribute("aria-label", "The factors, the latest first");
  place.append(form.element, words, list);
  const state = { running: new AbortController(), asked: /** @type {any} */ (null), key: "" };

  /** Nothing but a sentence. @param {string} text @param {string} how */
  function sayOnly(text, how) {
    words.replaceChildren(paragraph(text, how));
    list.replaceChildren();
  }

  async function show() {
    const reading = pictures.reading();
    const chain = form.wanted();
    if (!chain) return sayOnly("No loss is left from which a chain could begin.", "note");
    form.put(chain, reading.steps);
    const now = JSON.stringify(chain);
    if (state.asked === reading.flow && now === state.key) return;
    [state.asked, state.key] = [reading.flow, now];
    state.running.abort();
    state.running = new AbortController();
    place.setAttribute("aria-busy", "true");
    try {
      put(await chainOf(page.base, reading.flow.experiment, chain, state.running.signal), reading);
    } catch (cause) {
      if (/** @type {Error} */ (cause).name === "AbortError") return;
      sayOnly(/** @type {Error} */ (cause).message, "error");
    }
    place.setAttribute("aria-busy", "false");
  }

  /** @param {Chain} chain @param {import("../types.js").Reading} reading */
  function put(chain, reading) {
    const { network } = experimentOf(reading.flow);
    const of = { cell: cellOf(network.cell), batch: batchOf(reading.flow), layers: reading.layers };
    words.replaceChildren(...sentences(chain, of).map((text, n) => paragraph(text, n ? "note" : "")));
    list.replaceChildren(...itemsOf(chain, network));
  }

  return {
    show: () => void show(),
    close: () => state.running.abort(),
  };
}

/**
 * Where the chain begins and each of its factors; of a long one the middle is left out.
 * @param {Chain} chain @param {Network} network
 */
function itemsOf(chain, network) {
  const first = chain.count > MOST ? MOST - AT_THE_END : chain.count;
  const items = [start(chain)];
  for (let n = 0; n < chain.count; n += 1) {
    if (n === first) {
      n = chain.count - AT_THE_END;
      items.push(element("li", "chain-gap", `… ${plural(n - first, "factor")} …`));
    }
    items.push(card(chain, n, network));
  }
  return items;
}

/** @param {Chain} chain */
function start(chain) {
  const made = element("li", "chain-start");
  made.append(element("b", "", `H${subscript(chain.loss_step)}`), element("span", "chain-product", "1"));
  return made;
}

/** @param {Chain} chain @param {number} n @param {Network} network */
function card(chain, n, network) {
  const matrix = cellOf(network.cell).feeds_outputs ? "Wʸ Wᴼ" : "Wᴴ";
  const [name, value] = factorAt(chain, n, activationSymbol(network.activation), matrix);
  const made = element("li", "chain-factor");
  made.dataset.step = String(chain.loss_step - n - 1);
  made.append(
    element("span", "chain-name", name),
    element("span", "chain-value", value),
    element("b", "", `H${subscript(chain.loss_step - n - 1)}`),
    element("span", "chain-product", productAt(chain, n)),
  );
  return made;
}
