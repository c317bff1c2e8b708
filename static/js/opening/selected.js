/** What is selected, in the panel of details, and the list of the marked steps. */

import { selectedInA } from "../comparing/settings.js";
import { stepOf } from "../format.js";
import { inspect } from "../inspect.js";
import { markButton, putMarks } from "../marks.js";
import { byId } from "../page.js";
import { isOfStep } from "./patches.js";

/** @import { Reading, Spot } from "../types.js" */
/** @import { Held } from "../values.js" */

/**
 * @param {Document} document
 * @param {string} select   the setting
 * @param {{reading: Reading, a: Reading | null, marks: number[]}} shown
 * @param {{lines: (spot: Spot) => string[],
 *   signed: (reading: Reading, id: string) => Held | null}} says   lines: of a spot; signed: the
 *   numbers of a step
 */
export function putSelected(document, select, { reading, a, marks }, says) {
  putMarks(byId(document, "marks"), marks, (step) =>
    says.lines({ picture: "profile", step, thing: null, loss: null }),
  );
  const [body, title] = [byId(document, "inspector-body"), byId(document, "inspector-title")];
  const inA = selectedInA(select);
  const [id, shown] = inA && a ? [inA, a] : [inA ? "" : select, reading];
  inspect(body, title, id, shown, says.signed(shown, id));
  const is = title.textContent.includes(":");
  if (is && isOfStep(id || inA)) {
    const step = stepOf(id || inA);
    body.append(markButton(step, marks.includes(step)));
  }
  if (!a || !is) return;
  title.textContent = title.textContent.replace("Selected", `Selected in ${inA ? "A" : "B"}`);
  if (inA) body.querySelector("[data-follow]")?.remove();
}
