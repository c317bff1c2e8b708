/** One update of a run: the pictures of a flow, what was recorded at once and the rest once it is computed again. */

import { putChoices } from "../live/choices.js";
import { readingOf } from "../live/pictures.js";
import { PICTURES } from "../figures/table.js";
import { axisOf } from "../frames.js";
import { allWithin, byId } from "../page.js";
import { draw } from "../render.js";
import { productSentence, spectrumSentence } from "../spectral.js";
import { element } from "../elements.js";
import { linkOf } from "../properties.js";
import { fromExperiment } from "../experiment.js";
import { counted } from "../live/alarms.js";
import { LETTERS } from "./looking.js";
import { recordedAt } from "./recorded.js";
import { roomBelow } from "./stage.js";
import { grouped, lossWords, normWords, reachWords, weightRows } from "./words.js";

/** @import { Figure, Frame, Reading, Theme } from "../types.js" */
/** @import { Looking } from "./looking.js" */

/**
 * @typedef {object} Shown
 * @property {Reading} reading
 * @property {Reading | null} compared
 * @property {boolean} whole   whether it is all there
 * @property {string} letter   of the run
 * @property {Reading | null} recorded   of a newer update than the rest, while a run goes on
 */

/** Whether a request could ask for it: what a program reports holds no weights. @param {any} flow */
const isExperiment = (flow) => Boolean(flow?.experiment?.weights);

/** @type {Object<string, {height: (reading: Reading) => number, needs: (reading: Reading) => boolean, axis: boolean, margins?: {left: number, right: number}}>} */
const PLACES = Object.assign(Object.create(null), {
  profile: { axis: true, height: () => 170, needs: () => true },
  map: { axis: true, height: () => 200, needs: (/** @type {Reading} */ { flow }) => flow.itemized?.log10_norm?.length > 1 },
  clipping: { axis: false, height: (/** @type {Reading} */ { flow }) => PICTURES.find(({ name }) => name === "clipping")?.height?.(flow) ?? 190, needs: (/** @type {Reading} */ { flow }) => isExperiment(flow) },
  spectrum: { axis: false, height: () => 190, needs: (/** @type {Reading} */ { flow }) => Boolean(flow.spectrum) },
  product: { axis: false, height: () => 150, margins: { left: 40, right: 14 }, needs: (/** @type {Reading} */ { flow, steps }) => Boolean(flow.spectrum) && steps > 1 },
});

/** @param {HTMLElement} plot @param {string} name @param {Reading} reading @returns {Frame} */
function frameOf(plot, name, reading) {
  const { axis, height, margins } = PLACES[name];
  if (axis) return { ...axisOf(Math.max(240, plot.clientWidth)), height: (name === "profile" ? roomBelow(plot) : null) ?? height(reading), lo: 0.5, hi: reading.steps + 0.5 };
  return { width: plot.clientWidth, height: height(reading), lo: 0, hi: 0, left: 0, right: 0, ...margins };
}

/** @param {HTMLElement[]} plots @param {Shown} shown @param {Theme} theme */
function putPictures(plots, { reading: all, compared, whole, recorded, letter }, theme) {
  for (const plot of plots) {
    const name = plot.dataset.moment ?? "";
    const picture = PICTURES.find((one) => one.name === name);
    if (!picture || !(name in PLACES) || (!whole && name !== "profile")) continue;
    const reading = name === "profile" ? (recorded ?? all) : all;
    const here = PLACES[name].needs(reading);
    plot.closest("figure")?.toggleAttribute("hidden", !here);
    if (!here || !plot.clientWidth) continue;
    const frame = frameOf(plot, name, reading);
    plot.style.height = `${frame.height}px`;
    const other = name === "profile" ? compared : null;
    draw(plot, picture.figure({ reading, compared: other, frame, theme, selected: "", selectedInA: "", marks: [], letter }));
  }
}

/** Where Explore shows it. @param {any} flow */
function addressOf(flow) {
  return `/#${linkOf(fromExperiment(flow.experiment)).fragment}`;
}

/** @param {Looking} looking */
function putWeights({ sources, focus, row }) {
  const { history, run } = sources[focus()];
  const names = run.training?.parameters ?? [];
  const rows = weightRows(history, names, row(focus()));
  byId(document, "weights-of").hidden = rows.length === 0;
  byId(document, "weight-rows").replaceChildren(
    ...rows.map(([head, ...numbers]) => {
      const line = element("tr");
      const cell = element("th", "", head);
      cell.scope = "row";
      line.append(cell, ...numbers.map((text) => element("td", "of-number", text)));
      return line;
    }),
  );
}

/** Profiles that lie so many decades apart are not drawn in one picture. */
const APART = 12;

/** The other run's, where one picture can hold both. @param {Reading} reading @param {Reading | null} other */
function besides(reading, other) {
  const near = Math.abs((other?.entry ?? Infinity) - (reading.entry ?? 0)) < APART;
  return near ? other : null;
}

/** @param {string} id @param {string} text */
function say(id, text) {
  const place = byId(document, id);
  if (place.textContent !== text) place.textContent = text;
}

/**
 * @param {Document} document
 * @param {{choose: (run: number) => void}} on
 */
export function createMoment(document, on) {
  const plots = allWithin(byId(document, "moment"), "[data-moment]");

  /** @param {Looking} looking @param {any} flow */
  function putWords(looking, flow) {
    const n = looking.focus();
    const { history } = looking.sources[n];
    const row = looking.row(n);
    const own = row < 0 ? 0 : history.update(row);
    const behind = own < looking.update() && !looking.follows() ? ` (the last of ${LETTERS[n]})` : "";
    say("moment-update", `${counted(own)}${behind}`);
    say("moment-said", row < 0 ? "No update yet." : grouped(`Loss ${lossWords(history, row)}; ‖g‖ ${normWords(history, row)}. ${reachWords(history, row, flow?.itemized?.loss_steps?.length > 1)}`));
    say("moment-diagnosis", grouped(flow?.diagnosis?.summary ?? ""));
    say("say-spectrum", flow?.spectrum ? spectrumSentence(flow) : "");
    say("say-product", flow?.spectrum ? productSentence(flow) : "");
    const link = byId(document, "explore", HTMLAnchorElement);
    link.hidden = !isExperiment(flow);
    if (isExperiment(flow)) link.href = addressOf(flow);
    putWeights(looking);
  }

  return {
    /**
     * @param {Looking} looking @param {any} flow   of the update that is looked at; null: it comes
     * @param {Theme | null} theme   null: nothing can be drawn yet @param {string[]} names   of the runs
     * @param {number | null} lag   while a run goes on: the older update that the flow is of, 0: none
     * @returns {Shown | null}
     */
    put(looking, flow, theme, names, lag) {
      const { sources } = looking;
      const n = looking.focus();
      if (sources.length > 1)
        putChoices(byId(document, "of"), names, names[n], (name) => on.choose(names.indexOf(name)));
      putWords(looking, lag === null ? flow : null);
      byId(document, "moment").setAttribute("aria-busy", String(flow === null && lag === null && !sources[n].recorded));
      byId(document, "moment").classList.toggle("stale", flow === null && !sources[n].recorded);
      byId(document, "moment-waits").hidden = !lag;
      say("moment-waits", lag ? `While it trains, the pictures below the first one are of update ${counted(lag)}.` : "");
      /** @param {number} run */
      const recorded = (run) => {
        const { history, run: about } = sources[run];
        return recordedAt(history, looking.row(run), about.training?.plan.cell ?? "");
      };
      const reading = flow ? readingOf(flow) : recorded(n);
      byId(document, "moment-pictures").hidden = reading === null;
      if (!reading) return null;
      const other = sources.length > 1 ? besides(reading, recorded(1 - n)) : null;
      const shown = { reading, compared: other, whole: flow !== null, recorded: lag && flow ? recorded(n) : null, letter: LETTERS[n] };
      if (theme) putPictures(plots, shown, theme);
      return shown;
    },
  };
}
