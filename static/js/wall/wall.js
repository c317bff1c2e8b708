/** The map of the loss over two parameters, and the balls that go down it. */

import { Problem } from "../api.js";
import { boxOf, insideOf } from "../figures/wall.js";
import { forReaders } from "../problems.js";
import { presetSettings } from "../properties.js";
import { drawAlone } from "../render.js";
import { createTransport } from "../transport.js";
import { putBalls } from "./arrows.js";
import { createForm } from "./form.js";
import { createFrame, putNumbers, putOffer, putWords } from "./frame.js";
import { keepButtons } from "./keep.js";
import { createOverlay } from "./overlay.js";
import { createSurface, keepPicture, mapOf } from "./pictures.js";
import { isScalar } from "./plan.js";
import { listenPointing } from "./pointing.js";
import { printPlan } from "./said.js";
import { createSurvey } from "./survey.js";
import { ballSentence, biasSentence, placeRows, ridgeSentence } from "./words.js";

/** @typedef {import("./said.js").Plan} Plan */

/**
 * @param {HTMLElement} place
 * @param {import("../walls.js").Page} page
 */
export function createWall(place, page) {
  const { document, store, base } = page;
  const frame = createFrame(place);
  const survey = createSurvey(() => store.get());
  const box = () => boxOf(frame.canvas.clientWidth || 520);
  const isSolid = () => survey.plan().layer === "surface";
  const overlay = createOverlay(frame.svg);
  const surface = createSurface(frame.solid, survey, page);
  const form = createForm(frame.formPlace, put);
  const transport = createTransport(frame.transportPlace, {
    length: 1,
    label: "Descent",
    speed: 10,
    say: (index) => `step ${index} of ${Math.max(0, survey.longest() - 1)}`,
    onChange: go,
  });
  const pointing = listenPointing(frame.hit, survey, {
    inside: () => insideOf(box()),
    say: (text) => {
      frame.under.textContent = text ?? ridgeWords();
    },
    choose(start) {
      transport.pause();
      put({ start });
    },
  });
  /** @type {AbortController | null} */
  let asking = null;

  function ridgeWords() {
    const land = survey.land();
    return land ? ridgeSentence(land, !isSolid()) : "";
  }

  /** @param {Partial<Plan>} change */
  function put(change) {
    store.set({ wall: printPlan({ ...survey.plan(), ...change }) });
  }

  function stopAsking() {
    asking?.abort();
    place.setAttribute("aria-busy", "false");
  }

  async function ask() {
    asking?.abort();
    const abort = new AbortController();
    asking = abort;
    place.setAttribute("aria-busy", "true");
    try {
      if (!(await survey.ask(base, abort.signal))) return;
      frame.problem.hidden = true;
      draw();
    } catch (cause) {
      if (abort.signal.aborted) return;
      if (!(cause instanceof Problem)) throw cause;
      const said = cause.errors.map(({ detail }) => detail).join("; ") || cause.message;
      frame.problem.textContent = forReaders(said);
      frame.problem.hidden = false;
    } finally {
      if (asking === abort) place.setAttribute("aria-busy", "false");
    }
  }

  function draw() {
    const land = survey.land();
    if (!land) return;
    const [about, solidly] = [box(), isSolid()];
    frame.canvas.style.height = `${about.height}px`;
    frame.plot.hidden = frame.hit.hidden = solidly;
    frame.svg.style.display = solidly ? "none" : "";
    frame.solid.hidden = !solidly;
    if (!solidly) {
      drawAlone(frame.plot, mapOf(survey, page, land, about));
      const [p, q] = survey.symbols();
      frame.plot.setAttribute("aria-label", `Map of the loss over ${p} and ${q}. ${ridgeWords()}`);
      frame.svg.setAttribute("viewBox", `0 0 ${about.width} ${about.height}`);
    }
    const balls = survey.balls().map(({ path, ...ball }) => ({ ...ball, points: path.points }));
    overlay.put(balls, survey.start(), insideOf(about), survey.ranges());
    form.show({
      plan: survey.plan(),
      entries: survey.entries(),
      start: survey.start(),
      ranges: land.axes.map(({ values }) => ({ from: values[0] ?? 0, to: values.at(-1) ?? 0 })),
      network: survey.network(),
    });
    for (const input of frame.inputs) input.checked = input.value === survey.plan().layer;
    transport.setLength(survey.longest());
    transport.refresh();
    pointing.reset();
    putSaid();
    go(transport.index());
  }

  function putSaid() {
    const { places } = survey.answer();
    const { mu } = survey.plan();
    if (places[0]) putNumbers(frame.numbers, placeRows(places[0], survey.entries()));
    const { from, to } = survey.ranges();
    const diagonal = Math.hypot(to[0] - from[0], to[1] - from[1]);
    putWords(
      frame.words,
      survey.balls().map(({ name, colour, path }) => ({
        colour,
        said: ballSentence(name, path, { mu, diagonal }),
      })),
    );
    frame.bias.textContent = places[1] ? biasSentence(places[1], mu) : "";
    frame.under.textContent = ridgeWords();
  }

  /** Every ball to a step. @param {number} index */
  function go(index) {
    overlay.go(index);
    putBalls(frame.arrows, survey.balls(), index, overlay.onMap);
    if (isSolid()) void surface.draw(index, box());
  }

  const keep = (/** @type {string} */ format) =>
    keepPicture(survey, page, { format, index: transport.index(), box: box() });
  frame.head.append(keepButtons("The wall", keep));
  for (const input of frame.inputs)
    input.addEventListener("change", () => put({ layer: /** @type {Plan["layer"]} */ (input.value) }));
  frame.preset.addEventListener("click", () => {
    const settings = presetSettings("wall");
    if (settings) store.replaceAll({ ...settings, wall: "1" });
  });
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
      if (!scalar) return stopAsking();
      survey.follow(String(settings.wall));
      void ask();
    },
    hide() {
      transport.pause();
      asking?.abort();
    },
  };
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
