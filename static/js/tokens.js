/**
 * A text, cut as the service cuts it: what the page must know of it before an answer has come.
 * tests/browser/test_tokens.py compares both.
 */

import { lookup } from "./lookup.js";

const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u;

const GRAPHEMES = new Intl.Segmenter("en", { granularity: "grapheme" });

/** What a reader takes for one character each. @param {string} text */
export function graphemesOf(text) {
  return [...GRAPHEMES.segment(text)].map(({ segment }) => segment);
}

/** The last answer: the same text is asked about many times between two changes. */
let last = { text: "", tokens: "", count: 0, different: 0 };

/** @param {string} text @param {string} tokens */
function counted(text, tokens) {
  if (last.text !== text || last.tokens !== tokens) {
    const all = CUTS[tokens](text);
    last = { text, tokens, count: all.length, different: new Set(all).size };
  }
  return last;
}

/**
 * @param {string} text
 * @param {string} tokens   characters are code points
 */
export const countTokens = (text, tokens) => counted(text, tokens).count;

/** How large the vocabulary of a text is. @param {string} text @param {string} tokens */
export const countDifferent = (text, tokens) => counted(text, tokens).different;

/** @type {Object<string, (text: string) => string[]>} */
const CUTS = lookup({
  graphemes: graphemesOf,
  characters: (text) => [...text],
  words: (text) => text.split(SPACE).filter(Boolean),
});
