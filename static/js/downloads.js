/** Pictures as PNG and SVG, numbers as JSON, CSV and NPZ, the experiment to paste. */

import { COPIES } from "./copies.js";
import { toCsv } from "./downloads/csv.js";
import { fileName } from "./downloads/name.js";
import { byId, within } from "./page.js";
import { isCut } from "./properties.js";
import { OUTLETS, addressOf, beneath, lightTheme } from "./outlets.js";
import { save } from "./render.js";

/** @import { Flow, Reading, Theme } from "./types.js" */

/** What says the experiment in an address. */
const OF_ADDRESS = new Set(["link", "frame"]);

/**
 * @typedef {object} Context
 * @property {(name?: string) => Reading | null} reading
 * @property {import("./pictures.js").Pictures["figure"]} figure
 * @property {(name: string) => string} caption
 * @property {() => Theme} theme
 * @property {() => string} url   of the API
 * @property {() => string} preset
 * @property {() => boolean} comparing
 */

/** What a file of numbers holds. @param {string} kind @param {Flow} flow @returns {Promise<Blob>} */
async function numbers(kind, flow) {
  if (kind === "json") return new Blob([JSON.stringify(flow, null, 1)], { type: "application/json" });
  if (kind === "csv") return new Blob([toCsv(flow)], { type: "text/csv" });
  const { toNpz } = await import("./npz.js");
  return new Blob([toNpz(flow)], { type: "application/zip" });
}

/** @param {string} name @param {string} kind @param {Flow} flow */
async function keepNumbers(name, kind, flow) {
  const link = document.createElement("a");
  link.download = `${name}.${kind}`;
  link.href = URL.createObjectURL(await numbers(kind, flow));
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** To the clipboard; where that is closed, into a field to copy from. @param {string} kind @param {Context} context */
async function copy(kind, { reading, url }) {
  const said = byId(document, "copied");
  const [name, text] = COPIES[kind];
  const request = reading()?.flow.experiment ?? {};
  const value = text({ page: document.location.href, api: url(), request });
  try {
    await navigator.clipboard.writeText(value);
    const cut = OF_ADDRESS.has(kind) && isCut(document.location.hash);
    said.textContent = cut
      ? `${name} copied, without the text: it is too long for a link.`
      : `${name} copied.`;
  } catch {
    const field = Object.assign(document.createElement("textarea"), {
      value,
      readOnly: true,
      ariaLabel: "To copy",
    });
    said.replaceChildren("Copy it here: ", field);
    within(said, "textarea", HTMLTextAreaElement).select();
  }
}

/** @param {string} picture @param {"png" | "svg"} format @param {string} filename @param {Context} context */
function keepPicture(picture, format, filename, context) {
  const { width, height, scale, light } = OUTLETS[byId(document, "outlet", HTMLSelectElement).value];
  const theme = light ? lightTheme(document.documentElement) : context.theme();
  const shown = context.figure(picture, { width, theme });
  const words = beneath(context.caption(picture), addressOf(document.location.href), shown.layout.width);
  const rest = height && height - words.height;
  save(rest ? context.figure(picture, { width, height: rest, theme }) : shown, {
    format,
    filename,
    paper: theme.paper,
    scale,
    beneath: words,
  });
}

/**
 * @param {Document} document
 * @param {Context} context
 * @returns {(what: string) => string} the name of another picture's file
 */
export function listenDownloads(document, context) {
  /** A's diagram is another experiment than the one with the preset's name. @param {string} what */
  function named(what) {
    const shown = context.reading(what);
    if (!shown) return "unrolled";
    const preset = what === "compared" ? "" : context.preset();
    return fileName(shown, { what, preset, comparing: context.comparing() });
  }

  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const button = event.target.closest("[data-copy], [data-save], [data-picture]");
    if (!(button instanceof HTMLElement)) return;
    const { copy: what, save: kind, picture, format } = button.dataset;
    const reading = context.reading();
    if (what) void copy(what, context);
    if (kind && reading) void keepNumbers(named(""), kind, reading.flow);
    if (picture && context.reading(picture))
      keepPicture(picture, format === "svg" ? "svg" : "png", named(picture), context);
  });
  return named;
}
