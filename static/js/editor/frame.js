/** The frame of the panel: its title, buttons, what could not be had, and the words above the numbers. */

import { element, paragraph, symbols } from "../elements.js";
import { batchOf } from "../experiment.js";
import { sayable } from "../link.js";
import { forReaders } from "../problems.js";
import { LONGEST_LINK, linkOf } from "../properties.js";
import { isKept } from "./change.js";
import { isTable } from "./parts.js";
import { BACK, SENTENCES, lengthWords } from "./words.js";

/** @import { Settings } from "../types.js" */
/** @import { Part } from "./parts.js" */

/**
 * @typedef {object} On   what its buttons do
 * @property {() => void} weightsBack
 * @property {() => void} sequenceBack
 * @property {() => void} close
 * @property {(sample: number) => void} sample
 */

/** A button, and what it does. @param {string} words @param {() => void} press */
function buttonOf(words, press) {
  const made = element("button", "small", words);
  made.type = "button";
  made.addEventListener("click", press);
  return made;
}

/** @param {On["sample"]} choose */
function selectOf(choose) {
  const made = element("select");
  made.setAttribute("aria-label", "Sample whose inputs and targets are shown");
  made.addEventListener("change", () => choose(Number(made.value)));
  return made;
}

/** @param {HTMLSelectElement} samples @param {number} batch @param {number} sample */
function offerSamples(samples, batch, sample) {
  samples.hidden = batch === 1;
  if (samples.options.length === batch) return;
  samples.replaceChildren(...Array.from({ length: batch }, (_, n) => new Option(`Sample ${n + 1} of ${batch}`, String(n))));
  samples.value = String(sample);
}

/** What is said above the numbers. @param {Settings} settings @param {Part[]} parts */
function noteOf(settings, parts) {
  const small = parts.some((part) => isTable(part) && !part.fixed);
  const large = parts.some((part) => !isTable(part) && part.kind === "weights");
  const { fragment } = linkOf(sayable(settings));
  return [
    small ? (large ? SENTENCES.typeSome : SENTENCES.type) : "",
    large ? SENTENCES.small : "",
    fragment.length > LONGEST_LINK ? lengthWords(fragment.length) : "",
  ].filter(Boolean).join(" ");
}

/** @param {HTMLElement} place */
function putParts(place) {
  const title = element("h2", "", "Weights and inputs");
  title.id = "numbers-title";
  const at = element("p", "numbers-at");
  const buttons = element("div", "numbers-buttons");
  const head = element("div", "numbers-top");
  head.append(title, at, buttons);
  const error = element("p", "error");
  error.setAttribute("role", "alert");
  error.hidden = true;
  const note = paragraph("", "note");
  const body = element("div", "numbers-body");
  place.setAttribute("aria-labelledby", title.id);
  place.replaceChildren(head, error, note, body);
  return { at, buttons, error, note, body };
}

/** @param {HTMLElement} place @param {On} on */
export function createFrame(place, on) {
  const { at, buttons, error, note, body } = putParts(place);
  const samples = selectOf(on.sample);
  const weightsBack = buttonOf("", on.weightsBack);
  const sequenceBack = buttonOf("", on.sequenceBack);
  const close = buttonOf("Close", on.close);
  buttons.append(samples, weightsBack, sequenceBack, close);

  return {
    body,
    close,

    /** What stands at the place that is looked at. @param {string} words */
    say(words) {
      at.replaceChildren(...symbols(words));
    },

    /** Numbers came, or why not. @param {string} problem */
    came(problem) {
      error.textContent = problem ? `These numbers could not be had: ${forReaders(problem)}` : "";
      error.hidden = !problem;
      place.setAttribute("aria-busy", "false");
      place.classList.toggle("stale", problem !== "");
    },

    /** @param {boolean} busy */
    wait(busy) {
      place.setAttribute("aria-busy", String(busy));
    },

    /**
     * What goes with the numbers that are shown.
     * @param {Settings} settings @param {Part[]} parts @param {number} sample
     * @param {(given: object | null) => any} origin   what numbers were in a file; null: in none
     */
    show(settings, parts, sample, origin) {
      const { weights, source, data } = settings;
      note.textContent = noteOf(settings, parts);
      weightsBack.textContent = origin(weights) ? BACK.keptWeights : BACK.drawnWeights;
      weightsBack.hidden = !weights || isKept(weights);
      sequenceBack.textContent = origin(data) ? BACK.keptSequence : BACK.drawnSequence;
      sequenceBack.hidden = source !== "explicit" || isKept(data);
      offerSamples(samples, batchOf(settings), sample);
    },
  };
}
