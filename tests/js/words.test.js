import assert from "node:assert/strict";
import { before, test } from "node:test";

import { adviceSentence } from "../../static/js/advice.js";
import { bound, checkSentence, entriesFor, exactly } from "../../static/js/check.js";
import { clippingSentence } from "../../static/js/clipped.js";
import { captions, mapCell, profileStep, thing } from "../../static/js/describe.js";
import { differenceSentence, differences, namesOf } from "../../static/js/difference.js";
import { toCurl } from "../../static/js/copies.js";
import { toCsv } from "../../static/js/downloads/csv.js";
import { fileName } from "../../static/js/downloads/name.js";
import { explanation, piecesOf } from "../../static/js/glossary.js";
import { withArticle } from "../../static/js/letters.js";
import { measureLines, measureOf } from "../../static/js/measures.js";
import { defaults } from "../../static/js/properties.js";
import { read } from "../../static/js/reading.js";
import { productSentence, spectrumSentence } from "../../static/js/spectral.js";
import { costSentence } from "../../static/js/sentence.js";
import { productAt } from "../../static/js/figures/product.js";
import { windowOf } from "../../static/js/values.js";
import { cellKinds, cellWithC, copyingCell, wirings } from "../../static/js/vocabulary.js";
import { answer, learnWords } from "./words.js";

before(learnWords);

test("a cell of each kind is the first of those whose way back is alike, copies before others", () => {
  assert.deepEqual(cellKinds().map(({ name }) => name), ["copying", "simple", "gated"]);
  assert.equal(cellWithC()?.name, "gated");
  assert.equal(copyingCell()?.name, "copying");
  assert.equal(wirings()[0].name, "many-to-many");
});

test("what clipping did is said with its numbers", () => {
  const flow = answer();
  assert.equal(clippingSentence(flow), "All parameters together: ‖g‖ = 0.500. Not clipped.");
  Object.assign(flow.clipping, { rule: "norm", threshold: 1 });
  assert.equal(clippingSentence(flow), "‖g‖ = 0.500 is not above μ = 1.00: nothing is clipped.");
  Object.assign(flow.clipping, { threshold: 0.05, engaged: true, norm_after: 0.05 });
  assert.equal(
    clippingSentence(flow),
    "‖g‖ 0.500 → 0.0500: every component times 0.100. The direction is kept: cosine 1.000.",
  );
  flow.clipping.finite = false;
  assert.match(clippingSentence(flow), /infinity/);
});

test("two experiments differ in names, and in one sentence", () => {
  const [a, b] = [read(answer()), read(answer())];
  assert.deepEqual(differences(a, b), []);
  assert.match(differenceSentence(a, b), /the same experiment/);
  b.flow.experiment.weights.spectral_radius = 0.9;
  b.flow.diagnosis.decay_per_step = 0.9;
  b.row = [-0.1, -0.05, 0];
  assert.deepEqual(differences(a, b), [{ name: "radius", a: "ρ 0.1", b: "ρ 0.9" }]);
  assert.deepEqual(namesOf(a, b), { a: "simple, ρ 0.1", b: "simple, ρ 0.9" });
  assert.equal(
    differenceSentence(a, b),
    "B keeps 90 % of the gradient a step, A 10 %: " +
      "of what enters at step 3, B still has 79.4 % at step 1, A 1.0 %.",
  );
});

test("lines for the tooltip name what they are about first", () => {
  const reading = read(answer());
  assert.equal(thing("h_2", reading)[0].startsWith("H₂"), true);
  assert.deepEqual(mapCell(3, 1, reading).slice(0, 2), [
    "‖∂L₃/∂H₁‖ = 0.0100",
    "1.0 % of what entered at step 3",
  ]);
  assert.match(mapCell(1, 3, reading)[1], /future/);
  assert.deepEqual(mapCell(null, 2, reading), ["step 2"]);
  assert.equal(profileStep(2, reading).some((line) => line.includes("0.100")), true);
  assert.match(captions(reading).diagram, /^Gradient of L₃ in a simple network, many to many; /);
});

test("a label takes the article of how it is said", () => {
  const said = ["LSTM", "GRU", "MGU", "Elman", "Jordan", "simple", "UGRNN"].map(withArticle);
  const right = ["an LSTM", "a GRU", "an MGU", "an Elman", "a Jordan", "a simple", "a UGRNN"];
  assert.deepEqual(said, right);
});

test("a dot or a bar says what it is, and a name that is none says nothing", () => {
  const flow = answer();
  const { name, rows } = measureOf("eigenvalue.1", flow);
  assert.equal(name, "λ₁");
  assert.deepEqual(rows[2], ["|λ|", "0.1000", "inside the unit circle: fades"]);
  assert.equal(measureOf("eigenvalue.9", flow), null);
  assert.equal(measureOf("parameter.constructor", flow), null);
  assert.equal(measureOf("constructor.1", flow), null);
  assert.equal(measureOf("h_3", flow), null);
  assert.equal(measureLines("parameter.W_hh", flow)[0], "∂L/∂Wᴴ, gradient of Wᴴ, one term for each step");
  const largest = measureOf("parameter.W_hh", flow).rows.at(-1);
  assert.deepEqual(largest, ["largest term: step 3", "0.1000", "of 3 steps"]);
});

test("the matrix says what it promises", () => {
  const flow = answer();
  assert.match(spectrumSentence(flow), /^σₘₐₓ = 0\.2 < 1\/γ = 1: the gradient must vanish/);
  flow.spectrum.spectral_norm = 2;
  flow.spectrum.spectral_radius = 1.5;
  assert.match(spectrumSentence(flow), /^σₘₐₓ = 2 > 1\/γ = 1: the gradient can explode/);
  assert.equal(spectrumSentence({ ...flow, spectrum: null }), "");
});

test("a term explains itself where it first stands", () => {
  const pieces = piecesOf("‖g‖ is not above μ, nor is μ beyond ‖g‖.");
  assert.deepEqual(pieces.filter(({ term }) => term).map(({ term, text }) => [term, text]), [
    ["whole", "‖g‖"],
    ["mu", "μ"],
  ]);
  assert.equal(pieces.map(({ text }) => text).join(""), "‖g‖ is not above μ, nor is μ beyond ‖g‖.");
  assert.match(explanation("rho", read(answer())), /here 0\.1\./);
  assert.match(explanation("forget", read(answer())), /^The forget gate f multiplies the cell state/);
});

test("advice that was tried is counted", () => {
  const diagnosis = { advice: [], advice_tried: 4, advice_left_out: 0, loss_step: 3 };
  assert.equal(adviceSentence(diagnosis, 3), "4 changes were tried, and none helps the last step’s error.");
  assert.equal(
    adviceSentence({ ...diagnosis, advice: [{}], advice_left_out: 2 }, 9),
    "4 changes were tried; 2 more would have taken too long; this one helps the error of step 3:",
  );
  assert.equal(adviceSentence({ ...diagnosis, advice_tried: 0 }, 3), "");
});

test("the gradient check writes eight digits and a bound that holds", () => {
  assert.equal(exactly(-0.394219071), "−0.39421907");
  assert.equal(exactly(1.2345678e-5), "1.2345678 × 10⁻⁵");
  assert.equal(bound(1.21e-9), "1.3 × 10⁻⁹");
  assert.equal(bound(9.99e-9), "10⁻⁸");
  const entry = {
    agrees: true,
    backpropagated: 1,
    central_difference: 1,
    uncertainty: 1e-9,
    kink: false,
    relative_difference: 1.2e-9,
  };
  const asked = (...entries) => ({ exact: true, parameters: { W_hh: { entries } } });
  assert.equal(checkSentence(asked(entry)), "The 1 entry agrees to 1.2\u00a0×\u00a010⁻⁹ or better.");
  assert.equal(checkSentence(asked(entry, { ...entry, agrees: false })).includes("1 of 2 entries do not agree"), true);
  const settings = { ...defaults(), source: "random", steps: 10, hidden: 10 };
  assert.equal(entriesFor(settings, 1e9), 5);
  assert.equal(entriesFor(settings, 1e5), 1);
});

test("numbers leave the page one a row, and the request as one line", () => {
  const lines = toCsv(answer()).split("\n");
  assert.equal(lines[0], "quantity,of,loss_step,step,log10_norm,value");
  assert.equal(lines.includes("loss,,2,2,,2"), true);
  assert.equal(lines.includes("itemized,h,3,1,-2,"), true);
  assert.equal(lines.some((line) => line.startsWith("itemized,h,1,3")), false, "the future");
  assert.equal(lines.includes("parameter_step,W_hh,,3,-1,"), true);
  assert.equal(toCurl("http://x", { a: "it's" }).endsWith(`-d '{"a":"it'\\''s"}'`), true);
});

test("a file's name says what it holds, and differs where the experiment does", () => {
  const reading = read(answer());
  const name = fileName(reading, { what: "profile" });
  assert.match(name, /^unrolled-simple-many-to-many-tanh-r0\.1-T3-H2-L3-[0-9a-f]{6}-profile$/);
  reading.flow.experiment.weights.forget_bias = [3, 0];
  const other = fileName(reading, { what: "profile" });
  assert.match(other, /-r0\.1-forget3-0-T3-/);
  reading.flow.experiment.window = { first: 1, last: 2 };
  assert.equal(fileName(reading, { what: "profile" }), other, "a window is no other experiment");
});

test("signed numbers are asked for the step and the one before it", () => {
  assert.deepEqual(windowOf(answer(), 3), { first: 1, last: 3 });
  const flow = answer({ steps: 1000 });
  const { first, last } = windowOf(flow, 500);
  assert.ok(first <= 499 && last >= 500 && last - first > 2);
  flow.experiment.network.hidden_size = 1e6;
  assert.equal(windowOf(flow, 500), null);
});

test("a batch says whose Jacobians these are, and where they begin and end", () => {
  const flow = answer();
  assert.doesNotMatch(productSentence(flow), /Jacobians/);
  flow.experiment.sequence.batch_size = 64;
  assert.match(productSentence(flow), /The Jacobians are those of the first of 64 samples\.$/);
  flow.experiment.sequence = { kind: "explicit", inputs: [[[1], [1]]], lengths: [2, 3] };
  flow.spectrum.product_log10_norm = [-1, null];
  assert.match(
    productSentence(flow),
    /The Jacobians are those of the first of 2 samples, which ends at step 2\.$/,
  );
  assert.doesNotMatch(spectrumSentence(flow), /exactly zero/);
  assert.deepEqual(productAt(flow, 2), { hidden: 0, cells: null });
  assert.equal(productAt(flow, 3), null);
});

test("of a long wide chain the last steps alone are told and drawn", () => {
  const flow = answer();
  Object.assign(flow.spectrum, { first_step: 2, product_log10_norm: [null, -1] });
  flow.spectrum.initial_log10_norm = null;
  assert.match(
    productSentence(flow),
    /The Jacobians are those of steps 2 to 3 alone: those of all would take too long\.$/,
  );
  assert.match(spectrumSentence(flow), /at step 2/);
  assert.doesNotMatch(spectrumSentence(flow), /exactly zero/);
  assert.equal(productAt(flow, 1), null);
  assert.deepEqual(productAt(flow, 2), { hidden: -1, cells: null });
});

test("what an answer took, and which rows it holds, is said where there is anything to say", () => {
  const flow = answer({ cost: null });
  assert.equal(costSentence(flow), "");
  flow.itemized.note = "2 of 3 losses have a row.";
  assert.equal(costSentence(flow), "2 of 3 losses have a row.");
  flow.cost = { seconds: 10.64, peak_bytes: 1_412_000_000, work: 6_710_886_400 };
  assert.equal(
    costSentence(flow),
    "This answer took 11 s of a processor and at most 1.4 GB of memory. 2 of 3 losses have a row.",
  );
});
