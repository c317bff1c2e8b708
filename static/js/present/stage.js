/** The stage: how large everything is, which act is shown, and the keys. */

import { selectedInA } from "../comparing/settings.js";
import { stepOf } from "../format.js";
import { leftWords, readLink } from "../link.js";
import { allWithin, byId, windowOf, within } from "../page.js";
import { readStory } from "../storyline.js";

/** @import { Page, Presentation } from "../presenting.js" */
/** @import { Act } from "../storyline.js" */

/** The smallest type of the pictures is 10 pixels high; on a screen of twice this it has 20. */
const WIDE = 960;
const HIGH = 540;

/** Where a letter is written rather than pressed. */
const WRITES = 'input:not([type="range"], [type="radio"]), select, textarea';
/** What takes the arrows itself. */
const TAKES_ARROWS = 'input, select, textarea, [role="application"], [role="slider"]';

/** What the button that swaps them says: while an explanation stands there, and while they do. */
const SWAP = ["Profile and map", "What is explained"];

/** @param {Document} document @param {string} text @param {string} label */
function button(document, text, label) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "small";
  made.textContent = text;
  made.setAttribute("aria-label", label);
  return made;
}

/**
 * @param {Page} page
 * @param {() => void} wish   it is to be left
 * @returns {Presentation}
 */
export function createStage({ document, store, pictures, announce, lines }, wish) {
  const window = windowOf(document);
  const root = document.documentElement;
  const main = byId(document, "pictures");
  /** @type {Act[]} */
  const builtIn = JSON.parse(byId(document, "acts").textContent ?? "[]");
  let is = false;
  let left = "";
  let fitting = 0;

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

  /** Give the pictures the height that the words leave. */
  function fit() {
    if (!is) return;
    const wide = document.documentElement.clientWidth;
    const zoom = Math.max(1, Math.min(wide / WIDE, window.innerHeight / HIGH));
    root.style.setProperty("--stage", String(zoom));
    const seen = allWithin(main, ".canvas").filter((one) => one.getClientRects().length);
    /** @param {Element} one */
    const high = (one) => one.getBoundingClientRect().height;
    const canvases = seen.reduce((sum, one) => sum + high(one), 0);
    const { top, bottom } = main.getBoundingClientRect();
    const room = window.innerHeight - (bottom - top - canvases);
    pictures.setStage({
      height: Math.max(0, Math.floor(room / zoom)),
      names: seen.map((one) => within(one, ".plot").id.replace("plot-", "")),
    });
  }

  function fitSoon() {
    cancelAnimationFrame(fitting);
    fitting = requestAnimationFrame(fit);
  }

  const words = new ResizeObserver(fitSoon);
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
      window.addEventListener("resize", fitSoon);
      const parts = ["verdict", "compare", "step", "wall"].map((id) => byId(document, id));
      for (const one of [bar, ...parts, ...allWithin(main, ".strip, figcaption")]) words.observe(one);
      drawn.observe(root, { attributes: true, attributeFilter: ["data-rendered"] });
      window.scrollTo(0, 0);
      fit();
      announce("Presentation. Page down and page up lead through the storyline, Escape leaves.");
    },

    leave() {
      is = false;
      root.removeAttribute("data-present");
      root.removeAttribute("data-pictures");
      root.style.removeProperty("--stage");
      title.remove();
      bar.remove();
      words.disconnect();
      drawn.disconnect();
      document.removeEventListener("keydown", hear);
      document.removeEventListener("keydown", hearEscape, true);
      window.removeEventListener("resize", fitSoon);
      if (store.get().act !== null) store.set({ act: null }, { same: true });
      pictures.setStage(null);
      byId(document, "share-button").focus();
      announce("The presentation is left.");
    },
  };
}
