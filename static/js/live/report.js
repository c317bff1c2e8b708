/** One report: its words, its weights, its pictures. */

import { carriedWords, clockWords, directionWords, putCaptions as putTitles } from "../directions.js";
import { element } from "../elements.js";
import { byId } from "../page.js";
import { hasBoth, partOf } from "../parts.js";
import { productSentence, spectrumSentence } from "../spectral.js";
import { counted, proofSentence } from "./alarms.js";
import { saturationSentence } from "./inside.js";
import { drawReport, readingOf } from "./pictures.js";
import { moduleOf } from "./reached.js";
import { sampledSentence, verdictSentence, weightRows } from "./words.js";

/** @import { Theme } from "../types.js" */
/** @import { Module, Report } from "./runfile.js" */

/** @param {string} id @param {string} text */
function say(id, text) {
  byId(document, id).textContent = text;
}

/** @param {string[][]} rows */
function putWeights(rows) {
  byId(document, "weights").replaceChildren(
    ...rows.map(([head, ...numbers]) => {
      const row = element("tr");
      const cell = element("th", "", head);
      cell.scope = "row";
      row.append(cell, ...numbers.map((text) => element("td", "of-number", text)));
      return row;
    }),
  );
  byId(document, "weights-of").hidden = rows.length === 0;
}

/** @param {Report} report @param {Module | undefined} module @param {string} name @param {string} owner @param {any} flow @param {number | null} layer */
function putWords(report, module, name, owner, flow, layer) {
  say("update", counted(report.update));
  say("verdict", module ? verdictSentence(module, flow, layer) : `${name} was not called in this update.`);
  say("diagnosis", hasBoth(module?.flow) ? carriedWords(module?.flow).join(" ") : (module?.flow?.diagnosis?.summary ?? ""));
  say("proof", module ? proofSentence(module, owner) : "");
  byId(document, "proof").classList.toggle("untrusted", module?.trusted === false);
  say("sampled", module ? sampledSentence(module) : "");
  putWeights(module ? weightRows(report, module) : []);
  say("difference-from", `Difference from ${owner}`);
}

/** What only a whole report says. @param {any} flow */
function putCaptions(flow) {
  say("say-saturation", saturationSentence(flow));
  say("say-spectrum", `${clockWords(flow)} ${spectrumSentence(flow)}`.trim());
  say("say-product", productSentence(flow));
  byId(document, "dashes").hidden = !flow.spectrum?.cell_product_log10_norm;
}

/**
 * @param {HTMLElement[]} plots
 * @param {{brief: Report, whole: Report | null, name: string, owner: string, layer: number | null, reverse: boolean}} looked
 *   name: of the module; owner: of the gradient that ours is compared with; layer: from 0, null: the last;
 *   reverse: the direction that reads backward in time
 * @param {Theme | null} theme   null: nothing can be drawn yet
 */
export function putReport(plots, { brief, whole, name, owner, layer, reverse }, theme) {
  const module = moduleOf(whole ?? brief, name);
  // A brief report is of the last layer.
  const known = layer === null || whole !== null;
  const flow = known && module ? partOf(module.flow, layer, reverse) : null;
  putWords(brief, module, name, owner, known ? flow : undefined, known ? layer : null);
  const none = !module?.flow;
  say("say-direction", directionWords(flow, layer ?? (module?.layers || 1) - 1));
  putTitles(document, flow);
  byId(document, "inside").hidden = none;
  byId(document, "inside").setAttribute("aria-busy", String(whole === null));
  if (none || !flow) return;
  if (whole) putCaptions(flow);
  const reading = readingOf(flow);
  byId(document, "strokes").hidden = !reading?.cell;
  byId(document, "lines").hidden = !(reading && reading.lossSteps.length > 1);
  if (theme && reading) drawReport(plots, { reading, layer: layer ?? (module.layers || 1) - 1, whole: whole !== null }, theme);
}
