/** Marked steps: in the link as "50,65", in every picture on the axis, and in a list. */

import { element } from "./elements.js";
import { MOST_MARKS } from "./kinds.js";

/**
 * The steps of a link's marks; what is no step of the sequence is left out.
 * @param {string} text
 * @param {number} steps   T
 * @returns {number[]} ascending
 */
export function marksOf(text, steps) {
  const found = text
    .split(",")
    .filter((part) => /^\s*\d+\s*$/.test(part))
    .map(Number)
    .filter((step) => step >= 1 && step <= steps);
  return [...new Set(found)].sort((a, b) => a - b).slice(0, MOST_MARKS);
}

/** The same with one step more, where there is room, or without it. @param {string} text @param {number} step */
export function toggled(text, step) {
  const marks = new Set(marksOf(text, Infinity));
  if (!marks.delete(step) && marks.size < MOST_MARKS) marks.add(step);
  return [...marks].sort((a, b) => a - b).join(",");
}

/**
 * List the marked steps with their numbers.
 * @param {HTMLElement} list
 * @param {number[]} marks
 * @param {(step: number) => string[]} linesOf   the first is the step's name
 */
export function putMarks(list, marks, linesOf) {
  list.hidden = !marks.length;
  list.replaceChildren(
    ...marks.map((step) => {
      const [name, ...numbers] = linesOf(step);
      const row = element("li");
      const remove = element("button", "small", "×");
      remove.type = "button";
      remove.dataset.mark = String(step);
      remove.ariaLabel = `Remove the mark at step ${step}`;
      row.append(element("b", "", name), ` ${numbers.join(", ")} `, remove);
      return row;
    }),
  );
}

/**
 * The button that marks a step, or takes its mark away.
 * @param {number} step
 * @param {boolean} marked
 */
export function markButton(step, marked) {
  const row = element("div", "row");
  const button = element("button", "small", marked ? "Remove the mark" : `Mark step ${step}`);
  button.type = "button";
  button.dataset.mark = String(step);
  row.append(button);
  return row;
}
