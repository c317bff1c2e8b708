/**
 * Presentation: the pictures and the sentence fill the screen, and keys lead through a storyline.
 * Its code, and that of the list in Share & save, comes when it is wanted.
 */

import { byId } from "./page.js";
import { loadSheet } from "./stylesheet.js";

/**
 * @typedef {object} Page   what the presentation may use
 * @property {Document} document
 * @property {import("./state.js").Store} store
 * @property {import("./pictures.js").Pictures} pictures
 * @property {(text: string) => void} announce
 * @property {(spot: import("./types.js").Spot) => string[]} lines   what is said of a spot
 *
 * @typedef {{enter: () => void, leave: () => void}} Presentation
 */

/** Where a letter is written rather than pressed. */
export const WRITES = "input, select, textarea, [contenteditable]";

/** @param {Location | URL} address */
export function asksFor({ search }) {
  return new URLSearchParams(search).has("present");
}

/** Say in the address whether it presents. @param {Window} window @param {boolean} is */
export function say({ location, history }, is) {
  const rest = location.search
    .slice(1)
    .split("&")
    .filter((part) => part && !/^present(=|$)/.test(part));
  const search = [...rest, ...(is ? ["present"] : [])].join("&");
  const address = location.pathname + (search ? `?${search}` : "") + location.hash;
  history.replaceState(history.state, "", address);
}

/** @param {Page} page */
export function createPresenting(page) {
  const { document } = page;
  const window = /** @type {Window} */ (document.defaultView);
  const share = byId(document, "share");
  let is = false;
  /** @type {Promise<Presentation> | null} */
  let presentation = null;
  let listed = false;

  async function load() {
    const [made] = await Promise.all([
      import("./present/stage.js"),
      loadSheet(document, "present"),
    ]);
    return made.createStage(page, () => change(false));
  }

  /** @param {boolean} next */
  async function change(next) {
    if (next === is) return;
    is = next;
    say(window, is);
    if (is) for (const open of document.querySelectorAll("[popover]:popover-open"))
      /** @type {HTMLElement} */ (open).hidePopover();
    presentation ??= load();
    const stage = await presentation;
    if (is) stage.enter();
    else stage.leave();
  }

  async function list() {
    if (listed) return;
    listed = true;
    const [{ createList }] = await Promise.all([
      import("./present/list.js"),
      loadSheet(document, "present"),
    ]);
    createList(byId(document, "storyline"), page, () => void change(true));
  }

  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (key !== "p" || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.defaultPrevented || (target instanceof Element && target.closest(WRITES))) return;
    event.preventDefault();
    void change(!is);
  });
  byId(document, "present-button").addEventListener("click", () => void change(true));
  share.addEventListener("toggle", () => {
    if (share.matches(":popover-open")) void list();
  });
  if (asksFor(window.location)) void change(true);
}
