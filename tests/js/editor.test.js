import assert from "node:assert/strict";
import { before, test } from "node:test";

import { createOrigins, patchOf } from "../../static/js/editor/change.js";
import { ANY, exact, pasted, readEntry, shown, withEdits } from "../../static/js/editor/entries.js";
import { neighbour, placesOf } from "../../static/js/editor/grid.js";
import { factsOf, matrixOf } from "../../static/js/editor/heat.js";
import { headingOf, isTable, placeOf, sequenceParts, weightGroups } from "../../static/js/editor/parts.js";
import { sequenceWords } from "../../static/js/editor/words.js";
import { defaults, offer, toFragment } from "../../static/js/properties.js";
import { fromFragment } from "../../static/js/link.js";
import { cellOf } from "../../static/js/vocabulary.js";
import { learnWords } from "./words.js";

before(() => {
  learnWords();
  offer([]);
});

const CLASS = { whole: true, least: 0, most: 2 };

test("an entry is a number within its range, or says what came and what is allowed", () => {
  for (const [text, value] of [["0.5", 0.5], [" −2 ", -2], ["+3", 3], ["1e-7", 1e-7], ["1e−7", 1e-7], ["-0", 0], [".5", 0.5]])
    assert.deepEqual(readEntry(text, ANY), { value });
  assert.ok(Object.is(readEntry("-0", ANY).value, 0));
  assert.deepEqual(readEntry("", ANY), { wrong: "received nothing; allowed: a number from −1,000,000 to 1,000,000" });
  assert.match(readEntry("abc", ANY).wrong, /^received “abc”; allowed: a number/);
  assert.match(readEntry("0,5", ANY).wrong, /with a decimal point$/);
  for (const text of ["1e7", "-1e7", "Infinity", "1e999", "NaN", "0x10", "1 2", "--1"]) assert.ok(readEntry(text, ANY).wrong, text);
  assert.deepEqual(readEntry("2", CLASS), { value: 2 });
  assert.match(readEntry("1.5", CLASS).wrong, /allowed: a whole number from 0 to 2$/);
  assert.match(readEntry("x".repeat(99), ANY).wrong, /“x{24}…”/);
});

test("a cell shows a number shortly, and all of it where it is edited; both are read back", () => {
  assert.deepEqual([0.25, -1, 0, 0.12345678901234566, -1.0972468, 123.456789, 1.234e-9, null].map(shown), ["0.25", "−1", "0", "0.123", "−1.097", "123.5", "1.2e-9", "–"]);
  assert.equal(exact(0.12345678901234566), "0.12345678901234566");
  for (const value of [0.1 + 0.2, -1.7e-300, 5e-324, 12345.678]) assert.deepEqual(readEntry(exact(value), ANY), { value });
});

test("a pasted block: tabs, commas, semicolons, spaces, printed arrays", () => {
  const block = [["1", "-2"], ["3", "4.5"]];
  for (const text of ["1\t-2\n3\t4.5", "1,-2\r\n3, 4.5\n", "1; -2\n3; 4.5", "1 -2\n 3  4.5", "[[1, -2], [3, 4.5]]", "[[ 1 -2 ]\n [ 3  4.5]]"])
    assert.deepEqual(pasted(text), block, text);
  assert.deepEqual(pasted("1\t\t3"), [["1", "", "3"]], "an empty cell stays one");
  assert.deepEqual(pasted("7"), [["7"]]);
});

test("edits leave the rest of an array as it was, and the array itself", () => {
  const array = [[[1, 2]], [[3, 4]]];
  const next = withEdits(array, [{ path: [1, 0, 1], value: 9 }, { path: [1, 0, 0], value: 8 }]);
  assert.deepEqual(next, [[[1, 2]], [[8, 9]]]);
  assert.deepEqual(array, [[[1, 2]], [[3, 4]]]);
  assert.equal(next[0], array[0]);
});

const GATED = {
  kind: "explicit",
  W_xh: Array.from({ length: 8 }, (_, n) => [n, 1 - n]),
  W_hh: Array.from({ length: 8 }, (_, n) => [n / 10, n / 5]),
  b_h: [0, 1, 2, 3, 4, 5, 6, 7],
  W_hh_1: Array.from({ length: 8 }, () => [0, 0]),
  W_hy: [[1, 2]],
  b_y: [0],
};

test("parameters are grouped by layer, and a gated cell's are parted by gate", () => {
  const groups = weightGroups(GATED, cellOf("gated"), 2);
  assert.deepEqual(groups.map(({ layer, parts }) => [layer, parts.map(({ name }) => name)]), [
    [0, ["W_xh", "W_hh", "b_h"]],
    [1, ["W_hh_1"]],
    [null, ["W_hy", "b_y"]],
  ]);
  const [, recurrent, bias] = groups[0].parts;
  assert.deepEqual(recurrent.blocks.map(({ letter }) => letter), ["i", "f", "g", "o"]);
  assert.deepEqual(bias.values.slice(0, 2), [[0], [1]]);
  assert.deepEqual([bias.path(5, 0), recurrent.path(5, 1)], [[5], [5, 1]]);
  assert.equal(placeOf(recurrent, 3, 1), "Wᴴ, forget gate, row 2, column 2");
  assert.equal(placeOf(bias, 4, 0), "b, candidate, row 1");
  assert.ok(isTable(recurrent) && isTable(groups[2].parts[0]));
  assert.deepEqual([headingOf(0, 1), headingOf(1, 2), headingOf(null, 2)], ["Hidden layer", "Layer 2 ⁽²⁾", "Output layer"]);
  const inner = { kind: "explicit", b_hn: [0, 0] };
  assert.deepEqual(weightGroups(inner, { ...cellOf("gated"), parameters: ["b_hn"] }, 2)[0].parts[0].blocks, [], "one of H numbers is no block a gate");
});

test("arrows go through the blocks side by side, and stop at the edge", () => {
  const [, part] = weightGroups(GATED, cellOf("gated"), 2)[0].parts;
  const from = { row: 0, column: 1 };
  assert.deepEqual(neighbour(part, from, "ArrowRight"), { row: 2, column: 0 }, "into the next gate's block");
  assert.deepEqual(neighbour(part, { row: 2, column: 0 }, "ArrowLeft"), from);
  assert.deepEqual(neighbour(part, from, "ArrowDown"), { row: 1, column: 1 });
  assert.equal(neighbour(part, { row: 1, column: 0 }, "ArrowDown"), null, "not into another gate");
  assert.equal(neighbour(part, { row: 7, column: 1 }, "ArrowRight"), null);
  const places = placesOf(part, { row: 1, column: 1 }, [["1", "2"], ["3", "4"]]);
  assert.deepEqual(places, [{ row: 1, column: 1, text: "1" }, { row: 3, column: 0, text: "2" }]);
});

const SEQUENCE = { kind: "explicit", inputs: [[[1, 2], [5, 6]], [[3, 4], [7, 8]]], targets: [[0, 1], [2, 0]], steps: 2, h_0: null };
const OF = { sample: 1, loss: "cross-entropy", steps: 2, outputs: 3, label: false };

test("inputs and targets of a sample, a column each step", () => {
  const [inputs, targets] = sequenceParts({ weights: null, sequence: SEQUENCE, text: null }, OF);
  assert.deepEqual(inputs.values, [[5, 7], [6, 8]]);
  assert.deepEqual(inputs.path(1, 0), [0, 1, 1]);
  assert.equal(placeOf(inputs, 1, 0), "X, step 1, 2");
  assert.deepEqual([targets.values, targets.path(0, 1), targets.range], [[[1, 0]], [1, 1], CLASS]);
  const numbers = { ...SEQUENCE, targets: [[[0.5], [1]]] };
  const [, one] = sequenceParts({ weights: null, sequence: numbers, text: null }, { ...OF, loss: "likelihood", outputs: 1 });
  assert.deepEqual([one.values, one.columns, one.range], [[[1]], ["2"], { least: 0, most: 1 }], "the last step alone");
  const text = { vocabulary: ["a", " ", "c"], inputs: ["a", " "], targets: ["c", "a"] };
  const [, tokens] = sequenceParts({ weights: null, sequence: SEQUENCE, text }, { ...OF, sample: 0 });
  assert.deepEqual([tokens.values, tokens.rows, tokens.fixed], [[[1, 0], [0, 0], [0, 1]], ["a", "␣", "c"], true]);
  const [, label] = sequenceParts({ weights: null, sequence: SEQUENCE, text }, { ...OF, sample: 0, label: true });
  assert.deepEqual([label.values, label.rows, label.fixed], [[[0, 2]], ["class"], true], "a label is no token, however many there are");
  assert.match(sequenceWords({ ...defaults(), source: "text" }, { weights: null, sequence: null, text }, []), /column of 3 numbers/);
});

test("a number that is changed makes weights or a sequence explicit, and the link says them", () => {
  const settings = { ...defaults(), source: "random" };
  const numbers = { weights: GATED, sequence: SEQUENCE, text: null };
  const [bias] = weightGroups(GATED, cellOf("gated"), 2)[0].parts.slice(-1);
  const weights = patchOf(settings, numbers, bias, [{ path: [3], value: -0.125 }]).weights;
  assert.deepEqual(weights.b_h, [0, 1, 2, -0.125, 4, 5, 6, 7]);
  assert.equal("kind" in weights, false);
  const both = patchOf({ ...settings, weights }, numbers, bias, [{ path: [0], value: 5 }]).weights;
  assert.deepEqual(both.b_h.slice(0, 4), [5, 1, 2, -0.125], "of what is set, not of what was drawn");
  assert.deepEqual(fromFragment(toFragment({ ...settings, weights })).weights, weights);
  const [inputs] = sequenceParts(numbers, OF);
  const patch = patchOf(settings, numbers, inputs, [{ path: [0, 1, 0], value: 9 }]);
  assert.deepEqual(patch, { source: "explicit", data: { inputs: [[[1, 2], [9, 6]], [[3, 4], [7, 8]]], targets: SEQUENCE.targets, steps: 2 } });
  assert.deepEqual(fromFragment(toFragment({ ...settings, ...patch })).data, patch.data);
  const again = patchOf({ ...settings, ...patch }, numbers, inputs, [{ path: [1, 1, 1], value: 0 }]);
  assert.deepEqual(again.data.inputs, [[[1, 2], [9, 6]], [[3, 4], [7, 0]]], "of what is set, not of what came");
});

test("a change of what a file holds makes numbers of it, and the way back is known", () => {
  const kept = {
    weights: { kind: "network", id: "n", module: "lstm", head: "fc" },
    data: { kind: "stored", id: "s", inputs: ["a", "b"], target: "y", steps: 2, batch: 2 },
  };
  const settings = { ...defaults(), source: "explicit", ...kept };
  const numbers = { weights: { ...GATED, p_i: null }, sequence: SEQUENCE, text: null };
  const [bias] = weightGroups(GATED, cellOf("gated"), 2)[0].parts.slice(-1);
  const [inputs] = sequenceParts(numbers, OF);
  const { kind: _, ...weights } = GATED;
  const first = patchOf(settings, numbers, bias, [{ path: [3], value: -0.125 }]);
  assert.deepEqual(first, { weights: { ...weights, b_h: [0, 1, 2, -0.125, 4, 5, 6, 7] } });
  const second = patchOf(settings, numbers, inputs, [{ path: [0, 1, 0], value: 9 }]);
  assert.deepEqual(second, { source: "explicit", data: { inputs: [[[1, 2], [9, 6]], [[3, 4], [7, 8]]], targets: SEQUENCE.targets, steps: 2 } });
  const changed = fromFragment(toFragment({ ...settings, ...first, ...second }));
  assert.deepEqual([changed.weights, changed.data], [first.weights, second.data]);

  const { origin, learn } = createOrigins();
  learn(settings, first);
  learn(settings, second);
  assert.deepEqual([origin(changed.weights), origin(changed.data)], [kept.weights, kept.data], "also out of an address");
  const again = patchOf(changed, numbers, bias, [{ path: [0], value: 5 }]);
  assert.deepEqual(again.weights.b_h.slice(0, 4), [5, 1, 2, -0.125]);
  learn(changed, again);
  assert.deepEqual(origin(again.weights), kept.weights);
  assert.deepEqual([origin(kept.weights), origin(weights), origin(null)], [null, null, null]);
});

test("what is larger than a table is a heat map with its statistics", () => {
  const [whole] = weightGroups({ W_hh: Array.from({ length: 8 }, (_, r) => Array.from({ length: 8 }, (__, c) => Number(r === c) / 2)) }, cellOf("simple"), 8)[0].parts;
  assert.equal(isTable(whole), false);
  const facts = Object.fromEntries(factsOf(whole));
  assert.deepEqual([facts.min, facts.max, facts["ρ"], facts["σₘₐₓ"], facts["‖·‖"]], ["0", "0.500", "0.500", "0.500", "1.41"]);
  const [bias] = weightGroups({ b_h: Array(32).fill(1) }, cellOf("gated"), 8)[0].parts;
  assert.deepEqual([matrixOf(bias).vector, matrixOf(bias).values.length, matrixOf(bias).marks], [true, 1, ["i", "f", "g", "o"]]);
  const long = { ...SEQUENCE, inputs: Array(80).fill([[1, 2]]), targets: Array(80).fill([0]) };
  const parts = sequenceParts({ weights: null, sequence: long, text: null }, { ...OF, sample: 0, steps: 80 });
  assert.deepEqual(parts.map(isTable), [false, false]);
  assert.match(sequenceWords({ ...defaults(), source: "random" }, { weights: null, sequence: long, text: null }, []), /60 steps/);
});
