/** What the service answers: the sentence, the advice, the pictures. */

import { adviceSentence } from "../advice.js";
import { element } from "../elements.js";
import { putChoices } from "../live/choices.js";
import { drawReport, layerFlow, readingOf } from "../live/pictures.js";
import { byId } from "../page.js";
import { partsOfSummary } from "../sentence.js";
import { productSentence, spectrumSentence } from "../spectral.js";

/** @import { Theme } from "../types.js" */

/**
 * @param {any} diagnosis   of an answer with the advice in it; null: there is none
 * @param {number} steps
 * @param {(patch: object) => string} addressOf   where Explore shows a change; "": it cannot
 */
export function putAdvice(diagnosis, steps, addressOf) {
  const sentence = diagnosis ? adviceSentence(diagnosis, steps) : "";
  byId(document, "advice").hidden = !sentence;
  byId(document, "advice-words").textContent = sentence;
  byId(document, "advice-list").replaceChildren(
    ...(diagnosis?.advice ?? []).map((/** @type {{text: string, patch: object}} */ { text, patch }) => {
      const row = element("li", "", text);
      const address = addressOf(patch);
      const link = element("a", "", "try it in Explore");
      link.href = address;
      if (address) row.append(" ", link);
      return row;
    }),
  );
}

/** @param {any} flow @param {string[]} known   sentences that stand elsewhere */
export function putWords(flow, known) {
  const { verdict, rest } = partsOfSummary(flow.diagnosis.summary);
  byId(document, "verdict").replaceChildren(element("b", "", verdict), ` ${rest}`);
  const said = /** @type {string[]} */ (flow.notes).filter((words) => !known.includes(words)).map((words) => element("li", "", words));
  if (flow.overflow) said.unshift(element("li", "", flow.overflow.detail));
  byId(document, "notes").hidden = said.length === 0;
  byId(document, "notes").replaceChildren(...said);
}

/**
 * @param {HTMLElement[]} plots   each with its picture's name
 * @param {any} flow
 * @param {number | null} layer   from 1; null: the last
 * @param {Theme | null} theme   null: nothing can be drawn yet
 * @param {(layer: number | null) => void} choose
 */
export function putPictures(plots, flow, layer, theme, choose) {
  const count = flow.layers?.length ?? 1;
  const names = count > 1 ? Array.from({ length: count }, (_, n) => String(n + 1)) : [];
  const own = layer !== null && layer <= count ? layer : count;
  putChoices(byId(document, "layers"), names, String(own), (name) => choose(Number(name) === count ? null : Number(name)));
  const part = layerFlow(flow, own === count ? null : own - 1);
  byId(document, "say-spectrum").textContent = part.spectrum ? spectrumSentence(part) : "";
  byId(document, "say-product").textContent = part.spectrum ? productSentence(part) : "";
  const reading = readingOf(part);
  if (theme && reading) drawReport(plots, { reading, layer: own - 1, whole: true }, theme);
}
