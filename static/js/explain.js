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

/** @param {EventTarget | null} target */
function termAt(target) {
  const term = target instanceof Element ? target.closest(".term[data-term]") : null;
  return term instanceof HTMLElement ? term : null;
}

/** Under the term, or above it where there is no room. @param {HTMLElement} box @param {HTMLElement} term */
function placeAt(box, term) {
  const at = term.getBoundingClientRect();
  const { width, height } = box.getBoundingClientRect();
  const { innerWidth, innerHeight } = windowOf(box.ownerDocument);
  const below = at.bottom + GAP + height + EDGE < innerHeight;
  box.style.left = `${Math.max(EDGE, Math.min(at.left, innerWidth - width - EDGE))}px`;
  box.style.top = `${below ? at.bottom + GAP : Math.max(EDGE, at.top - GAP - height)}px`;
}

/**
 * The box with a term's explanation.
 * @param {HTMLElement} box
 * @param {() => Reading | null} reading   what is drawn
 */
function createBox(box, reading) {
  const state = {
    /** The term whose explanation is shown. @type {HTMLElement | null} */
    open: null,
    /** By a click: the pointer's going does not close it. */
    pinned: false,
    timer: 0,
  };

  function hide() {
    clearTimeout(state.timer);
    state.open?.removeAttribute("aria-describedby");
    state.open = null;
    state.pinned = false;
    if (box.matches(":popover-open")) box.hidePopover();
  }

  function put() {
    if (!state.open) return;
    if (state.open.isConnected) placeAt(box, state.open);
    else hide();
  }

  return {
    state,
    hide,
    put,

    /** @param {HTMLElement} term */
    show(term) {
      clearTimeout(state.timer);
      const drawn = reading();
      const { term: name = "" } = term.dataset;
      if (!drawn || !TERMS[name]) return;
      if (state.open && state.open !== term) hide();
      box.textContent = explanation(name, drawn);
      term.setAttribute("aria-describedby", box.id);
      state.open = term;
      box.showPopover();
      put();
    },

    /** @param {() => void} action @param {number} wait */
    later(action, wait) {
      clearTimeout(state.timer);
      state.timer = setTimeout(action, wait);
    },

    /** What was to happen does not. */
    stay: () => clearTimeout(state.timer),
  };
}

/** @typedef {ReturnType<typeof createBox>} Box */

/** @param {Document} document @param {HTMLElement} element @param {Box} box */
function listenPointer(document, element, { state, show, hide, later, stay }) {
  document.addEventListener("pointerover", ({ target, pointerType }) => {
    if (pointerType === "touch") return;
    const term = termAt(target);
    if (term) later(() => show(term), term === state.open ? 0 : COMING);
    else if (target === element) stay();
    else if (state.open && !state.pinned && document.activeElement !== state.open) later(hide, GOING);
    else if (!state.open) stay();
  });
  document.addEventListener("click", ({ target }) => {
    const term = termAt(target);
    if (!term) {
      if (target !== element) hide();
      return;
    }
    if (term === state.open && state.pinned) return hide();
    show(term);
    state.pinned = true;
  });
}

/** @param {Document} document @param {Box} box */
function listenKeys(document, { state, show, hide }) {
  document.addEventListener("focusin", ({ target }) => {
    const term = termAt(target);
    if (term?.matches(":focus-visible")) show(term);
  });
  document.addEventListener("focusout", ({ target }) => {
    if (target === state.open) hide();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !state.open) return;
    event.stopPropagation();
    hide();
  }, { capture: true });
}

/**
 * Listen for all terms of the page, those to come included.
 * @param {Document} document
 * @param {() => Reading | null} reading   what is drawn
 */
export function listenTerms(document, reading) {
  const element = byId(document, "explanation");
  const box = createBox(element, reading);
  listenPointer(document, element, box);
  listenKeys(document, box);
  document.addEventListener("scroll", box.put, { capture: true, passive: true });
  windowOf(document).addEventListener("resize", box.put);
  return { hide: box.hide, put: box.put };
}
