/** Opens the map of the loss below the pictures, whose code is loaded with it. */

import { loadSheet } from "./stylesheet.js";

/**
 * @typedef {object} Page   what the view may use
 * @property {Document} document
 * @property {ReturnType<typeof import("./state.js").createStore>} store
 * @property {string} base   of the API
 * @property {() => import("./types.js").Theme} theme
 * @property {(what: string) => string} named   a picture's file
 */

/** @param {Page} page */
export function createWalls(page) {
  const { document, store } = page;
  const place = /** @type {HTMLElement} */ (document.getElementById("wall"));
  const button = /** @type {HTMLElement} */ (document.getElementById("wall-button"));
  /** @type {Promise<{show: () => void, hide: () => void}> | null} */
  let view = null;

  /** @returns {Promise<{show: () => void, hide: () => void}>} */
  async function load() {
    const [made] = await Promise.all([import("./wall/wall.js"), loadSheet(document, "wall")]);
    return made.createWall(place, page);
  }

  async function update() {
    const open = store.get().wall !== "";
    button.setAttribute("aria-expanded", String(open));
    button.textContent = open ? "Hide the map" : "Show the map";
    place.hidden = !open;
    if (!open && !view) return;
    if (!view) place.setAttribute("aria-busy", "true");
    view ??= load();
    const shown = await view;
    if (store.get().wall === "") shown.hide();
    else shown.show();
  }

  button.addEventListener("click", () => store.set({ wall: store.get().wall ? "" : "1" }));
  store.subscribe(() => void update());
  return {
    update: () => void update(),
  };
}
