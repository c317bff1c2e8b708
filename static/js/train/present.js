/** A training in a lecture hall: the pictures fill the screen, and keys lead through what happened. */

import { byId } from "../page.js";
import { WRITES, asksFor, say } from "../presenting.js";
import { loadSheet } from "../stylesheet.js";
import { roomIn, stageOf } from "./stage.js";

/** Keys → how many events further. @type {Map<string, number>} */
const LEADS = new Map([["PageDown", 1], ["PageUp", -1]]);

/**
 * The update of the event before or after one; null where there is none.
 * @param {{update: number}[]} marks @param {number} at @param {number} by   1: after, −1: before
 */
export function eventFrom(marks, at, by) {
  const there = marks.map(({ update }) => update).filter((update) => (update - at) * by > 0);
  if (!there.length) return null;
  return by > 0 ? Math.min(...there) : Math.max(...there);
}

/**
 * @param {Document} document
 * @param {{changed: () => void, marks: () => {update: number}[], at: () => number, goTo: (update: number) => void,
 *   shows: () => boolean}} on   shows: whether there are runs
 */
export function createPresent(document, on) {
  const root = document.documentElement;
  const out = document.createElement("button");
  Object.assign(out, { type: "button", className: "small lecture-out", textContent: "×", ariaLabel: "Leave the presentation" });
  let is = false;

  function fit() {
    root.style.setProperty("--stage", String(stageOf(root, innerHeight)));
    on.changed();
    requestAnimationFrame(on.changed); // once more: captions have their places now
  }

  /** @param {boolean} next */
  async function change(next) {
    if (next === is || (next && !on.shows())) return;
    is = next;
    say(window, is);
    if (is) await loadSheet(document, "present-train");
    root.toggleAttribute("data-lecture", is);
    if (is) document.body.append(out);
    else out.remove();
    if (is) fit();
    else {
      root.style.removeProperty("--stage");
      on.changed();
    }
  }

  /** @param {KeyboardEvent} event */
  function press(event) {
    const { key, target, altKey, ctrlKey, metaKey } = event;
    if (event.defaultPrevented || altKey || ctrlKey || metaKey || !on.shows()) return;
    if (target instanceof Element && target.closest(WRITES) && !target.matches("input[type=range]")) return;
    const by = LEADS.get(key);
    const update = is && by ? eventFrom(on.marks(), on.at(), by) : null;
    if (update !== null) on.goTo(update);
    else if (key === "p") void change(!is);
    else if (is && key === "Escape") void change(false);
    else return;
    event.preventDefault();
  }

  document.addEventListener("keydown", press);
  byId(document, "present-train").addEventListener("click", () => void change(true));
  out.addEventListener("click", () => void change(false));
  addEventListener("resize", () => {
    if (is) fit();
  });

  return {
    /** Runs are on the page: where its address asks for it, they are presented. */
    opened() {
      if (asksFor(location)) void change(true);
    },
    leave: () => void change(false),
    /** Another address, which says it too. @param {string} address */
    kept: (address) => (is ? `${address}${address.includes("?") ? "&" : "?"}present` : address),
    /** What the pictures over updates may take; null: as ever. */
    room: () => (is ? roomIn(byId(document, "over")) : null),
  };
}
