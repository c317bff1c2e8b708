/** Space and arrows: where the focus is inside, or for the transport used last where nothing takes them. */

/** @import { Parts } from "./parts.js" */

/** What takes space or arrows itself. */
const TAKES_KEYS =
  'input, select, textarea, button, a[href], summary, [contenteditable], [role="application"], [role="slider"]';

/** The transport that was made or used last; it hears keys that nothing else takes.
 * @type {HTMLElement | null} */
let active = null;

/** This transport is the one used last. @param {HTMLElement} element */
export function activate(element) {
  active = element;
}

/** Whether it is on the page and not hidden. @param {HTMLElement} element */
function isSeen(element) {
  return element.isConnected && element.getClientRects().length > 0;
}

/**
 * @param {Parts} parts
 * @param {{toggle: () => void, by: (steps: number) => void}} on
 * @returns {() => void} hear no key any more
 */
export function listenKeys({ element, select }, on) {
  const document = element.ownerDocument;

  /** @param {KeyboardEvent} event */
  function hear(event) {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    const target = event.target instanceof Element ? event.target : null;
    const within = target !== null && element.contains(target);
    if (!within && (active !== element || !isSeen(element) || target?.closest(TAKES_KEYS))) return;
    const presses = target !== null && target.closest("button, select") !== null;
    if (event.key === " " && !presses) on.toggle();
    else if (event.key === "ArrowLeft" && target !== select) on.by(-1);
    else if (event.key === "ArrowRight" && target !== select) on.by(1);
    else return;
    activate(element);
    event.preventDefault();
  }

  document.addEventListener("keydown", hear);
  activate(element);
  return () => {
    document.removeEventListener("keydown", hear);
    if (active === element) active = null;
  };
}
