/** The map of the loss over two parameters, and the balls that go down it. */

import { Problem, landscapeOf } from "../api.js";
import { element } from "../elements.js";
import { toRequest } from "../experiment.js";
import { boxOf, insideOf, wallMap, wallSurface } from "../figures/wall.js";
import { fromLog10, number } from "../format.js";
import { presetSettings } from "../properties.js";
import { drawAlone, save } from "../render.js";
import { createTransport } from "../transport.js";
import { createForm } from "./form.js";
import { createFrame, putNumbers, putWords } from "./frame.js";
import { asFile, keepButtons, withBalls } from "./keep.js";
import { createOverlay, placeOf, putArrows, shape } from "./overlay.js";
import { axesOf, ballOf, ballsOf, isScalar, movedBy, nameOf, printPlan, readPlan } from "./plan.js";
import { loadWhole } from "../plotly.js";
import { arrowSentence, ballSentence, biasSentence, pairText, placeRows, ridgeSentence, symbolOf } from "./words.js";

/**
 * @typedef {import("./plan.js").Plan} Plan
 * @typedef {import("../figures/wall.js").Land} Land
 * @typedef {import("./words.js").Path} Path
 * @typedef {import("./words.js").Place} Place
 */

const NUDGE = 0.01;
/** @param {import("../types.js").Flow | any} experiment   what a landscape depends on */
function bare({ network, weights, sequence, loss, truncation }) {
  return { network, weights, sequence, loss, truncation };
}

/**
 * @param {HTMLElement} place
 * @param {import("../walls.js").Page} page
 */
export function createWall(place, page) {
  const { document, store, base } = page;

  const frame = createFrame(place);
  const { canvas, plot, svg, hit, solid, under, arrows, words, bias, problem } = frame;
  // --- what is known ----------------------------------------------------------------------------
  /** @type {Plan} */
  let plan = readPlan("");
  /** @type {Land | null} */
  let land = null;
  let landKey = "";
  /** @type {[number, number] | null} */
  let own = null;
  let ownKey = "";
  /** @type {{descents: Path[], places: Place[], balls: string[]}} */
  let answer = { descents: [], places: [], balls: [] };
  let answerKey = "";
  /** @type {AbortController | null} */
  let asking = null;
  /** @type {[number, number]} where the keys have come to */
  let pointed = [0, 0];
  let surfaceKey = "";

  const longest = () => Math.max(1, ...answer.descents.map(({ points }) => points.length));
  const experiment = () => bare(toRequest(store.get()));
  const entries = () => movedBy(plan, store.get().cell);
  /** @returns {[number, number]} */
  const start = () => plan.start ?? own ?? [0, 0];
  const box = () => boxOf(canvas.clientWidth || 520);
  const symbols = () => /** @type {[string, string]} */ (entries().map(symbolOf));

  const overlay = createOverlay(svg);
  const form = createForm(frame.formPlace, (change) => put(change));
  const transport = createTransport(frame.transportPlace, {
    length: 1,
    label: "Descent",
    speed: 10,
    say: (index) => `step ${index} of ${Math.max(0, longest() - 1)}`,
    onChange: go,
  });

  function ranges() {
    const [x = [], y = []] = land?.axes.map(({ values }) => values) ?? [];
    return {
      from: /** @type {[number, number]} */ ([x[0] ?? 0, y[0] ?? 0]),
      to: /** @type {[number, number]} */ ([x.at(-1) ?? 1, y.at(-1) ?? 1]),
    };
  }

  /** @param {Partial<Plan>} change */
  function put(change) {
    store.set({ wall: printPlan({ ...plan, ...change }) });
  }

  // --- asking -----------------------------------------------------------------------------------
  async function ask() {
    asking?.abort();
    const abort = new AbortController();
    asking = abort;
    const moved = entries();
    const about = experiment();
    /** @param {object} fields */
    const request = (fields) =>
      landscapeOf(base, { experiment: about, axes: axesOf(plan, moved, own), ...fields }, abort.signal);
    place.setAttribute("aria-busy", "true");
    try {
      const key = JSON.stringify([about, moved.map(nameOf)]);
      if (key !== ownKey) {
        own = null;
        const known = await request({ grid: false });
        own = known.axes.map((/** @type {{own: number}} */ axis) => axis.own);
        ownKey = key;
      }
      const axes = JSON.stringify([key, axesOf(plan, moved, own)]);
      const noisy = (about.sequence.targets?.[0]?.[0]?.length ?? 0) > 0 && about.sequence.targets[0].length === 1;
      const balls = ballsOf(plan, start(), noisy);
      const descent = JSON.stringify([key, balls]);
      const [grid, paths] = await Promise.all([
        axes === landKey && land ? land : request({}),
        descent === answerKey ? answer : request({ grid: false, ...balls }),
      ]);
      if (abort.signal.aborted) return;
      land = grid;
      landKey = axes;
      if (descent !== answerKey) {
        answer = { ...paths, balls: plan.balls };
        answerKey = descent;
      }
      problem.hidden = true;
      draw();
    } catch (cause) {
      if (abort.signal.aborted) return;
      if (!(cause instanceof Problem)) throw cause;
      const said = cause.errors.map(({ detail }) => detail).join("; ") || cause.message;
      problem.textContent = said.replaceAll(/ \(UNROLLED_\w+\)/g, "");
      problem.hidden = false;
    } finally {
      if (asking === abort) place.setAttribute("aria-busy", "false");
    }
  }

  // --- drawing ----------------------------------------------------------------------------------
  function draw() {
    if (!land) return;
    const about = box();
    const inside = insideOf(about);
    const solidly = plan.layer === "surface";
    canvas.style.height = `${about.height}px`;
    plot.hidden = hit.hidden = solidly;
    svg.style.display = solidly ? "none" : "";
    solid.hidden = !solidly;
    if (!solidly) {
      drawAlone(plot, map(land));
      plot.setAttribute("aria-label", summary());
      svg.setAttribute("viewBox", `0 0 ${about.width} ${about.height}`);
    }
    overlay.put(drawnBalls(), start(), inside, ranges());
    form.show({
      plan,
      entries: entries(),
      start: start(),
      ranges: land.axes.map(({ values }) => ({ from: values[0] ?? 0, to: values.at(-1) ?? 0 })),
      network: /** @type {any} */ (experiment().network),
    });
    for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (frame.layers.querySelectorAll("input")))
      input.checked = input.value === plan.layer;
    transport.setLength(longest());
    transport.refresh();
    pointed = start();
    if (answer.places[0]) putNumbers(frame.numbers, placeRows(answer.places[0], entries()));
    const diagonal = Math.hypot(...land.axes.map(({ values }) => (values.at(-1) ?? 0) - (values[0] ?? 0)));
    putWords(
      words,
      answer.descents.map((path, k) => {
        const name = answer.balls[k] ?? "";
        return { colour: ballOf(name).colour, said: ballSentence(name, path, { mu: plan.mu, diagonal }) };
      }),
    );
    bias.textContent = answer.places[1] ? biasSentence(answer.places[1], plan.mu) : "";
    under.textContent = ridgeWords();
    go(transport.index());
  }

  /** @param {Land} about */
  function map(about) {
    const layer = plan.layer === "gradient" ? "gradient" : "loss";
    return wallMap(about, { box: box(), layer, theme: page.theme(), names: symbols() });
  }

  function drawnBalls() {
    return answer.descents.map((path, k) => {
      const name = answer.balls[k] ?? "";
      const { colour, dash } = ballOf(name);
      return { name, colour, dash, points: path.points };
    });
  }

  function summary() {
    const [p, q] = symbols();
    return `Map of the loss over ${p} and ${q}. ${ridgeWords()}`;
  }

  const ridgeWords = () => (land ? ridgeSentence(land) : "");

  /** Every ball to a step. @param {number} index */
  function go(index) {
    overlay.go(index);
    const made = answer.descents.map((path, k) => {
      const name = answer.balls[k] ?? "";
      const n = Math.min(index, path.points.length - 1);
      const figure = element("figure", "wall-arrow");
      const picture = /** @type {SVGElement} */ (shape("svg", { "aria-hidden": "true" }));
      putArrows(picture, path.gradient[n], path.clipped[n], ballOf(name).colour);
      const off = overlay.onMap(k, index) ? "" : ` Off this map, at ${pairText(path.points[n] ?? [])}.`;
      const caption = element("figcaption", "", `${arrowSentence(name, path, n)} E = ${number(path.loss[n] ?? null)}.${off}`);
      figure.append(picture, caption);
      return figure;
    });
    arrows.replaceChildren(...made);
    if (plan.layer === "surface") void drawSurface(index);
  }

  /** @param {number} index */
  async function drawSurface(index) {
    const key = `${landKey} ${answerKey} ${index} ${canvas.clientWidth} ${page.theme().mode}`;
    if (key === surfaceKey || !land) return;
    surfaceKey = key;
    const plotly = await loadWhole();
    if (!plotly || !land || surfaceKey !== key) return;
    drawAlone(solid, surface(land, index), { plotly, turnable: true });
  }

  /** The balls as far as they have come at a step. @param {number} index */
  function paths(index) {
    const style = getComputedStyle(document.documentElement);
    return answer.descents.map((path, k) => {
      const name = answer.balls[k] ?? "";
      const { colour, dash } = ballOf(name);
      const [points, loss] = [path.points.slice(0, index + 1), path.loss.slice(0, index + 1)];
      return { name, dash, colour: style.getPropertyValue(`--${colour}`).trim(), points, loss };
    });
  }

  /** @param {Land} about @param {number} index */
  function surface(about, index) {
    return wallSurface(about, { box: box(), theme: page.theme(), names: symbols(), paths: paths(index) });
  }

  /** What is drawn now as a file. @param {string} format */
  async function keep(format) {
    const index = transport.index();
    const solidly = plan.layer === "surface";
    const plotly = solidly ? await loadWhole() : undefined;
    if (!land || plotly === null) return;
    const figure = solidly ? surface(land, index) : withBalls(map(land), paths(index), { start: start(), theme: page.theme() });
    const caption = `Balls: ${answer.balls.map((name) => ballOf(name).label).join(", ")}`;
    save(/** @type {any} */ (figure), { ...asFile(page, figure, { format, caption }), plotly });
  }

  // --- hands ------------------------------------------------------------------------------------
  frame.head.append(keepButtons("The wall", keep));
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (frame.layers.querySelectorAll("input")))
    input.addEventListener("change", () => put({ layer: /** @type {Plan["layer"]} */ (input.value) }));

  /** @param {PointerEvent | MouseEvent} event */
  function placeUnder(event) {
    const about = hit.getBoundingClientRect();
    return placeOf([event.clientX - about.left, event.clientY - about.top], insideOf(box()), ranges());
  }

  /** What the grid says of the place under the pointer. @param {[number, number]} at */
  function say(at) {
    if (!land) return;
    const [x, y] = land.axes.map(({ values }) => values);
    if (!x || !y) return;
    const { from, to } = ranges();
    const i = Math.round(((at[0] - from[0]) / (to[0] - from[0])) * (x.length - 1));
    const j = Math.round(((at[1] - from[1]) / (to[1] - from[1])) * (y.length - 1));
    const [loss, norm] = [land.loss[j]?.[i] ?? null, land.gradient_log10_norm[j]?.[i] ?? null];
    const [p, q] = symbols();
    under.textContent = `${p}, ${q} = ${pairText([x[i] ?? 0, y[j] ?? 0])}: E = ${number(loss, 5)}, ‖g‖ = ${norm === null ? "–" : fromLog10(norm, 4)}`;
  }

  hit.addEventListener("pointermove", (event) => say(placeUnder(event)));
  hit.addEventListener("pointerleave", () => {
    under.textContent = ridgeWords();
  });
  hit.addEventListener("click", (event) => {
    transport.pause();
    const at = placeUnder(event);
    put({ start: [Number(at[0].toPrecision(5)), Number(at[1].toPrecision(5))] });
  });
  const ARROWS = new Map([
    ["ArrowLeft", [-1, 0]],
    ["ArrowRight", [1, 0]],
    ["ArrowUp", [0, 1]],
    ["ArrowDown", [0, -1]],
  ]);
  hit.addEventListener("keydown", (event) => {
    const way = ARROWS.get(event.key);
    const { from, to } = ranges();
    if (way) {
      pointed = /** @type {[number, number]} */ (
        pointed.map((value, n) => {
          const span = (to[n] ?? 1) - (from[n] ?? 0);
          return Math.max(from[n] ?? 0, Math.min(to[n] ?? 1, value + (way[n] ?? 0) * NUDGE * span));
        })
      );
      say(pointed);
    } else if (event.key === "Enter") put({ start: [Number(pointed[0].toPrecision(5)), Number(pointed[1].toPrecision(5))] });
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  frame.preset.addEventListener("click", () => {
    const settings = presetSettings("wall");
    if (settings) store.replaceAll({ ...settings, wall: "1" });
  });
  let width = 0;
  new ResizeObserver(() => {
    const now = canvas.clientWidth;
    if (now !== width && width && !place.hidden) draw();
    width = now;
  }).observe(canvas);
  new MutationObserver(() => {
    surfaceKey = "";
    if (!place.hidden) draw();
  }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });

  return {
    show() {
      const settings = store.get();
      const scalar = isScalar(settings);
      frame.offer.hidden = scalar;
      frame.view.hidden = !scalar;
      frame.offered.textContent =
        `The loss of ${settings.hidden === 1 ? "one unit" : `${settings.hidden} units`} in ` +
        `${settings.layers === 1 ? "one layer" : `${settings.layers} layers`} has too many parameters for a map: ` +
        "choose Units 1 and Layers 1 under Network, with any cell.";
      if (!scalar) {
        asking?.abort();
        place.setAttribute("aria-busy", "false");
        return;
      }
      plan = readPlan(String(settings.wall));
      void ask();
    },
    hide() {
      transport.pause();
      asking?.abort();
    },
  };
}
