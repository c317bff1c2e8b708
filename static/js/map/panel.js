/** Beside a map: the point that is chosen with the way to Explore, the legend, the lines of theory. */

import { element, paragraph } from "../elements.js";
import { fromExperiment } from "../experiment.js";
import { toFragment } from "../properties.js";
import { partOf, specOf } from "./axes.js";
import { dashOf } from "./figure.js";
import { beginTraining, flowOf } from "./requests.js";
import { pointLines, whereOf } from "./words.js";

/** @import { Theme } from "../types.js" */
/** @import { Point } from "./grid.js" */
/** @import { MapNumber, Scale } from "./scale.js" */

const SVG = "http://www.w3.org/2000/svg";

/** The colours, from the least to the greatest. @param {HTMLElement} place @param {Scale} scale @param {MapNumber} of */
export function putLegend(place, { colours, low, high, marks }, of) {
  const bar = element("div", "map-colours");
  bar.style.background = `linear-gradient(to right, ${colours.map(([at, colour]) => `${colour} ${100 * at}%`).join(", ")})`;
  const words = element("div", "map-marks");
  for (const [z, text] of marks) {
    const mark = element("span", "", text);
    mark.style.left = `${(100 * (z - low)) / (high - low || 1)}%`;
    words.append(mark);
  }
  place.replaceChildren(element("p", "note", of.unit && of.unit !== "decades" ? `${of.label}, ${of.unit}` : of.label), bar, words);
  place.title = of.words;
}

/** Every line that is drawn, with what it says and who found it. @param {HTMLElement} place @param {any[]} theory @param {boolean} draws   whether a point has several */
export function putTheory(place, theory, draws) {
  const names = [...new Set(theory.map(({ name }) => name))];
  place.hidden = !names.length;
  place.replaceChildren(
    ...(names.length && draws ? [element("li", "note", "Lines of theory, each the median of the draws’ own:")] : []),
    ...names.map((name) => {
      const { label, words, source } = theory.find((one) => one.name === name);
      const row = element("li");
      const key = document.createElementNS(SVG, "svg");
      const line = document.createElementNS(SVG, "line");
      for (const [field, value] of Object.entries({ x2: "26", y1: "4", y2: "4", "stroke-dasharray": dashOf(name).replace("solid", "") })) line.setAttribute(field, value);
      key.setAttribute("class", "map-line");
      key.setAttribute("aria-hidden", "true");
      key.append(line);
      row.append(key, element("b", "", label), ` ${words} `, element("span", "note", `${source}.`));
      return row;
    }),
  );
}

/** Which of the draws of a point. @param {any} sweep @param {(draw: number) => void} chosen */
function draws(sweep, chosen) {
  if (!(sweep.seeds > 1)) return [];
  const label = element("label", "", "draw ");
  const choice = element("select");
  for (let n = 0; n < Math.min(sweep.seeds, 50); n += 1) choice.append(new Option(String(n + 1), String(n)));
  choice.addEventListener("change", () => chosen(Number(choice.value)));
  label.append(choice);
  return [label];
}

/** The way to a training. @param {any} sweep @param {number[]} at */
function trainings(sweep, at) {
  let draw = 0;
  const button = element("button", "map-explore", "Train this one and watch");
  button.type = "button";
  button.addEventListener("click", async () => {
    try {
      location.assign(`/runs/${(await beginTraining(specOf(sweep, at, draw), whereOf(sweep, at))).id}`);
    } catch (cause) {
      button.after(paragraph(/** @type {Error} */ (cause).message, "map-said"));
    }
  });
  return [button, ...draws(sweep, (next) => (draw = next))];
}

/** @param {HTMLElement} place */
export function createPoint(place) {
  let asked = new AbortController();
  let shown = "";
  /** @type {HTMLAnchorElement | HTMLElement | null} */
  let way = null;

  /** @param {any} sweep @param {number[]} at @param {number} draw @param {HTMLElement} said @param {HTMLAnchorElement} link */
  async function lead(sweep, at, draw, said, link) {
    asked.abort();
    asked = new AbortController();
    const { signal } = asked;
    link.removeAttribute("href");
    try {
      const flow = await flowOf(specOf(sweep, at, draw), signal);
      link.href = `/#${toFragment(fromExperiment(flow.experiment))}`;
      said.textContent = flow.diagnosis?.summary ?? "";
    } catch (cause) {
      if (!signal.aborted) said.textContent = /** @type {Error} */ (cause).message;
    }
  }

  /** @param {any} sweep @param {number[]} at */
  function ways(sweep, at) {
    if (sweep.training) {
      const found = trainings(sweep, at);
      way = found[0];
      return found;
    }
    const link = element("a", "map-explore", "Open this network in Explore");
    const said = paragraph("", "map-said");
    way = link;
    /** @type {HTMLElement[]} */
    const all = [link, ...draws(sweep, (draw) => void lead(sweep, at, draw, said, link)), said];
    void lead(sweep, at, 0, said, link);
    return all;
  }

  return {
    /** Go there. */
    open() {
      way?.click();
    },
    /** @param {any} sweep @param {number[]} at @param {Point | null} point @param {MapNumber[]} numbers */
    show(sweep, at, point, numbers) {
      const lines = point ? pointLines(sweep, point, numbers) : ["This point is not known yet."];
      const key = JSON.stringify([at, lines]);
      if (key === shown) return;
      const same = shown.startsWith(JSON.stringify([at]).slice(0, -1));
      shown = key;
      const [first, ...rest] = lines;
      const list = element("ul");
      list.append(...rest.map((line) => element("li", "", line)));
      const kept = same ? [...place.querySelectorAll(".map-explore, label, .map-said")] : [];
      place.replaceChildren(element("h2", "", first), list, ...(kept.length ? kept : ways(sweep, at)));
      place.hidden = false;
    },
    hide() {
      asked.abort();
      shown = "";
      way = null;
      place.hidden = true;
    },
  };
}

/**
 * The part of a map between two places, as a map of its own.
 * @param {any} run @param {number[]} from @param {number[]} to
 */
export function zoomed(run, from, to) {
  const { sweep } = run;
  const skip = sweep.rows ? 1 : 0;
  const { name: _, ...rest } = sweep;
  const axes = sweep.axes.map((/** @type {any} */ axis, /** @type {number} */ n) => {
    const ends = [from[n + skip], to[n + skip]].toSorted((a, b) => a - b);
    const [low, high] = ends[0] === ends[1] ? [Math.max(0, ends[0] - 1), Math.min(axis.values.length - 1, ends[1] + 1)] : ends;
    return partOf(axis, low, high);
  });
  return { ...rest, axes, name: `${run.name.replace(/, part$/, "")}, part` };
}
