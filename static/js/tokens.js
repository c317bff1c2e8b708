/** How many tokens a text has, cut as the service cuts it. */

import { lookup } from "./lookup.js";

const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u;

/** What a reader takes for one character each, as the service cuts it. */
const GRAPHEMES = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The last answer: the same text is asked about many times between two changes. */
let last = { text: "", tokens: "", count: 0 };

/**
 * @param {string} text
 * @param {string} tokens   characters are code points
 */
export function countTokens(text, tokens) {
  if (last.text !== text || last.tokens !== tokens)
    last = { text, tokens, count: COUNTS[tokens](text) };
  return last.count;
}

/** @type {Object<string, (text: string) => number>} */
const COUNTS = lookup({
  graphemes: (text) => [...GRAPHEMES.segment(text)].length,
  characters: (text) => [...text].length,
  words: (text) => text.split(SPACE).filter(Boolean).length,
});
