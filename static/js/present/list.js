/** Your own storyline in Share & save: pictures with captions, their order, a link and a file. */

import { byId } from "../page.js";
import { LONGEST_LINK, toFragment } from "../properties.js";
import {
  LONGEST_CAPTION,
  MOST_ACTS,
  fromFile,
  moved,
  printStory,
  readStory,
  toFile,
  tooLong,
} from "../storyline.js";

/** @import { Page } from "../presenting.js" */
/** @import { Act } from "../storyline.js" */

const KEPT = "storyline";

/** What the browser has kept; nothing where it keeps nothing. @returns {Act[]} */
function kept() {
  try {
    return readStory(localStorage.getItem(KEPT) ?? "") ?? [];
  } catch {
    return [];
  }
}

/** @param {Act[]} acts @returns {boolean} whether the browser keeps it */
function keep(acts) {
  try {
    localStorage.setItem(KEPT, printStory(acts));
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {HTMLElement} place
 * @param {Page} page
 * @param {() => void} present
 */
export function createList(place, { document, store, announce }, present) {
  const fromLink = readStory(String(store.get().story)) ?? [];
  let acts = fromLink.length ? fromLink : kept();

  place.innerHTML = `<p class="note">Your own storyline: pictures in an order, each with a caption. Without one, a built-in one is shown.</p>
    <ol id="story-list"></ol>
    <button type="button" class="small" data-story="add">Add this picture</button>
    <span class="story-all">
      <button type="button" class="small" data-story="present">Present it</button>
      <button type="button" class="small" data-story="link">Copy as one link</button>
      <button type="button" class="small" data-story="save">Save as file</button>
    </span>
    <label class="story-file">Load a file <input type="file" accept=".json,application/json"></label>
    <p class="note" id="story-said" role="status"></p>`;
  const list = byId(document, "story-list");
  const said = byId(document, "story-said");
  const all = /** @type {HTMLElement} */ (place.querySelector(".story-all"));
  const file = /** @type {HTMLInputElement} */ (place.querySelector("input[type=file]"));

  /** @param {string} words */
  function tell(words) {
    said.textContent = words;
  }

  /** The link to one picture: without a storyline. */
  const link = () => toFragment({ ...store.get(), story: "", act: null });

  /** @param {Act[]} next @param {string} [words] */
  function take(next, words = "") {
    const problem = tooLong(next);
    if (problem) return tell(problem);
    acts = next;
    const refused = keep(acts) ? "" : " This browser keeps nothing: save it as a file.";
    tell(words + refused);
    put();
    return undefined;
  }

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

  /** @param {Act} act @param {number} n */
  function row(act, n) {
    const item = document.createElement("li");
    const caption = document.createElement("textarea");
    caption.value = act.caption;
    caption.maxLength = LONGEST_CAPTION;
    caption.rows = 2;
    caption.placeholder = "Caption";
    caption.setAttribute("aria-label", `Caption of picture ${n + 1}`);
    caption.addEventListener("change", () =>
      take(acts.map((one, m) => (m === n ? { ...one, caption: caption.value } : one))),
    );
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
      caption,
      open,
      button("↑", `Picture ${n + 1} earlier`, earlier, n === 0),
      button("↓", `Picture ${n + 1} later`, later, n === acts.length - 1),
      button("×", `Remove picture ${n + 1}`, remove),
    );
    return item;
  }

  function put() {
    list.replaceChildren(...acts.map(row));
    all.hidden = acts.length === 0;
  }

  /** Where the storyline begins, with all of it. */
  function address() {
    const { origin, pathname } = document.location;
    const first = new URLSearchParams(acts[0].link);
    first.set("story", printStory(acts));
    first.set("act", "1");
    return { fragment: first.toString(), start: `${origin}${pathname}?present#` };
  }

  async function copy() {
    const { start, fragment } = address();
    if (fragment.length > LONGEST_LINK)
      return tell(`One link would have ${fragment.length} characters; allowed: ${LONGEST_LINK}. Save it as a file.`);
    try {
      await navigator.clipboard.writeText(start + fragment);
      tell("Link copied: it opens the presentation.");
    } catch {
      const field = Object.assign(document.createElement("input"), {
        value: start + fragment,
        readOnly: true,
        ariaLabel: "Storyline to copy",
      });
      said.replaceChildren("Copy it here: ", field);
      field.select();
    }
    return undefined;
  }

  function save() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([toFile(acts)], { type: "application/json" }));
    link.download = "unrolled-storyline.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  /** @type {Map<string, () => void>} */
  const DOES = new Map([
    ["add", () => {
      if (acts.length === MOST_ACTS)
        return tell(`The storyline has ${MOST_ACTS} pictures; allowed: ${MOST_ACTS}.`);
      take([...acts, { link: link(), caption: "" }], `Picture ${acts.length + 1} is added.`);
      const captions = list.querySelectorAll("textarea");
      return captions[captions.length - 1]?.focus();
    }],
    ["present", () => {
      store.set({ story: printStory(acts), act: null });
      present();
    }],
    ["link", () => void copy()],
    ["save", save],
  ]);

  place.addEventListener("click", ({ target }) => {
    if (target instanceof HTMLElement) DOES.get(target.dataset.story ?? "")?.();
  });
  file.addEventListener("change", async () => {
    const [chosen] = file.files ?? [];
    if (!chosen) return;
    const { acts: read, problem } = fromFile(await chosen.text());
    file.value = "";
    if (problem) tell(problem);
    else take(read, `${read.length === 1 ? "One picture" : `${read.length} pictures`} loaded.`);
  });
  put();
  if (fromLink.length) announce("The storyline of the link is in the list.");
}
