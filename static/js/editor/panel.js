/** Weights and inputs as numbers: tables that can be typed over where they are small, else heat maps. */

import { element, paragraph, symbols } from "../elements.js";
import { batchOf, lossInForce, stepsOf, usesLabel } from "../experiment.js";
import { sayable } from "../link.js";
import { listenWidth } from "../page.js";
import { forReaders } from "../problems.js";
import { LONGEST_LINK, linkOf } from "../properties.js";
import { cellOf } from "../vocabulary.js";
import { createAsking } from "./asking.js";
import { withEdits } from "./entries.js";
import { createGrid } from "./grid.js";
import { createHeat } from "./heat.js";
import { headingOf, isTable, sequenceParts, weightGroups } from "./parts.js";
import { SENTENCES, lengthWords, sequenceWords } from "./words.js";

/** @import { Settings } from "../types.js" */
/** @import { Edit } from "./cells.js" */
/** @import { Group, Numbers, Part } from "./parts.js" */

/** @typedef {{part: Part, element: HTMLElement, show: (part: Part) => void, draw?: () => void}} Shown */

/** A button, and what it does. @param {string} words @param {() => void} press */
function buttonOf(words, press) {
  const made = element("button", "small", words);
  made.type = "button";
  made.addEventListener("click", press);
  return made;
}

/** What is the same as long as the numbers alone change. @param {Part} part */
function structureOf({ kind, name, blocks, rows, columns, range, fixed }) {
  return JSON.stringify([kind, name, blocks, rows, columns, range, fixed]);
}

/**
 * What a change of numbers sets.
 * @param {Settings} settings @param {Numbers} numbers @param {Part} part @param {Edit[]} edits
 * @returns {Partial<Settings>}
 */
export function patchOf(settings, numbers, { kind, name }, edits) {
  if (kind === "weights") {
    const { kind: _, ...drawn } = numbers.weights ?? {};
    const weights = settings.weights ?? drawn;
    return { weights: { ...weights, [name]: withEdits(weights[name], edits) } };
  }
  const { kind: _, ...said } = numbers.sequence ?? {};
  const given = settings.source === "explicit" && settings.data ? settings.data : said;
  const data = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  return { source: "explicit", data: { ...data, [name]: withEdits(data[name], edits) } };
}

/** The frame of the panel. @param {HTMLElement} place */
function framed(place) {
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

/**
 * @param {HTMLElement} place
 * @param {import("../editing.js").Page} page
 */
export function createPanel(place, page) {
  const { document, store, base, theme } = page;
  const { at, buttons, error, note, body } = framed(place);
  let sample = 0;
  let structure = "";
  /** @type {Shown[]} */
  let all = [];
  /** Changes that wait for the numbers that they are of. @type {{part: Part, edits: Edit[]}[]} */
  let waiting = [];
  const say = (/** @type {string} */ words) => {
    at.replaceChildren(...symbols(words));
  };

  /** The button that is pressed goes away. @param {Partial<Settings>} patch */
  const back = (patch) => {
    waiting = [];
    store.set(patch);
    close.focus();
  };
  const toDrawn = buttonOf("Back to drawn weights", () => back({ weights: null }));
  const toRandom = buttonOf("Back to the drawn sequence", () => back({ source: "random", data: null }));
  const close = buttonOf("Close", () => {
    store.set({ numbers: "" });
    document.getElementById("numbers-button")?.focus();
  });
  const samples = element("select");
  samples.setAttribute("aria-label", "Sample whose inputs and targets are shown");
  samples.addEventListener("change", () => {
    sample = Number(samples.value);
    show();
  });
  buttons.append(samples, toDrawn, toRandom, close);

  const asking = createAsking(base, (problem) => {
    error.textContent = problem ? `These numbers could not be had: ${forReaders(problem)}` : "";
    error.hidden = !problem;
    place.setAttribute("aria-busy", "false");
    place.classList.toggle("stale", problem !== "");
    if (problem) return;
    show();
    const kept = waiting;
    waiting = [];
    for (const { part, edits } of kept) change(part, edits);
  });

  /** @param {Part} part @param {Edit[]} edits */
  function change(part, edits) {
    const settings = store.get();
    const held = asking.held();
    const own = part.kind === "weights" ? settings.weights : settings.source === "explicit" && settings.data;
    if (!held || !(own || asking.isFresh(settings))) waiting.push({ part, edits });
    else store.set(patchOf(settings, held.numbers, part, edits));
  }

  /** @param {Part} part @returns {Shown} */
  function made(part) {
    const one = isTable(part)
      ? createGrid(part, { say, change: (edits) => change(part, edits) })
      : createHeat(part, { theme, say });
    return { part, ...one };
  }

  /** @param {string} title @param {Part[]} parts @param {string} words */
  function section(title, parts, words) {
    const box = element("section", "numbers-group");
    box.append(element("h3", "", title));
    if (words) box.append(paragraph(words, "note"));
    const row = element("div", "numbers-row");
    for (const part of parts) {
      const shown = made(part);
      all.push(shown);
      const own = element("div", "numbers-part");
      own.dataset.part = part.name;
      own.append(paragraph(part.does, "numbers-does"), shown.element);
      row.append(own);
    }
    box.append(row);
    return box;
  }

  /** @param {Group[]} groups @param {Part[]} sequence */
  function build(groups, sequence) {
    all = [];
    const layers = groups.filter(({ layer }) => layer !== null).length;
    const held = asking.held();
    const without = held?.without ?? [];
    const words = sequenceWords(store.get(), held?.numbers ?? null, without);
    const sections = groups.map(({ layer, parts }) => section(headingOf(layer, layers), parts, ""));
    if (without.includes("weights")) sections.unshift(section("Weights", [], SENTENCES.large));
    sections.push(section("Sequence", sequence, words));
    body.replaceChildren(...sections);
    for (const { draw } of all) draw?.();
  }

  function show() {
    const settings = store.get();
    const held = asking.held();
    if (!held || !asking.isFresh(settings)) return;
    const { numbers } = held;
    const batch = batchOf(settings);
    sample = Math.min(sample, batch - 1);
    const groups = weightGroups(numbers.weights ?? {}, cellOf(settings.cell), settings.hidden);
    const sequence = sequenceParts(numbers, {
      sample,
      loss: lossInForce(settings),
      steps: stepsOf(settings),
      outputs: usesLabel(settings) ? settings.labels : settings.outputs,
      label: usesLabel(settings),
    });
    const parts = [...groups.flatMap((group) => group.parts), ...sequence];
    const now = parts.map(structureOf).join("\n") + held.without.join() + sample;
    if (now === structure) all.forEach((one, n) => one.show(parts[n]));
    else build(groups, sequence);
    structure = now;
    frame(settings, batch, parts);
  }

  /** @param {Settings} settings @param {number} batch @param {Part[]} parts */
  function frame(settings, batch, parts) {
    const small = parts.some((part) => isTable(part) && !part.fixed);
    const large = parts.some((part) => !isTable(part) && part.kind === "weights");
    const { fragment } = linkOf(sayable(settings));
    note.textContent = [
      small ? SENTENCES.type : "",
      large ? SENTENCES.small : "",
      fragment.length > LONGEST_LINK ? lengthWords(fragment.length) : "",
    ].filter(Boolean).join(" ");
    toDrawn.hidden = !settings.weights;
    toRandom.hidden = settings.source !== "explicit";
    samples.hidden = batch === 1;
    if (samples.options.length === batch) return;
    samples.replaceChildren(...Array.from({ length: batch }, (_, n) => new Option(`Sample ${n + 1} of ${batch}`, String(n))));
    samples.value = String(sample);
  }

  /** @param {boolean} [during] */
  function update(during = false) {
    if (store.get().numbers === "") return asking.stop();
    place.setAttribute("aria-busy", String(!asking.isFresh(store.get())));
    asking.want(store.get(), during);
  }

  const redraw = () => all.forEach(({ draw }) => draw?.());
  listenWidth(place, redraw);
  new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return { update };
}
