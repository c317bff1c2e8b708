/** Walking through the diagram by keyboard. */

import { thing } from "./describe.js";
import { partsOf } from "./format.js";
import { walk } from "./picking.js";
import { hiddenId } from "./reading.js";

const STEPS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"]);

/**
 * @param {HTMLElement} place   what holds the focus meanwhile
 * @param {{reading: () => import("./types.js").Reading | null, reveal: (step: number) => void,
 *   mark: (step: number | null) => void}} pictures
 * @param {{selected: () => string, select: (id: string) => void, open: (id: string) => void,
 *   announce: (text: string) => void}} on
 */
export function listenKeys(place, pictures, on) {
  function step(key) {
    const reading = pictures.reading();
    if (!reading.nodes.size) return;
    const id = walk(reading, on.selected() || hiddenId(reading, reading.entryStep), key);
    const node = reading.nodes.get(id)?.node ?? { step: partsOf(id).step };
    pictures.reveal(node.step);
    on.select(id);
    pictures.mark(node.step);
    on.announce(thing(id, reading).join(". "));
  }

  function enter() {
    const id = on.selected();
    if (pictures.reading().nodes.get(id)?.node.kind === "loss") on.open(id);
    else place.ownerDocument.getElementById("inspector").focus();
  }

  place.addEventListener("keydown", (event) => {
    if (!pictures.reading() || event.altKey || event.ctrlKey || event.metaKey) return;
    if (STEPS.has(event.key)) step(event.key);
    else if (event.key === "Enter" || event.key === " ") enter();
    else if (event.key === "Escape") on.select("");
    else return;
    event.preventDefault();
  });
  place.addEventListener("blur", () => pictures.mark(null));
}
