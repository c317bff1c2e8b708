import assert from "node:assert/strict";
import { before, test } from "node:test";

import { gateSymbol, gatesAt, passesForget, shareOfGate } from "../../static/js/gates.js";
import { lookup } from "../../static/js/lookup.js";
import { isNumber, numbersIn } from "../../static/js/numeric.js";
import { areWeights, isSequence, shapeOf } from "../../static/js/shapes.js";
import { countTokens } from "../../static/js/tokens.js";
import { cellOf, gateBiases, gateThat, inForce, ruleOf } from "../../static/js/vocabulary.js";
import { defaults } from "../../static/js/properties.js";
import { answer, learnWords } from "./words.js";

before(learnWords);

test("a table has no inherited names", () => {
  const table = lookup({ a: 1 });
  assert.equal(table.a, 1);
  assert.equal(table.constructor, undefined);
  assert.equal("toString" in table, false);
});

test("numbers are told from what is none", () => {
  assert.deepEqual([0, null, Infinity, Number.NaN].map(isNumber), [true, false, false, false]);
  assert.deepEqual(numbersIn([[1, [2]], 3]), [1, 2, 3]);
  assert.deepEqual(numbersIn(4), [4]);
});

test("arrays have a shape unless they are ragged, empty or hold something else", () => {
  assert.deepEqual(shapeOf([[1, 2], [3, 4], [5, 6]]), [3, 2]);
  assert.equal(shapeOf([[1, 2], [3]]), null);
  assert.equal(shapeOf([]), null);
  assert.equal(shapeOf([[[[1]]]]), null, "more axes than anything has");
  assert.equal(shapeOf([Infinity]), null);
  assert.equal(areWeights({ W_hh: [[1]], b_h: [0] }), true);
  assert.equal(areWeights({ W_hh: [1] }), false);
  assert.equal(areWeights({ b_h: [0] }), false, "nothing recurrent");
  assert.equal(areWeights({ W_hh: [[1]], W_zz: [[1]] }), false);
  assert.equal(isSequence({ inputs: [[[1]]], targets: [[0]], steps: 1 }), true);
  assert.equal(isSequence({ inputs: [[[1]]], targets: [[0]], constructor: 1 }), false);
  assert.equal(isSequence({ inputs: [[[1]]] }), false);
});

test("tokens are counted as they are cut", () => {
  assert.equal(countTokens("👩‍🚀e\u0301", "graphemes"), 2);
  assert.equal(countTokens("👩‍🚀e\u0301", "characters"), 5);
  assert.equal(countTokens(" two\u00a0words ", "words"), 2);
});

test("a name that nobody knows is the first of its table", () => {
  assert.equal(cellOf("constructor").name, "simple");
  assert.deepEqual(gateBiases(), [["forget", "forget_bias"]]);
  assert.equal(gateThat("gated", "keep").letter, "f");
  assert.equal(gateThat("simple", "keep"), undefined);
});

test("what another setting forbids gives way to what it allows", () => {
  const settings = { ...defaults(), cell: "gated", activation: "relu" };
  assert.equal(ruleOf(settings, "/network/activation").why, "its gates are sigmoids");
  assert.equal(inForce("activation", "/network/activation", settings), "tanh");
  assert.equal(inForce("activation", "/network/activation", { ...settings, cell: "simple" }), "relu");
});

test("gates are written by their letter, a candidate between bars", () => {
  const flow = answer({ gates: { forget: [0.5, 0.6, 0.7], candidate: [0.1, 0.2, 0.3] } });
  flow.experiment.network.cell = "gated";
  flow.saturation.gates = { forget: { shut: [0, 0, 0], open: [0, 0, 0.25], saturated: [0, 0, 0.25] } };
  const found = gatesAt(flow, { layer: 0, step: 3 });
  assert.deepEqual(found.map(([gate, mean]) => [gateSymbol(gate, "₃"), mean]), [["f₃", 0.7], ["|g₃|", 0.3]]);
  assert.equal(shareOfGate(flow, { layer: 0, step: 3 }, "forget"), "25 % shut or open");
  const carousel = { kind: "cell", source: "c_2", target: "c_3" };
  const reading = { flow, follow: 3 };
  assert.equal(
    passesForget(carousel, reading),
    "passes ∂L₃/∂C₃ ⊙ f₃; mean forget gate 0.70, 25 % shut or open",
  );
  assert.equal(passesForget({ ...carousel, source: "h_2" }, reading), "");
});
