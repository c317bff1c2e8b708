/** The stage: which act is shown, what is said of it, and the keys. */

import { selectedInA } from "../comparing/settings.js";
import { stepOf } from "../format.js";
import { allWithin, byId, windowOf } from "../page.js";
import { createBar } from "./bar.js";
import { createFit } from "./fit.js";
import { createActs } from "./stage/acts.js";
import { createKeys } from "./stage/keys.js";
import { createSwap } from "./stage/swap.js";

/** @import { Page, Presentation } from "../presenting.js" */
/** @typedef {ReturnType<typeof createBar>} Bar */

/**
 * @param {Page} page
 * @param {() => void} wish   it is to be left
 * @returns {Presentation}
 */
export function createStage(page, wish) {
  const { document, store, pictures, announce } = page;
  const window = windowOf(document);
  const root = document.documentElement;
  const main = byId(document, "pictures");
  const state = { on: false };
  const bar = createBar(document);
  const { fit, fitSoon, watch, stop } = createFit(page, () => state.on);
  const acts = createActs(page);
  const swap = createSwap(bar.swap, page, fitSoon);
  const by = (/** @type {number} */ pictures) => acts.show(acts.current() + pictures);
  const selects = () => Boolean(store.get().select);
  const keys = createKeys(document, { by, swap: swap.swap, selects, leave: wish });
  const drawn = new MutationObserver(() => putSelected(bar, page));

  function put() {
    putAct(bar, acts);
    putSelected(bar, page);
    swap.put();
  }

  bar.back.addEventListener("click", () => by(-1));
  bar.on.addEventListener("click", () => by(1));
  bar.out.addEventListener("click", wish);
  store.subscribe(() => {
    if (!state.on) return;
    put();
    fitSoon();
  });

  return {
    enter() {
      state.on = true;
      root.toggleAttribute("data-present", true);
      main.prepend(bar.title);
      main.append(bar.bar);
      acts.begin();
      if (store.get().act === null && (store.get().story || !window.location.hash)) acts.show(1);
      put();
      keys.listen();
      const parts = ["verdict", "compare", "step", "wall"].map((id) => byId(document, id));
      watch([bar.bar, ...parts, ...allWithin(main, ".strip, figcaption")]);
      drawn.observe(root, { attributes: true, attributeFilter: ["data-rendered"] });
      window.scrollTo(0, 0);
      fit();
      announce("Presentation. Page down and page up lead through the storyline, Escape leaves.");
    },

    leave() {
      state.on = false;
      root.removeAttribute("data-present");
      root.removeAttribute("data-pictures");
      bar.title.remove();
      bar.bar.remove();
      stop();
      drawn.disconnect();
      keys.stop();
      if (store.get().act !== null) store.set({ act: null }, { same: true });
      pictures.setStage(null);
      byId(document, "share-button").focus();
      announce("The presentation is left.");
    },
  };
}

/** Where in the storyline this is, and its caption. @param {Bar} bar @param {import("./stage/acts.js").Acts} acts */
function putAct({ caption, place, back, on }, acts) {
  const n = acts.current();
  const all = acts.all();
  caption.textContent = [n ? all[n - 1].caption : "", acts.left()].filter(Boolean).join(" ");
  place.textContent = n ? `${n} of ${all.length}` : `${all.length} pictures`;
  back.disabled = n <= 1;
  on.disabled = n >= all.length;
}

/** What is selected, with its numbers: no panel is there to open. @param {Bar} bar @param {Page} page */
function putSelected({ chosen }, { document, store, pictures, lines }) {
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
