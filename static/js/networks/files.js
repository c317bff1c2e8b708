/** A place for a file: chosen, or dropped anywhere on the page; what is wrong with it stands beside. */

import { element } from "../elements.js";
import { byId } from "../page.js";
import { partsOf, sizeWords } from "./words.js";

/** @param {string} text   "": nothing is wrong */
export function sayFileError(text) {
  const box = byId(document, "file-error");
  const { sentence, code } = partsOf(text);
  box.hidden = !text;
  /** @type {HTMLElement[]} */
  const parts = text ? [element("p", "", sentence)] : [];
  if (code) {
    const lines = element("pre");
    lines.tabIndex = 0;
    lines.setAttribute("aria-label", "Python");
    lines.append(code);
    parts.push(lines);
  }
  box.replaceChildren(...parts);
}

/**
 * One file at a time is sent; another is taken when it is there.
 * @param {(file: File) => Promise<(string | Node)[]>} send   gives what is to be said of it
 */
export function listenFile(send) {
  const input = byId(document, "file", HTMLInputElement);
  const drop = byId(document, "drop");
  let sending = false;

  /** @param {File | undefined} file */
  async function take(file) {
    if (!file || sending) return;
    sending = true;
    sayFileError("");
    byId(document, "sending").textContent = `${file.name}, ${sizeWords(file.size)}, is sent and read …`;
    /** @type {(string | Node)[]} */
    let said = [];
    try {
      said = await send(file);
    } catch (cause) {
      sayFileError(/** @type {Error} */ (cause).message);
    }
    byId(document, "sending").replaceChildren(...said);
    input.value = "";
    sending = false;
  }

  input.addEventListener("change", () => take(input.files?.[0]));
  for (const name of ["dragenter", "dragover"])
    document.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  for (const name of ["dragleave", "drop"]) document.addEventListener(name, () => drop.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    take(event.dataTransfer?.files[0]);
  });
}
