import assert from "node:assert/strict";
import { test } from "node:test";

import { heightFor, scaleOf, valueAt, weights } from "../../static/js/figures/weights.js";
import { MOST_SQUARE, spectralNorm, spectralRadius, statisticsOf } from "../../static/js/statistics.js";

const THEME = { paper: "#eee", sheet: "#fff", ink: "#000", soft: "#333", muted: "#666", rule: "#ddd", sans: "x", mode: "light", flow: [] };
const FRAME = { width: 188, height: 128 };
const SQUARE = { values: [[1, -2], [0, 0.5]] };

/** @param {number} a @param {number} b */
const near = (a, b, part = 1e-9) => assert.ok(Math.abs(a - b) <= part * Math.abs(b), `${a} is not ${b}`);

test("a heat map has one ink, and zero in the middle of its scale", () => {
  const { data, layout } = weights("", SQUARE, FRAME, THEME);
  const [map] = data;
  assert.deepEqual([map.zmin, map.zmax], [-2, 2]);
  assert.deepEqual(map.colorscale, [[0, "#fff"], [1, "#000"]]);
  assert.deepEqual(layout.yaxis.range, [2.5, 0.5], "the first row stands above");
  assert.deepEqual(layout.annotations, []);
  assert.equal(weights("W", SQUARE, FRAME, THEME).layout.annotations[0].text, "W");
  assert.deepEqual([scaleOf({ values: [[0, null]] }), scaleOf({ values: [[0, 3]] })], [[0, 0], [0, 3]], "paper is zero where nothing is negative");
  assert.equal(weights("", { values: [[0]] }, FRAME, THEME).data[0].zmax, 1);
});

test("gates' blocks are named and parted, along the rows or along a vector", () => {
  const tall = { values: [[1], [2], [3], [4]], marks: ["i", "f"] };
  const { layout } = weights("", tall, FRAME, THEME);
  assert.deepEqual([layout.yaxis.tickvals, layout.yaxis.ticktext], [[1.5, 3.5], ["i", "f"]]);
  assert.deepEqual([layout.shapes[1].y0, layout.shapes[1].y1, layout.shapes[1].x1], [2.5, 2.5, 1.5]);
  const flat = weights("", { values: [[1, 2, 3, 4]], marks: ["i", "f"], vector: true }, FRAME, THEME).layout;
  assert.deepEqual([flat.xaxis.ticktext, flat.yaxis.ticktext], [["i", "f"], [""]]);
  assert.deepEqual([flat.shapes[1].x0, flat.shapes[1].y1], [2.5, 1.5]);
});

test("the number under a pixel, and of means the first place of the block", () => {
  assert.deepEqual(valueAt("", SQUARE, FRAME, { x: 31, y: 7 }), { row: 1, column: 1, value: 1 });
  assert.deepEqual(valueAt("", SQUARE, FRAME, { x: 129, y: 105 }), { row: 2, column: 2, value: 0.5 });
  assert.equal(valueAt("", SQUARE, FRAME, { x: 29, y: 50 }), null);
  assert.equal(valueAt("", SQUARE, FRAME, { x: 131, y: 50 }), null);
  const means = { values: [[1, 2]], block: [64, 32], shape: [64, 50] };
  assert.deepEqual(valueAt("", means, FRAME, { x: 31 + 70, y: 50 }), { row: 1, column: 33, value: 2 });
  assert.deepEqual([weights("", means, FRAME, THEME).data[0].x0, weights("", means, FRAME, THEME).layout.xaxis.range], [16.5, [0.5, 50.5]]);
  assert.ok(heightFor({ values: [Array(64).fill(0)], vector: true }, 300) < heightFor({ values: Array(64).fill([0, 0]) }, 300));
});

test("statistics are of the numbers that are there", () => {
  const { squares, ...plain } = statisticsOf([[1, -2], [null, 4]]);
  assert.deepEqual(squares, []);
  assert.deepEqual([plain.count, plain.missing, plain.min, plain.max, plain.mean], [3, 1, -2, 4, 1]);
  near(plain.deviation, Math.sqrt(6));
  near(plain.norm, Math.sqrt(21));
  assert.ok(Number.isNaN(statisticsOf([[null]]).mean) && Number.isNaN(statisticsOf([[null]]).norm));
  near(statisticsOf([[3e200, 4e200]]).norm, 5e200);
  assert.equal(statisticsOf([[0, 0]]).norm, 0);
});

test("ρ and σ_max: rotations, shears, defective and nilpotent matrices, any size of number", () => {
  near(spectralRadius([[0, -0.7], [0.7, 0]]), 0.7);
  near(spectralNorm([[0, -0.7], [0.7, 0]]), 0.7);
  near(spectralRadius([[0.5, 100], [0, 0.5]]), 0.5);
  near(spectralRadius([[0, 1, 0], [0, 0, 1], [1, 0, 0]]), 1);
  assert.equal(spectralRadius([[0, 5], [0, 0]]), 0);
  near(spectralNorm([[0, 5], [0, 0]]), 5);
  near(spectralRadius([[2e180, 1e180], [1e180, 2e180]]), 3e180);
  near(spectralNorm([[1e-200]]), 1e-200);
  near(spectralNorm([[3, 0], [4, 0]]), 5);
  near(spectralRadius([[1, 2], [3, 4]]), (5 + Math.sqrt(33)) / 2);
});

test("every gate's block has its own; what is not square or too large has none", () => {
  const blocks = statisticsOf([[2, 0], [0, 1], [0, 3], [0, 0]], ["r", "z"]).squares;
  assert.deepEqual(blocks.map(({ mark, radius }) => [mark, radius]), [["r", 2], ["z", 0]]);
  near(blocks[1].stretch, 3);
  assert.deepEqual(statisticsOf([[1, 2]]).squares, []);
  const large = Array.from({ length: MOST_SQUARE + 1 }, () => Array(MOST_SQUARE + 1).fill(0));
  assert.deepEqual(statisticsOf(large).squares, []);
});
