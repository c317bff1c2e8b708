import assert from "node:assert/strict";
import { test } from "node:test";

import { batchOf, whose } from "../../static/js/samples.js";

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
