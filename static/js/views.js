/** What of the page is loaded when it is opened: the map of the loss, the numbers, thresholds, the presentation. */

import { createEditing } from "./editing.js";
import { listenOpen } from "./embedding.js";
import { createPresenting } from "./presenting.js";
import { createThresholds } from "./thresholds.js";
import { createWalls } from "./walls.js";

/** @param {import("./presenting.js").Page & import("./walls.js").Page} page */
export function createViews(page) {
  const walls = createWalls(page);
  const editing = createEditing(page);
  createThresholds(page);
  createPresenting(page);
  listenOpen(page.document);
  return {
    /** The pictures can be drawn from now on. */
    ready() {
      walls.update();
      editing.update();
    },
  };
}
