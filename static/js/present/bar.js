/** The elements at the foot of the presentation. */

/** What the button that swaps them says: while an explanation stands there, and while they do. */
export const SWAP = ["Profile and map", "What is explained"];

/** @param {Document} document @param {string} text @param {string} label */
function button(document, text, label) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "small";
  made.textContent = text;
  made.setAttribute("aria-label", label);
  return made;
}

/** @param {Document} document */
export function createBar(document) {
  const title = document.createElement("h1");
  title.className = "unseen";
  title.textContent = "Unrolled: presentation";
  const bar = document.createElement("footer");
  bar.className = "present-bar";
  const caption = document.createElement("p");
  caption.id = "present-caption";
  const place = document.createElement("span");
  place.id = "present-place";
  const back = button(document, "◂", "Previous picture of the storyline");
  const on = button(document, "▸", "Next picture of the storyline");
  const out = button(document, "×", "Leave the presentation");
  const swap = button(document, SWAP[0], "");
  swap.title = "V";
  swap.setAttribute("aria-keyshortcuts", "v");
  swap.removeAttribute("aria-label");
  const chosen = document.createElement("p");
  chosen.id = "present-selected";
  chosen.hidden = true;
  bar.append(chosen, caption, swap, place, back, on, out);
  return { title, bar, chosen, caption, place, back, on, out, swap };
}
