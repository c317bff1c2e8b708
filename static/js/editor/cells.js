/** The cells of one table: what each shows while it is edited and otherwise, and what is wrong in it. */

import { exact, readEntry, shown } from "./entries.js";
import { placeOf } from "./parts.js";

/** @import { Part } from "./parts.js" */

/**
 * @typedef {{path: number[], value: number}} Edit
 * @typedef {{input: HTMLInputElement, row: number, column: number, wrong: string}} Cell
 */

/**
 * @param {Part} part
 * @param {(edits: Edit[]) => void} change   numbers are to be others
 * @param {(wrong: string[]) => void} complain   what is wrong now, the place before each
 */
export function createCells(part, change, complain) {
  let now = part;
  /** @type {Map<HTMLInputElement, Cell>} */
  const cells = new Map();

  /** @param {Cell} cell */
  const valueOf = ({ row, column }) => now.values[row][column];

  /** Show the number that counts. @param {Cell} cell */
  function restore(cell) {
    const value = valueOf(cell);
    const edited = cell.input === document.activeElement;
    cell.input.value = edited ? exact(value) : shown(value);
    cell.input.title = exact(value);
    mark(cell, "");
  }

  /** @param {Cell} cell @param {string} wrong */
  function mark(cell, wrong) {
    cell.wrong = wrong;
    if (wrong) cell.input.setAttribute("aria-invalid", "true");
    else cell.input.removeAttribute("aria-invalid");
  }

  function tell() {
    const all = [...cells.values()].filter(({ wrong }) => wrong);
    complain(all.map(({ row, column, wrong }) => `${placeOf(now, row, column)}: ${wrong}`));
  }

  /** Whether what stands in a cell is what it showed. @param {Cell} cell */
  function untouched(cell) {
    const value = valueOf(cell);
    return !cell.wrong && [exact(value), shown(value)].includes(cell.input.value);
  }

  /** Take in what stands in some cells. @param {Cell[]} some */
  function commit(some) {
    /** @type {Edit[]} */
    const edits = [];
    for (const cell of some) {
      if (untouched(cell)) {
        restore(cell);
        continue;
      }
      const entry = readEntry(cell.input.value, now.range);
      if ("wrong" in entry) {
        mark(cell, entry.wrong);
        continue;
      }
      const { row, column } = cell;
      if (entry.value !== valueOf(cell)) edits.push({ path: now.path(row, column), value: entry.value });
      now = { ...now, values: replaced(now.values, row, column, entry.value) };
      restore(cell);
    }
    tell();
    if (edits.length) change(edits);
  }

  return {
    /** @param {HTMLInputElement} input @param {number} row @param {number} column */
    add(input, row, column) {
      const cell = { input, row, column, wrong: "" };
      cells.set(input, cell);
      restore(cell);
    },

    /** @param {EventTarget | null} target */
    of: (target) => (target instanceof HTMLInputElement ? (cells.get(target) ?? null) : null),

    /** @param {number} row @param {number} column */
    at: (row, column) => [...cells.values()].find((cell) => cell.row === row && cell.column === column) ?? null,

    commit,

    /** Give back the number that counts. @param {Cell} cell */
    restore(cell) {
      restore(cell);
      tell();
    },

    /** What stands there in words. @param {Cell} cell */
    words: (cell) => `${placeOf(now, cell.row, cell.column)}: ${exact(valueOf(cell)).replace("-", "−")}`,

    /** Other numbers have come: what is being typed, or is wrong and was not changed, stays. @param {Part} next */
    show(next) {
      const before = now;
      now = next;
      for (const cell of cells.values()) {
        const old = before.values[cell.row][cell.column];
        const same = old === valueOf(cell);
        const typing = cell.input === document.activeElement && cell.input.value !== exact(old);
        if (!(same && cell.wrong) && !typing) restore(cell);
      }
      tell();
    },
  };
}

/** @param {Part["values"]} values @param {number} row @param {number} column @param {number} value */
function replaced(values, row, column, value) {
  return values.map((line, r) => (r === row ? line.map((old, c) => (c === column ? value : old)) : line));
}
