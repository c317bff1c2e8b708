import assert from "node:assert/strict";
import { test } from "node:test";

import { beneath } from "../../static/js/outlets.js";

test("a caption is broken into lines that fit, with the link behind", () => {
  const { text, height } = beneath("one two three four five six", "https://a.example/#text=a&b<c", 152);
  assert.deepEqual(text.split("<br>"), [
    "one two three four",
    "five six",
    "https://a.example/#t",
    "ext=a&amp;b&lt;c",
  ]);
  assert.equal(height, 4 * 15 + 12);
});

test("a link that nobody reads off a picture is left out", () => {
  const { text } = beneath("What is left.", `https://a.example/#text=${"a".repeat(300)}`, 900);
  assert.equal(text, "What is left.<br>Its link is too long to stand here.");
});
