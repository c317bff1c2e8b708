import assert from "node:assert/strict";
import { test } from "node:test";

import { addressOf, beneath } from "../../static/js/outlets.js";

test("a caption is broken into lines that fit, with the link behind", () => {
  const { text, height } = beneath("one two three four five six", "https://a.example/#text=a&b<c", 152);
  assert.deepEqual(text.split("<br>"), [
    "one two three four",
    "five six",
    "https://a.example",
    "/#text=a&amp;b&lt;c",
  ]);
  assert.equal(height, 4 * 15 + 12);
});

test("a link that nobody reads off a picture is left out", () => {
  const { text } = beneath("What is left.", `https://a.example/#text=${"a".repeat(300)}`, 900);
  assert.equal(text, "What is left.<br>Its link is too long to stand here.");
});

test("a picture's address is that of what it shows, not of the lecture about it", () => {
  const at = "http://127.0.0.1/";
  assert.equal(addressOf(`${at}?present#hidden=1&story=%5B%5D&explain=chain&act=2`), `${at}#hidden=1&explain=chain`);
  assert.equal(addressOf(`${at}?present#act=2`), at);
  assert.equal(addressOf(`${at}?embed=1#text=a%23b`), `${at}?embed=1#text=a%23b`);
});
