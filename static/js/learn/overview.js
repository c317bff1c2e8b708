/** The overview: how far the reader has come. Acts on import. */

import { listenAppearance } from "../appearance.js";
import { createProgress } from "./progress.js";

const progress = createProgress();

function put() {
  let any = false;
  for (const row of document.querySelectorAll("[data-lesson]")) {
    if (!(row instanceof HTMLElement)) continue;
    const screens = Number(row.dataset.screens);
    const names = Array.from({ length: screens }, (_, n) => `${row.dataset.lesson}/${n + 1}`);
    const done = names.filter((name) => progress.isDone(name)).length;
    const words = row.querySelector("p.come");
    any ||= done > 0;
    if (words)
      words.textContent =
        done === 0 ? `${screens} screens` : done < screens ? `${done} of ${screens} done` : "done ✓";
  }
  const kept = document.getElementById("kept");
  if (kept) kept.hidden = !any;
}

document.getElementById("forget")?.addEventListener("click", () => {
  progress.forget();
  put();
});
listenAppearance(document, () => {});
document.documentElement.removeAttribute("data-opening");
document.documentElement.dataset.state = "ready";
put();
