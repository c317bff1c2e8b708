/** Walking through the diagram by keyboard. */

import { thing } from "./describe.js";
import { stepOf } from "./format.js";
import { lookup } from "./lookup.js";
import { nextEdge, walk } from "./picking.js";
import { hiddenId } from "./reading.js";

/** @import { Reading } from "./types.js" */

const STEPS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"]);

/** Along the edges, in the order of the way back and against it. */
/** @type {Object<string, 1 | -1>} */
const EDGES = lookup({ e: 1, E: -1 });

/**
 * @param {HTMLElement} place   what holds the focus meanwhile
 * @param {{reading: () => Reading | null, reveal: (step: number) => void,
 *   mark: (step: number | null) => void}} pictures
 * @param {{selected: () => string, select: (id: string) => void, open: (id: string) => void,
 *   announce: (text: string) => void, pin: (step: number) => void, read: () => void}} on   pin: mark
 *   a step for good; read: go to what is said of what is selected
 */
export function listenKeys(place, pictures, on) {
  /** @param {string} key */
  function step(key) {
    const reading = pictures.reading();
    if (!reading?.nodes.size) return;
    const id = walk(reading, on.selected() || hiddenId(reading, reading.entryStep), key);
    show(id, reading);
  }

  /** @param {1 | -1} direction */
  function along(direction) {
    const reading = pictures.reading();
    if (reading?.edges.size) show(nextEdge(reading, on.selected(), direction), reading);
  }

  /** @param {string} id @param {Reading} reading */
  function show(id, reading) {
    const at = stepOf(id);
    pictures.reveal(at);
    on.select(id);
    pictures.mark(at);
    on.announce(thing(id, reading).join(". "));
  }

  function enter() {
    const id = on.selected();
    if (pictures.reading()?.nodes.get(id)?.node.kind === "loss") on.open(id);
    else on.read();
  }

  place.addEventListener("keydown", (event) => {
    if (!pictures.reading() || event.altKey || event.ctrlKey || event.metaKey) return;
    if (STEPS.has(event.key)) step(event.key);
    else if (event.key in EDGES) along(EDGES[event.key]);
    else if (event.key === "m") on.pin(stepOf(on.selected()));
    else if (event.key === "Enter" || event.key === " ") enter();
    else if (event.key === "Escape") on.select("");
    else return;
    event.preventDefault();
  });
  place.addEventListener("blur", () => pictures.mark(null));
}
