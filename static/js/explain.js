/** Terms explain themselves on hover, on focus and on a tap; Escape closes. */

import { element, unbroken } from "./elements.js";
import { TERMS, explanation, piecesOf } from "./glossary.js";
import { byId, windowOf } from "./page.js";

/** @import { Reading } from "./types.js" */

/** Milliseconds between the pointer's coming or going and what follows from it. */
const COMING = 150;
const GOING = 250;
const GAP = 6;
const EDGE = 8;

/**
 * Put a text into an element, its terms as buttons; the same text again changes nothing.
 * @param {HTMLElement} place
 * @param {string} text
 * @param {HTMLElement[]} before   what stands before it
 */
export function putExplained(place, text, before = []) {
  const whole = [...before.map((part) => part.textContent), text].join(" ");
  if (place.dataset.said === whole) return;
  const { activeElement: active } = document;
  const focused = active instanceof HTMLElement && place.contains(active) && active.dataset.term;
  place.dataset.said = whole;
  const pieces = piecesOf(text);
  const parts = pieces.flatMap(({ text: words, term }, n) => {
    const opened = pieces[n - 1]?.text.endsWith("(") && !pieces[n - 1].term;
    if (term) return opened ? bracketed(termOf(term, words)) : [termOf(term, words)];
    return unbroken(pieces[n + 1]?.term && words.endsWith("(") ? words.slice(0, -1) : words);
  });
  place.replaceChildren(...before.flatMap((part) => [part, " "]), ...parts);
  /** @type {HTMLElement | null} */
  const again = focused ? place.querySelector(`[data-term="${focused}"]`) : null;
  again?.focus();
}

/** A line does not end with the bracket before a term. @param {HTMLElement} term @returns {HTMLElement[]} */
function bracketed(term) {
  const both = element("span", "unbroken");
  both.append("(", term);
  return [both];
}

/** @param {string} term @param {string} words */
function termOf(term, words) {
  const button = element("button", "term", words);
  button.type = "button";
  button.dataset.term = term;
  return button;
}

/**
 * Listen for all terms of the page, those to come included.
 * @param {Document} document
 * @param {() => Reading | null} reading   what is drawn
 */
export function listenTerms(document, reading) {
  const box = byId(document, "explanation");
  /** The term whose explanation is shown. @type {HTMLElement | null} */
  let open = null;
  let pinned = false; // by a click: the pointer's going does not close it
  let timer = 0;

  /** @param {EventTarget | null} target */
  function termAt(target) {
    const term = target instanceof Element ? target.closest(".term[data-term]") : null;
    return term instanceof HTMLElement ? term : null;
  }

  /** @param {HTMLElement} term */
  function show(term) {
    clearTimeout(timer);
    const drawn = reading();
    const { term: name = "" } = term.dataset;
    if (!drawn || !TERMS[name]) return;
    if (open && open !== term) hide();
    box.textContent = explanation(name, drawn);
    term.setAttribute("aria-describedby", box.id);
    open = term;
    box.showPopover();
    put();
  }

  function hide() {
    clearTimeout(timer);
    open?.removeAttribute("aria-describedby");
    open = null;
    pinned = false;
    if (box.matches(":popover-open")) box.hidePopover();
  }

  /** Under the term, or above it where there is no room. */
  function put() {
    if (!open) return;
    if (!open.isConnected) return hide();
    const at = open.getBoundingClientRect();
    const { width, height } = box.getBoundingClientRect();
    const { innerWidth, innerHeight } = windowOf(document);
    const below = at.bottom + GAP + height + EDGE < innerHeight;
    box.style.left = `${Math.max(EDGE, Math.min(at.left, innerWidth - width - EDGE))}px`;
    box.style.top = `${below ? at.bottom + GAP : Math.max(EDGE, at.top - GAP - height)}px`;
  }

  /** @param {() => void} action @param {number} wait */
  function later(action, wait) {
    clearTimeout(timer);
    timer = setTimeout(action, wait);
  }

  document.addEventListener("pointerover", ({ target, pointerType }) => {
    if (pointerType === "touch") return;
    const term = termAt(target);
    if (term) later(() => show(term), term === open ? 0 : COMING);
    else if (target === box) clearTimeout(timer);
    else if (open && !pinned && document.activeElement !== open) later(hide, GOING);
    else if (!open) clearTimeout(timer);
  });
  document.addEventListener("focusin", ({ target }) => {
    const term = termAt(target);
    if (term?.matches(":focus-visible")) show(term);
  });
  document.addEventListener("focusout", ({ target }) => {
    if (target === open) hide();
  });
  document.addEventListener("click", ({ target }) => {
    const term = termAt(target);
    if (!term) {
      if (target !== box) hide();
      return;
    }
    const again = term === open && pinned;
    if (again) return hide();
    show(term);
    pinned = true;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !open) return;
    event.stopPropagation();
    hide();
  }, { capture: true });
  document.addEventListener("scroll", put, { capture: true, passive: true });
  windowOf(document).addEventListener("resize", put);

  return { hide, put };
}
