import assert from "node:assert/strict";
import { before, test } from "node:test";

import { marksOf } from "../../static/js/wall/histogram.js";
import { balls, ballsOf, defaultPlan, printPlan, readPlan } from "../../static/js/wall/plan.js";
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
  const plan = readPlan("balls:heavy.nobody.free~mu:2");
  assert.deepEqual(plan.balls, ["heavy", "free"]);
  assert.equal(printPlan(plan), "mu:2~balls:heavy.free");
});

test("a rule that chooses is a mark, one of a range from its least to its most", () => {
  assert.deepEqual(marksOf({ rules: { log10: { mean: 0.5, range: [-1, 1] } } }), [
    { name: "Mean", letter: "M", log10: 0.5, most: undefined, source: "the mean (2001)" },
    { name: "Range", letter: "R", log10: -1, most: 1, source: "a range (2002)" },
  ]);
  assert.deepEqual(marksOf({ rules: { log10: { mean: null, range: [null, null] } } }), []);
});
