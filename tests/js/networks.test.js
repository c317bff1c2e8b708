import assert from "node:assert/strict";
import { test } from "node:test";

import { fromExperiment, toRequest } from "../../static/js/experiment.js";
import { fragmentOf, nothingChosen, numberOf, readChoice, stepsIn, stepsWanted } from "../../static/js/networks/choice.js";
import { drawn } from "../../static/js/networks/drawn.js";
import { question } from "../../static/js/networks/layers.js";
import { forExplore, headsOf, inputsOf, planOf } from "../../static/js/networks/plan.js";
import { placeOf } from "../../static/js/networks/reads.js";
import {
  beforeWords, fileNumber, formerWords, moduleWords, networkWords, parameterWords, partsOf, scaleWords, sequenceWords, sizeWords, statisticsWords, warningsOf,
} from "../../static/js/networks/words.js";
import { areWeights, isSequence } from "../../static/js/shapes.js";
import { learnWords } from "./words.js";

learnWords();

const MODULE = {
  name: "lstm", module: "torch.nn.LSTM", cell: "gated", layers: 2, bidirectional: false, input_size: 2, hidden_size: 4,
  projection_size: null, activation: null, dtype: "float32", tensors: {}, supported: true, why_not: null, assumed: [],
};
const HEAD = { name: "fc", weight: "fc.weight", bias: "fc.bias", output_size: 1, input_size: 4, why_not: null };
const NETWORK = { id: "n", name: "a", modules: [MODULE], heads: [HEAD, { ...HEAD, name: "wide", input_size: 8 }], module: "lstm", head: "fc", statistics: {} };
const column = (name, min = -1, max = 1.5) => ({ name, min, max, mean: 0, std: 1, missing: 0 });
const SERIES = { id: "s", name: "w.csv", kind: "series", rows: 50, batch: 1, columns: [column("a"), column("b"), column("y", 0, 2)], alphabet: null, warnings: [], format: "csv" };
const TEXT = { ...SERIES, kind: "text", columns: [column("characters")], alphabet: "abc" };
const chosen = (said) => ({ ...nothingChosen(), steps: 10, ...said });
const faults = (network, sequence, said) => planOf(network, sequence, chosen(said)).faults;

test("an address says a choice, and what it cannot say is left as it is", () => {
  const choice = chosen({ module: "a b", head: "", sequence: "s", inputs: ["x&y", "ä"], target: "y", scaling: "minmax", start: 3, stride: 2, at: "last", layer: 1, direction: "reverse" });
  assert.deepEqual(readChoice(`#${fragmentOf(choice)}`), choice);
  assert.equal(fragmentOf(nothingChosen()), "");
  assert.deepEqual(readChoice("#steps=-1&batch=x&start=1e3&at=q&constructor=1"), nothingChosen());
  assert.deepEqual(["0", "7", " 8 ", "", "1.5", "99999999"].map((text) => numberOf("steps", text)), [null, 7, 8, null, null, null]);
});

test("steps are brought into a sequence, and a short one leaves no trace", () => {
  assert.deepEqual([stepsIn(100, SERIES), stepsIn(20, SERIES), stepsIn(100, null), stepsIn(9, { rows: 1 })], [49, 20, 100, 1]);
  assert.deepEqual([stepsWanted(49, SERIES), stepsWanted(20, SERIES), stepsWanted(49, null)], [100, 20, 49]);
});

test("without a sequence inputs are drawn, and a gradient of norm 1 enters at the end", () => {
  const { request, faults: none } = planOf(NETWORK, null, chosen({ batch: 3, seed: 5 }));
  const { inputs, entering } = request.sequence;
  assert.deepEqual([inputs.length, inputs[0].length, inputs[0][0].length], [10, 3, 2]);
  assert.deepEqual(inputs, drawn(5, [10, 3, 2]));
  assert.deepEqual(entering, { at: "hidden", value: [Array(3).fill([0.5, 0.5, 0.5, 0.5])] });
  assert.deepEqual([request.loss, request.network.topology, request.weights.head, none], ["given", "many-to-one", null, {}]);
  assert.equal(request.network.output_size, undefined);
  assert.equal(planOf({ ...NETWORK, module: null }, null, chosen({})).request, null);
});

test("of a module that projects its states the request says to what, and the gradient is as wide", () => {
  const module = { ...MODULE, module: "torch.nn.LSTM(proj_size)", projection_size: 1 };
  const { network, sequence } = planOf({ ...NETWORK, modules: [module] }, null, chosen({})).request;
  assert.deepEqual([network.hidden_size, network.projection_size, sequence.entering.value], [4, 1, [[[1]]]]);
  assert.equal(planOf(NETWORK, null, chosen({})).request.network.projection_size, undefined);
});

test("drawn numbers are standard normal, and one seed gives the same", () => {
  const all = drawn(1, [100, 10, 10]).flat(2);
  const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
  const spread = all.reduce((sum, x) => sum + x * x, 0) / all.length;
  assert.ok(Math.abs(mean) < 0.05 && Math.abs(spread - 1) < 0.05);
  assert.ok(Math.max(...all) < 6 && all.some((x) => x > 2.5) && all.every(Number.isFinite));
  assert.notDeepEqual(drawn(1, [2, 1, 1]), drawn(2, [2, 1, 1]));
});

test("columns are chosen to fit, and a target is compared with the head", () => {
  assert.deepEqual(inputsOf(SERIES, MODULE, chosen({ target: "a" })), ["b", "y"]);
  assert.deepEqual(inputsOf({ ...SERIES, columns: SERIES.columns.slice(0, 2) }, MODULE, chosen({ target: "b" })), ["a", "b"]);
  const { request, enters } = planOf(NETWORK, SERIES, chosen({ target: "y", scaling: "standard", ahead: 3 }));
  assert.deepEqual(request.sequence, { kind: "stored", id: "s", inputs: ["a", "b"], scaling: "standard", start: 0, steps: 10, batch: 1, target: "y", ahead: 3 });
  assert.deepEqual([request.loss, request.network.topology, request.network.output_size, request.weights.head], ["squared-error", "many-to-many", 1, "fc"]);
  assert.match(enters, /^Every step has a loss: what fc says is compared with y, 3 rows later/);
  const last = planOf(NETWORK, SERIES, chosen({ target: "y", at: "last", loss: "cross-entropy" })).request;
  assert.deepEqual([last.loss, last.network.topology], ["squared-error", "many-to-one"]);
  const given = planOf(NETWORK, SERIES, chosen({ batch: 2 })).request;
  assert.deepEqual([given.loss, given.sequence.entering.value[0].length, given.sequence.target], ["given", 2, undefined]);
  const classes = { ...NETWORK, heads: [{ ...HEAD, output_size: 3 }] };
  assert.equal(planOf(classes, SERIES, chosen({ target: "y" })).request.loss, "cross-entropy");
  assert.match(faults(classes, SERIES, { target: "a" }).target, /whole numbers from 0 to 2/);
});

test("what stands against it is said at its control", () => {
  assert.match(faults(NETWORK, SERIES, { inputs: ["a"] }).inputs, /^1 column is chosen; the network reads 2 numbers a step\.$/);
  assert.match(faults({ ...NETWORK, modules: [{ ...MODULE, input_size: 9 }] }, SERIES, {}).inputs, /The sequence has 3 columns in all/);
  assert.match(faults({ ...NETWORK, head: null }, SERIES, { target: "y" }).target, /Choose a head/);
  assert.match(faults(NETWORK, TEXT, {}).inputs, /3 different characters; the network reads 2 numbers/);
  const reads3 = { ...NETWORK, modules: [{ ...MODULE, input_size: 3 }] };
  assert.match(faults(reads3, TEXT, { target: "characters" }).target, /3 different characters, and the head 1 output/);
  assert.deepEqual(faults(reads3, TEXT, {}), {});
  assert.match(faults(NETWORK, SERIES, { start: 50 }).start, /50 rows/);
  assert.match(faults(NETWORK, SERIES, { steps: 50, target: "y" }).steps, /there are 49/);
  assert.match(faults(NETWORK, SERIES, { steps: 10, batch: 6 }).batch, /room for 5, 10 rows apart/);
  assert.match(faults(NETWORK, SERIES, { steps: 10, stride: 20, batch: 4 }).batch, /room for 3, 20 rows apart/);
  assert.match(faults(NETWORK, { ...SERIES, kind: "batches", batch: 2 }, { batch: 3 }).batch, /holds 2 sequences/);
  assert.deepEqual(["/sequence/batch", "/network/input_size", "/loss", "/network/hidden_size", "/sequence/id"].map(placeOf), ["batch", "inputs", "target", "", "steps"]);
});

test("Explore takes what has a head and a target, and its link holds names alone", () => {
  assert.match(forExplore({ ...NETWORK, head: null }, null, chosen({})).why, /needs a head/);
  assert.match(forExplore(NETWORK, SERIES, chosen({})).why, /with a target/);
  assert.match(forExplore(NETWORK, SERIES, chosen({ target: "y", steps: 99 })).why, /stands against/);
  for (const [sequence, said] of [[null, {}], [SERIES, { target: "y", scaling: "standard", batch: 2 }]]) {
    const { experiment, why } = forExplore(NETWORK, sequence, chosen(said));
    assert.match(why, sequence ? /^$/ : /another experiment: it draws inputs and targets of its own \(seed 0\), and what fc says has a loss at every step, squared error\. The/i);
    const settings = fromExperiment(experiment);
    assert.ok(areWeights(settings.weights) && (settings.data === null || isSequence(settings.data)));
    const request = toRequest(settings);
    assert.deepEqual(request.weights, experiment.weights);
    assert.deepEqual([request.network.cell, request.network.num_layers, request.network.output_size], ["gated", 2, 1]);
    if (sequence) assert.deepEqual(request.sequence, experiment.sequence);
  }
  assert.ok(!areWeights({ kind: "network", id: "n" }) && !areWeights({ kind: "network", id: 1, module: "a" }));
  assert.ok(!areWeights({ kind: "network", id: "n", module: "a", W_hh: [[1]] }));
  assert.ok(!isSequence({ kind: "stored", id: "s" }) && !isSequence({ kind: "stored", id: "s", steps: 1.5 }));
  assert.ok(!isSequence({ kind: "stored", id: "s", steps: 5, inputs: [] }) && !isSequence({ kind: "network", id: "s", steps: 5 }));
});

test("of a module of two directions a gradient enters each where it has read all, and no loss is followed for both", () => {
  const both = { ...NETWORK, modules: [{ ...MODULE, bidirectional: true }], head: "wide" };
  const { request, enters } = planOf(both, null, chosen({ batch: 2 }));
  assert.deepEqual([request.network.bidirectional, request.network.topology, request.follow], [true, "many-to-many", null]);
  const { at, value } = request.sequence.entering;
  const [none, one] = [[0, 0, 0, 0], [0.5, 0.5, 0.5, 0.5]];
  assert.deepEqual([at, value.length, value[0], value[9]], ["hidden", 10, Array(2).fill([...none, ...one]), Array(2).fill([...one, ...none])]);
  assert.ok(value.slice(1, -1).flat(2).every((x) => x === 0));
  assert.match(enters, /A gradient of norm 1 for each sample, .* forward in time at step 10, backward in time at step 1\.$/);
  assert.deepEqual(planOf(both, null, chosen({ steps: 1 })).request.sequence.entering.value, [[[...one, ...one]]]);
  const stored = planOf(both, SERIES, chosen({}));
  assert.deepEqual([stored.request.network.topology, stored.request.sequence.entering.value.length], ["many-to-many", 10]);
  assert.match(stored.enters, /^No target\. A gradient of norm 1, the same .* backward in time at step 1\.$/);
  for (const [said, topology] of [[{}, "many-to-many"], [{ at: "last" }, "many-to-one"]]) {
    const own = planOf(both, SERIES, chosen({ target: "y", ...said })).request;
    assert.deepEqual([own.network.topology, own.network.bidirectional, own.follow, own.sequence.entering], [topology, true, null, undefined]);
  }
  assert.equal("bidirectional" in planOf(NETWORK, null, chosen({})).request.network, false);
  assert.deepEqual([forExplore(both, null, chosen({})).experiment, /one direction; both/.test(forExplore(both, null, chosen({})).why)], [null, true]);
});

test("the words about a file", () => {
  assert.equal(moduleWords(MODULE), "Gated, 2 layers, 2 → 4, float32");
  assert.equal(moduleWords({ ...MODULE, bidirectional: true, projection_size: 3, layers: 1 }), "Gated, 1 layer, both directions, 2 → 4 → 3, float32");
  assert.deepEqual(headsOf(NETWORK, MODULE).map(({ name }) => name), ["fc"]);
  const others = [{ ...HEAD, reads: ["other"] }, { ...HEAD, name: "own", reads: [MODULE.name] }];
  assert.deepEqual(headsOf({ ...NETWORK, heads: others }, MODULE).map(({ name }) => name), ["own"]);
  const none = { ...NETWORK, module: null };
  assert.equal(networkWords({ ...none, modules: [MODULE, MODULE] }), "2 layers fit; none is chosen");
  assert.equal(networkWords({ ...none, modules: [] }), "no recurrent layer");
  assert.equal(question({ ...none, modules: [MODULE, MODULE] }), "2 layers can be taken. Which one is it?");
  assert.match(question({ ...none, modules: [{ ...MODULE, supported: false }] }), /^None/);
  assert.equal(question(NETWORK), "");
  assert.equal(sequenceWords(SERIES), "csv, 50 rows, 3 columns");
  assert.equal(sequenceWords(TEXT), "text of 50 characters, 3 different ones");
  assert.deepEqual([sizeWords(12), sizeWords(53281), sizeWords(2e9)], ["12 bytes", "53.3 kB", "2 GB"]);
  assert.deepEqual([fileNumber(101308.04), fileNumber(-0.5), fileNumber(1e-7), fileNumber(0)], ["101,308", "−0.5", "1.000 × 10⁻⁷", "0"]);
  assert.deepEqual([scaleWords({ subtract: 0, divide: 1 }), scaleWords({ subtract: 2, divide: 4000 })], ["as it is", "(x − 2) / 4,000"]);
  assert.deepEqual([scaleWords({ subtract: -0.02699, divide: 2 }), scaleWords({ subtract: 0, divide: 2 })], ["(x + 0.02699) / 2", "x / 2"]);
  const came = { name: "a.csv", created: "2025-07-03T10:00:00Z" };
  assert.match(beforeWords(came, true, "b.csv"), /^b\.csv was kept before, on 3 Jul 2025, .*, as a\.csv\.$/);
  assert.deepEqual([beforeWords(came, true, "a.csv"), beforeWords(came, false, "b.csv")], ["", ""]);
  assert.match(formerWords("a.csv", 9), /^The pictures are still of a\.csv, 9 steps:/);
  assert.match(formerWords("", 1), /^The pictures are still of drawn inputs, 1 step:/);
  assert.deepEqual([parameterWords("W_hh (layer 1)", 2), parameterWords("W_hh (layer 0)", 1), parameterWords("W_hy", 2)], ["Wᴴ, layer 2", "Wᴴ", "Wᴼ"]);
  assert.deepEqual([parameterWords("W_hh (layer 1, reverse)", 2), parameterWords("b_h (layer 0, reverse)", 1)], ["Wᴴ, layer 2, backward in time", "b, backward in time"]);
  const numbers = { shape: [2, 3], min: -1, max: 2, mean: 0.5, std: 1, log10_norm: 0, zeros: 1, not_finite: 0 };
  assert.equal(statisticsWords(numbers), "2 × 3 · from −1 to 2 · mean 0.5 · std 1 · ‖·‖ 1.00 · 1 zero");
  assert.deepEqual(partsOf("a:\nb\nc"), { sentence: "a:", code: "b\nc" });
  const warned = { ...SERIES, warnings: ["Column 'a' lacks 1 value.", "Column 'b' runs far. Scale it."] };
  assert.deepEqual([warningsOf(warned, "none").length, warningsOf(warned, "standard").length], [2, 1]);
});
