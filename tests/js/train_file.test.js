import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

import { blockOf, columnsOf, fromText, readUpdates } from "../../static/js/train/file.js";

const COLUMNS = [
  ["loss", "<f8", []],
  ["log10_before", "<f8", []],
  ["threshold", "<f8", []],
  ["engaged", "|u1", []],
  ["hidden", "<f4", [2, 3]],
  ["weight", "<f4", [2]],
  ["step", "<f4", [2]],
];

/** As `Columns.body` has it: the bytes of every column apart by their place in a number. */
function packed(values) {
  const parts = COLUMNS.map(([name, kind]) => {
    const numbers = kind === "<f8" ? Float64Array.from(values[name]) : kind === "<f4" ? Float32Array.from(values[name]) : Uint8Array.from(values[name]);
    const bytes = new Uint8Array(numbers.buffer);
    const size = numbers.BYTES_PER_ELEMENT;
    return Uint8Array.from(bytes, (_, at) => bytes[(at % numbers.length) * size + Math.floor(at / numbers.length)]);
  });
  return Buffer.concat(parts);
}

/** Two updates from one on. */
const numbers = (first) => ({
  loss: [first / 3, NaN],
  log10_before: [-Infinity, 0.25],
  threshold: [NaN, 0.5],
  engaged: [0, 1],
  hidden: Array.from({ length: 12 }, (_, n) => first + n / 4),
  weight: [0.5, 1, 0.25, 2],
  step: [-3, -4, -5, -6],
});

/** @param {string[]} pieces   base64 @param {number} first */
const updates = (pieces, first) => pieces.map((body, part) => ({ updates: { first, last: first + 1, part, parts: pieces.length, body } }));

function file() {
  const head = { format: "unrolled-run", version: 1, run: { training: { columns: COLUMNS } } };
  const whole = deflateSync(packed(numbers(3)));
  const cut = [whole.subarray(0, 31), whole.subarray(31)].map((one) => one.toString("base64"));
  const mark = { id: 1, update: 2, kind: "spike", text: "a" };
  const lines = [head, ...updates([deflateSync(packed(numbers(1))).toString("base64")], 1), ...updates(cut, 3), { marks: [mark] }];
  return `${lines.map((line) => JSON.stringify(line)).join("\n")}\n{"updates": {"fir`;
}

const NAMES = ["W_xh", "W_hh"];

test("what was packed comes back to the last bit, and what is no number is null", () => {
  const read = columnsOf(packed(numbers(1)), COLUMNS, 1, 2);
  const block = blockOf(read, { layer: 1, layers: 2, names: NAMES });
  assert.deepEqual(block.update, [1, 2]);
  assert.deepEqual(block.loss, [1 / 3, null]);
  assert.deepEqual([block.log10_before, block.threshold, block.engaged], [[null, 0.25], [null, 0.5], [false, true]]);
  assert.deepEqual(block.hidden, [[1.75, 2, 2.25], [3.25, 3.5, 3.75]]);
  assert.deepEqual(blockOf(read, { layer: 0, layers: 2, names: NAMES }).hidden[0], [1, 1.25, 1.5]);
  assert.deepEqual([block.weight, block.step], [{ W_xh: [0.5, 0.25], W_hh: [1, 2] }, { W_xh: [-3, -5], W_hh: [-4, -6] }]);
  assert.deepEqual([block.cell, block.rho], [null, [null, null]]);
  assert.throws(() => columnsOf(new Uint8Array(8), [["loss", "<O8", []]], 1, 1), /<O8/);
});

test("a file is read, in pieces as they come, without its torn last line", async () => {
  const { read, marks } = await readUpdates(file());
  assert.deepEqual(read.map(({ first, count }) => [first, count]), [[1, 2], [3, 2]]);
  assert.equal(read[1].values.get("loss")?.[0], 1);
  assert.equal(marks[0].text, "a");
});

test("a page without a service has every row, each layer, and no flow", async () => {
  const run = { name: "a", state: "running", training: { layers: 2, parameters: NAMES, update: 4, updates: 9 } };
  const source = await fromText(run, file(), () => undefined);
  assert.deepEqual([source.run.state, source.history.count(), source.recorded], ["interrupted", 4, true]);
  assert.deepEqual([...source.history.hidden(3)], [5.25, 5.5, 5.75]);
  assert.equal(await source.whole(1, new AbortController().signal), null);
  const lower = source.rows(0);
  for (let n = 0; n < 20; n += 1) await Promise.resolve();
  assert.deepEqual([...lower.hidden(0)], [1, 1.25, 1.5]);
});

test("what sentences are made of has the digits that the service sends", () => {
  const values = new Map([["hidden", new Float32Array([0.67525005, 0.03125, -0.03125, 0.67534])]]);
  const { hidden } = blockOf({ first: 1, count: 1, values }, { layer: 0, layers: 1, names: [] });
  assert.deepEqual(hidden, [[0.6753, 0.0312, -0.0312, 0.6753]]);
});
