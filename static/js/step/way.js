/** Stepping through the way back: the diagram, a formula with this network's numbers, the sums. */

import { stepOf } from "../format.js";
import { within } from "../page.js";
import { batchOf } from "../samples.js";
import { cellOf } from "../vocabulary.js";
import { createSums } from "./sums.js";
import { createHand } from "./way/hand.js";
import { checkMode, layOut, putModes } from "./way/layout.js";
import { drawOver } from "./way/over.js";
import { createParts } from "./way/parts.js";
import { reachedAt, routeThrough, stopAt } from "./way/route.js";
import { say } from "./way/said.js";
import { createState } from "./way/state.js";
import { linkSymbols } from "./way/symbols.js";
import { whyNone } from "./way/words.js";

/**
 * @param {HTMLElement} place
 * @param {import("../stepping.js").Page} page
 * @returns {import("../stepping.js").View}
 */
export function createView(place, page) {
  const { store, pictures, document } = page;
  const state = createState();
  const places = layOut(place);
  const canvas = within(document, "#figure-diagram .canvas");
  const frame = () => pictures.frames().diagram;
  const open = (/** @type {string} */ name) => store.set({ select: `parameter.${name}` });
  const sums = createSums(places.sums, { open });
  const parts = createParts(page, state, () => show());
  const hand = createHand(places.transport, store, state, show);
  const hit = within(canvas, ".hit");
  const letGo = linkSymbols({ maths: places.maths, hit }, state, { frame, open });
  putModes(places.modes, (mode) => {
    state.mode = mode;
    show();
  });

  /** @param {import("../types.js").Reading} reading */
  function take(reading) {
    const before = state.route ? stopAt(state.route, hand.number()) : undefined;
    state.route = routeThrough(reading);
    state.told = "";
    parts.rest();
    hand.take(state.route, before);
    state.stage = null;
  }

  function show(animate = false) {
    const { route } = state;
    if (!route) return;
    const { stops, count, reading } = route;
    const number = hand.number();
    const at = count.placeOf(number);
    const stop = stops[at];
    if (!stop) {
      places.title.textContent = whyNone(route, number);
      if (stops.length) parts.reveal(count.stepOf(number));
      return;
    }
    parts.reveal(stepOf(stop.id));
    const { flow } = reading;
    const forward = stop.phase === "forward";
    const values = parts.numbers(flow, stop.step);
    const batch = batchOf(flow);
    const look = values && { values, cell: cellOf(flow.experiment.network.cell), batch };
    const mode = state.mode || (forward ? "values" : "gradients");
    const theme = page.theme();
    checkMode(places.modes, mode);
    drawOver(canvas, state, { frame: frame(), theme }, { route, place: at, mode, animate, look });
    sums.show(reading, stop, reachedAt(route, at), values);
    places.sums.hidden = forward;
    places.body.classList.toggle("alone", forward);
    const last = number === count.length - 1;
    const able = parts.able(flow);
    say(places, state, { route, place: at, last, look, batch, able, theme: theme.mode });
  }

  return {
    show() {
      const reading = pictures.reading();
      if (reading !== (state.route?.reading ?? null)) take(reading);
      if (leavesBeyond(page, state.route?.count.length ?? 0)) return;
      hand.follow(store.get().step);
      show();
    },
    close() {
      hand.close();
      parts.close();
      state.stage?.close();
      letGo();
      places.maths.replaceChildren();
    },
  };
}

/**
 * A link that names a stop beyond the last one says so in vain.
 * @param {import("../stepping.js").Page} page @param {number} most   stops
 */
function leavesBeyond({ store, current }, most) {
  const { step } = store.get();
  if (step === null || step <= most || !most || !current()) return false;
  store.leave("step", `allowed: a whole number from 1 to ${most}`);
  return store.get().step === null;
}
