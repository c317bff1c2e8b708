import assert from "node:assert/strict";
import { before, test } from "node:test";

import { ridgeOf } from "../../static/js/figures/wall.js";
import { decadesOf, legend, lengthOf } from "../../static/js/wall/arrows.js";
import { marksOf, normsSentence } from "../../static/js/wall/histogram.js";
import { balls } from "../../static/js/wall/choices.js";
import { ballsOf } from "../../static/js/wall/plan.js";
import { defaultPlan, printPlan, readPlan, unreadable } from "../../static/js/wall/said.js";
import { angleBetween, arrowSentence, biasSentence } from "../../static/js/wall/words.js";
import { learnWords } from "./words.js";

before(learnWords);

test("the balls are the vocabulary's optimizers and clip rules", () => {
  const rows = [...balls()].map(([name, ball]) => [name, ball.label, ball.optimizer, ball.rule]);
  assert.deepEqual(rows, [
    ["free", "not clipped", "plain", "none"],
    ["norm", "clipped by norm", "plain", "norm"],
    ["heavy", "Heavy", "heavy", "none"],
  ]);
  assert.deepEqual(defaultPlan().balls, ["free", "norm"]);
});

test("a ball's request names its optimizer and its rule's own threshold", () => {
  const plan = { ...defaultPlan(), balls: ["heavy", "norm"], mu: 3 };
  const { descents, places } = ballsOf(plan, [1, 2], true);
  assert.deepEqual(
    descents.map(({ optimizer, clip }) => [optimizer, clip]),
    [["heavy", { rule: "none" }], ["plain", { rule: "norm", max_norm: 3 }]],
  );
  assert.deepEqual(places[1].clip, { rule: "norm", max_norm: 3, per_sample: true });
});

test("a plan reads back from a link, without the balls that nobody knows", () => {
  const plan = readPlan("balls:heavy.nobody.free~mu:2", "simple");
  assert.deepEqual(plan.balls, ["heavy", "free"]);
  assert.equal(printPlan(plan), "mu:2~balls:heavy.free");
});

test("what a link says of the map in vain is named part by part", () => {
  const whole = "start:4.8,-2.3~rate:0.1~mu:2~steps:9~balls:free.norm~layer:surface~x:W_hh.0.0,3,7~y:b_y.0";
  assert.deepEqual(unreadable(whole, "simple"), []);
  assert.equal(printPlan(readPlan(whole, "simple")), whole.replace("~balls:free.norm", ""));
  for (const said of ["", "1"]) assert.deepEqual(unreadable(said, "simple"), []);
  const vain = ["start:4.8", "rate:0x10", "mu:0", "steps:1.5", "balls:nobody", "layer:sky", "hue:1", "hello",
    "x:W_hh.0", "x:W_none.0.0", "y:b_h.0,3,3", "y:b_h.0,3", "1"];
  const named = unreadable(vain.join("~"), "simple");
  assert.deepEqual(named.map(({ part }) => part), vain);
  assert.ok(named.every(({ allowed, kept }) => allowed && !kept));
  assert.deepEqual(printPlan(readPlan(vain.join("~"), "simple")), "1");
  const [some] = unreadable("balls:norm.nobody", "simple");
  assert.equal(some.kept, true);
});

test("a rule that chooses is a mark, one of a range from its least to its most", () => {
  assert.deepEqual(marksOf({ rules: { log10: { mean: 0.5, range: [-1, 1] } } }), [
    { name: "Mean", letter: "M", log10: 0.5, most: undefined, source: "the mean (2001)" },
    { name: "Range", letter: "R", log10: -1, most: 1, source: "a range (2002)" },
  ]);
  assert.deepEqual(marksOf({ rules: { log10: { mean: null, range: [null, null] } } }), []);
});

test("a cliff narrower than the grid is on the ridge, between the two points that it lies between", () => {
  const land = {
    axes: [{ values: [5] }, { values: [0, 1, 2, 3, 4] }],
    loss: [[0.1], [0.1001], [0.6], [0.6001], [0.6002]],
    gradient_log10_norm: [[-4], [-4], [-4], [-4], [-4]],
  };
  const [top] = ridgeOf(land);
  assert.deepEqual([top.x, top.y], [5, 1.5]);
  assert.ok(Math.abs(top.log10 - Math.log10(0.4999)) < 1e-12);
});

test("an arrow's length is the logarithm of what it stands for, the same for all balls", () => {
  const path = { gradient: [[300, 400], [0, 0.02]], clipped: [[0.6, 0.8], [0, 0.02]] };
  const decades = decadesOf([{ path }]);
  assert.deepEqual(decades, { from: -2, to: 3, whole: true });
  const at = (size) => lengthOf(size, decades);
  assert.ok(Math.abs(at(100) - at(10) - (at(10) - at(1))) < 1e-9);
  assert.match(legend(decades), /ring every 2 decades, the innermost at 10⁻²\./);
  const far = { gradient: [[1e-300, 0], [1e9, 0]], clipped: [[null, null]] };
  assert.deepEqual(decadesOf([{ path: far }]), { from: 1, to: 9, whole: false });
  assert.deepEqual(decadesOf([]), { from: 0, to: 1, whole: true });
});

test("a gradient that is bent is bent by so many degrees", () => {
  assert.ok(Math.abs(angleBetween([1e200, 0], [1e-200, 1e-200]) - Math.PI / 4) < 1e-12);
  assert.ok(Number.isNaN(angleBetween([0, 0], [1, 0])));
  const path = { gradient: [[3, 4]], clipped: [[0.6, 0.8]], gradient_log10_norm: [Math.log10(5)], engaged: [true] };
  assert.match(arrowSentence("norm", path, 0), /‖g‖ 5.00 → 1.00, shortened; the direction is kept: cosine 1\./);
});

test("a mean that cannot turn is said to change its length, or its sign", () => {
  const samples = { engaged: 2, clipped_mean: [0.3, 0.4], mean_of_clipped: [0.06, 0.08], cosine: 1, ratio: 0.2,
    gradients: [[3, 4], [-6, -8], [0, 0]] };
  const said = (more) => biasSentence({ samples: { ...samples, ...more } }, 0.5);
  assert.match(said({}), /20.0 % of its length and cosine 1.000 with it\. It cannot turn.*less far\.$/);
  assert.match(said({ ratio: 1.5 }), /farther\.$/);
  assert.match(said({ cosine: -1, mean_of_clipped: [-0.06, -0.08] }), /the other way\.$/);
  assert.doesNotMatch(said({ cosine: 0.9, gradients: [[3, 4], [4, 3]] }), /cannot turn/);
});

test("fewer draws than were asked for are said to be fewer, and why", () => {
  const norms = { draws: 40, log10_norms: Array(40).fill(0), zeros: 0, overflows: 0, percentiles: { 5: 0, 50: 0, 95: 0 } };
  assert.match(normsSentence(norms, 2, 200), /^40 draws.*200 were asked for; of an experiment of this size .* at most 40/);
  assert.doesNotMatch(normsSentence(norms, 2, 40), /asked for/);
  const one = { ...norms, draws: 1, log10_norms: [0] };
  assert.match(normsSentence(one, 2), /^One draw: ‖g‖ = 1.00. μ = 2.00 would not engage.$/);
});
