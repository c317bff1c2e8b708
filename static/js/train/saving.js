/** Pictures of runs as PNG and SVG, their updates as CSV. */

import { counted } from "../live/alarms.js";
import { addressOf, beneath } from "../outlets.js";
import { byId } from "../page.js";
import { figureOf, save } from "../render.js";
import { LETTERS } from "./looking.js";
import { namesOf } from "./names.js";
import { toCsv } from "./table.js";

/** @import { Figure, Theme } from "../types.js" */
/** @import { Looking } from "./looking.js" */

/** A PNG has so many pixels for one of the page's. */
const SCALE = 2;

/** More letters of a run's name say no more in that of a file. */
const LONGEST = 80;

/** Subscripts of captions, as plain text writes them. @type {Map<string, string>} */
const BELOW = new Map([["t", "ₜ"], ["hh", "ₕₕ"]]);

/**
 * "unrolled-adding-T-50-update-1310-map"
 * @param {string[]} parts
 */
export function fileName(parts) {
  const own = parts.filter(Boolean).map((part) => [...part].slice(0, LONGEST).join(""));
  return ["unrolled", ...own].join("-").replaceAll(/[^\p{L}\p{N}.]+/gu, "-").replace(/[-.]+$/, "");
}

/** How the lines of two runs differ. */
const LINES = ["thin line", "wide line"];

/** Whose picture it is: "A (thin line): clipped; B (wide line): not clipped"; of one run its name. @param {{name: string}[]} runs @param {number} run   −1: of all */
export function whoseWords(runs, run) {
  const names = namesOf(runs);
  if (runs.length < 2) return names[0];
  if (run >= 0) return `${LETTERS[run]}: ${names[run]}`;
  return names.map((name, n) => `${LETTERS[n]} (${LINES[n]}): ${name}`).join("; ");
}

/** What a caption says, without its buttons. @param {Element | null | undefined} caption */
function wordsOf(caption) {
  const copy = caption?.cloneNode(true);
  if (!(copy instanceof Element)) return "";
  for (const one of copy.querySelectorAll(".tools, .key, [data-caption], label, [hidden]")) one.remove();
  for (const one of copy.querySelectorAll("sub")) one.textContent = BELOW.get(one.textContent ?? "") ?? one.textContent;
  return [...copy.children].map((one) => (one.textContent ?? "").trim()).filter(Boolean).join(": ");
}

/** @param {string} name @param {Blob} content */
function keep(name, content) {
  const link = document.createElement("a");
  link.download = name;
  link.href = URL.createObjectURL(content);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** Which run a picture over updates is of; −1: of all. @param {string} name */
const runOf = (name) => Number(/-(\d)$/.exec(name)?.[1] ?? -1);

/** Of a map whose run has several layers. @param {string} name @param {Looking} looking */
function layerPart(name, { sources, layerOf }) {
  const run = runOf(name);
  return name.startsWith("heat") && sources[run].layers > 1 ? `layer-${layerOf(run) + 1}` : "";
}

/**
 * What a picture over updates says beneath it. The second of two that are alike has no words of its own.
 * @param {Document} document @param {string} name @param {Looking} looking
 */
function overWords(document, name, looking) {
  const own = document.querySelector(`[data-over="${name.replace(/-1$/, "-0")}"]`)?.closest("figure")?.querySelector("figcaption");
  const run = runOf(name);
  const runs = looking.sources.map((source) => source.run);
  const part = layerPart(name, looking);
  const layer = part ? `; ${part.replace("-", " ")} of ${looking.sources[run].layers}` : "";
  return `${wordsOf(own)}${layer}. ${whoseWords(runs, run)}.`;
}

/**
 * @param {Document} document
 * @param {{looking: () => Looking | null, theme: () => Theme | null, over: (name: string, theme: Theme) => Figure | null}} on
 *   over: a picture over updates
 */
export function listenSaving(document, on) {
  /** @param {HTMLElement} button @param {Looking} looking @param {Theme} theme */
  function keepPicture({ dataset: { keep: name = "", format } }, looking, theme) {
    const over = document.querySelector(`[data-over="${name}"]`) !== null;
    const plot = document.querySelector(name === "diagram" ? "#plot-diagram" : `[data-moment="${name}"]`);
    const figure = over ? on.over(name, theme) : plot instanceof HTMLElement ? figureOf(plot) : null;
    if (!figure) return;
    const { sources, focus, row } = looking;
    const runs = sources.map(({ run }) => run);
    const update = over ? 0 : sources[focus()].history.update(row(focus()));
    const words = over
      ? overWords(document, name, looking)
      : `${wordsOf(plot?.closest("figure")?.querySelector("figcaption"))}. Update ${counted(update)} of ${whoseWords(runs, focus())}.`;
    const of = over && runOf(name) < 0 ? runs : [runs[over ? runOf(name) : focus()]];
    const what = over ? [name.replace(/-\d$/, ""), layerPart(name, looking)] : [`update-${update}`, name];
    save(figure, {
      format: format === "svg" ? "svg" : "png",
      filename: fileName([...of.flatMap((run) => [run.name, run.id.slice(0, 6)]), ...what]),
      paper: theme.paper,
      scale: SCALE,
      beneath: beneath(words, addressOf(document.location.href), figure.layout.width),
    });
  }

  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-keep]") : null;
    const looking = on.looking();
    const theme = on.theme();
    if (button instanceof HTMLElement && looking && theme) keepPicture(button, looking, theme);
  });

  for (const n of [0, 1])
    byId(document, `about-table-${n}`).addEventListener("click", () => {
      const looking = on.looking();
      const source = looking?.sources[n];
      if (!looking || !source) return;
      const { run, layers } = source;
      const text = toCsv(looking.heat(n), { names: run.training?.parameters ?? [], layer: looking.layerOf(n), layers });
      keep(`${fileName([run.name, run.id.slice(0, 6), "updates"])}.csv`, new Blob([text], { type: "text/csv" }));
    });
}
