import assert from "node:assert/strict";
import { test } from "node:test";

import { createScene } from "../../static/js/scene.js";

const EVERYWHERE = { lo: -Infinity, hi: Infinity };

/** As much of a reading as a scene asks for. */
const reading = (steps, more = {}) => ({
  steps,
  first: 0,
  entryStep: steps,
  loaded: EVERYWHERE,
  flow: { overflow: null },
  ...more,
});

/** @param {object} shown @param {number} pixels */
function scene(shown, pixels = 1000) {
  const made = createScene();
  made.show(shown, null, null);
  made.fit(pixels);
  return made;
}

test("nothing is shown at first", () => {
  const empty = createScene();
  assert.equal(empty.extent(), null);
  assert.equal(empty.sight(20, 20), null);
  assert.throws(() => empty.shown(), /nothing is shown/);
});

test("a short sequence is shown whole", () => {
  const short = scene(reading(20));
  assert.deepEqual(short.range(), { lo: -0.5, hi: 20.5 });
  assert.deepEqual(short.part(), { lo: -0.5, hi: 20.5 });
  assert.equal(short.windowed(), false);
  assert.equal(short.centreOn(5, 1000), false);
});

test("of a long one the diagrams show a part about where the loss enters", () => {
  const long = scene(reading(1000));
  assert.equal(long.windowed(), true);
  assert.equal(long.part().hi, 1000.5);
  assert.equal(long.reveal(995), false, "it is in sight");
  assert.equal(long.reveal(100), true);
  long.fit(1000);
  assert.ok(long.part().lo < 100 && long.part().hi > 100);
});

test("the same axis keeps its range, another one begins anew", () => {
  const made = scene(reading(100));
  made.setRange({ lo: 10, hi: 30 });
  made.show(reading(100), null, null);
  assert.deepEqual(made.range(), { lo: 10, hi: 30 });
  made.show(reading(90), null, null);
  assert.deepEqual(made.range(), { lo: -0.5, hi: 90.5 });
});

test("the axis covers the longer of two flows", () => {
  const made = scene(reading(20));
  made.show(reading(20), reading(50, { first: 1 }), null);
  assert.deepEqual(made.extent(), { first: 0, steps: 50 });
  assert.deepEqual(made.range(), { lo: -0.5, hi: 50.5 });
  assert.equal(made.reading("compared").steps, 50);
  assert.equal(made.reading().steps, 20);
});

test("a step that a link names comes into sight", () => {
  const made = scene(reading(1000));
  made.setRange({ lo: 900, hi: 1000 });
  made.show(reading(1000), null, 40);
  made.fit(1000);
  assert.ok(made.part().lo < 40 && made.part().hi > 40);
});

test("the diagrams stay until the nodes beyond are there, and say that they want for them", () => {
  const made = createScene();
  const loaded = { lo: 379.5, hi: 1000.5 };
  made.show(reading(2000, { loaded, entryStep: 900 }), null, null);
  assert.equal(made.fit(1000), false);
  const before = made.part();
  made.centreOn(950, 1000);
  assert.equal(made.fit(1000), true, "few are left in reserve");
  assert.notDeepEqual(made.part(), before);
  const last = made.part();
  made.centreOn(1500, 1000);
  assert.equal(made.fit(1000), true);
  assert.deepEqual(made.part(), last);
  assert.ok(made.wanted().lo > 1400);
});

test("only an experiment of the same steps and loss keeps its sight", () => {
  const made = scene(reading(20));
  assert.deepEqual(made.sight(20, 20), made.wanted());
  assert.equal(made.sight(20, 5), null);
  assert.equal(made.sight(21, 20), null);
  const overflowing = scene(reading(7, { flow: { overflow: { steps: 20 } } }));
  assert.deepEqual(overflowing.sight(20, 20), overflowing.wanted());
});

test("zooming keeps what is in sight inside the sequence, and moving moves the diagrams too", () => {
  const made = scene(reading(1000));
  assert.equal(made.zoom("all"), false);
  assert.equal(made.zoom("in", 1000.5), true);
  assert.equal(made.range().hi, 1000.5);
  assert.equal(made.zoom("right"), false, "there is nothing further");
  const { lo, hi } = made.part();
  made.shift("left");
  made.fit(1000);
  assert.ok(Math.abs(made.part().lo - (lo - (hi - lo) / 2)) <= 1);
});
