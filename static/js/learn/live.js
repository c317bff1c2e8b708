/** An experiment of a screen: asked of the service, drawn with the page's own figures. */

import { flowClient } from "../api.js";
import { summaries } from "../describe.js";
import { fromExperiment } from "../experiment.js";
import { PICTURES } from "../figures/table.js";
import { fromLog10 } from "../format.js";
import { axisOf } from "../frames.js";
import { toFragment } from "../properties.js";
import { read } from "../reading.js";
import { draw } from "../render.js";
import { whole, windowOf } from "../view.js";

const API = "/api/v1";
const ROWS = new Map(PICTURES.map((picture) => [picture.name, picture]));

/** Heights of the pictures on the axis of time, and what rows beyond three add to a diagram's. */
const HEIGHTS = new Map([["diagram", 216], ["profile", 148], ["map", 150]]);
const EXTRA_ROW = 44;

/** Pictures of something else than the hidden state: the row of the table, and what it reads. */
const OTHERS = new Map([["cell", { row: "profile", reading: ofCell }]]);

/**
 * The same flow, read for ∂L/∂C.
 * @param {import("../types.js").Reading} reading @returns {import("../types.js").Reading}
 */
function ofCell(reading) {
  const row = reading.flow.cell_gradient?.log10_norm ?? [];
  return { ...reading, row, total: row, entry: row[reading.entryStep - 1] ?? null };
}

/** @param {import("../types.js").Reading} reading */
function cellSummary({ row, entryStep }) {
  const ends = `${fromLog10(row[entryStep - 1])} at step ${entryStep}, ${fromLog10(row[0])} at step 1`;
  return `Norm of the gradient of the cell state: ${ends}.`;
}

/**
 * @typedef {object} On
 * @property {() => void} answered   an answer has come
 * @property {(problem: Error) => void} problem
 * @property {() => import("../types.js").Theme} theme
 * @property {(template: string) => string} filled   a text with the values of its expressions
 *
 * @typedef {ReturnType<typeof createLive>} Live
 */

/**
 * Set a field of a request.
 * @param {any} request @param {string} pointer   RFC 6901, of fields without "/" or "~" @param {unknown} value
 * @returns {boolean} whether there is such a place
 */
export function setAt(request, pointer, value) {
  const keys = pointer.split("/").slice(1);
  const last = keys.pop() ?? "";
  let place = request;
  for (const key of keys) {
    if (place === null || typeof place !== "object" || !(key in place)) return false;
    place = place[key];
  }
  if (place === null || typeof place !== "object" || !(last in place)) return false;
  place[last] = value;
  return true;
}

/**
 * @param {HTMLElement} section
 * @param {On} on
 */
export function createLive(section, on) {
  const name = section.dataset.live ?? "";
  const source = section.querySelector("[data-experiment]")?.textContent ?? "{}";
  const experiment = JSON.parse(source);
  const plots = /** @type {HTMLElement[]} */ ([...section.querySelectorAll("[data-picture]")]);
  const link = section.querySelector("a[data-explore]");
  /** @type {import("../types.js").Flow | null} */
  let flow = null;
  /** @type {import("../types.js").Reading | null} */
  let reading = null;
  let busy = true;

  const client = flowClient(API, {
    flow(answer) {
      flow = /** @type {import("../types.js").Flow} */ (answer);
      reading = read(flow);
      if (link instanceof HTMLAnchorElement) link.href = addressOf(flow);
      on.answered();
    },
    problem: on.problem,
    busy(is) {
      busy = is;
      on.answered();
    },
  });

  /** @param {HTMLElement} plot */
  function drawOne(plot) {
    const name = plot.dataset.picture ?? "";
    const other = OTHERS.get(name);
    const picture = ROWS.get(other?.row ?? name);
    if (!picture || !reading || !plot.clientWidth) return;
    const given = {
      reading: other?.reading(reading) ?? reading,
      compared: null,
      frame: frameOf(picture, plot, reading),
      theme: on.theme(),
      selected: on.filled(section.dataset.selected ?? ""),
      selectedInA: "",
      marks: on.filled(section.dataset.mark ?? "").split(",").filter(Boolean).map(Number),
    };
    const figure = picture.figure(given);
    plot.style.height = `${given.frame.height}px`;
    /** @type {Object<string, string>} */
    const said = summaries(reading);
    const summary = other ? cellSummary(given.reading) : said[picture.name];
    plot.setAttribute("aria-label", summary ?? "");
    draw(plot, figure);
  }

  return {
    name,
    flow: () => flow,
    reading: () => reading,
    isBusy: () => busy,
    send: () => client.send(experiment),
    draw() {
      for (const plot of plots) drawOne(plot);
    },
    /**
     * Set fields of the experiment.
     * @param {string[]} pointers @param {number} value
     * @returns {boolean} whether it has one of them
     */
    set: (pointers, value) => pointers.map((pointer) => setAt(experiment, pointer, value)).some(Boolean),
  };
}

/** Where Explore shows the same experiment. @param {import("../types.js").Flow} flow */
function addressOf({ experiment }) {
  return `/#${toFragment(fromExperiment(experiment))}`;
}

/**
 * @param {import("../figures/table.js").Picture} picture
 * @param {HTMLElement} plot
 * @param {import("../types.js").Reading} reading
 */
function frameOf({ name, where, height, margins, sight }, plot, reading) {
  if (where === "beside")
    return { width: plot.clientWidth, height: height?.(reading.flow) ?? 150, lo: 0, hi: 0, left: 0, right: 0, ...margins };
  const axis = axisOf(Math.max(240, plot.clientWidth));
  const range = whole(reading);
  const pixels = axis.width - axis.left - axis.right;
  const part = sight === "window" ? windowOf(range, reading.entryStep, pixels) : range;
  const more = name === "diagram" ? EXTRA_ROW * Math.max(0, (reading.rows.at(-1)?.y ?? 3) - 3) : 0;
  return { ...axis, height: (HEIGHTS.get(name) ?? 150) + more, ...part };
}
