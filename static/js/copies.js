/** The experiment as something to paste: a link, a line for a shell, a Python script, a frame. */

import { lookup } from "./lookup.js";

/**
 * @typedef {object} Copied   what there is to copy from
 * @property {string} page   the page's address, with the experiment
 * @property {string} api   where experiments are sent
 * @property {object} request
 */

/** The request as a line for a shell. @param {string} url @param {object} request */
export function toCurl(url, request) {
  const body = JSON.stringify(request).replaceAll("'", "'\\''");
  return `curl -X POST ${url} -H 'Content-Type: application/json' -d '${body}'`;
}

/** A value of JSON as Python writes it. @param {unknown} value @param {string} indent @returns {string} */
function literal(value, indent) {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((one) => literal(one, indent)).join(", ")}]`;
  const inner = `${indent}    `;
  const lines = Object.entries(value).map(
    ([name, one]) => `${inner}${JSON.stringify(name)}: ${literal(one, inner)},\n`,
  );
  return lines.length ? `{\n${lines.join("")}${indent}}` : "{}";
}

/** The request as a Python script. @param {string} url @param {object} request */
export function toPython(url, request) {
  return [
    "import httpx",
    "",
    `experiment = ${literal(request, "")}`,
    `answer = httpx.post(${JSON.stringify(url)}, json=experiment, timeout=60)`,
    "answer.raise_for_status()",
    "flow = answer.json()",
    'print(flow["diagnosis"]["summary"])',
    "",
  ].join("\n");
}

/** In the value of an attribute. @param {string} text */
function attribute(text) {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}

/** The line of HTML that puts the pictures into another page. @param {string} page */
export function toFrame(page) {
  const address = new URL(page);
  address.search = "embed=1";
  return (
    `<iframe src="${attribute(address.href)}" title="Unrolled: gradients through time" ` +
    'width="100%" height="760" style="border: 0" loading="lazy"></iframe>'
  );
}

/**
 * Kind → what it is called, and its text.
 * @type {Object<string, [string, (given: Copied) => string]>}
 */
export const COPIES = lookup({
  link: ["Link", ({ page }) => page],
  curl: ["Command", ({ api, request }) => toCurl(api, request)],
  python: ["Script", ({ api, request }) => toPython(api, request)],
  frame: ["HTML", ({ page }) => toFrame(page)],
});
