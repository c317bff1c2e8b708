/** Stepping through the way back: the diagram, a formula with this network's numbers, the sums. */

import { element, paragraph } from "../elements.js";
import { fitAll } from "../fit.js";
import { plural, stepOf, symbol } from "../format.js";
import { lossName } from "../letters.js";
import { legend } from "../matrices.js";
import { pick } from "../picking.js";
import { rowPixel } from "../figures/diagram.js";
import { createTransport } from "../transport.js";
import { cellOf } from "../vocabulary.js";
import { toPixel } from "../view.js";
import { batchOf, experimentOf } from "./asked.js";
import { countStops } from "./count.js";
import { told } from "./formulas.js";
import { stopsOf, summedTo, turnOf } from "./order.js";
import { sceneOf } from "./scene.js";
import { createStage } from "./stage.js";
import { createSums } from "./sums.js";
import { createWindows } from "./windows.js";

/** The link follows when the hand has rested so long; numbers of a new experiment are asked for then. */
const REST_MS = 250;
const MODES = /** @type {const} */ (["values", "gradients"]);

/**
 * @param {HTMLElement} place
 * @param {import("../stepping.js").Page} page
 * @returns {import("../stepping.js").View}
 */
export function createView(place, page) {
  const { store, pictures, document } = page;
  const bar = element("div", "way-bar");
  const box = element("div");
  const modes = modeChoice();
  bar.append(box, modes);
  const title = element("h3", "way-title");
  const maths = element("div", "way-maths equations");
  const notes = element("div", "way-notes");
  const said = element("div", "way-said");
  said.append(title, maths, notes);
  const whole = element("div", "way-sums");
  const body = element("div", "way-body");
  body.append(said, whole);
  place.append(bar, body);
  const canvas = /** @type {HTMLElement} */ (document.querySelector("#figure-diagram .canvas"));
  const hit = /** @type {HTMLElement} */ (canvas.querySelector(".hit"));

  const sums = createSums(whole, { open: (name) => store.set({ select: `parameter.${name}` }) });
  const windows = createWindows(page.base, () => show());
  /** @type {import("./order.js").Stop[]} */
  let stops = [];
  /** @type {import("./count.js").Count | null} */
  let count = null;
  /** @type {import("../types.js").Reading | null} */
  let reading = null;
  /** @type {ReturnType<typeof createStage> | null} */
  let stage = null;
  let staged = "";
  let rested = 0; // when a new experiment's numbers may be asked for
  let timer = 0;
  let linking = 0;
  /** @type {"values" | "gradients" | ""} "" follows the stop: values forward, gradients back */
  let mode = "";
  let animate = false;
  let told_ = "";
  let linked = 0; // the stop that the settings named last
  let revealed = -1; // the step that was brought into the diagram last

  const transport = createTransport(box, {
    length: 1,
    label: "The way back, step by step",
    say: (index) => placeName(index),
    onChange(index, change) {
      animate = change.animate;
      show();
      animate = false;
      if (!change.playing) link();
    },
    onPlay: (playing) => {
      if (!playing) link();
    },
  });

  /** The link says where this stands once the hand rests. */
  function link() {
    clearTimeout(linking);
    linking = setTimeout(() => store.set({ step: transport.index() + 1 }, { same: true }), REST_MS);
  }

  /** The stop of a number, where it is there. @param {number} number */
  function stopAt(number) {
    return stops[count?.placeOf(number) ?? -1];
  }

  /** @param {number} number */
  function placeName(number) {
    const stop = stopAt(number);
    if (!stops.length || !count) return "nothing to step through";
    const of = `${number + 1} of ${count.length}`;
    if (!stop) return `${of}: step ${count.stepOf(number)} is on its way`;
    const [source, target] = stop.id.split(">");
    if (stop.kind === "edge") return `${of}: back, ${symbol(target)} → ${symbol(source)}`;
    if (stop.kind === "enter") return `${of}: back from ${symbol(stop.id)}`;
    return `${of}: forward, ${stop.kind === "inside" ? "inside " : ""}${symbol(stop.id)}`;
  }

  function modeChoice() {
    const group = element("fieldset", "segments way-modes");
    const row = element("div", "segment-row");
    group.append(element("legend", "unseen", "On the nodes"), row);
    for (const name of MODES) {
      const label = element("label");
      const input = document.createElement("input");
      Object.assign(input, { type: "radio", name: "way-mode", value: name, autocomplete: "off" });
      input.addEventListener("change", () => {
        mode = name;
        show();
      });
      label.append(input, element("span", "", name));
      row.append(label);
    }
    return group;
  }

  /** @param {import("../types.js").Reading} next */
  function take(next) {
    const before = stopAt(transport.index());
    reading = next;
    stops = stopsOf(next);
    count = countStops(next, stops);
    told_ = "";
    rested = performance.now() + REST_MS;
    clearTimeout(timer);
    timer = setTimeout(show, REST_MS + 20);
    transport.setLength(Math.max(1, count.length));
    const same = stops.findIndex(({ id, kind }) => id === before?.id && kind === before.kind);
    if (same >= 0) transport.set(count.numberOf(same));
    transport.refresh();
  }

  /** The diagram as it lies now. */
  function put() {
    const frame = pictures.frames().diagram;
    const theme = page.theme();
    const { width, height, lo, hi } = frame;
    const key = [width, height, lo, hi, theme.mode].join();
    if (stage && staged === key) return;
    stage = createStage(canvas, /** @type {any} */ (reading), frame, theme);
    staged = key;
  }

  function show() {
    if (!reading || !count) return;
    const index = count.placeOf(transport.index());
    const stop = stops[index];
    if (!stops.length) {
      title.textContent = "There is no loss from which anything could go back.";
      return;
    }
    if (!stop) {
      title.textContent = `Step ${count.stepOf(transport.index())} is on its way.`;
      reveal(count.stepOf(transport.index()));
      return;
    }
    reveal(stepOf(stop.id));
    put();
    const values =
      performance.now() < rested ? null : windows.of(reading.flow, Math.max(1, stop.step));
    const { network } = experimentOf(reading.flow);
    const batch = batchOf(reading.flow);
    const look = values && { values, cell: cellOf(network.cell), batch };
    const shown = mode || (stop.phase === "forward" ? "values" : "gradients");
    for (const input of modes.querySelectorAll("input")) input.checked = input.value === shown;
    stage?.show(sceneOf(reading, stops, index, { mode: shown, animate, look }));
    stage?.light([]);
    sums.show(reading, stop, reachedBefore(stop, summedTo(stops, index)), values);
    whole.hidden = stop.phase === "forward";
    body.classList.toggle("alone", whole.hidden);
    said.dataset.numbers = values ? "here" : windows.able(reading.flow) ? "coming" : "none";
    write(stop, index, look, batch);
  }

  /**
   * What later steps than those that are there have added is in the sums already.
   * @param {import("./order.js").Stop} stop @param {Map<string, number>} reached
   */
  function reachedBefore(stop, reached) {
    const { loaded, entryStep, flow } = /** @type {import("../types.js").Reading} */ (reading);
    if (stop.phase === "forward" || loaded.hi >= entryStep) return reached;
    const alone = reading?.follow !== null && !cellOf(flow.experiment.network.cell).feeds_outputs;
    const later = Object.keys(flow.parameter_gradients).map((name) => {
      const ofOutput = name === "W_hy" || name === "b_y"; // which one loss hears of at its own step
      return [name, alone && ofOutput ? entryStep : Math.ceil(loaded.hi)];
    });
    return new Map([.../** @type {[string, number][]} */ (later), ...reached]);
  }

  /**
   * @param {import("./order.js").Stop} stop @param {number} index
   * @param {import("./lookup.js").Look | null} look @param {number} batch
   */
  function write(stop, index, look, batch) {
    const now = /** @type {import("../types.js").Reading} */ (reading);
    const key = `${index}|${look ? look.values.first : "-"}|${page.theme().mode}`;
    if (key === told_) return;
    told_ = key;
    const tells = told(stop, now, look);
    title.textContent = tells.title;
    Object.assign(said.dataset, { stop: stop.id, kind: stop.kind, whole: String(stop.completes) });
    maths.replaceChildren(...tells.parts);
    const words = [...tells.notes];
    if (!windows.able(now.flow))
      words.push("There are too many numbers to write them down: the norms stand for them.");
    else if (look && batch > 1)
      words.push(
        `The numbers are those of the first of ${batch} samples. What a step adds to a weight is the sum over all of them${
          batch > 3 ? ", of which the first and the last are written out" : ""
        }; the norms are of all.`,
      );
    if (maths.textContent?.includes("✕"))
      words.push("✕ stands for a number that a double cannot hold; its norm is exact.");
    if (transport.index() === (count?.length ?? 0) - 1) words.push(ending());
    const lines = words.map((text) => paragraph(text, "note"));
    if (maths.querySelector(".known")) {
      const red = paragraph(" was computed before the way back came here.", "note");
      red.prepend(element("span", "known-word", "Red and underlined"));
      lines.push(red);
    }
    if (maths.querySelector("canvas")) lines.push(legend(true));
    notes.replaceChildren(...lines);
    fitAll(maths);
  }

  /** What stands when everything has been walked. */
  function ending() {
    const now = /** @type {import("../types.js").Reading} */ (reading);
    const loss = lossName(now.follow);
    if (turnOf(stops) === stops.length) return "No loss is followed back.";
    const part = now.lossSteps.length > 1 && now.follow !== null;
    return `The way back is walked. The sums are the gradient of ${part ? `${loss} alone` : "the whole loss"}: ${plural(Object.keys(now.flow.parameter_gradients).length, "parameter")}, each summed over the steps.`;
  }

  /** Bring a step into the diagram, once: it may have to be asked for. @param {number} step */
  function reveal(step) {
    const { lo, hi } = pictures.frames().diagram;
    if ((step > lo && step < hi) || revealed === step) return;
    revealed = step;
    pictures.reveal(step);
  }

  /** @param {Event} event */
  function overFormula(event) {
    const target = /** @type {Element} */ (event.target).closest?.("[data-lights], [data-parameter]");
    stage?.light(target ? lightsOf(target) : []);
  }

  /** @param {Element} target */
  function lightsOf(target) {
    const parameter = target.getAttribute("data-parameter");
    if (!parameter) return [target.getAttribute("data-lights") ?? ""];
    return [.../** @type {any} */ (reading).edges.values()]
      .filter(({ edge }) => edge.parameter === parameter)
      .map(({ id }) => id);
  }

  /** @param {PointerEvent} event */
  function overDiagram(event) {
    if (!reading) return;
    const frame = pictures.frames().diagram;
    const { left, top } = hit.getBoundingClientRect();
    const point = { x: event.clientX - left, y: event.clientY - top };
    const now = reading;
    const id = pick(now, point, (x, y) => ({ x: toPixel(frame, x), y: rowPixel(frame, y, now.span) }), frame);
    lightSymbols(id);
  }

  /** @param {string | null} id */
  function lightSymbols(id) {
    const edge = id ? reading?.edges.get(id)?.edge : undefined;
    for (const one of maths.querySelectorAll("[data-lights], [data-parameter]")) {
      const of = one.getAttribute("data-lights");
      const is = edge
        ? one.getAttribute("data-parameter") === edge.parameter && edge.parameter !== null
        : of !== null && of === id;
      one.classList.toggle("lit-symbol", is);
    }
  }

  /** @param {Event} event */
  function openSymbol(event) {
    const target = /** @type {Element} */ (event.target).closest?.("[data-parameter]");
    const name = target?.getAttribute("data-parameter");
    if (name) store.set({ select: `parameter.${name}` });
  }

  const leave = () => lightSymbols(null);
  maths.addEventListener("pointerover", overFormula);
  maths.addEventListener("pointerleave", () => stage?.light([]));
  maths.addEventListener("click", openSymbol);
  hit.addEventListener("pointermove", overDiagram);
  hit.addEventListener("pointerleave", leave);

  return {
    show() {
      const next = pictures.reading();
      if (next !== reading) {
        take(next);
        staged = "";
        stage = null;
      }
      const { step } = store.get();
      if (step !== null && step !== linked && !transport.playing()) transport.set(step - 1);
      linked = step ?? 0;
      show();
    },
    close() {
      transport.close();
      clearTimeout(timer);
      clearTimeout(linking);
      stage?.close();
      hit.removeEventListener("pointermove", overDiagram);
      hit.removeEventListener("pointerleave", leave);
      maths.replaceChildren();
    },
  };
}
