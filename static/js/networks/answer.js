/** What the service answers: the sentence, the advice, the pictures. */

import { adviceSentence } from "../advice.js";
import { carriedWords, clockWords, directionNames, directionWords, isBackward, nameOf, putCaptions } from "../directions.js";
import { element } from "../elements.js";
import { putChoices } from "../live/choices.js";
import { drawReport, readingOf } from "../live/pictures.js";
import { byId } from "../page.js";
import { hasBoth, layersOf, partOf } from "../parts.js";
import { partsOfSummary } from "../sentence.js";
import { productSentence, spectrumSentence } from "../spectral.js";

/** @import { Theme } from "../types.js" */

/** What an address calls the direction that reads backward in time. */
const REVERSE = "reverse";

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
  if (hasBoth(flow)) byId(document, "verdict").textContent = carriedWords(flow).join(" ");
  else {
    const { verdict, rest } = partsOfSummary(flow.diagnosis.summary);
    byId(document, "verdict").replaceChildren(element("b", "", verdict), ` ${rest}`);
  }
  const said = /** @type {string[]} */ (flow.notes).filter((words) => !known.includes(words)).map((words) => element("li", "", words));
  if (flow.overflow) said.unshift(element("li", "", flow.overflow.detail));
  byId(document, "notes").hidden = said.length === 0;
  byId(document, "notes").replaceChildren(...said);
}

/**
 * @param {HTMLElement[]} plots   each with its picture's name
 * @param {any} flow
 * @param {{layer: number | null, direction: string}} shown   layer: from 1; null: the last
 * @param {Theme | null} theme   null: nothing can be drawn yet
 * @param {(change: {layer?: number | null, direction?: string}) => void} choose
 */
export function putPictures(plots, flow, { layer, direction }, theme, choose) {
  const count = layersOf(flow);
  const reverse = hasBoth(flow) && direction === REVERSE;
  const names = count > 1 ? Array.from({ length: count }, (_, n) => String(n + 1)) : [];
  const own = layer !== null && layer <= count ? layer : count;
  putChoices(byId(document, "layers"), names, String(own), (name) =>
    choose({ layer: Number(name) === count ? null : Number(name) }),
  );
  putChoices(byId(document, "directions"), directionNames(flow), nameOf(reverse), (name) =>
    choose({ direction: isBackward(name) ? REVERSE : "" }),
  );
  const part = partOf(flow, own === count ? null : own - 1, reverse);
  byId(document, "say-direction").textContent = directionWords(part, own - 1);
  putCaptions(document, part);
  const clock = clockWords(part);
  byId(document, "say-spectrum").textContent = part.spectrum ? `${clock} ${spectrumSentence(part)}`.trim() : "";
  byId(document, "say-product").textContent = part.spectrum ? productSentence(part) : "";
  const reading = readingOf(part);
  if (theme && reading) drawReport(plots, { reading, layer: own - 1, whole: true }, theme);
}
