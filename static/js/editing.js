/** Opens the weights and inputs as numbers, above the pictures; its code is loaded with it. */

import { byId } from "./page.js";
import { loadSheet } from "./stylesheet.js";

/**
 * @typedef {object} Page   what the panel may use
 * @property {Document} document
 * @property {import("./state.js").Store} store
 * @property {string} base   of the API
 * @property {() => import("./types.js").Theme} theme
 */

/** @param {Page} page */
export function createEditing(page) {
  const { document, store } = page;
  const place = byId(document, "numbers");
  const button = byId(document, "numbers-button", HTMLButtonElement);
  /** @type {Promise<{update: () => void}> | null} */
  let panel = null;

  async function load() {
    const [made] = await Promise.all([import("./editor/panel.js"), loadSheet(document, "editor")]);
    return made.createPanel(place, page);
  }

  async function update() {
    const open = store.get().numbers !== "";
    button.setAttribute("aria-expanded", String(open));
    place.hidden = !open;
    if (!open && !panel) return;
    panel ??= load();
    (await panel).update();
  }

  button.addEventListener("click", async () => {
    const open = !store.get().numbers;
    store.set({ numbers: open ? "1" : "" });
    await panel;
    if (open) place.scrollIntoView({ block: "nearest" });
  });
  store.subscribe(() => void update());
  return {
    update: () => void update(),
  };
}
