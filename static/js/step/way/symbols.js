/** Symbols of the formulas and what they stand for in the diagram light each other. */

import { rowPixel } from "../../figures/diagram.js";
import { pick } from "../../picking.js";
import { toPixel } from "../../view.js";

/** @import { Frame, Reading } from "../../types.js" */

/** What stands for a node or an edge, and what for a parameter. */
const SYMBOLS = "[data-lights], [data-parameter]";

/**
 * The symbol that an event happened at.
 * @param {Event} event @param {string} selector @returns {Element | null}
 */
function symbolOf({ target }, selector) {
  return target instanceof Element ? target.closest(selector) : null;
}

/** What a symbol lights: its node or edge; of a parameter every edge. @param {Element} symbol @param {Reading | undefined} reading */
function lightsOf(symbol, reading) {
  const parameter = symbol.getAttribute("data-parameter");
  if (!parameter) return [symbol.getAttribute("data-lights") ?? ""];
  return [...(reading?.edges.values() ?? [])]
    .filter(({ edge }) => edge.parameter === parameter)
    .map(({ id }) => id);
}

/** The node or edge under the pointer. @param {PointerEvent} event @param {Element} hit @param {Reading} reading @param {Frame} frame */
function thingUnder(event, hit, reading, frame) {
  const { left, top } = hit.getBoundingClientRect();
  const point = { x: event.clientX - left, y: event.clientY - top };
  /** @param {number} x @param {number} y */
  const at = (x, y) => ({ x: toPixel(frame, x), y: rowPixel(frame, y, reading.span) });
  return pick(reading, point, at, frame);
}

/**
 * Light the symbols of a node or an edge, and no others.
 * @param {HTMLElement} maths @param {string | null} id @param {Reading | undefined} reading
 */
function lightSymbols(maths, id, reading) {
  const edge = id ? reading?.edges.get(id)?.edge : undefined;
  for (const one of maths.querySelectorAll(SYMBOLS)) {
    const of = one.getAttribute("data-lights");
    const is = edge
      ? one.getAttribute("data-parameter") === edge.parameter && edge.parameter !== null
      : of !== null && of === id;
    one.classList.toggle("lit-symbol", is);
  }
}

/**
 * @param {{maths: HTMLElement, hit: HTMLElement}} places   hit: what hears the pointer over the diagram
 * @param {import("./state.js").State} state
 * @param {{frame: () => Frame, open: (name: string) => void}} page   open: show a parameter
 * @returns {() => void} let go of the diagram
 */
export function linkSymbols({ maths, hit }, state, { frame, open }) {
  /** @param {Event} event */
  function overFormula(event) {
    const symbol = symbolOf(event, SYMBOLS);
    state.stage?.light(symbol ? lightsOf(symbol, state.route?.reading) : []);
  }

  /** @param {PointerEvent} event */
  function overDiagram(event) {
    const reading = state.route?.reading;
    if (reading) lightSymbols(maths, thingUnder(event, hit, reading, frame()), reading);
  }

  /** @param {Event} event */
  function openSymbol(event) {
    const name = symbolOf(event, "[data-parameter]")?.getAttribute("data-parameter");
    if (name) open(name);
  }

  const leave = () => lightSymbols(maths, null, state.route?.reading);
  maths.addEventListener("pointerover", overFormula);
  maths.addEventListener("pointerleave", () => state.stage?.light([]));
  maths.addEventListener("click", openSymbol);
  hit.addEventListener("pointermove", overDiagram);
  hit.addEventListener("pointerleave", leave);
  return () => {
    hit.removeEventListener("pointermove", overDiagram);
    hit.removeEventListener("pointerleave", leave);
  };
}
