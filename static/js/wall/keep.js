/** The map of the loss and the histogram of the norms as files. */

import { element } from "../elements.js";
import { addressOf, beneath } from "../outlets.js";
import { shape } from "./overlay.js";

/**
 * @typedef {import("../types.js").FreeFigure} FreeFigure
 * @typedef {{format: string, filename: string, paper: string, caption: string}} Kept
 * @typedef {{name: string, colour: string, dash: string, points: [number, number][]}} Ball   colour:
 *   as CSS writes it; points: as far as it has come
 */

/**
 * The two buttons of a picture.
 * @param {string} title
 * @param {(format: string) => void} keep
 */
export function keepButtons(title, keep) {
  const tools = element("span", "tools");
  for (const format of ["png", "svg"]) {
    const button = element("button", "ghost", format.toUpperCase());
    button.setAttribute("type", "button");
    button.setAttribute("aria-label", `Save ${title} as ${format.toUpperCase()}`);
    button.addEventListener("click", () => keep(format));
    tools.append(button);
  }
  return tools;
}

/**
 * The map with what lies over it on the page: where the balls start, and their paths.
 * @param {import("../types.js").Figure} map
 * @param {Ball[]} balls
 * @param {{start: [number, number], theme: import("../types.js").Theme}} given
 * @returns {import("../types.js").Figure}
 */
export function withBalls({ data, layout }, balls, { start, theme: { ink, sheet } }) {
  /** @param {[number, number][]} points */
  const at = (points) => ({ type: "scatter", hoverinfo: "skip", x: points.map(([p]) => p), y: points.map(([, q]) => q) });
  return {
    data: [
      ...data,
      { ...at([start]), mode: "markers", marker: { size: 12, color: ink, symbol: "cross-thin", line: { width: 1.5, color: ink } } },
      ...balls.flatMap(({ name, colour, dash, points }) => [
        { ...at(points), mode: "lines", name, line: { color: colour, width: 2, dash: dash ? `${dash.replaceAll(" ", "px,")}px` : "solid" } },
        { ...at(points.slice(-1)), mode: "markers", marker: { size: 12, color: colour, line: { width: 1.5, color: sheet } } },
      ]),
    ],
    layout,
  };
}

/**
 * How the map or the surface is saved.
 * @param {{named: (what: string) => string, theme: () => import("../types.js").Theme}} page
 * @param {FreeFigure} figure
 * @param {{format: string, caption: string}} given
 */
export function asFile(page, { layout }, { format, caption }) {
  return {
    format: /** @type {"png" | "svg"} */ (format),
    filename: page.named("wall"),
    paper: page.theme().paper,
    scale: FINE,
    beneath: beneath(caption, addressOf(document.location.href), Number(layout.width)),
  };
}

/** What a style sheet says of a shape, which a file has to say itself. */
const SAID = ["fill", "stroke", "stroke-width", "opacity", "font-family", "font-size", "font-weight"];
/** Room for the caption, in units of the drawing; its letters; pixels a unit; pixels a PNG has of each. */
const [HEAD, LETTERS, SCALE, FINE] = [17, 6, 2, 2];

/**
 * A drawing with its caption over it, as a document of its own.
 * @param {SVGElement} svg @param {{paper: string, caption: string}} given
 */
function standalone(svg, { paper, caption }) {
  const [x = 0, y = 0, width = 0, height = 0] = (svg.getAttribute("viewBox") ?? "").split(" ").map(Number);
  const whole = height + HEAD;
  const copy = /** @type {SVGElement} */ (svg.cloneNode(true));
  const drawn = copy.querySelectorAll("*");
  for (const [n, one] of svg.querySelectorAll("*").entries()) {
    const style = getComputedStyle(one);
    for (const name of SAID) drawn[n]?.setAttribute(name, style.getPropertyValue(name));
    drawn[n]?.removeAttribute("class");
  }
  const { color, fontFamily } = getComputedStyle(svg);
  const text = shape("text", { x: x + 5, y: y - HEAD + 11, fill: color, "font-family": fontFamily, "font-size": LETTERS });
  text.textContent = caption;
  copy.prepend(shape("rect", { x, y: y - HEAD, width, height: whole, fill: paper }), text);
  copy.setAttribute("viewBox", `${x} ${y - HEAD} ${width} ${whole}`);
  copy.setAttribute("width", String(SCALE * width));
  copy.setAttribute("height", String(SCALE * whole));
  for (const name of ["class", "style", "role", "aria-label"]) copy.removeAttribute(name);
  return copy;
}

/** @param {Blob} file @param {string} name */
function download(file, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/**
 * A drawing of our own as a file, with its caption.
 * @param {SVGElement} svg @param {Kept} kept
 */
export async function keepDrawing(svg, { format, filename, ...given }) {
  const made = standalone(svg, given);
  const file = new Blob([new XMLSerializer().serializeToString(made)], { type: "image/svg+xml" });
  if (format === "svg") return download(file, `${filename}.svg`);
  const image = new Image();
  image.src = URL.createObjectURL(file);
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = FINE * image.width;
  canvas.height = FINE * image.height;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  canvas.toBlob((found) => found && download(found, `${filename}.png`), "image/png");
}
