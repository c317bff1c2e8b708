import assert from "node:assert/strict";
import { before, test } from "node:test";

import { readLink } from "../../static/js/link.js";
import { offer, toFragment } from "../../static/js/properties.js";
import {
  LONGEST_CAPTION,
  LONGEST_STORY,
  MOST_ACTS,
  fromFile,
  moved,
  printStory,
  readStory,
  toFile,
  tooLong,
} from "../../static/js/storyline.js";
import { learnWords } from "./words.js";

before(() => {
  learnWords();
  offer([]);
});

const ACTS = [
  { link: "hidden=8&text=a%26b", caption: "One; “two”" },
  { link: "", caption: "" },
];

test("a storyline says in a link what it said", () => {
  assert.deepEqual(readStory(printStory(ACTS)), ACTS);
  assert.equal(printStory([]), "");
  assert.deepEqual(readStory(""), []);
  const { settings } = readLink("hidden=4");
  const fragment = toFragment({ ...settings, story: printStory(ACTS), act: 2 });
  const read = readLink(fragment);
  assert.deepEqual(read.left, []);
  assert.deepEqual(readStory(read.settings.story), ACTS);
  assert.equal(read.settings.act, 2);
  assert.equal(read.settings.hidden, 4);
});

test("what is no storyline is left out of a link, in words", () => {
  for (const wrong of ["{", "3", "[3]", '[["a"]]', '[["a",3]]', `["${"a".repeat(LONGEST_STORY)}"]`])
    assert.equal(readStory(wrong), null, wrong.slice(0, 20));
  assert.equal(readStory(JSON.stringify([["", "c".repeat(LONGEST_CAPTION + 1)]])), null);
  assert.equal(readStory(JSON.stringify(Array(MOST_ACTS + 1).fill(["", ""]))), null);
  const { settings, left } = readLink("story=[3]&act=0");
  assert.equal(settings.story, "");
  assert.equal(settings.act, null);
  assert.match(left[0], /^story=\[3\] \(allowed: a list of at most 40 pictures/);
  assert.match(left[1], /^act=0/);
});

test("A has no storyline of its own", () => {
  const { left } = readLink(`compare=${encodeURIComponent("hidden=3&act=2")}`);
  assert.deepEqual(left, ["in A: act=2 (not inside of A)"]);
});

test("a file holds what was saved", () => {
  assert.deepEqual(fromFile(toFile(ACTS)), { acts: ACTS, problem: "" });
  const whole = { unrolled: "storyline", version: 1, pictures: [{ link: "https://a.example/?present#hidden=3", caption: "" }] };
  assert.deepEqual(fromFile(JSON.stringify(whole)).acts, [{ link: "hidden=3", caption: "" }]);
});

test("a file that is none says what is wrong, and where", () => {
  const file = (pictures, more = {}) =>
    fromFile(JSON.stringify({ unrolled: "storyline", version: 1, pictures, ...more })).problem;
  assert.match(fromFile("no").problem, /no JSON/);
  assert.match(fromFile("null").problem, /no storyline; allowed/);
  assert.match(fromFile("[]").problem, /no storyline/);
  assert.match(file([{ link: "", caption: "" }], { version: 2 }), /version 2; allowed: 1/);
  assert.match(file([]), /0 pictures; allowed: 1 to 40/);
  assert.match(file([{ link: "", caption: "" }, null]), /^Picture 2 of this file has no link/);
  assert.match(file([{ link: "", caption: 3 }]), /^Picture 1 of this file has no caption/);
  assert.match(file([{ link: "", caption: "c".repeat(401) }]), /401 characters; allowed: 400/);
  assert.match(file(Array(3).fill({ link: "a".repeat(6000), caption: "" })), /allowed: 16000/);
  assert.equal(tooLong(ACTS), "");
});

test("a picture moves by one, and not beyond the ends", () => {
  assert.deepEqual(moved(["a", "b", "c"], 1, -1), ["b", "a", "c"]);
  assert.deepEqual(moved(["a", "b", "c"], 1, 1), ["a", "c", "b"]);
  assert.deepEqual(moved(["a", "b"], 0, -1), ["a", "b"]);
  assert.deepEqual(moved(["a", "b"], 1, 1), ["a", "b"]);
});
