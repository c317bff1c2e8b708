/** A matrix that is too large for a table: a heat map, its statistics, and the number under the hand. */

import { element } from "../elements.js";
import { heightFor, valueAt, weights } from "../figures/weights.js";
import { number, plural, shorten } from "../format.js";
import { drawAlone } from "../render.js";
import { statisticsOf } from "../statistics.js";
import { placeOf } from "./parts.js";
import { partMath } from "./symbols.js";

/** @import { Matrix } from "../figures/weights.js" */
/** @import { Theme } from "../types.js" */
/** @import { Part } from "./parts.js" */

/** A larger one is not drawn: its statistics say what there is. */
const MOST = 200_000;
/** In pixels: the widest figure, so many a column and beside them, and the least for its statistics. */
const WIDE = { most: 460, column: 26, beside: 100, words: 230 };

/** @param {Part} part @returns {Matrix} */
export function matrixOf({ values, blocks, vector, rows, columns, kind }) {
  const marks = blocks.map(({ letter }) => letter);
  if (vector) return { values: [values.map(([value]) => value)], marks, vector: true };
  const short = rows.map((name) => shorten(name, 4));
  const named = kind === "weights" ? {} : { names: { rows: short, columns } };
  return { values, marks, ...named };
}

/** Min, max, mean and what else one says of a matrix: [what, number][]. @param {Part} part @returns {[string, string][]} */
export function factsOf(part) {
  const { min, max, mean, deviation, norm, missing, squares } = statisticsOf(
    part.values,
    part.blocks.map(({ letter }) => letter),
  );
  /** @param {"radius" | "stretch"} what */
  const each = (what) => squares.map((one) => `${one.mark} ${number(one[what])}`.trim()).join(", ");
  /** @type {[string, string][]} */
  const facts = [
    ["min", number(min)],
    ["max", number(max)],
    ["mean", number(mean, 3, deviation)],
    ["standard deviation", number(deviation)],
    ["‖·‖", number(norm)],
  ];
  if (squares.length) facts.push(["ρ", each("radius")], ["σₘₐₓ", each("stretch")]);
  if (missing) facts.push(["not finite", String(missing)]);
  return facts;
}

/** @param {Part} part */
function factList(part) {
  const list = element("dl", "numbers-facts");
  for (const [what, value] of factsOf(part)) {
    const pair = element("div");
    pair.append(element("dt", "", what), element("dd", "", value));
    list.append(pair);
  }
  return list;
}

/**
 * @param {Part} part
 * @param {{theme: () => Theme, say: (words: string) => void}} page
 */
export function createHeat(part, { theme, say }) {
  const box = element("div", "numbers-heat");
  const canvas = element("div", "numbers-canvas");
  const plot = element("div", "plot");
  const hit = element("div", "hit");
  hit.tabIndex = 0;
  hit.setAttribute("role", "application");
  hit.setAttribute("aria-roledescription", "matrix");
  canvas.append(plot, hit);
  const facts = element("div");
  box.append(partMath(part.name, "", false), canvas, facts);
  let now = part;
  let frame = { width: 0, height: 0 };
  let at = { row: 0, column: 0 };

  /** @param {{row: number, column: number} | null} place   from 0 */
  function point(place) {
    if (!place) return say("");
    at = place;
    const value = now.values[place.row]?.[place.column] ?? null;
    say(`${placeOf(now, place.row, place.column)}: ${value === null ? "not finite" : String(value).replace("-", "−")}`);
  }

  /** @param {PointerEvent} event */
  function under({ clientX, clientY }) {
    const { left, top } = canvas.getBoundingClientRect();
    const found = valueAt("", matrixOf(now), frame, { x: clientX - left, y: clientY - top });
    if (!found) return null;
    const [row, column] = [found.row - 1, found.column - 1];
    return now.vector ? { row: column, column: 0 } : { row, column };
  }

  hit.addEventListener("pointermove", (event) => point(under(event)));
  hit.addEventListener("pointerleave", () => point(null));
  hit.addEventListener("focus", () => point(at));
  hit.addEventListener("blur", () => point(null));
  hit.addEventListener("keydown", (event) => {
    const across = now.vector ? "row" : "column";
    const [what, by] = { ArrowLeft: [across, -1], ArrowRight: [across, 1], ArrowUp: ["row", -1], ArrowDown: ["row", 1] }[event.key] ?? ["", 0];
    if (!what) return;
    event.preventDefault();
    const next = { ...at, [what]: at[/** @type {"row" | "column"} */ (what)] + Number(by) };
    if (now.values[next.row]?.[next.column] !== undefined) point(next);
  });

  function draw() {
    const matrix = matrixOf(now);
    const [rows, columns] = [matrix.values.length, matrix.values[0].length];
    const room = box.closest(".numbers-row")?.clientWidth ?? 0;
    canvas.hidden = rows * columns > MOST;
    if (!room || canvas.hidden) return;
    const width = Math.min(room, WIDE.most, Math.max(180, columns * WIDE.column + WIDE.beside));
    frame = { width, height: heightFor(matrix, width) };
    box.style.width = `${Math.min(room, Math.max(width, WIDE.words))}px`;
    canvas.style.width = `${frame.width}px`;
    canvas.style.height = `${frame.height}px`;
    drawAlone(plot, weights("", matrix, frame, theme()));
  }

  function describe() {
    const [rows, columns] = [now.values.length, now.values[0].length];
    const said = factsOf(now).map((pair) => pair.join(" ")).join(", ");
    hit.setAttribute("aria-label", `${now.label}, ${plural(rows, "row")}, ${plural(columns, "column")}: ${said}. The arrows go through its numbers.`);
    facts.replaceChildren(factList(now));
  }

  describe();
  return {
    element: box,
    draw,
    /** @param {Part} next */
    show(next) {
      now = next;
      describe();
      draw();
    },
  };
}
