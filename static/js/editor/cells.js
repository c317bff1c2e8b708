/** The cells of one table: what each shows while it is edited and otherwise, and what is wrong in it. */

import { exact, readEntry, shown } from "./entries.js";
import { placeOf } from "./parts.js";

/** @import { Part } from "./parts.js" */

/**
 * @typedef {{path: number[], value: number}} Edit
 * @typedef {{input: HTMLInputElement, row: number, column: number, wrong: string}} Cell
 */

/**
 * @typedef {object} Table   what its cells have in common
 * @property {Part} part   the numbers that count
 * @property {Map<HTMLInputElement, Cell>} cells
 * @property {(edits: Edit[]) => void} change   numbers are to be others
 * @property {(wrong: string[]) => void} complain   what is wrong now, the place before each
 */

/** @param {Table} table @param {Cell} cell */
const valueOf = ({ part }, { row, column }) => part.values[row][column];

/** @param {Cell} cell @param {string} wrong */
function mark(cell, wrong) {
  cell.wrong = wrong;
  if (wrong) cell.input.setAttribute("aria-invalid", "true");
  else cell.input.removeAttribute("aria-invalid");
}

/** Show the number that counts. @param {Table} table @param {Cell} cell */
function restore(table, cell) {
  const value = valueOf(table, cell);
  const edited = cell.input === document.activeElement;
  cell.input.value = edited ? exact(value) : shown(value);
  cell.input.title = exact(value);
  mark(cell, "");
}

/** @param {Table} table */
function tell({ part, cells, complain }) {
  const all = [...cells.values()].filter(({ wrong }) => wrong);
  complain(all.map(({ row, column, wrong }) => `${placeOf(part, row, column)}: ${wrong}`));
}

/** Whether what stands in a cell is what it showed. @param {Table} table @param {Cell} cell */
function untouched(table, cell) {
  const value = valueOf(table, cell);
  return !cell.wrong && [exact(value), shown(value)].includes(cell.input.value);
}

/** Take in what stands in a cell. @param {Table} table @param {Cell} cell @returns {Edit[]} */
function take(table, cell) {
  const { part } = table;
  if (untouched(table, cell)) {
    restore(table, cell);
    return [];
  }
  const entry = readEntry(cell.input.value, part.range);
  if ("wrong" in entry) {
    mark(cell, entry.wrong);
    return [];
  }
  const { row, column } = cell;
  const { value } = entry;
  const same = value === valueOf(table, cell);
  table.part = { ...part, values: replaced(part.values, row, column, value) };
  restore(table, cell);
  return same ? [] : [{ path: part.path(row, column), value }];
}

/** Take in what stands in some cells. @param {Table} table @param {Cell[]} some */
function commit(table, some) {
  const edits = some.flatMap((cell) => take(table, cell));
  tell(table);
  if (edits.length) table.change(edits);
}

/** Other numbers have come: what is being typed, or is wrong and was not changed, stays. @param {Table} table @param {Part} next */
function show(table, next) {
  const before = table.part;
  table.part = next;
  for (const cell of table.cells.values()) {
    const old = before.values[cell.row][cell.column];
    const same = old === valueOf(table, cell);
    const typing = cell.input === document.activeElement && cell.input.value !== exact(old);
    if (!(same && cell.wrong) && !typing) restore(table, cell);
  }
  tell(table);
}

/**
 * @param {Part} part
 * @param {Table["change"]} change
 * @param {Table["complain"]} complain
 */
export function createCells(part, change, complain) {
  /** @type {Table} */
  const table = { part, cells: new Map(), change, complain };

  return {
    /** @param {HTMLInputElement} input @param {number} row @param {number} column */
    add(input, row, column) {
      const cell = { input, row, column, wrong: "" };
      table.cells.set(input, cell);
      restore(table, cell);
    },

    /** @param {EventTarget | null} target */
    of: (target) => (target instanceof HTMLInputElement ? (table.cells.get(target) ?? null) : null),

    /** @param {number} row @param {number} column */
    at: (row, column) => [...table.cells.values()].find((cell) => cell.row === row && cell.column === column) ?? null,

    /** @param {Cell[]} some */
    commit: (some) => commit(table, some),

    /** Give back the number that counts. @param {Cell} cell */
    restore(cell) {
      restore(table, cell);
      tell(table);
    },

    /** What stands there in words. @param {Cell} cell */
    words: (cell) => `${placeOf(table.part, cell.row, cell.column)}: ${exact(valueOf(table, cell)).replace("-", "−")}`,

    /** @param {Part} next */
    show: (next) => show(table, next),
  };
}

/** @param {Part["values"]} values @param {number} row @param {number} column @param {number} value */
function replaced(values, row, column, value) {
  return values.map((line, r) => (r === row ? line.map((old, c) => (c === column ? value : old)) : line));
}
