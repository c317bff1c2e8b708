/** The alarms as a list: what lasts and the newest, and behind a word the others. */

import { element } from "../elements.js";

/** @import { Alarm } from "./alarms.js" */

/** So many are seen at once, beside those that last. */
const SEEN = 6;

/** @param {Alarm[]} alarms   the newest first @returns {[Alarm[], Alarm[]]} seen, and the others */
export function divided(alarms) {
  const seen = alarms.filter(({ lasting }, n) => lasting || n < SEEN);
  return [seen, alarms.filter((alarm) => !seen.includes(alarm))];
}

/** @param {Alarm} alarm @param {(sequence: number) => void} go */
function rowOf(alarm, go) {
  const row = element("li", alarm.lasting ? "lasting" : "over");
  const button = element("button", "link", alarm.text);
  button.type = "button";
  button.addEventListener("click", () => go(alarm.sequence));
  row.append(button);
  return row;
}

/**
 * @param {HTMLElement} box   a list
 * @param {Alarm[]} alarms
 * @param {string} none   what is said where there is none
 * @param {(sequence: number) => void} go   to the report where an alarm began
 */
export function putAlarms(box, alarms, none, go) {
  const focused = [...box.querySelectorAll("button")].indexOf(/** @type {any} */ (document.activeElement));
  const open = box.querySelector("details")?.open ?? false;
  const [seen, others] = divided(alarms);
  const rows = seen.map((alarm) => rowOf(alarm, go));
  if (!alarms.length) rows.push(element("li", "note", none));
  if (others.length) {
    const more = element("details");
    more.open = open;
    const list = element("ul", "alarms");
    list.append(...others.map((alarm) => rowOf(alarm, go)));
    more.append(element("summary", "", `${others.length} earlier`), list);
    const last = element("li");
    last.append(more);
    rows.push(last);
  }
  box.replaceChildren(...rows);
  box.querySelectorAll("button")[focused]?.focus();
}
