/**
 * What a lesson says about an answer: arithmetic, comparisons, `and`, `or`, `not`, and paths into the
 * answer, written as in Python (`10 ** -2`, `hidden_gradient.norm[-1]`), so that a test can read it too.
 *
 * Where a number is missing (null), so is everything that is computed from it, and no comparison holds.
 *
 * @typedef {Object<string, unknown>} Scope
 * @typedef {(scope: Scope) => unknown} Expression
 */

import { lookup } from "../lookup.js";

const TOKEN = /\s*(?:(\d+\.?\d*(?:e[-+]?\d+)?|\.\d+)|([A-Za-z_]\w*)|(\*\*|[<>=!]=|[-+*/<>()[\].,]))/y;

/** All numbers of nested lists. @param {unknown} value @returns {number[]} */
function flat(value) {
  return Array.isArray(value) ? value.flatMap(flat) : [Number(value)];
}

/** Numbers, or null where one is missing. @param {unknown} value */
function present(value) {
  const list = Array.isArray(value) ? value.flat(Infinity) : [value];
  return list.some((one) => one === null || one === undefined) ? null : flat(value);
}

/** @type {Object<string, (numbers: number[]) => number>} over all numbers of a list, or of one number */
const FUNCTIONS = lookup({
  abs: ([x]) => Math.abs(x),
  sqrt: ([x]) => Math.sqrt(x),
  exp: ([x]) => Math.exp(x),
  log10: ([x]) => Math.log10(x),
  tanh: ([x]) => Math.tanh(x),
  round: ([x]) => Math.round(x),
  sum: (list) => list.reduce((a, b) => a + b, 0),
  max: (list) => Math.max(...list),
  min: (list) => Math.min(...list),
  norm: (list) => Math.hypot(...list),
});

/** @type {Object<string, (...given: any[]) => unknown>} whole lists, missing numbers included */
const LISTS = lookup({
  len: (list) => list.length,
  /** How many entries are there and not zero. */
  count: (list) => list.filter((/** @type {unknown} */ one) => one !== null && one !== 0).length,
  /** The largest of those that are there. */
  max_known: (list) => Math.max(...list.filter((/** @type {unknown} */ one) => one !== null)),
  column: (rows, k) => rows.map((/** @type {unknown[]} */ row) => row[k]),
  upto: (list, k) => list.slice(0, k),
  after: (list, k) => list.slice(k),
  abs_each: (list) => flat(list).map(Math.abs),
});

/** @type {Object<string, (a: any, b: any) => unknown>} */
const OPERATORS = lookup({
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "**": (a, b) => a ** b,
  "<": (a, b) => a < b,
  ">": (a, b) => a > b,
  "<=": (a, b) => a <= b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
});
const COMPARISONS = new Set(["<", ">", "<=", ">=", "==", "!="]);

/** How tightly each binds. @type {Object<string, number>} */
const BINDS = lookup({
  or: 1,
  and: 2,
  "<": 4,
  ">": 4,
  "<=": 4,
  ">=": 4,
  "==": 4,
  "!=": 4,
  "+": 5,
  "-": 5,
  "*": 6,
  "/": 6,
  "**": 8,
});
const NOT = 3;
const SIGN = 7;

/** @param {string} text @returns {string[]} */
function tokensOf(text) {
  const tokens = [];
  TOKEN.lastIndex = 0;
  while (text.slice(TOKEN.lastIndex).trim()) {
    const from = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (!found) throw new SyntaxError(`cannot read “${text.slice(from)}” of “${text}”`);
    tokens.push(found[0].trim());
  }
  return tokens;
}

/** The number in lists of one, [[0.5]]; anything else as it is. @param {unknown} value @returns {unknown} */
export function single(value) {
  return Array.isArray(value) && value.length === 1 ? single(value[0]) : value;
}

/** @param {string} operator @param {Expression} left @param {Expression} right @returns {Expression} */
function joined(operator, left, right) {
  if (operator === "and") return (scope) => Boolean(left(scope)) && Boolean(right(scope));
  if (operator === "or") return (scope) => Boolean(left(scope)) || Boolean(right(scope));
  const apply = OPERATORS[operator];
  return (scope) => {
    const a = single(left(scope));
    const b = single(right(scope));
    const missing = a === null || a === undefined || b === null || b === undefined;
    if (missing) return COMPARISONS.has(operator) ? false : null;
    return apply(a, b);
  };
}

/** What lies at a key of a value, or null. @param {any} value @param {any} key */
function at(value, key) {
  if (value === null || value === undefined || key === null) return null;
  return (typeof key === "number" && key < 0 ? value[value.length + key] : value[key]) ?? null;
}

/** The tokens of a text, and which is read next. @typedef {{text: string, tokens: string[], place: number}} Source */

/** The next token must be this. @param {Source} source @param {string} wanted */
function take(source, wanted) {
  if (source.tokens[source.place] !== wanted) throw new SyntaxError(`no “${wanted}” in “${source.text}”`);
  source.place += 1;
}

/** A function with what stands in its brackets. @param {Source} source @param {string} name @returns {Expression} */
function called(source, name) {
  take(source, "(");
  const inner = [whole(source, 0)];
  while (source.tokens[source.place] === ",") {
    source.place += 1;
    inner.push(whole(source, 0));
  }
  take(source, ")");
  const ofLists = LISTS[name];
  if (ofLists) return (scope) => ofLists(...inner.map((one) => one(scope)));
  const apply = FUNCTIONS[name];
  if (!apply) throw new SyntaxError(`no function “${name}”: “${source.text}”`);
  return (scope) => {
    const numbers = present(inner.map((one) => one(scope)));
    return numbers && apply(numbers);
  };
}

/** A number, a name, a call, brackets, or a sign before one of these. @param {Source} source @returns {Expression} */
function first(source) {
  const { text } = source;
  const token = source.tokens[source.place];
  if (token === undefined) throw new SyntaxError(`“${text}” ends too early`);
  source.place += 1;
  if (token === "-") {
    const inner = whole(source, SIGN);
    return (scope) => {
      const value = inner(scope);
      return typeof value === "number" ? -value : null;
    };
  }
  if (token === "not") {
    const inner = whole(source, NOT);
    return (scope) => !inner(scope);
  }
  if (token === "(") {
    const inner = whole(source, 0);
    take(source, ")");
    return inner;
  }
  if (/^[\d.]/.test(token)) return () => Number(token);
  if (source.tokens[source.place] === "(") return called(source, token);
  return (scope) => {
    if (!Object.hasOwn(scope, token)) throw new ReferenceError(`no “${token}”: “${text}”`);
    return scope[token];
  };
}

/** A value with the paths behind it. @param {Source} source @returns {Expression} */
function path(source) {
  let value = first(source);
  for (;;) {
    const from = value;
    const token = source.tokens[source.place];
    if (token === ".") {
      const key = source.tokens[source.place + 1];
      source.place += 2;
      value = (scope) => at(from(scope), key);
    } else if (token === "[") {
      source.place += 1;
      const key = whole(source, 0);
      take(source, "]");
      value = (scope) => at(from(scope), key(scope));
    } else return value;
  }
}

/**
 * @param {Source} source
 * @param {number} least   the weakest operator that may follow
 * @returns {Expression}
 */
function whole(source, least) {
  let left = path(source);
  for (;;) {
    const operator = source.tokens[source.place];
    const binds = BINDS[operator];
    if (binds === undefined || binds <= least) return left;
    source.place += 1;
    // 2 ** -3 and 2 ** 3 ** 4: what stands right of a power binds first.
    left = joined(operator, left, whole(source, operator === "**" ? SIGN - 1 : binds));
  }
}

/**
 * Read an expression.
 * @param {string} text
 * @returns {Expression}
 */
export function expression(text) {
  const source = { text, tokens: tokensOf(text), place: 0 };
  const read = whole(source, 0);
  const rest = source.tokens[source.place];
  if (rest !== undefined) throw new SyntaxError(`“${rest}” is too much in “${text}”`);
  return read;
}
