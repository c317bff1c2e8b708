/** Keys of the lecture: through the storyline, and out of it. */

import { allWithin } from "../../page.js";

/** Where a letter is written rather than pressed. */
const WRITES = 'input:not([type="range"], [type="radio"]), select, textarea';
/** What takes the arrows itself. */
const TAKES_ARROWS = 'input, select, textarea, [role="application"], [role="slider"]';

/** @param {Document} document */
function seesTransport(document) {
  return allWithin(document, ".transport").some((one) => one.getClientRects().length > 0);
}

/**
 * @param {Document} document
 * @param {{by: (pictures: number) => void, swap: () => boolean, selects: () => boolean, leave: () => void}} on
 *   swap: false where there is nothing to swap; selects: whether anything is selected
 */
export function createKeys(document, on) {
  /** @param {KeyboardEvent} event */
  function hear(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const { key, target } = event;
    const taken = target instanceof Element && target.closest(TAKES_ARROWS) !== null;
    const arrows = !event.defaultPrevented && !taken && !seesTransport(document);
    const writes = target instanceof Element && target.closest(WRITES) !== null;
    if (key === "PageDown" || (key === "ArrowRight" && arrows)) on.by(1);
    else if (key === "PageUp" || (key === "ArrowLeft" && arrows)) on.by(-1);
    else if (key !== "v" || writes || !on.swap()) return;
    event.preventDefault();
  }

  /** A first Escape takes away what is open or selected. @param {KeyboardEvent} event */
  function hearEscape(event) {
    if (event.key !== "Escape" || on.selects()) return;
    if (document.querySelector(":popover-open, dialog[open]")) return;
    event.preventDefault();
    on.leave();
  }

  return {
    listen() {
      document.addEventListener("keydown", hear);
      document.addEventListener("keydown", hearEscape, true);
    },
    stop() {
      document.removeEventListener("keydown", hear);
      document.removeEventListener("keydown", hearEscape, true);
    },
  };
}
