/** Your own storyline in Share & save: pictures with captions, their order, a link and a file. */

import { byId } from "../page.js";
import { toFragment } from "../properties.js";
import { MOST_ACTS, fromFile, printStory, readStory, tooLong } from "../storyline.js";
import { keep, kept } from "./kept.js";
import { copyLink, saveFile } from "./leaving.js";
import { rowOf } from "./row.js";

/** @import { Page } from "../presenting.js" */
/** @import { Act } from "../storyline.js" */

const MARKUP = `<p class="note">Your own storyline: pictures in an order, each with a caption. Without one, a built-in one is shown.</p>
    <ol id="story-list"></ol>
    <button type="button" class="small" data-story="add">Add this picture</button>
    <span class="story-all">
      <button type="button" class="small" data-story="present">Present it</button>
      <button type="button" class="small" data-story="link">Copy as one link</button>
      <button type="button" class="small" data-story="save">Save as file</button>
    </span>
    <label class="story-file">Load a file <input type="file" accept=".json,application/json"></label>
    <p class="note" id="story-said" role="status"></p>`;

/**
 * The pictures of a storyline, and the list that shows them.
 * @param {HTMLElement} list @param {HTMLElement} all   what there is to do with all of them
 * @param {HTMLElement} said @param {Act[]} acts
 */
function createStory(list, all, said, acts) {
  const state = { acts };

  /** @param {string} words */
  function tell(words) {
    said.textContent = words;
  }

  /** @param {Act[]} next @param {string} [words] */
  function take(next, words = "") {
    const problem = tooLong(next);
    if (problem) return tell(problem);
    state.acts = next;
    const refused = keep(next) ? "" : " This browser keeps nothing: save it as a file.";
    tell(words + refused);
    return put();
  }

  function put() {
    list.replaceChildren(...state.acts.map((act, n) => rowOf(act, n, state.acts, take)));
    all.hidden = state.acts.length === 0;
  }

  return { acts: () => state.acts, said, tell, take, put };
}

/** @typedef {ReturnType<typeof createStory>} Story */

/**
 * The picture that is shown comes to the end of the list, without a storyline in its link.
 * @param {Story} story @param {HTMLElement} list @param {import("../state.js").Store} store
 */
function addShown(story, list, store) {
  const acts = story.acts();
  if (acts.length === MOST_ACTS)
    return story.tell(`The storyline has ${MOST_ACTS} pictures; allowed: ${MOST_ACTS}.`);
  const link = toFragment({ ...store.get(), story: "", act: null });
  story.take([...acts, { link, caption: "" }], `Picture ${acts.length + 1} is added.`);
  const captions = list.querySelectorAll("textarea");
  return captions[captions.length - 1]?.focus();
}

/** @param {HTMLInputElement} file @param {Story} story */
async function load(file, story) {
  const [chosen] = file.files ?? [];
  if (!chosen) return;
  const { acts: read, problem } = fromFile(await chosen.text());
  file.value = "";
  if (problem) story.tell(problem);
  else story.take(read, `${read.length === 1 ? "One picture" : `${read.length} pictures`} loaded.`);
}

/**
 * @param {HTMLElement} place
 * @param {Page} page
 * @param {() => void} present
 */
export function createList(place, { document, store, announce }, present) {
  const fromLink = readStory(String(store.get().story)) ?? [];
  place.innerHTML = MARKUP;
  const list = byId(document, "story-list");
  const all = /** @type {HTMLElement} */ (place.querySelector(".story-all"));
  const file = /** @type {HTMLInputElement} */ (place.querySelector("input[type=file]"));
  const acts = fromLink.length ? fromLink : kept();
  const story = createStory(list, all, byId(document, "story-said"), acts);

  /** @type {Map<string, () => void>} */
  const DOES = new Map([
    ["add", () => addShown(story, list, store)],
    ["present", () => {
      store.set({ story: printStory(story.acts()), act: null });
      present();
    }],
    ["link", () => void copyLink(document, story)],
    ["save", () => saveFile(document, story.acts())],
  ]);
  place.addEventListener("click", ({ target }) => {
    if (target instanceof HTMLElement) DOES.get(target.dataset.story ?? "")?.();
  });
  file.addEventListener("change", () => void load(file, story));
  story.put();
  if (fromLink.length) announce("The storyline of the link is in the list.");
}
