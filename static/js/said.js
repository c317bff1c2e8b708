/** The words around the pictures: each sentence, put where it stands. */

import { clippingSentence } from "./clipped.js";
import { putExplained } from "./explain.js";
import { byId } from "./page.js";
import { costSentence, howToRead, leftSentence, overflowSentence, partsOfSummary } from "./sentence.js";
import { productKey, productSentence, spectrumSentence } from "./spectral.js";
import { verdictNote } from "./verdict.js";

/** @import { Flow, Reading } from "./types.js" */

/** The verdict in bold, what the engine says of it, and what is left of the followed loss. @param {Document} document @param {Reading} reading */
export function putVerdict(document, reading) {
  const { flow } = reading;
  const { verdict, rest } = partsOfSummary(flow.diagnosis.summary);
  const bold = Object.assign(document.createElement("strong"), { textContent: verdict });
  putExplained(byId(document, "summary"), rest, verdict ? [bold] : []);
  byId(document, "verdict").dataset.verdict = flow.diagnosis.verdict;
  putExplained(byId(document, "left"), leftSentence(reading) + verdictNote(reading));
  const overflow = byId(document, "overflow");
  overflow.textContent = overflowSentence(flow);
  overflow.hidden = !flow.overflow;
  const cost = byId(document, "cost");
  cost.textContent = costSentence(flow);
  cost.hidden = !cost.textContent;
}

/** Under the pictures beside the axis. @param {Document} document @param {Flow} flow */
export function putBeside(document, flow) {
  putExplained(byId(document, "clipping-words"), clippingSentence(flow));
  putExplained(byId(document, "spectrum-words"), spectrumSentence(flow));
  putExplained(byId(document, "product-words"), productSentence(flow));
  byId(document, "key-product").innerHTML = productKey(flow);
}

/** Each picture's key. @param {Document} document @param {Object<string, string>} html   by the picture's name */
export function putKeys(document, html) {
  for (const [name, key] of Object.entries(html)) {
    const place = byId(document, `key-${name}`);
    if (place.innerHTML !== key) place.innerHTML = key;
  }
}

/** What to look at, behind its lead in bold. @param {Document} document @param {string} lead @param {string} text */
export function putLook(document, lead, text) {
  const bold = Object.assign(document.createElement("b"), { textContent: lead });
  putExplained(byId(document, "look"), text, [bold]);
}

/** How the picture that is shown is read. @param {Reading | null} reading */
export function howToReadIt(reading) {
  const { follow = null, entryStep = 1, steps = 1, lossSteps = [] } = reading ?? {};
  return howToRead(follow, { entryStep, steps, single: lossSteps.length < 2 });
}
