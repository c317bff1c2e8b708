/** On a small screen, what was tapped opens in a sheet at the foot of the window. */

/** Dragged down by so many pixels, the sheet closes; up, it grows. */
const FAR = 56;

/** Between the tapped thing and the sheet's edge, at least so many pixels. */
const ROOM = 36;

/**
 * @param {Document} document
 * @returns {{open: (at: {clientY: number} | null) => boolean, close: () => void,
 *   isOpen: () => boolean, fits: () => boolean}}   open: whether a sheet opened; fits: whether this
 *   screen is so small that it would
 */
export function createSheet(document) {
  const window = document.defaultView;
  const sheet = document.getElementById("inspector");
  const grip = document.getElementById("sheet-grip");
  const small = window.matchMedia("(max-width: 760px)");
  let before = null; // what had the focus
  let drag = null;

  const isOpen = () => sheet.dataset.sheet === "open";

  /** The tapped thing goes into the part of the window that stays free. */
  function uncover({ clientY }) {
    const foot = sheet.getBoundingClientRect().top - ROOM;
    if (clientY <= foot) return;
    const head = document.querySelector(".strip").getBoundingClientRect().bottom;
    const middle = Math.min(foot, head + (foot - head) * 0.6);
    window.scrollBy({ top: clientY - middle, behavior: "instant" });
  }

  function close({ refocus = true } = {}) {
    if (!isOpen()) return;
    delete sheet.dataset.sheet;
    delete document.documentElement.dataset.sheet;
    sheet.style.transform = "";
    sheet.removeAttribute("role");
    if (refocus && sheet.contains(document.activeElement)) before?.focus({ preventScroll: true });
    before = null;
  }

  function open(at) {
    if (!small.matches) return false;
    if (!isOpen()) before = document.activeElement;
    sheet.dataset.sheet = "open";
    document.documentElement.dataset.sheet = "open";
    sheet.setAttribute("role", "dialog");
    document.getElementById("sheet-handle").setAttribute("aria-expanded", "false");
    sheet.scrollTop = 0;
    sheet.focus({ preventScroll: true });
    if (at) uncover(at);
    return true;
  }

  grip.addEventListener("pointerdown", (event) => {
    drag = { y: event.clientY };
    grip.setPointerCapture(event.pointerId);
  });
  grip.addEventListener("pointermove", (event) => {
    if (drag) sheet.style.transform = `translateY(${Math.max(0, event.clientY - drag.y)}px)`;
  });
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

  document.getElementById("sheet-close").addEventListener("click", () => close());
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !isOpen()) return;
    close();
    event.stopPropagation();
  });
  window.addEventListener("popstate", () => close());
  small.addEventListener("change", () => close({ refocus: false }));
  document
    .getElementById("sheet-handle")
    .addEventListener("click", () => close({ refocus: false }));

  return { open, close, isOpen, fits: () => small.matches };
}
