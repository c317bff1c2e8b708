/** The words that the page comes with: of the default experiment, until an answer has come. */

import { byId, within } from "./page.js";

const WORDS = [
  "summary",
  "left",
  "look",
  "advice-words",
  "advice-list",
  "advice-rest",
  "key-diagram",
  "key-profile",
  "key-map",
  "key-clipping",
  "clipping-words",
  "spectrum-words",
  "key-product",
  "product-words",
];

/**
 * Take them away, where another experiment is to be shown or none can be.
 * @param {Document} document
 * @param {"waiting" | "none"} advice   whether any is to come, and keeps its room
 */
export function forget(document, advice) {
  for (const id of WORDS) byId(document, id).replaceChildren();
  const place = byId(document, "advice");
  place.dataset.state = advice;
  place.removeAttribute("data-helps");
  within(place, "details").hidden = true;
}
