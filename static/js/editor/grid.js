/** A matrix as a textbook has it, in brackets, whose numbers can be typed over. */

import { element } from "../elements.js";
import { plural } from "../format.js";
import { createCells } from "./cells.js";
import { pasted } from "./entries.js";
import { placeOf } from "./parts.js";
import { partMath } from "./symbols.js";

/** @import { Cell, Edit } from "./cells.js" */
/** @import { Part } from "./parts.js" */

/**
 * Where an arrow leads in the grid of all blocks side by side: from a row and column of the matrix
 * to another, or null at the edge.
 * @param {Part} part
 * @param {{row: number, column: number}} from
 * @param {string} key
 * @returns {{row: number, column: number} | null}
 */
export function neighbour({ rows, columns, blocks }, { row, column }, key) {
  const [height, width] = [rows.length, columns.length];
  const count = Math.max(1, blocks.length);
  const block = Math.floor(row / height);
  const [r, c] = [row % height, block * width + column];
  const [dr, dc] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key] ?? [0, 0];
  return placeAt({ height, width, count }, r + dr, c + dc);
}

/** @param {{height: number, width: number, count: number}} size @param {number} r @param {number} c */
function placeAt({ height, width, count }, r, c) {
  if (r < 0 || r >= height || c < 0 || c >= count * width) return null;
  return { row: Math.floor(c / width) * height + r, column: c % width };
}

/**
 * Where each entry of a pasted block goes, from a place on; what lies beside the matrix is left out.
 * @param {Part} part
 * @param {{row: number, column: number}} from
 * @param {string[][]} block
 * @returns {{row: number, column: number, text: string}[]}
 */
export function placesOf({ rows, columns, blocks }, { row, column }, block) {
  const size = { height: rows.length, width: columns.length, count: Math.max(1, blocks.length) };
  const [r, c] = [row % size.height, Math.floor(row / size.height) * size.width + column];
  return block.flatMap((line, dr) =>
    line.flatMap((text, dc) => {
      const place = placeAt(size, r + dr, c + dc);
      return place ? [{ ...place, text }] : [];
    }),
  );
}

/** Whether an arrow leaves a cell rather than going through what stands in it. @param {HTMLInputElement} input @param {string} key */
function leaves({ selectionStart: start, selectionEnd: end, value }, key) {
  if (key === "ArrowUp" || key === "ArrowDown") return true;
  if (start === 0 && end === value.length) return true;
  return start === end && start === (key === "ArrowLeft" ? 0 : value.length);
}

/**
 * One block between brackets.
 * @param {Part} part @param {number} block   its place
 * @param {(input: HTMLInputElement, row: number, column: number) => void} add
 */
function table(part, block, add) {
  const { rows, columns, blocks, label, kind, fixed } = part;
  const made = element("table", "numbers-table");
  made.dataset.kind = kind;
  made.classList.toggle("whole", fixed || Boolean(part.range.whole));
  const gate = blocks[block];
  made.setAttribute("aria-label", gate ? `${label}, ${gate.label}` : label);
  const head = element("tr");
  head.append(element("td"), ...columns.map((name) => header(name || "value", "col")));
  const [top, body] = [element("thead"), element("tbody")];
  top.append(head);
  rows.forEach((name, r) => {
    const line = element("tr");
    line.append(header(name, "row"));
    const row = block * rows.length + r;
    columns.forEach((_, c) => line.append(entry(part, row, c, fixed, add)));
    body.append(line);
  });
  made.append(top, body);
  return made;
}

/** @param {string} text @param {string} scope */
function header(text, scope) {
  const made = element("th");
  made.scope = scope;
  made.append(element("span", "", text));
  return made;
}

/** @param {Part} part @param {number} row @param {number} column @param {boolean} fixed @param {(input: HTMLInputElement, row: number, column: number) => void} add */
function entry(part, row, column, fixed, add) {
  const cell = element("td");
  const input = element("input");
  input.type = "text";
  input.inputMode = part.range.whole ? "numeric" : "decimal";
  input.autocomplete = "off";
  input.spellcheck = false;
  input.readOnly = fixed;
  input.setAttribute("aria-label", placeOf(part, row, column));
  cell.append(input);
  add(input, row, column);
  return cell;
}

/**
 * @param {Part} part
 * @param {{change: (edits: Edit[]) => void, say: (words: string) => void}} on   say: what stands in
 *   the cell that is edited, with all digits
 */
export function createGrid(part, { change, say }) {
  const error = element("p", "error");
  error.setAttribute("role", "alert");
  error.id = `numbers-error-${part.name}`;
  error.hidden = true;
  let outside = "";
  /** @type {string[]} */
  let wrong = [];

  function complain() {
    const all = outside ? [...wrong, outside] : wrong;
    error.replaceChildren(...all.map((line) => element("span", "", line)));
    error.hidden = !all.length;
  }

  const cells = createCells(part, change, (lines) => {
    wrong = lines;
    complain();
  });
  const box = element("div", "numbers-grid");
  const count = Math.max(1, part.blocks.length);
  for (let n = 0; n < count; n += 1) {
    const block = element("div", "numbers-block");
    const letter = part.blocks[n]?.letter ?? "";
    block.append(partMath(part.name, letter, true), table(part, n, cells.add));
    box.append(block);
  }
  box.append(error);
  for (const input of box.querySelectorAll("input")) input.setAttribute("aria-describedby", error.id);
  listen(box, part, cells, {
    say,
    beyond(words) {
      outside = words;
      complain();
    },
  });
  return { element: box, show: cells.show };
}

/**
 * @param {HTMLElement} box
 * @param {Part} part
 * @param {ReturnType<typeof createCells>} cells
 * @param {{say: (words: string) => void, beyond: (words: string) => void}} on
 */
function listen(box, part, cells, { say, beyond }) {
  /** @param {Cell} cell */
  const enter = (cell) => {
    if (!cell.wrong) cells.restore(cell);
    cell.input.select();
    cell.input.scrollLeft = 0;
    say(cells.words(cell));
  };
  box.addEventListener("focusin", ({ target }) => {
    const cell = cells.of(target);
    if (cell) enter(cell);
  });
  box.addEventListener("mousedown", (event) => {
    const cell = cells.of(event.target);
    if (!cell || cell.input === document.activeElement) return; // a second click sets the caret
    event.preventDefault();
    cell.input.focus();
  });
  box.addEventListener("focusout", ({ target }) => {
    const cell = cells.of(target);
    if (!cell) return;
    say("");
    beyond("");
    cells.commit([cell]);
  });
  box.addEventListener("keydown", (event) => {
    const cell = cells.of(event.target);
    if (!cell || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (pressed(event.key, cell)) {
      event.preventDefault();
      event.stopPropagation();
    }
  });
  box.addEventListener("paste", (event) => {
    const cell = cells.of(event.target);
    const block = pasted(event.clipboardData?.getData("text") ?? "");
    if (!cell || part.fixed || block.flat().length < 2) return;
    event.preventDefault();
    const places = placesOf(part, cell, block);
    const filled = places.flatMap(({ row, column, text }) => {
      const one = cells.at(row, column);
      if (one) one.input.value = text;
      return one ? [one] : [];
    });
    cells.commit(filled);
    const left = block.flat().length - filled.length;
    beyond(left ? `${plural(left, "entry", "entries")} of those pasted did not fit here, and ${left === 1 ? "is" : "are"} left out` : "");
    enter(cell);
  });

  /** Whether a key means something here. @param {string} key @param {Cell} cell */
  function pressed(key, cell) {
    if (key === "Enter" || key === "Escape") {
      if (key === "Enter") cells.commit([cell]);
      else cells.restore(cell);
      enter(cell);
      return true;
    }
    if (!key.startsWith("Arrow") || !leaves(cell.input, key)) return false;
    const to = neighbour(part, cell, key);
    const next = to && cells.at(to.row, to.column);
    next?.input.focus();
    return key === "ArrowUp" || key === "ArrowDown" || next !== null;
  }
}
