/** Opens what helps to choose a threshold, whose code is loaded with it. */

import { loadSheet } from "./stylesheet.js";

/** @param {import("./walls.js").Page} page */
export function createThresholds(page) {
  const { document } = page;
  const place = /** @type {HTMLElement} */ (document.getElementById("thresholds"));
  const button = /** @type {HTMLElement} */ (document.getElementById("thresholds-button"));
  /** @type {Promise<{run: () => void, stop: () => void}> | null} */
  let panel = null;

  /** @returns {Promise<{run: () => void, stop: () => void}>} */
  async function load() {
    const [made] = await Promise.all([import("./wall/thresholds.js"), loadSheet(document, "wall")]);
    return made.createPanel(place, page);
  }

  button.addEventListener("click", async () => {
    const open = place.hidden;
    place.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (!open && !panel) return;
    panel ??= load();
    const known = await panel;
    if (open) known.run();
    else known.stop();
  });
}
