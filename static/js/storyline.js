/** A storyline: pictures in an order, each a link with a caption, as it is written and read. */

/**
 * @typedef {object} Act
 * @property {string} link   the fragment of an address, without "#"
 * @property {string} caption
 */

export const MOST_ACTS = 40;
export const LONGEST_CAPTION = 400;
/** Of all together in an address: what is shown has to stand there, too. */
export const LONGEST_STORY = 16_000;

const ALLOWED = `a list of at most ${MOST_ACTS} pictures, each [link, caption]`;

/** @param {unknown} value @param {number} most */
function isText(value, most) {
  return typeof value === "string" && value.length <= most;
}

/** Of an address what stands behind "#". @param {string} link */
function fragmentOf(link) {
  return link.slice(link.indexOf("#") + 1);
}

/** As a link says it: "" where there is none. @param {Act[]} acts */
export function printStory(acts) {
  return acts.length ? JSON.stringify(acts.map(({ link, caption }) => [link, caption])) : "";
}

/** What a link says; null where it says no storyline. @param {string} text @returns {Act[] | null} */
export function readStory(text) {
  if (text === "") return [];
  if (text.length > LONGEST_STORY) return null;
  try {
    const list = JSON.parse(text);
    if (!Array.isArray(list) || list.length > MOST_ACTS) return null;
    const fits = list.every(
      (one) =>
        Array.isArray(one) &&
        one.length === 2 &&
        isText(one[0], LONGEST_STORY) &&
        isText(one[1], LONGEST_CAPTION),
    );
    return fits ? list.map(([link, caption]) => ({ link: fragmentOf(link), caption })) : null;
  } catch {
    return null;
  }
}

/** How a storyline stands in a link. @type {import("./kinds.js").Kind} */
export const story = {
  print: String,
  parse: (s) => (readStory(s) ? s : undefined),
  allowed: ALLOWED,
};

/** As a file. @param {Act[]} acts */
export function toFile(acts) {
  return `${JSON.stringify({ unrolled: "storyline", version: 1, pictures: acts }, null, 2)}\n`;
}

/**
 * A file's text, checked.
 * @param {string} text
 * @returns {{acts: Act[], problem: string}}   problem: what is wrong, in words, or ""
 */
export function fromFile(text) {
  /** @param {string} problem */
  const wrong = (problem) => ({ acts: [], problem });
  let file;
  try {
    file = JSON.parse(text);
  } catch {
    return wrong("This file is no JSON; allowed: a storyline saved here.");
  }
  if (file?.unrolled !== "storyline" || !Array.isArray(file.pictures))
    return wrong(
      'This file is no storyline; allowed: {"unrolled": "storyline", "version": 1, "pictures": […]}.',
    );
  if (file.version !== 1)
    return wrong(`This file has version ${JSON.stringify(file.version)}; allowed: 1.`);
  /** @type {unknown[]} */
  const pictures = file.pictures;
  if (!pictures.length || pictures.length > MOST_ACTS)
    return wrong(`This file has ${pictures.length} pictures; allowed: 1 to ${MOST_ACTS}.`);
  /** @type {Act[]} */
  const acts = [];
  for (const [place, one] of pictures.entries()) {
    const { link, caption } = /** @type {{link?: unknown, caption?: unknown}} */ (one ?? {});
    const which = `Picture ${place + 1} of this file`;
    if (typeof link !== "string") return wrong(`${which} has no link; allowed: a text.`);
    if (typeof caption !== "string") return wrong(`${which} has no caption; allowed: a text.`);
    if (caption.length > LONGEST_CAPTION)
      return wrong(
        `${which} has a caption of ${caption.length} characters; allowed: ${LONGEST_CAPTION}.`,
      );
    acts.push({ link: fragmentOf(link), caption });
  }
  return tooLong(acts) ? wrong(tooLong(acts)) : { acts, problem: "" };
}

/** Why a storyline does not fit into a link, or "". @param {Act[]} acts */
export function tooLong(acts) {
  const { length } = printStory(acts);
  return length > LONGEST_STORY
    ? `The pictures’ links and captions together have ${length} characters; ` +
        `allowed: ${LONGEST_STORY}. Leave out a long text or a picture.`
    : "";
}

/**
 * The same with one picture elsewhere.
 * @param {Act[]} acts @param {number} place @param {number} by   −1 earlier, 1 later
 */
export function moved(acts, place, by) {
  const to = place + by;
  if (to < 0 || to >= acts.length) return acts;
  const next = [...acts];
  [next[place], next[to]] = [next[to], next[place]];
  return next;
}
