import assert from "node:assert/strict";
import { before, test } from "node:test";

import { nodeRows, edgeRows } from "../../static/js/numbers.js";
import { entering, passageOf, stateName } from "../../static/js/passage.js";
import { nextEdge, pick, walk } from "../../static/js/picking.js";
import { firstReached, followedLosses, nearestLoss, passing } from "../../static/js/reach.js";
import { followedAtOnce, hiddenId, knowsOthers, read } from "../../static/js/reading.js";
import { reason } from "../../static/js/reason.js";
import { place, rowsOf, spanOf } from "../../static/js/rows.js";
import { howToRead, keys, leftSentence, overflowSentence, partsOfSummary } from "../../static/js/sentence.js";
import { humpOf } from "../../static/js/spectral.js";
import { courseOf, fold, turnsOf } from "../../static/js/turns.js";
import { answer, learnWords } from "./words.js";

before(learnWords);

test("a reading is relative to where the followed loss enters", () => {
  const reading = read(answer());
  assert.equal(reading.entryStep, 3);
  assert.deepEqual(reading.row, [-2, -1, 0]);
  assert.equal(reading.nodes.get("h_1").relative, -2);
  assert.equal(reading.nodes.get("o_1").relative, null);
  assert.equal(reading.edges.get("h_1>h_2").state, "live");
  assert.equal(reading.edges.get("o_1>L_1").state, "off");
  assert.deepEqual(reading.loaded, { lo: -Infinity, hi: Infinity });
  assert.equal(reading.entering.get("h_2").length, 2);
  const flow = answer();
  flow.followed_gradient.log10_norm = [-1, 0, 1];
  assert.equal(read(flow).nodes.get("h_1").relative, -3);
});

test("of all losses together no share is left", () => {
  const flow = answer();
  flow.experiment.follow = null;
  const reading = read(flow);
  assert.equal(reading.nodes.get("h_1").left, null);
  assert.deepEqual(passageOf(reading), { kind: "all" });
  assert.match(leftSentence(reading), /All losses together: ‖∂L\/∂H₁‖ = 1\.00/);
});

test("another loss is shown before the server answers, and only what is known of it", () => {
  const flow = answer();
  assert.equal(knowsOthers(flow), true);
  const other = followedAtOnce(flow, 2);
  const norms = Object.fromEntries(other.graph.nodes.map((one) => [one.id, one.log10_norm]));
  assert.deepEqual([norms.h_1, norms.h_2, norms.h_3, norms.x_2], [-0.5, 0.5, null, null]);
  const into = other.graph.edges.find(({ target, kind }) => target === "h_2" && kind === "recurrent");
  assert.deepEqual([into.log10_norm, into.pending], [-0.5, false]);
  assert.equal(knowsOthers(answer({ gates: {} })), false);
});

test("losses without a row of their own are there, and are not shown before the server answers", () => {
  const flow = answer();
  Object.assign(flow.itemized, { loss_steps: [1, 3], emitting: [1, 2, 3] });
  flow.itemized.log10_norm = [flow.itemized.log10_norm[0], flow.itemized.log10_norm[2]];
  flow.step_losses = [null, null, null]; // of a gradient that was given no value is known
  const reading = read(flow);
  assert.deepEqual(reading.lossSteps, [1, 2, 3]);
  assert.equal(knowsOthers(flow), false);
  assert.match(keys(reading).map, /; 2 of 3 losses/);
});

test("a window's answer says which steps are there", () => {
  const flow = answer();
  flow.experiment.window = { first: 2, last: 3 };
  assert.deepEqual(read(flow).loaded, { lo: 1.5, hi: Infinity });
});

test("an overflow takes the loss that was followed", () => {
  const flow = answer({
    overflow: { quantity: "h", step: 4, steps: 9, detail: "" },
  });
  flow.experiment.follow = 9;
  assert.equal(read(flow).follow, 3);
  assert.equal(overflowSentence(flow), "H overflows at step 4 of 9; shown are the 3 steps before it.");
});

test("how far the gradient comes, and how much of it", () => {
  const reading = read(answer());
  assert.deepEqual(passageOf(reading), {
    kind: "left",
    entryStep: 3,
    first: 1,
    decades: -2,
    of: "hidden",
  });
  assert.equal(leftSentence(reading).includes("1.0 % arrives at step 1"), true);
  assert.deepEqual(entering(reading), { norm: 0, of: "hidden" });
  const flow = answer();
  flow.followed_gradient.log10_norm = [null, -1, 0];
  flow.experiment.truncation = { kind: "window", steps: 2 };
  const cut = passageOf(read(flow));
  assert.deepEqual([cut.kind, cut.first, cut.cut], ["stops", 2, true]);
  assert.match(leftSentence(read(flow)), /its window of 2 steps ends there\.$/);
});

test("a truncation bounds what a loss reaches", () => {
  assert.equal(firstReached({ kind: "window", steps: 3 }, 10), 8);
  assert.equal(firstReached({ kind: "window", steps: 30 }, 10), 0, "the initial state");
  assert.equal(firstReached({ kind: "chunk", steps: 4 }, 10), 9);
  assert.equal(firstReached({ kind: "chunk", steps: 4 }, 4), 0);
  assert.equal(firstReached({ kind: "none" }, 10), 0);
});

test("under a window an edge lets only some losses pass", () => {
  const flow = answer();
  flow.experiment.follow = null;
  flow.experiment.truncation = { kind: "window", steps: 2 };
  const reading = read(flow);
  const across = flow.graph.edges.find(({ target, kind }) => target === "h_2" && kind === "recurrent");
  assert.deepEqual(passing(across, reading), [2]);
  assert.equal(followedLosses(reading), null);
  assert.equal(nearestLoss(reading, 2), 2);
  assert.equal(nearestLoss({ ...reading, follow: 1 }, 2), undefined);
});

test("why nothing passes is said", () => {
  const reading = read(answer());
  assert.equal(reason(reading.edges.get("o_1>L_1"), reading), "L₃ is followed, not L₁");
  assert.equal(reason(reading.edges.get("h_1>h_2"), reading), "");
  const edge = { ...reading.edges.get("h_1>h_2"), state: "dead" };
  const flow = reading.flow;
  flow.experiment.weights.spectral_radius = 0;
  assert.equal(reason(edge, reading), "Wᴴ is 0");
  flow.activity.mean_derivative[1] = 0;
  assert.equal(reason(edge, reading), "every unit of H₂ is saturated: tanh′ = 0");
});

test("rows stand in the order of the network", () => {
  assert.deepEqual(rowsOf("simple").map(({ kind }) => kind), ["input", "hidden", "output", "loss"]);
  const stacked = rowsOf("gated", 2);
  assert.deepEqual(
    stacked.map(({ name }) => name),
    ["input X", "layer 1 H", "layer 1 C", "layer 2 H", "layer 2 C", "output O", "loss L"],
  );
  const heights = stacked.map(({ y }) => y);
  assert.ok(heights.every((y, n) => n === 0 || y > heights[n - 1]));
  assert.equal(spanOf(stacked).high, heights.at(-1) + 0.72);
  const hidden = { kind: "hidden", step: 4, layer: 1 };
  assert.deepEqual(place(hidden, stacked), [4, stacked[3].y]);
  assert.equal(place({ ...hidden, kind: "cell" }, stacked)[0], 3.71, "left of its step");
});

test("keys walk along the steps, the rows and the way back", () => {
  const reading = read(answer());
  assert.equal(walk(reading, "h_2", "ArrowLeft"), "h_1");
  assert.equal(walk(reading, "h_2", "ArrowUp"), "o_2");
  assert.equal(walk(reading, "h_2", "End"), "h_3");
  assert.equal(walk(reading, "", "ArrowLeft"), "h_2", "from where the loss enters");
  assert.equal(nextEdge(reading, "", 1), "o_3>L_3");
  assert.equal(nextEdge(reading, "o_3>L_3", 1), "h_3>o_3");
  assert.equal(nextEdge(reading, "h_3>o_3", -1), "o_3>L_3");
});

test("the nearest node under a point is picked, else an edge, else nothing", () => {
  const reading = read(answer());
  const pixels = (x, y) => ({ x: 100 * x, y: -100 * y });
  const sight = { lo: 0.5, hi: 3.5 };
  assert.equal(pick(reading, { x: 205, y: -103 }, pixels, sight), "h_2");
  assert.equal(pick(reading, { x: 150, y: -103 }, pixels, sight), "h_1>h_2");
  assert.equal(pick(reading, { x: 150, y: -150 }, pixels, sight), null);
});

test("the rows of the inspector hold the norms", () => {
  const reading = read(answer());
  const rows = new Map(nodeRows(reading.nodes.get("h_2"), reading).map(([term, value]) => [term, value]));
  assert.equal(rows.get("‖∂L₃/∂H₂‖"), "0.1000");
  assert.equal(rows.get("‖H₂‖"), "0.500");
  assert.equal(rows.get("mean tanh′(A₂)"), "0.800");
  const edge = edgeRows(reading.edges.get("h_1>h_2"), reading);
  assert.deepEqual(edge.find(([term]) => term.startsWith("arrives")).slice(0, 2), ["arrives at H₁", "0.0100"]);
  assert.equal(edge.some(([term]) => term === "‖∂L/∂Wᴴ‖, all steps"), true);
  const [own, share] = nodeRows(reading.nodes.get("L_3"), reading);
  assert.deepEqual([own, share], [["L₃", "3.000"], ["share of the whole loss", "50.0 %"]]);
});

test("states are named with their cell state where both are measured", () => {
  const reading = read(answer());
  assert.equal(hiddenId(reading, 3), "h_3");
  assert.equal(hiddenId({ ...reading, layers: 2 }, 3), "h_3_1");
  assert.equal(stateName(reading, 3, "state"), "(H₃, C₃)");
  assert.equal(stateName(reading, 3), "H₃");
});

test("a summary is its verdict and the rest", () => {
  assert.deepEqual(partsOfSummary("Vanishing: one step keeps 10 %."), {
    verdict: "Vanishing.",
    rest: "One step keeps 10 %.",
  });
  assert.equal(partsOfSummary("Blocked: tanh′(A) is 0.").rest, "tanh′(A) is 0.", "a symbol keeps its letter");
  assert.deepEqual(partsOfSummary("Nothing"), { verdict: "", rest: "Nothing" });
  assert.match(howToRead(3, { entryStep: 3, steps: 3, single: false }), /^L₃, the last step’s error,/);
  assert.match(howToRead(null, { entryStep: 3, steps: 3, single: true }), /^The error travels/);
});

test("the course of a product turns where it turns by 5 % or more", () => {
  assert.deepEqual(turnsOf([0, 1, 0.99, 2, 0.5]), [0, 3, 4]);
  assert.deepEqual(turnsOf([0, -1, -2]), [0, 2]);
  assert.deepEqual(turnsOf([0, 1, 0.95, 2]), [0, 1, 2, 3], "by 12 %");
  assert.equal(courseOf([null, null], "it"), "it is exactly zero from the first step back");
  assert.equal(courseOf([-2, -1], "it"), "it shrinks from the first step back, to 0.0100 at step 1");
  assert.equal(courseOf([0.001, 0], "it"), "it neither grows nor shrinks, and is 1.002 at step 1");
  assert.equal(fold(Math.log10(21)), "21-fold");
  assert.deepEqual(humpOf([-1, 0.5, 0.2]), { back: 2, log10: 0.5 });
  assert.equal(humpOf([-1, 0.01]), null, "what stays within 5 % is no hump");
});

test("∂L/∂c is the followed loss’s, or that of all; without a c there is none", () => {
  const flow = answer({
    cell_gradient: { norm: [], log10_norm: [3, 2, 1] },
    followed_cell_gradient: { norm: [], log10_norm: [0, -1, -2] },
  });
  assert.deepEqual(read(flow).cell, [0, -1, -2]);
  flow.experiment.follow = null;
  assert.deepEqual(read(flow).cell, [3, 2, 1]);
  Object.assign(flow, { followed_cell_gradient: null, cell_gradient: null });
  assert.equal(read(flow).cell, null);
});
