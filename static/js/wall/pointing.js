/** Where the pointer or the keys are on the map, and what is there. */

import { fromLog10, number } from "../format.js";
import { placeOf } from "./overlay.js";
import { pairText } from "./words.js";

/** @typedef {import("./survey.js").Survey} Survey */

/** So much of an axis a key goes. */
const NUDGE = 0.01;
const ARROWS = new Map([
  ["ArrowLeft", [-1, 0]],
  ["ArrowRight", [1, 0]],
  ["ArrowUp", [0, 1]],
  ["ArrowDown", [0, -1]],
]);

/** As a link says a place. @param {[number, number]} at @returns {[number, number]} */
function short(at) {
  return [Number(at[0].toPrecision(5)), Number(at[1].toPrecision(5))];
}

/**
 * What the grid says of a place, or "".
 * @param {Survey} survey @param {[number, number]} at
 */
function wordsAt(survey, at) {
  const land = survey.land();
  const [x, y] = land?.axes.map(({ values }) => values) ?? [];
  if (!land || !x || !y) return "";
  const { from, to } = survey.ranges();
  const i = Math.round(((at[0] - from[0]) / (to[0] - from[0])) * (x.length - 1));
  const j = Math.round(((at[1] - from[1]) / (to[1] - from[1])) * (y.length - 1));
  const [loss, norm] = [land.loss[j]?.[i] ?? null, land.gradient_log10_norm[j]?.[i] ?? null];
  const [p, q] = survey.symbols();
  const size = norm === null ? "–" : fromLog10(norm, 4);
  return `${p}, ${q} = ${pairText([x[i] ?? 0, y[j] ?? 0])}: E = ${number(loss, 5)}, ‖g‖ = ${size}`;
}

/**
 * @param {HTMLElement} hit
 * @param {Survey} survey
 * @param {object} on
 * @param {() => import("./overlay.js").Inside} on.inside
 * @param {(text: string | null) => void} on.say   null: nothing is pointed at
 * @param {(start: [number, number]) => void} on.choose   where the balls shall start
 * @returns {{reset: () => void}}   the keys begin at the start again
 */
export function listenPointing(hit, survey, { inside, say, choose }) {
  let pointed = survey.start(); // where the keys have come to

  /** @param {PointerEvent | MouseEvent} event */
  function placeUnder(event) {
    const about = hit.getBoundingClientRect();
    return placeOf([event.clientX - about.left, event.clientY - about.top], inside(), survey.ranges());
  }

  /** @param {number[]} way */
  function nudge(way) {
    const { from, to } = survey.ranges();
    pointed = /** @type {[number, number]} */ (
      pointed.map((value, n) => {
        const span = (to[n] ?? 1) - (from[n] ?? 0);
        return Math.max(from[n] ?? 0, Math.min(to[n] ?? 1, value + (way[n] ?? 0) * NUDGE * span));
      })
    );
    say(wordsAt(survey, pointed));
  }

  hit.addEventListener("pointermove", (event) => say(wordsAt(survey, placeUnder(event))));
  hit.addEventListener("pointerleave", () => say(null));
  hit.addEventListener("click", (event) => choose(short(placeUnder(event))));
  hit.addEventListener("keydown", (event) => {
    const way = ARROWS.get(event.key);
    if (way) nudge(way);
    else if (event.key === "Enter") choose(short(pointed));
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return {
    reset() {
      pointed = survey.start();
    },
  };
}
