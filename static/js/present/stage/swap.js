/** What is explained takes the place of profile and map; they can be had in its stead. */

import { SWAP } from "../bar.js";

/** @import { Page } from "../../presenting.js" */

/**
 * @param {HTMLElement} button
 * @param {Page} page
 * @param {() => void} swapped   other pictures are shown
 */
export function createSwap(button, { document, store, announce }, swapped) {
  const root = document.documentElement;

  function put() {
    const { step, explain, wall } = store.get();
    const explains = step !== null || explain !== "" || wall !== "";
    if (!explains) root.removeAttribute("data-pictures");
    button.hidden = !explains;
    button.textContent = SWAP[root.hasAttribute("data-pictures") ? 1 : 0];
  }

  /** @returns {boolean} false: there is nothing to swap */
  function swap() {
    if (button.hidden) return false;
    root.toggleAttribute("data-pictures");
    put();
    announce(root.hasAttribute("data-pictures") ? "Profile and map are shown." : "What is explained is shown.");
    swapped();
    return true;
  }

  button.addEventListener("click", swap);
  return { put, swap };
}
