/** Which threshold? The norms of many draws of the experiment, and what the field's rules choose. */

import { unbroken } from "../elements.js";
import { number } from "../format.js";
import { marksOf, normsSentence, putHistogram } from "./histogram.js";
import { keepButtons, keepDrawing } from "./keep.js";
import { createAsking } from "./norms/asking.js";
import { createFrame } from "./norms/frame.js";
import { rowOf, ticksOf } from "./norms/marks.js";

/** @import { Page } from "../walls.js" */
/** @import { Norms } from "./histogram.js" */
/** @import { Frame } from "./norms/frame.js" */

/**
 * @param {HTMLElement} place
 * @param {Page} page
 */
export function createPanel(place, page) {
  const { document, store } = page;
  const frame = createFrame(place, (picture) =>
    keepButtons("the norms", (format) => {
      const words = captionOf(asking.norms(), frame, store.get().mu);
      const filename = page.named("thresholds");
      void keepDrawing(picture, { format, filename, paper: page.theme().paper, caption: words });
    }),
  );
  const asking = createAsking(frame, page, show);
  const state = { ticks: /** @type {HTMLElement[]} */ ([]) };

  function show() {
    const norms = asking.norms();
    frame.picture.style.display = norms ? "" : "none";
    frame.words.hidden = frame.table.hidden = frame.tools.hidden = !norms;
    for (const tick of state.ticks) tick.remove();
    state.ticks = [];
    if (!norms) return;
    putNorms(frame, norms, store, asking.wanted());
    const slider = document.getElementById("mu-slider")?.parentElement;
    if (place.hidden || !slider) return;
    state.ticks = marksOf(norms).flatMap(ticksOf);
    slider.append(...state.ticks);
  }

  const run = () => void asking.run();
  frame.stop.addEventListener("click", () => {
    asking.stop();
    asking.forget();
    show();
    frame.words.hidden = false;
    frame.words.textContent = "Stopped.";
  });
  frame.draws.addEventListener("change", run);
  frame.vary.addEventListener("change", run);
  store.subscribe((_settings, _changed, during) => {
    if (place.hidden) return;
    show();
    if (!during) run();
  });
  show();
  return {
    run() {
      show();
      run();
    },
    stop() {
      asking.stop();
      show();
    },
  };
}

/** @param {Frame} frame @param {Norms} norms @param {Page["store"]} store @param {number} wanted   draws */
function putNorms({ picture, words, table }, norms, store, wanted) {
  const { mu } = store.get();
  const sentence = normsSentence(norms, mu, wanted);
  putHistogram(picture, norms, mu);
  picture.setAttribute("aria-label", `Histogram of the norms. ${sentence}`);
  words.replaceChildren(...unbroken(sentence));
  table.replaceChildren(...marksOf(norms).map((mark) => rowOf(mark, (clip) => store.set(clip))));
}

/** One line for a picture that leaves the page. @param {Norms | null} norms @param {Frame} frame @param {number} mu */
function captionOf(norms, { vary }, mu) {
  const letters = norms ? marksOf(norms).map(({ letter, name }) => `${letter}: ${name}`) : [];
  return `‖g‖ of ${norms?.draws} draws ${vary.selectedOptions[0]?.textContent}; ${[`μ = ${number(mu)}`, ...letters].join(", ")}`;
}
