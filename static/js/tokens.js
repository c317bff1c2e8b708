/** How many tokens a text has, cut as the service cuts it. */

const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u;

/**
 * @param {string} text
 * @param {"characters" | "words"} tokens
 */
export function countTokens(text, tokens) {
  return tokens === "words" ? text.split(SPACE).filter(Boolean).length : [...text].length;
}
