import assert from "node:assert/strict";
import { test } from "node:test";

import { arraysOf, crc32, toNpz, zip } from "../../static/js/npz.js";

const bytes = (text) => new TextEncoder().encode(text);

/** Header and numbers of an NPY. */
function read(file) {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const start = 10 + view.getUint16(8, true);
  const values = [];
  for (let at = start; at + 8 <= file.length; at += 8) values.push(view.getFloat64(at, true));
  return { head: new TextDecoder().decode(file.slice(10, start)), start, values };
}

test("the check of a file is CRC-32", () => {
  assert.equal(crc32(bytes("123456789")), 0xcbf43926);
  assert.equal(crc32(bytes("")), 0);
});

test("every array of an answer is there by its path, and nothing else", () => {
  const files = arraysOf({
    experiment: { text: "a" },
    series: { norm: [1, null, 3], of: "h" },
    square: [[1], [2, 3]],
    pairs: [[1, 2], [3, 4], [5, 6]],
    nodes: [{ id: "h_1" }],
    loss: 2.5,
    nothing: null,
    empty: [],
  });
  assert.deepEqual([...files.keys()], ["experiment", "series.norm", "square", "pairs", "loss", "empty"]);
  const { head, start, values } = read(files.get("series.norm"));
  assert.equal(start % 64, 0);
  assert.match(head, /^\{'descr': '<f8', 'fortran_order': False, 'shape': \(3,\), \} *\n$/);
  assert.deepEqual(values, [1, NaN, 3]);
  assert.match(read(files.get("square")).head, /'shape': \(2, 2\)/);
  assert.deepEqual(read(files.get("square")).values, [1, NaN, 2, 3]);
  assert.match(read(files.get("pairs")).head, /'shape': \(3, 2\)/);
  assert.match(read(files.get("loss")).head, /'shape': \(\)/);
  assert.match(read(files.get("empty")).head, /'shape': \(0,\)/);
});

test("a ZIP names its files twice and says where they begin", () => {
  const made = zip(new Map([["a", bytes("one")], ["é", bytes("two!")]]));
  const view = new DataView(made.buffer);
  const end = made.length - 22;
  assert.equal(view.getUint32(end, true), 0x06054b50);
  assert.equal(view.getUint16(end + 10, true), 2);
  const directory = view.getUint32(end + 16, true);
  assert.equal(view.getUint32(directory, true), 0x02014b50);
  assert.equal(directory + view.getUint32(end + 12, true), end);
  const second = view.getUint32(directory + 47 + 42, true);
  assert.equal(view.getUint32(second, true), 0x04034b50);
  assert.equal(view.getUint32(second + 14, true), crc32(bytes("two!")));
});

test("the same answer makes the same file", () => {
  const flow = { experiment: {}, a: [1, 2] };
  assert.deepEqual(toNpz(flow), toNpz(flow));
});
