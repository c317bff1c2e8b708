/** A storyline leaves the page: as one link, or as a file. */

import { LONGEST_LINK } from "../properties.js";
import { printStory, toFile } from "../storyline.js";

/** @import { Act } from "../storyline.js" */

/** Where the storyline begins, with all of it. @param {Document} document @param {Act[]} acts */
function addressOf(document, acts) {
  const { origin, pathname } = document.location;
  const first = new URLSearchParams(acts[0].link);
  first.set("story", printStory(acts));
  first.set("act", "1");
  return { fragment: first.toString(), start: `${origin}${pathname}?present#` };
}

/**
 * @param {Document} document
 * @param {{acts: () => Act[], said: HTMLElement, tell: (words: string) => void}} story
 */
export async function copyLink(document, { acts, said, tell }) {
  const { start, fragment } = addressOf(document, acts());
  if (fragment.length > LONGEST_LINK)
    return tell(`One link would have ${fragment.length} characters; allowed: ${LONGEST_LINK}. Save it as a file.`);
  try {
    await navigator.clipboard.writeText(start + fragment);
    tell("Link copied: it opens the presentation.");
  } catch {
    const field = Object.assign(document.createElement("input"), {
      value: start + fragment,
      readOnly: true,
      ariaLabel: "Storyline to copy",
    });
    said.replaceChildren("Copy it here: ", field);
    field.select();
  }
  return undefined;
}

/** @param {Document} document @param {Act[]} acts */
export function saveFile(document, acts) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([toFile(acts)], { type: "application/json" }));
  link.download = "unrolled-storyline.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
