import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { formula, fraction, gradientMath, lossMath, lossSum, symbolMath } from "../../static/js/mathml.js";
import { learnWords } from "./words.js";

/** As much of an element as is needed to put formulas together. */
class Piece {
  constructor(name) {
    this.name = name;
    this.inner = [];
    this.attributes = {};
  }

  append(...inner) {
    this.inner.push(...inner);
  }

  setAttribute(name, value) {
    this.attributes[name] = value;
  }

  /** "msub(mi(L) mn(3))" */
  toString() {
    return `${this.name}(${this.inner.join(" ")})`;
  }
}

before(() => {
  learnWords();
  globalThis.document = { createElementNS: (_, name) => new Piece(name) };
});
after(() => {
  delete globalThis.document;
});

test("a symbol carries its step, and its layer above the first", () => {
  assert.equal(String(symbolMath("h_3")), "msub(mi(H) mn(3))");
  assert.equal(
    String(symbolMath("h_3_1")),
    "msubsup(mi(H) mn(3) mrow(mo(() mn(2) mo())))",
  );
});

test("a gradient is of the losses that are followed", () => {
  assert.equal(String(lossMath(null)), "mi(L)");
  assert.equal(String(lossMath([15])), "msub(mi(L) mn(15))");
  const [first, last] = ["msub(mi(L) mn(5))", "msub(mi(L) mn(9))"];
  assert.equal(String(lossMath([5, 9])), `mrow(mo(() mrow(${first} mo(+) ${last}) mo()))`);
  assert.equal(String(lossSum([5, 7, 9])), `mrow(${first} mo(+) mo(⋯) mo(+) ${last})`);
  assert.equal(
    String(gradientMath(null, "h_3")),
    String(fraction(lossMath(null), symbolMath("h_3"))),
  );
  assert.equal(
    String(gradientMath(null, "h_3")),
    "mfrac(mrow(mo(∂) mi(L)) mrow(mo(∂) msub(mi(H) mn(3))))",
  );
});

test("a formula stands in lines of its own", () => {
  const math = formula(symbolMath("x_1"));
  assert.equal(math.attributes.display, "block");
  assert.equal(String(math), "math(mrow(msub(mi(X) mn(1))))");
});
