/** How far a map is, in words. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { progress } from "../../static/js/map/words.js";

const run = { sweep: {}, state: "running", why: null, count: 1000, done: 250, known: 0, points_per_second: 20, seconds_left: 37.5 };
const why = "It waits: no scheduler answers at tcp://a:1.";

test("a map that waits for its cluster says why, and so does one whose turn is over", () => {
  assert.equal(progress(run), "250 of 1,000 points, 20 a second, about 38 s left");
  const waits = { ...run, why, points_per_second: null, seconds_left: null };
  assert.equal(progress(waits), `250 of 1,000 points. ${why}`);
  assert.equal(progress({ ...waits, state: "queued" }), `250 of 1,000 points. ${why}`);
  assert.equal(progress({ ...waits, state: "queued", why: null }), "250 of 1,000 points; it waits for its turn.");
});
