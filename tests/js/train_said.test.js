import assert from "node:assert/strict";
import { test } from "node:test";

import { Problem } from "../../static/js/api.js";
import { eventFrom } from "../../static/js/train/present.js";
import { fieldFor, refusal } from "../../static/js/train/refused.js";
import { limited } from "../../static/js/train/setup.js";
import { stageOf } from "../../static/js/train/stage.js";
import { opened } from "../../static/js/train/together.js";
import { speedWords, written } from "../../static/js/train/words.js";

test("what is refused belongs to the field that its pointer names, and no pointer stands in a sentence", () => {
  const fields = ["/change/learning_rate", "/change/clip", "/change/clip/threshold"].map((pointer) => ({ dataset: { pointer } }));
  for (const [pointer, found] of [["/change/learning_rate", 0], ["/change/clip/rule", 1], ["/change/clip/threshold", 2], ["/change", -1]])
    assert.equal(fieldFor(fields, pointer), fields[found], pointer);
  assert.equal(refusal({ pointer: "/training/batch_size", detail: "received 9; allowed: at most 7 (Largest batch, B; UNROLLED_MAX_BATCH_SIZE)" }), "Batch size: received 9; allowed: at most 7 (Largest batch, B)");
  assert.equal(refusal({ pointer: "", detail: "received nothing" }), "received nothing");
});

test("what the service allows less of than a task does bounds the field", () => {
  const setting = { name: "steps", kind: "whole", most: 1000, help: "", default: 5 };
  assert.equal(limited("task.steps", setting, { steps: 40, text: 9 }).most, 40);
  assert.equal(limited("task.steps", setting, { steps: 4000, text: 9 }).most, 1000);
  assert.equal(limited("task.ahead", setting, { steps: 40, text: 9 }).most, 1000);
  assert.equal(limited("task.text", { ...setting, most: null }, { steps: 40, text: 9 }).most, 9);
});

test("what the service says has the names and the numbers of the page", () => {
  assert.equal(written("of ‖∂L/∂h_30‖ 12 % arrives there, first in c_7_1: W_hh after this update, W_xh_1"), "of ‖∂L/∂H₃₀‖ 12 % arrives there, first in C₇⁽²⁾: Wᴴ after this update, Wˣ⁽²⁾");
  assert.equal(written("held_out and o_x stay"), "held_out and o_x stay");
  assert.equal(written("‖g‖ is 5730, at update 1,310; 2023.5 and 10000 of 999"), "‖g‖ is 5,730, at update 1,310; 2023.5 and 10,000 of 999");
  assert.equal(speedWords({ state: "running", training: { updates_per_second: 1789.4 } }), "1,790 updates a second");
});

test("of two runs of which one was deleted the other is shown, and it is said", async () => {
  const gone = new Problem({ status: 404, title: "", detail: "no run has this id" });
  const away = new Problem({ status: 503, title: "", detail: "away" });
  let closed = 0;
  /** @param {Object<string, any>} answers */
  const open = (answers) => async (/** @type {string} */ id) => {
    if (answers[id]) throw answers[id];
    return { id, close: () => (closed += 1) };
  };
  const { sources, missing } = await opened(["a", "b"], open({ a: gone }));
  assert.deepEqual(sources.map(({ id }) => id), ["b"]);
  assert.match(missing, /^Run A of these two is not on this server: it has been deleted/);
  assert.equal((await opened(["a", "b"], open({}))).missing, "");
  await assert.rejects(opened(["a", "b"], open({ a: gone, b: gone })), gone);
  await assert.rejects(opened(["a"], open({ a: gone })), gone);
  assert.equal(closed, 0);
  await assert.rejects(opened(["a", "b"], open({ b: away })), away);
  assert.equal(closed, 1);
});

test("keys lead from event to event, and what is shown is as large as the screen allows", () => {
  const marks = [9, 40, 40, 7].map((update) => ({ update }));
  assert.deepEqual([eventFrom(marks, 9, 1), eventFrom(marks, 40, 1), eventFrom(marks, 9, -1), eventFrom(marks, 7, -1)], [40, null, 7, null]);
  assert.deepEqual([stageOf({ clientWidth: 1920 }, 1080), stageOf({ clientWidth: 1920 }, 540), stageOf({ clientWidth: 390 }, 844)], [2, 1, 1]);
});
