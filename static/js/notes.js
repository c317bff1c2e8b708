/** Which controls apply, and why some do not. */

import { putExplained } from "./explain.js";
import { clipsSamples, emitsAll, projects, stepsOf, takesLongest } from "./experiment.js";
import { fromLog10, number, parameterName, plural } from "./format.js";
import { lookup } from "./lookup.js";
import { allWithin, byId, controlsIn, inputById, sure, windowOf, within } from "./page.js";
import { LONGEST_LINK, isCut, linkOf } from "./properties.js";
import { allows, cellOf, clipRuleOf, countedFrom, noTruncation, ruleOf, tokenKinds, truncationOf } from "./vocabulary.js";

/** @import { Flow, Settings } from "./types.js" */

/**
 * Enable or disable what a field holds, with the reason in words.
 * @param {Document} document
 * @param {string} id
 * @param {string} reason
 */
function allow(document, id, reason) {
  const field = byId(document, id);
  for (const input of controlsIn(field, "input, select, textarea"))
    input.disabled = Boolean(reason);
  /** @type {HTMLElement | null} */
  const line = field.querySelector("[data-reason]");
  if (!line) return;
  line.hidden = !reason;
  line.textContent = reason;
}

/**
 * Leave of a field what the other settings allow: some of its choices, or nothing, with the reason.
 * @param {Document} document
 * @param {string} id
 * @param {Settings} settings
 * @param {string} [other]   a reason of the page's own
 */
function restrict(document, id, settings, other = "") {
  const field = byId(document, id);
  const rule = ruleOf(settings, field.dataset.pointer ?? "");
  const options = allWithin(field, "option", HTMLOptionElement);
  const free = options.filter(({ value }) => !rule || allows(rule, value));
  for (const option of options) {
    option.disabled = !free.includes(option);
    option.title = option.disabled ? (rule?.why ?? "") : "";
  }
  allow(document, id, other || (rule && free.length < 2 ? rule.why : ""));
}

/**
 * Where the address cannot hold the text, what to do instead.
 * @param {Document} document
 * @param {Settings} settings
 */
function linkNote(document, settings) {
  if (settings.source !== "text") return "";
  if (settings.text.length > LONGEST_LINK / 12 && linkOf(settings).left)
    return (
      "This text is too long for a link, so the address leaves it out. To keep it, use " +
      "“Copy as curl” or JSON under Share."
    );
  const opened = isCut(document.location.hash) && !windowOf(document).history.state?.left;
  return opened ? "The text of this link was too long for it and is not here." : "";
}

/** The label about an input. @param {Element} input */
function labelOf(input) {
  return sure(input.closest("label"), "label");
}

/** Which term explains the letter of a threshold. */
const TERM_OF = lookup({ v: "v", μ: "mu" });

/**
 * Say what was left out of the link that was opened.
 * @param {Document} document
 * @param {string} words
 */
export function putLeftOut(document, words) {
  const place = byId(document, "left-out");
  if (place.textContent !== words) place.textContent = words;
  place.hidden = !words;
}

/** How far back truncation lets a loss reach, as it is in force. @param {Settings} settings */
export function reachOf({ cell, reach }) {
  if (reach !== "default") return reach;
  return cellOf(cell).copies ? "default" : noTruncation();
}

/** How far a loss then travels, or "" where nothing ends it. @param {string} reach @param {number} k */
function reachWords(reach, k) {
  if (reach === "default") return "The context units hold a copy, and a copy passes no gradient.";
  const from = countedFrom({ kind: reach });
  if (!from) return "";
  if (from === "loss")
    return k === 1
      ? "Window: a loss reaches its own step only."
      : `Window: a loss reaches ${plural(k, "step")}, its own included.`;
  return k === 1
    ? "Chunks: no gradient crosses from one step to the one before."
    : `Chunks: every ${k} steps there is a border that no gradient crosses.`;
}

/**
 * Bring every control's availability up to date with the settings.
 * @param {Document} document
 * @param {Settings} settings
 */
export function putReasons(document, settings) {
  const { source, weights } = settings;
  for (const part of allWithin(document, "[data-when]"))
    part.hidden = part.dataset.when !== source;
  const explicit = within(document, 'input[name="source"][value="explicit"]');
  labelOf(explicit).hidden = !settings.data;

  for (const { name, offered } of tokenKinds())
    if (!offered) labelOf(within(document, `input[name="tokens"][value="${name}"]`)).hidden = settings.tokens !== name;

  const given = weights ? "fixed by the given weights" : "";
  const numbers = source === "explicit" ? "fixed by the given sequence" : "";
  allow(document, "field-cell", given);
  allow(document, "field-hidden", given);
  allow(document, "field-projection", given);
  allow(document, "field-layers", given);
  for (const id of ["inputs", "outputs"]) {
    const size = inputById(document, id);
    size.disabled = Boolean(given);
    size.title = given; // a line beneath would move everything below
  }
  allow(document, "field-wiring", numbers);
  restrict(document, "field-activation", settings);
  restrict(document, "field-loss", settings, numbers);
  restrict(document, "field-init", settings);
  restrict(document, "field-steps", settings);
  byId(document, "field-projection").hidden = !projects(settings);
  byId(document, "projection", HTMLInputElement).placeholder = `half = ${Math.ceil(settings.hidden / 2)}`;
  byId(document, "field-t_max").hidden = !takesLongest(settings);
  byId(document, "t_max", HTMLInputElement).placeholder = `T = ${stepsOf(settings)}`;
  restrict(document, "field-labelled", settings);
  const link = byId(document, "link-note");
  link.textContent = linkNote(document, settings);
  link.hidden = !link.textContent;
  byId(document, "label-numbers").hidden =
    settings.labelled !== "yes" || emitsAll(settings);
  byId(document, "drawn-weights").hidden = Boolean(weights);
  byId(document, "given-weights").hidden = !weights;

  const reach = reachOf(settings);
  const copy = within(document, 'input[name="reach"][value="default"]');
  const { copies } = cellOf(settings.cell);
  labelOf(copy).hidden = !copies;
  byId(document, "field-k").hidden =
    reach === "default" || !truncationOf(reach).takes_steps;
  putExplained(byId(document, "reach-note"), reachWords(reach, settings.k));
  const { letter: written } = clipRuleOf(settings.clip);
  byId(document, "field-mu").hidden = !written;
  byId(document, "field-persample").hidden = !clipsSamples(settings);
  const letter = byId(document, "mu-letter");
  letter.textContent = written;
  letter.dataset.term = TERM_OF[written] ?? "mu";

  const single = !emitsAll(settings);
  allow(
    document,
    "field-follow",
    single ? `step ${stepsOf(settings)}: this wiring has one loss` : "",
  );
  within(document, "#field-follow .segment-row").hidden = single;
  inputById(document, "follow-step").max = String(Math.max(1, stepsOf(settings)));
}

/** What an experiment may change in the weights of a file. */
const CHANGES = ["recurrent_scale", "forget_bias", "update_bias"];

/** A file by its name, where the answer says it. @param {string | null | undefined} name */
const keptFile = (name) => (name ? `${name}, a file that is kept here` : "a file that is kept here");

/** Where a sequence that is kept comes from, by its kind. @type {Object<string, (flow: any) => string>} */
const SEQUENCES = lookup({
  stored: ({ series }) => `of ${keptFile(series?.name)}`,
  run: () => "of a run that trained here",
});

/** Where weights come from that are not drawn. @param {any} weights @param {string | null | undefined} file */
function originOf(weights, file) {
  const changed = CHANGES.some((name) => name in (weights ?? {})) ? ", changed" : "";
  if (weights?.kind === "network") return `Of ${weights.module} in ${keptFile(file)}${changed}.`;
  if (weights?.kind === "run") return `Of a run that trained here, before its update ${weights.update}${changed}.`;
  return "Given in numbers.";
}

/**
 * Notes that need the answer.
 * @param {Document} document
 * @param {Settings} settings
 * @param {Flow} flow
 */
export function putNotes(document, settings, flow) {
  /** @param {string} id @param {string} text */
  const set = (id, text) => {
    putExplained(byId(document, id), text);
  };
  const { network } = flow.experiment;
  set("recurrent-name", parameterName(cellOf(network.cell).recurrent));
  set(
    "explicit-note",
    `${plural(flow.steps, "step")} ${SEQUENCES[settings.data?.kind ?? ""]?.(flow) ?? "given in numbers"}; ${network.input_size} in, ` +
      `${network.hidden_size} hidden, ${network.output_size} out.`,
  );
  set(
    "given-note",
    `${originOf(settings.weights, flow.weights_of)} Largest |eigenvalue| ${number(flow.spectrum.spectral_radius)}.`,
  );
  const radius = inputById(document, "radius");
  radius.placeholder = number(flow.spectrum.spectral_radius);
  set(
    "clip-note",
    !clipRuleOf(settings.clip).threshold ? `‖g‖ is now ${fromLog10(flow.clipping.log10_norm_before)}.` : "",
  );
  putNormMark(document, flow.clipping.log10_norm_before);
}

/**
 * On the slider of μ, where the norm of the gradient is now.
 * @param {Document} document
 * @param {number | null} log10
 */
function putNormMark(document, log10) {
  const mark = byId(document, "norm-mark");
  const slider = inputById(document, "mu-slider");
  mark.hidden = log10 === null;
  if (log10 === null) return;
  const at = (log10 - Number(slider.min)) / (Number(slider.max) - Number(slider.min));
  mark.style.setProperty("--at", String(Math.max(0, Math.min(1, at))));
  mark.dataset.edge = at < 0 ? "low" : at > 1 ? "high" : "";
  if (!mark.dataset.edge) delete mark.dataset.edge;
  mark.textContent = `${at < 0 ? "← " : ""}‖g‖ ${fromLog10(log10)}${at > 1 ? " →" : ""}`;
}
