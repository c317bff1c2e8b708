import assert from "node:assert/strict";
import { before, test } from "node:test";

import * as format from "../../static/js/format.js";
import { learnWords } from "./words.js";

before(learnWords);

test("a power of ten is written where a decimal would be long", () => {
  const { fromLog10 } = format;
  assert.equal(fromLog10(0), "1.00");
  assert.equal(fromLog10(-3), "0.00100");
  assert.equal(fromLog10(-3.001), "9.98 × 10⁻⁴");
  assert.equal(fromLog10(4), "1.00 × 10⁴");
  assert.equal(fromLog10(-1505.5), "3.16 × 10⁻¹⁵⁰⁶");
  assert.equal(fromLog10(5.9999999), "1.00 × 10⁶", "a mantissa is never 10");
  assert.equal(fromLog10(null), "0");
  assert.equal(fromLog10(Infinity), "∞");
});

test("an ordinary number has as many digits as asked for", () => {
  assert.equal(format.plain(0.0123456), "0.0123");
  assert.equal(format.plain(-12.3456, 4), "−12.35");
  assert.equal(format.plain(9.996), "10.0", "rounding up does not add a digit");
  assert.equal(format.plain(Number.NaN), "–");
});

test("a number without a value is a dash, and rounding beside its scale is nothing", () => {
  assert.equal(format.number(null), "–");
  assert.equal(format.number(-0.5), "−0.500");
  assert.equal(format.number(1e-14, 3, 1), "0");
  assert.equal(format.number(1e-11, 3, 1), "1.00 × 10⁻¹¹");
});

test("tidy numbers end in no zero", () => {
  assert.equal(format.tidy(0.55), "0.55");
  assert.equal(format.tidy(4), "4");
  assert.equal(format.tidy(100), "100");
});

test("two numbers are written so that they are seen to differ", () => {
  assert.deepEqual(format.apart(1, 1.0001), ["1", "1.0001"]);
  assert.deepEqual(format.apart(1, 1 + 1e-12), ["1", "1"], "rounding is no difference");
  assert.equal(format.compare(1, 1 + 1e-12), 0);
  assert.equal(format.compare(1, 1.1), -1);
  assert.equal(format.compare(-1, -1.1), 1);
});

test("a cosine is 1.000 only where it is 1", () => {
  assert.equal(format.cosineText(1), "1.000");
  assert.equal(format.cosineText(0.99996), "0.99996");
  assert.equal(format.cosineText(-0.5), "−0.500");
  assert.equal(format.cosineText(-1e-9), "0.000");
});

test("what is left is said as a share, a multiple or a power", () => {
  assert.equal(format.share(-1), "10.0 %");
  assert.equal(format.share(0), "100 %");
  assert.equal(format.share(null), "nothing");
  assert.deepEqual([-1, 0, 0.5, null].map(format.besideEntered), [
    "10.0 % of what entered",
    "as much as entered",
    "3.16 times as much as entered",
    "nothing",
  ]);
  assert.equal(format.share(1), "10.0 times as much");
  assert.equal(format.share(-6), "a share of 1.0 × 10⁻⁶");
  assert.equal(format.share(Math.log10(0.99999)), "99.99 %", "never rounded up to all");
  assert.equal(format.portion(-1), "10.0 % of");
  assert.equal(format.portion(0), "all of");
  assert.equal(format.times(Math.log10(1.0001)), "1.0001");
});

test("ids are read and written as in the notes", () => {
  assert.deepEqual(format.partsOf("h_13_1"), { letter: "h", step: 13, layer: 1 });
  assert.equal(format.stepOf("h_2>h_3"), 3);
  assert.equal(format.stepOf("L_15"), 15);
  assert.equal(format.symbol("h_13_1"), "H₁₃⁽²⁾");
  assert.equal(format.parameterName("W_hh"), "Wᴴ");
  assert.equal(format.parameterName("W_hh_1"), "Wᴴ⁽²⁾");
  assert.equal(format.parameterName("b_new"), "b_new");
  assert.deepEqual(format.raised("∂L/∂Wˣ"), ["∂L/∂W", "X", ""]);
  assert.equal(format.parameterName("W_hr_1"), "Wᴿ⁽²⁾");
  assert.deepEqual(format.raised("Wᴿ"), ["W", "R", ""]);
  assert.equal(format.activationSymbol("linear"), "");
});

test("counts have their plural", () => {
  assert.equal(format.plural(1, "step"), "1 step");
  assert.equal(format.plural(2, "loss", "losses"), "2 losses");
  assert.equal(format.stepsBack(3), "3 steps back");
});

test("what cannot be seen has a sign, and a joined emoji stays one", () => {
  assert.equal(format.glyph(" "), "␣");
  assert.equal(format.glyph("a\u00a0b"), "a⍽b");
  assert.equal(format.glyph("\u0301"), "◌\u0301");
  assert.equal(format.glyph("👩‍🚀"), "👩‍🚀");
  assert.match(format.spoken("\u200b"), /U\+200B$/);
  assert.equal(format.spoken("a"), "“\u2068a\u2069”");
});

test("a text is shortened by graphemes", () => {
  assert.equal(format.shorten("gradient", 5), "grad…");
  assert.equal(format.shorten("👩‍🚀👩‍🚀", 2), "👩‍🚀👩‍🚀");
});

test("ticks are few, round, and begin with step 1", () => {
  assert.deepEqual(format.stepTicks(0.5, 5.5, 10), [1, 2, 3, 4, 5]);
  assert.deepEqual(format.stepTicks(0.5, 50.5, 10), [1, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50]);
  assert.deepEqual(format.stepTicks(40.2, 60.5, 5), [45, 50, 55, 60]);
});

test("markup of Plotly's is taken literally", () => {
  assert.equal(format.escapeMarkup("<b>&"), "&lt;b&gt;&amp;");
});
