/** A map to take along: pictures, numbers, and how to ask for it elsewhere. */

import { toCurl } from "../copies.js";
import { save } from "../render.js";
import { API, sweepAt } from "./requests.js";

/** @import { FreeFigure, Theme } from "../types.js" */

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

/**
 * A picture as a file.
 * @param {FreeFigure} figure @param {any} run @param {"png" | "svg"} format @param {string} beneath @param {Theme} theme
 */
export function savePicture({ data, layout }, run, format, beneath, theme) {
  const whole = /** @type {any} */ ({ data, layout: { ...layout, margin: { l: 0, r: 0, t: 0, b: 0 } } });
  return save(whole, { format, filename: fileOf(run.name), paper: theme.paper, scale: format === "png" ? 2 : 1, beneath: { text: beneath, height: 44 } });
}

/** Where its numbers are. @param {any} run @param {"csv" | "npz" | "json"} format */
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
