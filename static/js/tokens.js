/** How many tokens a text has, cut as the service cuts it. */

const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u;

/** The last answer: the same text is asked about many times between two changes. */
let last = { text: "", tokens: "", count: 0 };

/**
 * @param {string} text
 * @param {"characters" | "words"} tokens
 */
export function countTokens(text, tokens) {
  if (last.text !== text || last.tokens !== tokens)
    last = { text, tokens, count: count(text, tokens) };
  return last.count;
}

function count(text, tokens) {
  return tokens === "words" ? text.split(SPACE).filter(Boolean).length : [...text].length;
}
