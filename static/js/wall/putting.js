/** What is known of the loss over two parameters, put into the map's elements. */

import { boxOf, insideOf } from "../figures/wall.js";
import { drawAlone } from "../render.js";
import { putNumbers, putWords } from "./frame.js";
import { mapOf } from "./pictures.js";
import { ballSentence, biasSentence, placeRows, ridgeSentence } from "./words.js";

/**
 * @typedef {import("../walls.js").Page} Page
 * @typedef {import("../figures/wall.js").Land} Land
 * @typedef {ReturnType<typeof import("./frame.js").createFrame>} Frame
 * @typedef {import("./survey.js").Survey} Survey
 */

/** Where the axes lie in the map now. @param {Frame} frame */
export function boxIn({ canvas }) {
  return boxOf(canvas.clientWidth || 520);
}

/** Whether the surface is shown, not the map. @param {Survey} survey */
export function isSolid(survey) {
  return survey.plan().layer === "surface";
}

/** @param {Survey} survey */
export function ridgeWords(survey) {
  const land = survey.land();
  return land ? ridgeSentence(land, !isSolid(survey)) : "";
}

/** The map itself, or room for the surface. @param {Frame} frame @param {Survey} survey @param {Page} page @param {Land} land */
export function putMap(frame, survey, page, land) {
  const [box, solidly] = [boxIn(frame), isSolid(survey)];
  frame.canvas.style.height = `${box.height}px`;
  frame.plot.hidden = frame.hit.hidden = solidly;
  frame.svg.style.display = solidly ? "none" : "";
  frame.solid.hidden = !solidly;
  if (solidly) return;
  drawAlone(frame.plot, mapOf(survey, page, land, box));
  const [p, q] = survey.symbols();
  frame.plot.setAttribute("aria-label", `Map of the loss over ${p} and ${q}. ${ridgeWords(survey)}`);
  frame.svg.setAttribute("viewBox", `0 0 ${box.width} ${box.height}`);
}

/**
 * The balls over the map, where they start.
 * @param {ReturnType<typeof import("./overlay.js").createOverlay>} overlay
 * @param {Frame} frame @param {Survey} survey
 */
export function putOverlay(overlay, frame, survey) {
  const balls = survey.balls().map(({ path, ...ball }) => ({ ...ball, points: path.points }));
  overlay.put(balls, survey.start(), insideOf(boxIn(frame)), survey.ranges());
}

/**
 * The form, with what is shown.
 * @param {ReturnType<typeof import("./form.js").createForm>} form
 * @param {Frame} frame @param {Survey} survey @param {Land} land
 */
export function putForm(form, frame, survey, land) {
  form.show({
    plan: survey.plan(),
    entries: survey.entries(),
    start: survey.start(),
    ranges: land.axes.map(({ values }) => ({ from: values[0] ?? 0, to: values.at(-1) ?? 0 })),
    network: survey.network(),
  });
  for (const input of frame.inputs) input.checked = input.value === survey.plan().layer;
}

/** Numbers and sentences. @param {Frame} frame @param {Survey} survey */
export function putSaid(frame, survey) {
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
  frame.under.textContent = ridgeWords(survey);
}
