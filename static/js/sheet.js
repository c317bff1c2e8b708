/** On a small screen, and inside of another page, what was tapped opens in a sheet over the pictures. */

import { byId, windowOf, within } from "./page.js";

/** Dragged down by so many pixels, the sheet closes; up, it grows. */
const FAR = 56;

/** Between the tapped thing and the sheet's edge, at least so many pixels. */
const ROOM = 36;

/**
 * The tapped thing goes into the part of the window that stays free.
 * @param {Document} document @param {HTMLElement} sheet @param {{clientY: number}} given
 */
function uncover(document, sheet, { clientY }) {
  const foot = sheet.getBoundingClientRect().top - ROOM;
  if (clientY <= foot) return;
  const head = within(document, ".strip").getBoundingClientRect().bottom;
  const middle = Math.min(foot, head + (foot - head) * 0.6);
  windowOf(document).scrollBy({ top: clientY - middle, behavior: "instant" });
}

/**
 * @param {Document} document
 * @returns {{open: (at: {clientY: number} | null) => boolean, close: () => void,
 *   isOpen: () => boolean, fits: () => boolean}}   open: whether a sheet opened; fits: whether
 *   it would here
 */
export function createSheet(document) {
  const sheet = byId(document, "inspector");
  const small = windowOf(document).matchMedia("(max-width: 760px)");
  /** What had the focus. @type {{before: HTMLElement | null}} */
  const state = { before: null };

  /** Whether a sheet is the place for what is selected: there is no other. */
  const fits = () => small.matches || document.documentElement.classList.contains("embedded");
  const isOpen = () => sheet.dataset.sheet === "open";

  function close({ refocus = true } = {}) {
    if (!isOpen()) return;
    delete sheet.dataset.sheet;
    delete document.documentElement.dataset.sheet;
    sheet.style.transform = "";
    sheet.removeAttribute("role");
    if (refocus && sheet.contains(document.activeElement)) state.before?.focus({ preventScroll: true });
    state.before = null;
  }

  /** @param {{clientY: number} | null} at */
  function open(at) {
    if (!fits()) return false;
    if (!isOpen()) state.before = /** @type {HTMLElement | null} */ (document.activeElement);
    sheet.dataset.sheet = "open";
    document.documentElement.dataset.sheet = "open";
    sheet.setAttribute("role", "dialog");
    byId(document, "sheet-handle").setAttribute("aria-expanded", "false");
    sheet.scrollTop = 0;
    sheet.focus({ preventScroll: true });
    if (at) uncover(document, sheet, at);
    return true;
  }

  listenGrip(byId(document, "sheet-grip"), sheet, close);
  listenClosing(document, { isOpen, close });
  small.addEventListener("change", () => close({ refocus: false }));
  return { open, close, isOpen, fits };
}

/** Dragged by its grip. @param {HTMLElement} grip @param {HTMLElement} sheet @param {() => void} close */
function listenGrip(grip, sheet, close) {
  /** @type {{y: number} | null} */
  let drag = null;
  grip.addEventListener("pointerdown", (event) => {
    drag = { y: event.clientY };
    grip.setPointerCapture(event.pointerId);
  });
  grip.addEventListener("pointermove", (event) => {
    if (drag) sheet.style.transform = `translateY(${Math.max(0, event.clientY - drag.y)}px)`;
  });
  /** @param {PointerEvent} event */
  const end = (event) => {
    if (!drag) return;
    const moved = event.clientY - drag.y;
    drag = null;
    sheet.style.transform = "";
    if (event.type === "pointercancel") return;
    if (moved > FAR) close();
    else if (moved < -FAR) sheet.dataset.tall = "";
  };
  grip.addEventListener("pointerup", end);
  grip.addEventListener("pointercancel", end);
}

/**
 * Buttons, Escape and the way back close it.
 * @param {Document} document
 * @param {{isOpen: () => boolean, close: (how?: {refocus?: boolean}) => void}} sheet
 */
function listenClosing(document, { isOpen, close }) {
  byId(document, "sheet-close").addEventListener("click", () => close());
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !isOpen()) return;
    close();
    event.stopPropagation();
  });
  windowOf(document).addEventListener("popstate", () => close());
  byId(document, "sheet-handle").addEventListener("click", () => close({ refocus: false }));
}
