/** What happened in the runs, in the service's words, the newest first; each row leads to its update. */

import { element } from "../elements.js";
import { counted } from "../live/alarms.js";
import { LETTERS } from "./looking.js";
import { written } from "./words.js";

/** @import { Mark, Source } from "./sources.js" */

/** More rows than this are not listed; the newest are. */
const MOST = 300;

/** @typedef {{mark: Mark, run: number}} Happened */

/** @param {Source[]} sources @returns {Happened[]} the newest first */
export function happenedIn(sources) {
  return sources
    .flatMap(({ marks }, run) => marks.map((mark) => ({ mark, run })))
    .sort((a, b) => b.mark.update - a.mark.update || a.run - b.run);
}

/** What was told last: of two runs the one behind has news, too. @param {Happened[]} all @returns {Happened | undefined} */
export function newestOf(all) {
  return all.reduce((/** @type {Happened | undefined} */ best, one) => ((one.mark.id ?? 0) > (best?.mark.id ?? 0) ? one : best), all[0]);
}

/** What is said of an update, less the update itself, which stands in a column of its own. @param {string} text */
export function withoutUpdate(text) {
  const rest = text.replace(/^update [\d,]+: /i, "");
  return rest[0] ? rest[0].toUpperCase() + rest.slice(1) : rest;
}

/** @param {Happened} happened @param {boolean} several @param {(update: number, run: number) => void} go */
function rowOf({ mark, run }, several, go) {
  const row = element("tr");
  row.dataset.kind = mark.kind;
  const head = element("th");
  head.scope = "row";
  const link = element("a", "", counted(mark.update));
  link.href = `#update=${mark.update}${run ? `&of=${LETTERS[run]}` : ""}`;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    go(mark.update, run);
  });
  head.append(link);
  row.append(head);
  if (several) row.append(element("td", "", LETTERS[run]));
  row.append(element("td", "", withoutUpdate(written(mark.text))));
  return row;
}

/**
 * @param {HTMLElement} body   of a table @param {Source[]} sources
 * @param {(update: number, run: number) => void} go
 */
export function putHappened(body, sources, go) {
  const all = happenedIn(sources);
  const state = all.map(({ mark, run }) => `${run} ${mark.id ?? mark.text}`).join("\n");
  if (body.dataset.state === state) return all;
  body.dataset.state = state;
  const rows = [...body.querySelectorAll("a")];
  const focused = rows.indexOf(/** @type {any} */ (body.ownerDocument.activeElement));
  const known = rows.length;
  body.replaceChildren(...all.slice(0, MOST).map((one) => rowOf(one, sources.length > 1, go)));
  if (focused >= 0) body.querySelectorAll("a")[focused + Math.max(0, all.length - known)]?.focus();
  return all;
}
