/** What is said of A and B together, in words and keys; no element is touched here. */

import { captions, profileStep, summaries, thing } from "../describe.js";
import { namesOf } from "../difference.js";
import { shorten } from "../format.js";
import { lossName } from "../letters.js";
import { clipRuleOf } from "../vocabulary.js";

/** @import { Reading, Spot } from "../types.js" */

/** The summaries that A changes. @param {Reading} a @param {Reading} b */
export function summariesOf(a, b) {
  const [own, other] = [summaries(a), summaries(b)];
  return {
    compared: `A, compared with B. ${own.diagram}`,
    diagram: `B, compared with A. ${other.diagram}`,
    profile: `B: ${other.profile} A, an outline over it: ${own.profile}`,
  };
}

/** The pictures' keys: which is which. @param {Reading} a @param {Reading} b */
export function keysOf(a, b) {
  /** @param {Reading} reading */
  const norm = ({ follow }) => `‖∂${lossName(follow)}/∂H‖`;
  const clipped = '<span><i class="dash"></i>B after clipping</span>';
  const { rule, engaged } = b.flow.clipping;
  const zeros = a.row.slice(0, a.entryStep).includes(null);
  return {
    compared: "<span>kept as it is: the settings change B</span>",
    spectrum: "<span>hollow: A; filled: B</span>",
    profile:
      `<span><i class="bar"></i>B: ${norm(b)}</span>` +
      `<span><i class="outline"></i>A: ${norm(a)}${zeros ? ", crossed where nothing arrives" : ""}</span>` +
      (clipRuleOf(rule).keeps_direction && engaged ? clipped : ""),
  };
}

/**
 * One line for a picture that leaves the page.
 * @param {Reading | null} a @param {Reading} b
 * @returns {Object<string, string>}
 */
export function captionsOf(a, b) {
  /** @type {Object<string, string>} */
  const all = captions(b);
  if (!a) return all;
  const names = namesOf(a, b);
  return {
    ...Object.fromEntries(Object.entries(all).map(([name, line]) => [name, `B: ${line}`])),
    compared: `A: ${captions(a).diagram}`,
    profile:
      `‖∂L/∂H‖ at every step; bars B: ${shorten(names.b, 40)}; ` +
      `outline A: ${shorten(names.a, 40)}`,
  };
}

/**
 * Lines about a spot that A has to do with, or null.
 * @param {Spot} spot @param {Reading | null} a @param {Reading} b
 */
export function linesOf(spot, a, b) {
  if (!a) return null;
  if (spot.picture === "compared") {
    const lines = spot.thing ? thing(spot.thing, a) : [];
    return lines
      .filter((line) => !line.startsWith("click"))
      .map((line, n) => (n ? line : `A: ${line}`));
  }
  return spot.picture === "profile" ? linesOfStep(spot.step, a, b) : null;
}

/** A bar of both. @param {number} step @param {Reading} a @param {Reading} b */
function linesOfStep(step, a, b) {
  const lines = [`step ${step}`];
  for (const reading of [b, a]) {
    const name = reading === a ? "A" : "B";
    if (step > reading.steps) lines.push(`${name} ends at step ${reading.steps}`);
    else if (step < 1) continue;
    else {
      const [, size, left = ""] = profileStep(step, reading);
      lines.push(`${name}: ${size}`);
      if (left.includes("what entered")) lines.push(left);
    }
  }
  return lines;
}
