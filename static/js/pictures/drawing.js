/** Pictures are drawn: those of the axis at once, or in their turn; those beside when the hand rests. */

import { putBand, putEnd } from "../overlays.js";
import { createQueue } from "../queue.js";
import { draw, isDrawn } from "../render.js";
import { measure, shownOf, sized } from "./measuring.js";
import { AXIS, BESIDE, DIAGRAMS, ROWS } from "./places.js";

/** @import { Figure, Theme } from "../types.js" */
/** @import { Size, State } from "./measuring.js" */
/** @import { Places } from "./places.js" */

/**
 * @typedef {object} Context   what the pictures ask of the page, and tell it
 * @property {() => Theme} theme
 * @property {() => string} selected
 * @property {() => string} selectedInA
 * @property {() => number[]} marks
 * @property {() => number | null} about   a step that is to come into sight
 * @property {() => void} drawn   the pictures of the axis are
 * @property {() => void} beside   those beside are
 * @property {() => void} placed   the diagram lies where it will be seen
 * @property {() => void} beyond   a diagram nears, or would show, steps whose nodes are not there
 */

/** On profile and map, the part of the axis that the diagrams draw; on these, where one ends. @param {Places} places @param {State} state */
function putOverlays({ canvases, strip }, { scene, frames }) {
  const part = scene.windowed() ? scene.part() : null;
  strip.toggleAttribute("data-windowed", part !== null);
  for (const name of AXIS) {
    if (DIAGRAMS.includes(name)) putEnd(canvases[name], scene.reading(name), scene.part());
    else putBand(canvases[name], frames[name], part);
  }
}

/** @param {Places} places @param {State} state @param {Context} context */
export function createDrawing(places, state, context) {
  const { plots } = places;
  const queue = createQueue(places.window, drawLater, () => {
    sayDrawn();
    if (BESIDE.some((name) => plots[name].ariaBusy === "true")) return;
    context.beside();
  });

  /** @param {string} name @param {Size & {theme?: Theme}} [given]   as shown where left out @returns {Figure} */
  function figure(name, given = {}) {
    return ROWS[name].figure({
      ...state.scene.shown(),
      frame: sized(state, name, given),
      theme: given.theme ?? context.theme(),
      selected: context.selected(),
      selectedInA: context.selectedInA(),
      marks: context.marks(),
    });
  }

  /** @param {string} name */
  function drawNow(name) {
    queue.drop(name);
    draw(plots[name], figure(name));
    plots[name].ariaBusy = "false";
  }

  /** @param {string} name */
  function drawLater(name) {
    if (AXIS.includes(name) && !shownOf(state).includes(name)) plots[name].ariaBusy = "false";
    else drawNow(name);
    sayDrawn();
  }

  /** Draw pictures of the axis; on an empty page the first, and the others in their turn. */
  function drawAxis(names = AXIS) {
    const wants = measure(places, state);
    const now = shownOf(state).filter((name) => names.includes(name));
    const later = isDrawn(plots.diagram) ? [] : now.splice(1);
    for (const name of now) drawNow(name);
    for (const name of later) plots[name].ariaBusy = "true";
    queue.add(later);
    putOverlays(places, state);
    context.placed();
    if (wants) context.beyond();
  }

  /** Once all of the axis are there. */
  function sayDrawn() {
    if (!state.waiting || shownOf(state).some((name) => plots[name].ariaBusy === "true")) return;
    state.waiting = false;
    context.drawn();
  }

  /** The pictures beside come once the hand rests. */
  function drawAll({ beside = true } = {}) {
    state.waiting = true;
    drawAxis();
    for (const name of BESIDE) plots[name].ariaBusy = "true";
    if (beside) queue.rest(BESIDE);
    sayDrawn();
  }

  return { figure, drawAxis, drawAll };
}
