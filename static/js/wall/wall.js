/** The map of the loss over two parameters, and the balls that go down it. */

import { insideOf } from "../figures/wall.js";
import { presetSettings } from "../properties.js";
import { createTransport } from "../transport.js";
import { putBalls } from "./arrows.js";
import { createAsking } from "./asking.js";
import { createForm } from "./form.js";
import { createFrame, putOffer } from "./frame.js";
import { keepButtons } from "./keep.js";
import { createOverlay } from "./overlay.js";
import { createSurface, keepPicture } from "./pictures.js";
import { isScalar } from "./plan.js";
import { listenPointing } from "./pointing.js";
import { boxIn, isSolid, putForm, putMap, putOverlay, putSaid, ridgeWords } from "./putting.js";
import { printPlan } from "./said.js";
import { createSurvey } from "./survey.js";

/** @typedef {import("./said.js").Plan} Plan */
/** @typedef {import("../walls.js").Page} Page */

/**
 * @param {HTMLElement} place
 * @param {Page} page
 */
export function createWall(place, page) {
  const { document, store, base } = page;
  const frame = createFrame(place);
  const survey = createSurvey(() => store.get());
  const overlay = createOverlay(frame.svg);
  const surface = createSurface(frame.solid, survey, page);
  const asking = createAsking(place, frame.problem, (signal) => survey.ask(base, signal), draw);
  const form = createForm(frame.formPlace, put);
  const transport = createTransport(frame.transportPlace, {
    length: 1,
    label: "Descent",
    speed: 10,
    say: (index) => `step ${index} of ${Math.max(0, survey.longest() - 1)}`,
    onChange: go,
  });
  const pointing = listenPointing(frame.hit, survey, {
    inside: () => insideOf(boxIn(frame)),
    say: (text) => {
      frame.under.textContent = text ?? ridgeWords(survey);
    },
    choose(start) {
      transport.pause();
      put({ start });
    },
  });

  /** @param {Partial<Plan>} change */
  function put(change) {
    store.set({ wall: printPlan({ ...survey.plan(), ...change }) });
  }

  function draw() {
    const land = survey.land();
    if (!land) return;
    putMap(frame, survey, page, land);
    putOverlay(overlay, frame, survey);
    putForm(form, frame, survey, land);
    transport.setLength(survey.longest());
    transport.refresh();
    pointing.reset();
    putSaid(frame, survey);
    go(transport.index());
  }

  /** Every ball to a step. @param {number} index */
  function go(index) {
    overlay.go(index);
    putBalls(frame.arrows, survey.balls(), index, overlay.onMap);
    if (isSolid(survey)) void surface.draw(index, boxIn(frame));
  }

  const keep = (/** @type {string} */ format) =>
    keepPicture(survey, page, { format, index: transport.index(), box: boxIn(frame) });
  frame.head.append(keepButtons("The wall", keep));
  listenFrame(frame, store, put);
  listenAround(document, frame.canvas, (themed) => {
    if (themed) surface.forget();
    if (!place.hidden) draw();
  });

  return {
    show() {
      const settings = store.get();
      const scalar = isScalar(settings);
      frame.offer.hidden = scalar;
      frame.view.hidden = !scalar;
      putOffer(frame.offered, settings);
      if (!scalar) return asking.stop();
      survey.follow(String(settings.wall));
      void asking.ask();
    },
    hide() {
      transport.pause();
      asking.abort();
    },
  };
}

/**
 * What is drawn, and the example that is offered where there is no map.
 * @param {ReturnType<typeof createFrame>} frame
 * @param {Page["store"]} store
 * @param {(change: Partial<Plan>) => void} put
 */
function listenFrame({ inputs, preset }, store, put) {
  for (const input of inputs)
    input.addEventListener("change", () => put({ layer: /** @type {Plan["layer"]} */ (input.value) }));
  preset.addEventListener("click", () => {
    const settings = presetSettings("wall");
    if (settings) store.replaceAll({ ...settings, wall: "1" });
  });
}

/**
 * When the map has another width, or the page another theme.
 * @param {Document} document @param {HTMLElement} canvas @param {(themed: boolean) => void} redraw
 */
function listenAround(document, canvas, redraw) {
  let width = 0;
  new ResizeObserver(() => {
    const now = canvas.clientWidth;
    if (now !== width && width) redraw(false);
    width = now;
  }).observe(canvas);
  new MutationObserver(() => redraw(true)).observe(document.documentElement, {
    attributes: true,
    attributeFilter: ["data-theme"],
  });
}
