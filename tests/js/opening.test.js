import assert from "node:assert/strict";
import { before, test } from "node:test";

import { createOther } from "../../static/js/comparing/other.js";
import { selectedInA, selectionInA } from "../../static/js/comparing/settings.js";
import { captionsOf, linesOf } from "../../static/js/comparing/words.js";
import { keyOf } from "../../static/js/experiment.js";
import { isNowhere, isOfStep, ofStep, ofThing, stepOfSelection } from "../../static/js/opening/patches.js";
import { read } from "../../static/js/reading.js";
import { answer, learnWords } from "./words.js";

before(learnWords);

test("a thing is selected, and a loss is followed where there are several", () => {
  const reading = read(answer());
  assert.deepEqual(ofThing(reading, "h_2"), { select: "h_2" });
  assert.deepEqual(ofThing(reading, "L_2"), { select: "L_2", follow: 2 });
  assert.deepEqual(ofThing(reading, "L_3"), { select: "L_3", follow: "last" });
  assert.deepEqual(ofThing(null, "L_3"), { select: "L_3" });
});

test("a bar selects its state, beyond the end that of A; the map's row follows its loss", () => {
  const b = read(answer());
  const a = { ...b, steps: 9 };
  assert.deepEqual(ofStep(b, null, { step: 2, loss: null }), { select: "h_2" });
  assert.deepEqual(ofStep(b, null, { step: 1, loss: 2 }), { select: "h_1", follow: 2 });
  assert.deepEqual(ofStep(b, null, { step: 1, loss: 3 }), { select: "h_1", follow: "last" });
  assert.deepEqual(ofStep(b, a, { step: 7, loss: null }), { select: "A:h_7" });
});

test("what is nowhere in an answer is told from what is only not there yet", () => {
  const reading = read(answer());
  for (const id of ["h_9", "c_2", "eigenvalue.8"]) assert.equal(isNowhere(id, reading), true, id);
  for (const id of ["h_2", "h_1>h_2", "eigenvalue.1"]) assert.equal(isNowhere(id, reading), false, id);
  const part = { ...reading, steps: 99, loaded: { lo: 1, hi: 3 } };
  assert.equal(isNowhere("h_50", part), false);
  assert.equal(isNowhere("h_100", part), true);
  assert.deepEqual(["h_2", "h_0", "eigenvalue.1"].map(isOfStep), [true, false, false]);
  assert.deepEqual(["A:h_3", "x_4>h_4", "product.2", ""].map(stepOfSelection), [3, 4, null, null]);
  assert.equal(selectedInA(selectionInA("h_3")), "h_3");
  assert.equal(selectionInA(""), "");
});

/** A request of so many units, and perhaps some steps of it. */
const request = (hidden, window) => ({ network: { hidden }, ...(window ? { window } : {}) });

test("A is what answers the request that is wanted, until another is", () => {
  const other = createOther();
  assert.deepEqual([other.isWanted(), other.isCurrent(), other.reading()], [false, false, null]);
  const key = other.want(request(4));
  assert.equal(key, keyOf(request(4)));
  assert.deepEqual([other.isWanted(), other.wants(request(4)), other.wants(request(5))], [true, true, false]);
  const flow = answer();
  other.take(flow);
  assert.equal(other.isCurrent(), true);
  other.want(request(5));
  assert.equal(other.isCurrent(), false, "what is there answers another request");
  assert.equal(other.before(key), flow);
  assert.equal(other.before(keyOf(request(5))), null);
  assert.equal(other.stop(), true);
  assert.equal(other.stop(), false);
  assert.equal(other.reading(), null);
});

test("other steps of A are asked for once", () => {
  const other = createOther();
  const far = request(4, { first: 100, last: 200 });
  other.want(request(4));
  assert.equal(other.wantsBeyond(far), false, "nothing is there that could near its end");
  other.take(answer());
  assert.equal(other.wantsBeyond(far), true);
  assert.equal(other.wantsBeyond(far), false);
  assert.equal(other.wantsBeyond(request(5, { first: 1, last: 9 })), false, "another experiment");
});

test("what is said of a spot names A and B where there are two", () => {
  const [a, b] = [read(answer()), read(answer())];
  const bar = { picture: "profile", step: 2, thing: null, loss: null };
  assert.equal(linesOf(bar, null, b), null);
  const lines = linesOf(bar, a, b);
  assert.deepEqual(lines.map((line) => line.slice(0, 2)).filter((start) => /^[AB]:/.test(start)), ["B:", "A:"]);
  assert.deepEqual(linesOf({ ...bar, step: 9 }, a, b).slice(1), ["B ends at step 3", "A ends at step 3"]);
  assert.match(captionsOf(a, b).compared, /^A: /);
  assert.doesNotMatch(captionsOf(null, b).diagram, /^B: /);
});
