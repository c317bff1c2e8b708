/** The wirings, and a cell of each kind, on one text: what each sends back, and what it cannot learn. */

import { pictured } from "../api.js";
import { element, paragraph, symbols } from "../elements.js";
import { toRequest } from "../experiment.js";
import { share, subscript } from "../format.js";
import { graphemesOf } from "../tokens.js";
import { cellKinds, cellOf, clipRules, gateThat, startOf, wiringOf, wirings } from "../vocabulary.js";
import { drawSmall } from "./small.js";

/** So many characters of a text are shown. */
const LONGEST = 7;
const OTHERWISE = "unrolls";

/** The beginning of the text that is set, or another where that is too short. @param {{source: string, text: string}} settings */
function textOf({ source, text }) {
  const parts = graphemesOf(text);
  if (source !== "text" || parts.length < 4) return OTHERWISE;
  return parts.slice(0, LONGEST).join("");
}

/** What all of them share, out of what is set. @param {Record<string, any>} settings */
function common(settings) {
  const text = textOf(/** @type {any} */ (settings));
  return {
    source: "text",
    text,
    tokens: startOf("/sequence/tokens"),
    labelled: "no",
    weights: null,
    data: null,
    layers: 1,
    reach: "default",
    follow: "last",
    clip: clipRules().find(({ threshold }) => !threshold)?.name,
  };
}

/** What is left at step 1 of what entered, h and c together where there is a c. @param {import("../types.js").Reading} reading */
function leftAtFirst({ flow, row, entryStep }) {
  const { state_log10_norm: states, loss_steps: losses, steps } = flow.itemized;
  const own = states?.[losses.indexOf(entryStep)];
  if (own) {
    const [first, last] = [own[steps.indexOf(1)], own[steps.indexOf(entryStep)]];
    return first === null || last === null ? null : first - last;
  }
  const [first, last] = [row[0], row[entryStep - 1]];
  return first === null || last === null ? null : first - last;
}

/**
 * @param {string} name   of a wiring
 * @param {import("../types.js").Reading} reading
 */
function ofWiring(name, reading) {
  const { reads_all: reads, emits_all: emits } = wiringOf(name);
  const loss = `L${subscript(reading.entryStep)}`;
  const left = share(leftAtFirst(reading));
  if (!reads && !emits)
    return "One loss goes back to the one input and no further. Wᴴ meets only H₀ = 0, so that its gradient is 0: nothing is learned about an order.";
  if (reads && emits)
    return `Every step sends a loss back, each to the steps before it: of ${loss}, ${left} arrives at step 1. What lies far back is learned by that remainder alone.`;
  if (reads)
    return `One loss at the end has to reach every step: ${left} arrives at step 1. No step before the last hears of a loss of its own, so that it learns only what comes from the end.`;
  return `Every loss goes back to the one input at step 1: of ${loss}, ${left} arrives there. Later steps read nothing, so that Wˣ learns from step 1 alone.`;
}

/**
 * @param {string} name   of a cell
 * @param {import("../types.js").Reading} reading
 */
function ofCell(name, reading) {
  const { copies, feeds_outputs: outputs, has_c: hasC } = cellOf(name);
  const loss = `L${subscript(reading.entryStep)}`;
  const left = share(leftAtFirst(reading));
  const far = reading.entryStep;
  if (copies)
    return `${loss} goes back to step ${far} alone: the copy of the ${outputs ? "output" : "hidden state"} is taken for a constant. What an earlier step should have kept cannot be learned from it.`;
  if (hasC)
    return `Beside H there is C, whose way back multiplies by the ${gateThat(name, "keep")?.label} gate alone: of (H, C) ${left} arrives at step 1. It can learn what lies as far back as the gate stays open.`;
  return `${loss} goes back through Wᴴ and f′ at every step: ${left} arrives at step 1. What lies further back is learned by what these products leave.`;
}

/**
 * @param {HTMLElement} place
 * @param {import("../stepping.js").Page} page
 * @returns {import("../stepping.js").View}
 */
export function createView(place, page) {
  const { store } = page;
  let running = new AbortController();
  let key = "";
  const title = paragraph("", "note");
  const rows = [row("The wirings"), row("A cell of each kind")];
  place.append(title, ...rows.flatMap(({ head, list }) => [head, list]));

  /** @param {string} name */
  function row(name) {
    const list = element("div", "minis");
    return { head: element("h3", "", name), list };
  }

  async function show() {
    const settings = store.get();
    const shared = common(settings);
    const cell = cellOf(settings.cell).name;
    const every = wirings().find(({ reads_all: reads, emits_all: emits }) => reads && emits)?.name;
    const variants = [
      ...wirings().map(({ name: wiring, label }) => ({ list: rows[0].list, own: { ...shared, cell, wiring }, name: label, said: ofWiring, of: wiring })),
      ...cellKinds().map(({ name: other, label }) => ({ list: rows[1].list, own: { ...shared, cell: other, wiring: every }, name: label, said: ofCell, of: other })),
    ];
    const requests = variants.map(({ own }) => toRequest({ ...settings, ...own }));
    const now = JSON.stringify(requests) + page.theme().mode;
    if (now === key) return;
    key = now;
    running.abort();
    running = new AbortController();
    const { signal } = running;
    title.textContent = `All of them read “${shared.text}” with ${settings.hidden} hidden units and the weights that are drawn now; the last loss is followed. Colour and width say how much is left.`;
    for (const { list } of rows) list.replaceChildren();
    place.setAttribute("aria-busy", "true");
    try {
      for (const [n, variant] of variants.entries()) {
        const flow = await pictured(page.base, requests[n], signal);
        if (signal.aborted) return;
        variant.list.append(card(variant, flow));
      }
    } catch (cause) {
      if (/** @type {Error} */ (cause).name === "AbortError") return;
      title.textContent = /** @type {Error} */ (cause).message;
    }
    place.setAttribute("aria-busy", "false");
  }

  /** @param {{own: object, name: string, said: (name: string, reading: import("../types.js").Reading) => string, of: string}} variant @param {import("../types.js").Flow} flow */
  function card({ own, name, said, of }, flow) {
    const made = element("button", "mini");
    made.setAttribute("type", "button");
    made.dataset.of = of;
    const picture = element("span", "mini-picture");
    const reading = drawSmall(picture, flow, page.theme());
    const words = element("span", "mini-words");
    words.append(...symbols(said(of, reading)));
    made.append(element("b", "", name), picture, words);
    made.addEventListener("click", () => store.set({ ...own, explain: "" }));
    return made;
  }

  return { show: () => void show(), close: () => running.abort() };
}
