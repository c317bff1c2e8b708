/** What a run has recorded: a row an update, in their order; a column a quantity. */

/** @import { Series } from "../types.js" */

/**
 * @typedef {object} Block   rows as the service sends them: of each name one value a row
 * @property {number[]} update
 * @property {Series} loss
 * @property {Series} log10_before
 * @property {Series} log10_after
 * @property {boolean[]} engaged
 * @property {Series} threshold
 * @property {Series} learning_rate
 * @property {Series[]} hidden   log₁₀ ‖∂L/∂h_t‖, t = 1 … T
 * @property {Series[] | null} [cell]
 * @property {Series} [rho]
 * @property {Series} [sigma]
 * @property {Series} [held_out]
 * @property {Series} [share]   of the held-out sequences that are right
 * @property {Object<string, Series>} [weight]   parameter → log₁₀ ‖w‖
 * @property {Object<string, Series>} [step]   parameter → log₁₀ ‖Δw‖
 *
 * @typedef {"loss" | "log10_before" | "log10_after" | "threshold" | "learning_rate" | "rho" | "sigma"
 *   | "held_out" | "share"} Quantity
 *
 * @typedef {ReturnType<typeof createHistory>} History
 */

/** @type {Quantity[]} */
const QUANTITIES = ["loss", "log10_before", "log10_after", "threshold", "learning_rate", "rho", "sigma", "held_out", "share"];

/** Rows that there is room for at first. */
const ROOM = 1024;

/**
 * A list of numbers with room for more.
 * @param {Float64Array<ArrayBuffer>} list @param {number} length @param {number} room
 * @returns {Float64Array<ArrayBuffer>}
 */
function roomier(list, length, room) {
  if (room <= list.length) return list;
  const next = new Float64Array(Math.max(room, 2 * list.length)).fill(NaN);
  next.set(list.subarray(0, length));
  return next;
}

/** null is nothing. @param {number | null | undefined} value */
const held = (value) => value ?? NaN;

/**
 * Rows of T numbers each, in 32 bits: to draw them these are more than enough.
 * @param {number} steps
 */
function createRows(steps) {
  let data = new Float32Array(steps * ROOM);
  let count = 0;
  return {
    steps,
    /** @param {Series} row */
    add(row) {
      if ((count + 1) * steps > data.length) {
        const next = new Float32Array(2 * data.length);
        next.set(data);
        data = next;
      }
      const from = count * steps;
      for (let t = 0; t < steps; t += 1) data[from + t] = held(row[t]);
      count += 1;
    },
    /** @param {number} row @returns {Float32Array} */
    at: (row) => data.subarray(row * steps, (row + 1) * steps),
  };
}

/** @param {Float32Array} row @returns {Series} */
const seriesOf = (row) => Array.from(row, (value) => (Number.isNaN(value) ? null : value));

/** A list of bits with room for more. @param {Uint8Array<ArrayBuffer>} list @param {number} room @returns {Uint8Array<ArrayBuffer>} */
function roomierBits(list, room) {
  if (room <= list.length) return list;
  const next = new Uint8Array(2 * list.length);
  next.set(list);
  return next;
}

/** What is held, and how a row is added. */
function createTable() {
  const table = {
    count: 0,
    update: new Float64Array(ROOM),
    engaged: new Uint8Array(ROOM),
    /** @type {Map<string, Float64Array<ArrayBuffer>>} */
    columns: new Map(QUANTITIES.map((name) => [name, new Float64Array(ROOM)])),
    /** @type {ReturnType<typeof createRows> | null} */
    hidden: null,
    /** @type {ReturnType<typeof createRows> | null} */
    cell: null,
  };

  /** @param {string} name @param {number | null | undefined} value */
  function put(name, value) {
    const { columns, count } = table;
    const column = roomier(columns.get(name) ?? new Float64Array(ROOM).fill(NaN), count, count + 1);
    column[count] = held(value);
    columns.set(name, column);
  }

  /** @param {"hidden" | "cell"} part @param {Series | undefined} row */
  function putRow(part, row = []) {
    table[part] ??= createRows(row.length);
    table[part]?.add(row);
  }

  /** @param {Block} block @param {number} n */
  function add(block, n) {
    const { count } = table;
    table.update = roomier(table.update, count, count + 1);
    table.update[count] = block.update[n];
    table.engaged = roomierBits(table.engaged, count + 1);
    table.engaged[count] = Number(block.engaged[n] ?? false);
    for (const name of QUANTITIES) put(name, block[name]?.[n]);
    for (const part of /** @type {const} */ (["weight", "step"]))
      for (const [name, values] of Object.entries(block[part] ?? {})) put(`${part} ${name}`, values[n]);
    putRow("hidden", block.hidden[n]);
    if (block.cell) putRow("cell", block.cell[n]);
    table.count += 1;
  }

  return { table, add };
}

/** Nothing, at first. */
export function createHistory() {
  const { table, add } = createTable();

  return {
    /** Rows that are known already are left out. @param {Block} block @returns {number} how many were new */
    add(block) {
      const before = table.count;
      block.update.forEach((number, n) => {
        if (!table.count || number > table.update[table.count - 1]) add(block, n);
      });
      return table.count - before;
    },
    count: () => table.count,
    steps: () => table.hidden?.steps ?? 0,
    /** The number of the update of a row. @param {number} row */
    update: (row) => table.update[row],
    /** Of the newest; 0 before the first. */
    last: () => (table.count ? table.update[table.count - 1] : 0),
    first: () => (table.count ? table.update[0] : 0),
    /** The row of an update, or of the nearest before it; −1: there is none. @param {number} number */
    row(number) {
      let [low, high] = [0, table.count];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (table.update[middle] <= number) low = middle + 1;
        else high = middle;
      }
      return low - 1;
    },
    /** All of a quantity, with room behind the last row; of one that nothing is known of undefined. @param {string} name */
    column: (name) => table.columns.get(name),
    /** The updates of the rows, likewise. */
    updates: () => table.update,
    /** NaN: none. @param {string} name @param {number} row */
    value: (name, row) => table.columns.get(name)?.[row] ?? NaN,
    /** The last value of a quantity that is measured now and then. @param {string} name @param {number} row */
    latest(name, row) {
      const column = table.columns.get(name);
      for (let n = row; column && n >= 0; n -= 1) if (!Number.isNaN(column[n])) return column[n];
      return NaN;
    },
    /** @param {number} row */
    engaged: (row) => table.engaged[row] === 1,
    /** log₁₀ ‖∂L/∂h_t‖, t = 1 … T; NaN: none. @param {number} row */
    hidden: (row) => table.hidden?.at(row) ?? new Float32Array(0),
    /** @param {number} row @returns {Series} */
    hiddenSeries: (row) => (table.hidden ? seriesOf(table.hidden.at(row)) : []),
    /** log₁₀ ‖∂L/∂c_t‖, likewise. @param {number} row */
    cell: (row) => table.cell?.at(row) ?? new Float32Array(0),
    /** @param {number} row @returns {Series | null} */
    cellSeries: (row) => (table.cell ? seriesOf(table.cell.at(row)) : null),
  };
}
