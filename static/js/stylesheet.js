/** Style sheets that come with what needs them, not with the page. */

import { byId } from "./page.js";

/**
 * Add a sheet of static/css, once; it lies beside the one whose address the page says.
 * @param {Document} document
 * @param {string} name   without ".css"
 * @returns {Promise<void>}   settles when the sheet is in force, or could not be read
 */
export function loadSheet(document, name) {
  const id = `sheet-${name}`;
  if (document.getElementById(id)) return Promise.resolve();
  const link = document.createElement("link");
  link.id = id;
  link.rel = "stylesheet";
  const { content } = byId(document, "sheets", HTMLMetaElement);
  link.href = new URL(`${name}.css`, new URL(content, document.baseURI)).href;
  document.head.append(link);
  return new Promise((resolve) => {
    link.addEventListener("load", () => resolve(), { once: true });
    link.addEventListener("error", () => resolve(), { once: true });
  });
}
