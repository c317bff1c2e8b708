import assert from "node:assert/strict";
import { before, test } from "node:test";

import { ridgeOf } from "../../static/js/figures/wall.js";
import { marksOf } from "../../static/js/wall/histogram.js";
import { balls } from "../../static/js/wall/choices.js";
import { ballsOf } from "../../static/js/wall/plan.js";
import { defaultPlan, printPlan, readPlan, unreadable } from "../../static/js/wall/said.js";
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
