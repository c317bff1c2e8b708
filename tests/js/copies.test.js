import assert from "node:assert/strict";
import { test } from "node:test";

import { toFrame, toPython } from "../../static/js/copies.js";

test("a script says the experiment in Python's words", () => {
  const script = toPython("http://a.example/api", { a: null, b: [true, false], c: {}, d: { e: "“x”\n" } });
  assert.match(script, /^import httpx\n/);
  assert.match(script, /"a": None,\n {4}"b": \[True, False\],\n {4}"c": \{\},\n/);
  assert.match(script, /"d": \{\n {8}"e": "“x”\\n",\n {4}\},\n\}/);
  assert.match(script, /httpx\.post\("http:\/\/a\.example\/api", json=experiment/);
});

test("a frame holds the pictures alone, and its address is an attribute's value", () => {
  const line = toFrame('https://a.example/?present#text=a"b&hidden=3');
  assert.match(line, /^<iframe src="https:\/\/a\.example\/\?embed=1#text=a[^"]*b&amp;hidden=3" /);
});
