import assert from "node:assert/strict";
import { afterEach, before, beforeEach, test } from "node:test";

import { createAsking } from "../../static/js/editor/asking.js";
import { countsOf } from "../../static/js/editor/sizes.js";
import { defaults, offer } from "../../static/js/properties.js";
import { learnWords } from "./words.js";

const { fetch } = globalThis;
/** @type {any[]} */
let asked = [];
/** @type {string[]} */
let refused = [];

before(() => {
  learnWords();
  offer([]);
});

beforeEach(() => {
  asked = [];
  refused = [];
  globalThis.fetch = async (_address, { body }) => {
    const request = JSON.parse(body);
    asked.push(request.include);
    const errors = request.include.flatMap((part, n) =>
      refused.includes(part) ? [{ pointer: `/include/${n}`, detail: "too many" }] : [],
    );
    return errors.length
      ? Response.json({ status: 422, title: "Refused", detail: "", errors }, { status: 422 })
      : Response.json({ weights: null, sequence: null, text: null });
  };
});
afterEach(() => {
  globalThis.fetch = fetch;
});

const settings = () => ({ ...defaults(), source: "random", cell: "gated", hidden: 3, layers: 2, inputs: 2, outputs: 5, steps: 7, batch: 2 });

/** What is held after one answer. @param {number} most */
function held(most) {
  return new Promise((resolve) => {
    const asking = createAsking("", most, () => resolve(asking.held()));
    asking.want(settings(), false);
  });
}

test("numbers are counted as the service counts them", () => {
  const layers = 12 * (2 + 3 + 1) + 12 * (3 + 3 + 1);
  assert.deepEqual(countsOf(settings()), { weights: layers + 5 * 3 + 5, sequence: 7 * 2 * (2 + 5) });
  const text = { ...defaults(), source: "text", text: "abba", cell: "simple", hidden: 3, layers: 1 };
  assert.deepEqual(countsOf(text), { weights: 3 * (2 + 3 + 1) + 2 * 3 + 2, sequence: 3 * (2 + 2) });
});

test("a part that is too large is not asked for", async () => {
  const { weights, sequence } = countsOf(settings());
  assert.ok(weights > sequence);
  assert.deepEqual((await held(weights)).without, []);
  assert.deepEqual((await held(weights - 1)).without, ["weights"]);
  assert.deepEqual((await held(sequence - 1)).without, ["weights", "sequence"]);
  assert.deepEqual(asked, [["weights", "sequence"], ["sequence"], []]);
});

test("what the service refuses all the same is left out when it is asked again", async () => {
  refused = ["weights"];
  assert.deepEqual((await held(Infinity)).without, ["weights"]);
  assert.deepEqual(asked, [["weights", "sequence"], ["sequence"]]);
});
