import assert from "node:assert/strict";
import { test } from "node:test";

import { batchOf, chosenSentence, lastOf, whose } from "../../static/js/samples.js";

test("how many samples there are, of every kind of sequence", () => {
  const of = (sequence) => batchOf({ experiment: { sequence } });
  assert.equal(of({ kind: "random", batch_size: 3 }), 3);
  assert.equal(of({ kind: "stored", inputs: ["temperature", "b"], batch: 1 }), 1, "and not the letters of a column");
  assert.equal(of({ kind: "stored", inputs: null, batch: 4 }), 4);
  assert.equal(of({ kind: "explicit", inputs: [[[1], [2]]], targets: null }), 2);
  assert.equal(of({ kind: "explicit", inputs: null, targets: [[0, 1, 2]] }), 3);
  assert.equal(of({ kind: "text", text: "abba" }), 1);
  assert.equal(whose({ experiment: { sequence: { kind: "stored", inputs: ["ab"], batch: 1 } } }), "");
});

test("a sequence that is only named ends where its products begin", () => {
  const of = (product, sequence = { kind: "run", batch_size: 20 }) => ({ experiment: { sequence }, steps: 6, spectrum: { product_log10_norm: product } });
  assert.equal(lastOf(of([-0.3, -0.2, -0.1, null, null])), 4);
  assert.equal(lastOf(of([-0.5, -0.4, -0.3, -0.2, -0.1])), 6);
  assert.equal(lastOf(of([null, null, -0.3, -0.2, -0.1])), 6, "what is zero before it is no end");
  assert.equal(lastOf(of([null, null, null, null, null])), 6);
  assert.equal(lastOf(of([-0.3, -0.2, -0.1, null, null], { kind: "random", batch_size: 2, lengths: [3, 6] })), 3);
  assert.match(chosenSentence(of([-0.3, -0.2, -0.1, null, null])), /of the first of 20 samples, which ends at step 4/);
});
