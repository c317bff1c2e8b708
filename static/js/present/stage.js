/** The stage: which act is shown, what is said of it, and the keys. */

import { selectedInA } from "../comparing/settings.js";
import { stepOf } from "../format.js";
import { leftWords, readLink } from "../link.js";
import { allWithin, byId, windowOf } from "../page.js";
import { readStory } from "../storyline.js";
import { SWAP, createBar } from "./bar.js";
import { createFit } from "./fit.js";

/** @import { Page, Presentation } from "../presenting.js" */
/** @import { Act } from "../storyline.js" */

/** Where a letter is written rather than pressed. */
const WRITES = 'input:not([type="range"], [type="radio"]), select, textarea';
/** What takes the arrows itself. */
const TAKES_ARROWS = 'input, select, textarea, [role="application"], [role="slider"]';

/**
 * @param {Page} page
 * @param {() => void} wish   it is to be left
 * @returns {Presentation}
 */
export function createStage(page, wish) {
  const { document, store, pictures, announce, lines } = page;
  const window = windowOf(document);
  const root = document.documentElement;
  const main = byId(document, "pictures");
  /** @type {Act[]} */
  const builtIn = JSON.parse(byId(document, "acts").textContent ?? "[]");
  let is = false;
  let left = "";

  const { title, bar, chosen, caption, place, back, on, out, swap } = createBar(document);
  const { fit, fitSoon, watch, stop } = createFit(page, () => is);

  const acts = () => {
    const own = readStory(String(store.get().story)) ?? [];
    return own.length ? own : builtIn;
  };
  /** From 1; 0 where none is shown. */
  const current = () => Math.min(Number(store.get().act ?? 0), acts().length);

  /** @param {number} n   from 1 */
  function show(n) {
    const act = acts()[n - 1];
    if (!act) return;
    const { story } = store.get();
    const link = readLink(act.link);
    left = leftWords(link.left);
    store.replaceAll({ ...link.settings, story, act: n });
    announce(`Picture ${n} of ${acts().length}. ${act.caption}`);
  }

  function put() {
    const n = current();
    const all = acts();
    caption.textContent = [n ? all[n - 1].caption : "", left || store.leftOut()].filter(Boolean).join(" ");
    place.textContent = n ? `${n} of ${all.length}` : `${all.length} pictures`;
    back.disabled = n <= 1;
    on.disabled = n >= all.length;
    putSelected();
    putSwap();
  }

  /** What is selected, with its numbers: no panel is there to open. */
  function putSelected() {
    const { select } = store.get();
    const inA = selectedInA(select);
    const thing = inA || select;
    const spot = { picture: inA ? "compared" : "diagram", step: stepOf(thing), thing, loss: null };
    const [name, ...rest] = pictures.reading() && thing ? lines(spot) : [];
    chosen.hidden = !name;
    const strong = document.createElement("strong");
    strong.textContent = name ?? "";
    chosen.replaceChildren(strong, ` ${rest.join("; ")}`);
  }

  /** What is explained takes the place of profile and map; they can be had in its stead. */
  function putSwap() {
    const { step, explain, wall } = store.get();
    const explains = step !== null || explain !== "" || wall !== "";
    if (!explains) root.removeAttribute("data-pictures");
    swap.hidden = !explains;
    swap.textContent = SWAP[root.hasAttribute("data-pictures") ? 1 : 0];
  }

  function swapPictures() {
    if (swap.hidden) return;
    root.toggleAttribute("data-pictures");
    putSwap();
    announce(root.hasAttribute("data-pictures") ? "Profile and map are shown." : "What is explained is shown.");
    fitSoon();
  }

  const drawn = new MutationObserver(putSelected);

  function seenTransport() {
    return allWithin(document, ".transport").some((one) => one.getClientRects().length > 0);
  }

  /** @param {KeyboardEvent} event */
  function hear(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const { key, target } = event;
    const taken = target instanceof Element && target.closest(TAKES_ARROWS) !== null;
    const arrows = !event.defaultPrevented && !taken && !seenTransport();
    const writes = target instanceof Element && target.closest(WRITES) !== null;
    if (key === "v" && !writes && !swap.hidden) swapPictures();
    else if (key === "PageDown" || (key === "ArrowRight" && arrows)) show(current() + 1);
    else if (key === "PageUp" || (key === "ArrowLeft" && arrows)) show(current() - 1);
    else return;
    event.preventDefault();
  }

  /** A first Escape takes away what is open or selected. @param {KeyboardEvent} event */
  function hearEscape(event) {
    if (event.key !== "Escape" || store.get().select) return;
    if (document.querySelector(":popover-open, dialog[open]")) return;
    event.preventDefault();
    wish();
  }

  back.addEventListener("click", () => show(current() - 1));
  on.addEventListener("click", () => show(current() + 1));
  out.addEventListener("click", wish);
  swap.addEventListener("click", swapPictures);
  store.subscribe(() => {
    if (!is) return;
    put();
    fitSoon();
  });

  return {
    enter() {
      is = true;
      root.toggleAttribute("data-present", true);
      main.prepend(title);
      main.append(bar);
      left = "";
      if (store.get().act === null && (store.get().story || !window.location.hash)) show(1);
      put();
      document.addEventListener("keydown", hear);
      document.addEventListener("keydown", hearEscape, true);
      const parts = ["verdict", "compare", "step", "wall"].map((id) => byId(document, id));
      watch([bar, ...parts, ...allWithin(main, ".strip, figcaption")]);
      drawn.observe(root, { attributes: true, attributeFilter: ["data-rendered"] });
      window.scrollTo(0, 0);
      fit();
      announce("Presentation. Page down and page up lead through the storyline, Escape leaves.");
    },

    leave() {
      is = false;
      root.removeAttribute("data-present");
      root.removeAttribute("data-pictures");
      title.remove();
      bar.remove();
      stop();
      drawn.disconnect();
      document.removeEventListener("keydown", hear);
      document.removeEventListener("keydown", hearEscape, true);
      if (store.get().act !== null) store.set({ act: null }, { same: true });
      pictures.setStage(null);
      byId(document, "share-button").focus();
      announce("The presentation is left.");
    },
  };
}
