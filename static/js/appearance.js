/** Light or dark: what the system prefers until the visitor chooses, then what was chosen. */

import { byId } from "./page.js";

/**
 * @param {Document} document
 * @param {() => void} changed
 */
export function listenAppearance(document, changed) {
  const root = document.documentElement;
  const toggle = byId(document, "theme-toggle");

  /** @param {string} name */
  function use(name) {
    root.dataset.theme = name;
    toggle.setAttribute("aria-pressed", String(name === "dark"));
    changed();
  }

  function kept() {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null;
    }
  }

  toggle.setAttribute("aria-pressed", String(root.dataset.theme === "dark"));
  toggle.addEventListener("click", () => {
    const next = root.dataset.theme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem("theme", next);
    } catch {
      // Storage is switched off: the choice lasts as long as the page.
    }
    use(next);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", ({ matches }) => {
    if (kept() === null) use(matches ? "dark" : "light");
  });
}
