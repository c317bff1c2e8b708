/** One picture of a storyline in its list: its caption, and where it stands. */

import { byId } from "../page.js";
import { LONGEST_CAPTION, moved } from "../storyline.js";

/** @import { Act } from "../storyline.js" */

/** @typedef {(next: Act[], words?: string) => void} Take */

/**
 * @param {string} text @param {string} label @param {() => void} click
 * @param {boolean} [disabled]
 */
function button(text, label, click, disabled = false) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "small";
  made.textContent = text;
  made.setAttribute("aria-label", label);
  made.disabled = disabled;
  made.addEventListener("click", click);
  return made;
}

/** @param {Act} act @param {number} n @param {(caption: string) => void} change */
function captionOf(act, n, change) {
  const caption = document.createElement("textarea");
  caption.value = act.caption;
  caption.maxLength = LONGEST_CAPTION;
  caption.rows = 2;
  caption.placeholder = "Caption";
  caption.setAttribute("aria-label", `Caption of picture ${n + 1}`);
  caption.addEventListener("change", () => change(caption.value));
  return caption;
}

/**
 * @param {Act} act @param {number} n   from 0
 * @param {Act[]} acts @param {Take} take   another storyline
 */
export function rowOf(act, n, acts, take) {
  const item = document.createElement("li");
  const open = document.createElement("a");
  open.href = `#${act.link}`;
  open.textContent = "open";
  open.setAttribute("aria-label", `Open picture ${n + 1}`);
  const earlier = () => take(moved(acts, n, -1), `Picture ${n + 1} is now picture ${n}.`);
  const later = () => take(moved(acts, n, 1), `Picture ${n + 1} is now picture ${n + 2}.`);
  const remove = () => {
    take(acts.filter((_, m) => m !== n), `Picture ${n + 1} is removed.`);
    byId(document, "storyline").querySelector("button")?.focus();
  };
  item.append(
    captionOf(act, n, (caption) => take(acts.map((one, m) => (m === n ? { ...one, caption } : one)))),
    open,
    button("↑", `Picture ${n + 1} earlier`, earlier, n === 0),
    button("↓", `Picture ${n + 1} later`, later, n === acts.length - 1),
    button("×", `Remove picture ${n + 1}`, remove),
  );
  return item;
}
