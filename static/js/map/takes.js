/** A map to take along: pictures, numbers, and how to ask for it elsewhere. */

import { ask } from "../api.js";
import { toCurl } from "../copies.js";
import { escapeMarkup } from "../format.js";
import { save } from "../render.js";
import { API, sweepAt } from "./requests.js";

/** @import { FreeFigure, Theme } from "../types.js" */
/** @import { Scale } from "./scale.js" */

/** @param {string} name */
const fileOf = (name) => name.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replace(/^[-.]+|[-.]+$/g, "").slice(0, 80) || "map";

/** What was asked for, without its name. @param {any} run */
const bodyOf = (run) => ({ ...run.sweep, name: run.name });

/** The same in Python, which computes it where it runs. @param {any} run */
export function pythonOf(run) {
  const { name: _, ...sweep } = run.sweep;
  return [
    "import json",
    "",
    "import unrolled",
    "",
    `sweep = json.loads(r"""${JSON.stringify(sweep)}""")`,
    "found = unrolled.sweep(sweep)",
    `print(found.middle(${JSON.stringify(sweep.numbers[0])}))`,
    "",
  ].join("\n");
}

/** @param {any} run @param {string} origin */
export const curlOf = (run, origin) => toCurl(`${origin}${API}/sweeps`, bodyOf(run));

/** Room for the colours beside a picture that is saved, in pixels. */
const COLOURS = 110;

/**
 * A picture with its colours beside it, which the page has elsewhere.
 * @param {FreeFigure} figure @param {Scale} scale @param {Theme} theme
 */
export function withColours({ data, layout }, { marks }, theme) {
  const first = data.findIndex(({ type }) => type === "heatmap");
  if (first < 0) return { data, layout: { ...layout, margin: { l: 0, r: 0, t: 0, b: 0 } } };
  const width = Number(layout.width);
  const colorbar = { x: 1 + 12 / width, xanchor: "left", thickness: 12, len: 0.8, outlinewidth: 0, tickmode: "array", tickvals: marks.map(([z]) => z), ticktext: marks.map(([, text]) => text), tickfont: { size: 11, color: theme.muted } };
  const drawn = data.map((trace, n) => (n === first ? { ...trace, showscale: true, colorbar } : trace));
  return { data: drawn, layout: { ...layout, width: width + COLOURS, margin: { l: 0, r: COLOURS, t: 0, b: 0 } } };
}

/**
 * A picture as a file.
 * @param {FreeFigure} figure @param {any} run @param {"png" | "svg"} format @param {string[]} beneath   lines @param {Theme} theme @param {Scale} scale
 */
export function savePicture(figure, run, format, beneath, theme, scale) {
  const whole = /** @type {any} */ (withColours(figure, scale, theme));
  const lines = beneath.filter(Boolean);
  return save(whole, { format, filename: fileOf(run.name), paper: theme.paper, scale: format === "png" ? 2 : 1, beneath: { text: lines.map(escapeMarkup).join("<br>"), height: 30 + 15 * lines.length } });
}

/** The map and every point that is known, page by page. @param {any} run @param {(address: string) => Promise<any>} [get] */
export async function wholeJson(run, get = ask) {
  /** @type {object[]} */
  const points = [];
  for (let from = 1; from; ) {
    const page = await get(`${sweepAt(run.id)}/points?from=${from}`);
    page.at.forEach((/** @type {number[]} */ at, /** @type {number} */ n) => {
      /** @type {Object<string, any>} */
      const numbers = {};
      for (const [name, columns] of Object.entries(page.numbers)) numbers[name] = Object.fromEntries(Object.entries(columns).filter(([, column]) => column.length).map(([field, column]) => [field, column[n]]));
      points.push({ at, error: page.error[n], numbers });
    });
    from = page.next ?? 0;
  }
  const { name, note, sweep, theory } = run;
  return { name, note, sweep, theory, points };
}

/** Save a text as a file. @param {string} text @param {any} run */
export function saveJson(text, run) {
  const href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  Object.assign(document.createElement("a"), { href, download: `${fileOf(run.name)}.json` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}

/** Where its numbers are. @param {any} run @param {"csv" | "npz"} format */
export const numbersAt = (run, format) => `${sweepAt(run.id)}/points?format=${format}`;

/** Copy a text, or show it to be copied. @param {string} text @param {string} name @param {HTMLElement} said */
export async function copy(text, name, said) {
  try {
    await navigator.clipboard.writeText(text);
    said.textContent = `${name} copied.`;
  } catch {
    const field = Object.assign(document.createElement("textarea"), { value: text, readOnly: true, ariaLabel: `${name}, to copy` });
    said.replaceChildren(field);
    field.select();
  }
}
