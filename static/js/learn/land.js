/** The loss over two parameters: asked of the service, drawn as the page's map of it. */

import { Problem, landscapeOf } from "../api.js";
import { fromExperiment } from "../experiment.js";
import { boxOf, wallMap } from "../figures/wall.js";
import { number } from "../format.js";
import { toFragment } from "../properties.js";
import { draw } from "../render.js";
import { setAt } from "./live.js";

const API = "/api/v1";

/** How the descents look, in the order of the request. */
const LOOKS = [
  { colour: 4, dash: "solid", symbol: "circle" },
  { colour: 0, dash: "4px,3px", symbol: "square" },
];

/**
 * The same as `createLive` of ./live.js, for another kind of answer.
 * @param {HTMLElement} section
 * @param {import("./live.js").On} on
 */
export function createLand(section, on) {
  const { live = "", first = "", second = "", upto } = section.dataset;
  const request = JSON.parse(section.querySelector("[data-experiment]")?.textContent ?? "{}");
  const plot = section.querySelector("[data-picture]");
  const link = section.querySelector("a[data-explore]");
  /** @type {any} */
  let land = null;
  /** @type {AbortController | null} */
  let running = null;

  if (link instanceof HTMLAnchorElement)
    link.href = `/#${toFragment(fromExperiment(request.experiment))}`;

  /** One request at a time; the newest wins. */
  async function send() {
    running?.abort();
    const mine = new AbortController();
    running = mine;
    on.answered(); // not yet: the page is busy
    try {
      const answer = await landscapeOf(API, request, mine.signal);
      if (running === mine) land = answer;
    } catch (cause) {
      if (running !== mine) return;
      if (!(cause instanceof Problem)) throw cause;
      on.problem(cause);
    } finally {
      if (running === mine) {
        running = null;
        on.answered();
      }
    }
  }

  return {
    name: live,
    flow: () => land,
    reading: () => null,
    isBusy: () => running !== null || land === null,
    send,
    draw() {
      if (!(plot instanceof HTMLElement) || !land || !plot.clientWidth) return;
      const box = boxOf(plot.clientWidth);
      const theme = on.theme();
      const figure = wallMap(land, { box, layer: "loss", theme, names: [first, second] });
      const steps = upto ? Number(on.filled(`{${upto}}`)) : Infinity;
      const paths = land.descents.map((/** @type {any} */ one, /** @type {number} */ n) =>
        pathOf(one.points.slice(0, steps + 1), LOOKS[n % LOOKS.length], theme),
      );
      plot.style.height = `${box.height}px`;
      plot.setAttribute("aria-label", summary(land, first, second));
      draw(plot, { ...figure, data: [...figure.data, ...paths.flat()] });
    },
    /** @param {string[]} pointers @param {number} value */
    set: (pointers, value) => pointers.map((pointer) => setAt(request, pointer, value)).some(Boolean),
  };
}

/**
 * A descent's way, and its ball at the end.
 * @param {number[][]} points @param {typeof LOOKS[number]} look @param {import("../types.js").Theme} theme
 */
function pathOf(points, { colour, dash, symbol }, theme) {
  const color = theme.flow[colour];
  const last = points[points.length - 1] ?? [];
  return [
    { type: "scatter", mode: "lines", hoverinfo: "skip", x: points.map(([x]) => x), y: points.map(([, y]) => y),
      line: { color, width: 2, dash, simplify: false } },
    { type: "scatter", mode: "markers", hoverinfo: "skip", x: [last[0]], y: [last[1]],
      marker: { size: 11, color, symbol, line: { width: 1.5, color: theme.paper } } },
  ];
}

/** @param {any} land @param {string} first @param {string} second */
function summary({ descents }, first, second) {
  const ends = descents.map((/** @type {any} */ { points }, /** @type {number} */ n) => {
    const [x, y] = points[points.length - 1];
    return ` Ball ${n + 1} ends at ${first} = ${number(x)}, ${second} = ${number(y)}.`;
  });
  return `Map of the loss over ${first} and ${second}, with a steep ridge across it.${ends.join("")}`;
}
