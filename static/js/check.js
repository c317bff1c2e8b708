/** The gradient check: what was sent back, beside differences of the loss. */

import { Problem, checkGradients } from "./api.js";
import { element } from "./elements.js";
import { batchOf, stepsOf, toRequest } from "./experiment.js";
import { fromLog10, parameterName, superscript } from "./format.js";
import { byId } from "./page.js";
import { cellOf } from "./vocabulary.js";

/** @import { Schemas } from "../../types/api" */
/** @import { Request, Settings } from "./types.js" */

/**
 * @typedef {Schemas["GradientCheck"]} Answer   of `POST /api/v1/check`
 * @typedef {Schemas["CheckedEntry"]} Entry
 */

/** So many entries of each parameter; where that is a lot of work, one. */
const ENTRIES = 5;

/** Forward passes for each entry, at most. */
const PASSES = 8;

/** A difference is told apart from its own error to this part. */
const TOLERANCE = 1e-6;

/**
 * How many entries of each parameter to ask for.
 * @param {Settings} settings
 * @param {number} mostWork   T·H²·B·G of all forward passes together that the service lets through
 */
export function entriesFor(settings, mostWork) {
  const { cell, hidden, layers } = settings;
  const blocks = layers * Math.max(1, cellOf(cell).gates.length);
  const work = stepsOf(settings) * hidden ** 2 * batchOf(settings) * blocks;
  const parameters = 4 * layers + 2;
  return PASSES * ENTRIES * parameters * work <= mostWork ? ENTRIES : 1;
}

/**
 * What a check depends on: all but what is followed, clipped and drawn.
 * @param {Request} request
 */
function checkedPart({ network, weights, sequence, loss, truncation }) {
  return { network, weights, sequence, loss, truncation };
}

/** Eight digits: "−0.39421907", "1.2345678 × 10⁻⁵". @param {number | null} value */
export function exactly(value) {
  if (value === null) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const [digits, power] = size.toExponential(7).split("e");
  const text =
    size >= 1e-3 && size < 1e4
      ? size.toFixed(Math.max(0, 7 - Number(power)))
      : `${digits} × 10${superscript(Number(power))}`;
  return (value < 0 ? "−" : "") + text;
}

/** A bound in words: rounded up, so that it holds. @param {number} value */
export function bound(value) {
  if (value === 0) return "0";
  const power = Math.floor(Math.log10(value));
  const digits = Math.ceil(value / 10 ** (power - 1)) / 10;
  return digits < 10 ? `${digits} × 10${superscript(power)}` : `10${superscript(power + 1)}`;
}

/** @param {Entry} entry */
function measurable({ backpropagated: b, central_difference: d, uncertainty, kink }) {
  return !kink && uncertainty !== null && uncertainty <= TOLERANCE * Math.max(Math.abs(b ?? 0), Math.abs(d ?? 0));
}

/** "1 entry", "25 entries". @param {number} count */
function entriesOf(count) {
  return `${count} ${count === 1 ? "entry" : "entries"}`;
}

/**
 * What came out, in words.
 * @param {Answer} answer
 */
export function checkSentence(answer) {
  const entries = Object.values(answer.parameters).flatMap((one) => one.entries);
  const agreeing = entries.filter(({ agrees }) => agrees);
  const differing = entries.filter(({ agrees }) => agrees === false);
  const unknown = entries.length - agreeing.length - differing.length;
  const told = agreeing.filter(measurable);
  const worst = Math.max(0, ...told.map((entry) => entry.relative_difference ?? 0));
  const all = differing.length + unknown === 0;
  const parts = [];
  if (differing.length && !answer.exact)
    parts.push(
      `${differing.length} of ${entriesOf(entries.length)} differ on purpose: the truncation ` +
        "leaves out paths that a difference of the loss counts.",
    );
  else if (differing.length)
    parts.push(`${differing.length} of ${entriesOf(entries.length)} do not agree.`);
  if (agreeing.length) {
    const who = all ? `${entries.length === 1 ? "The" : "All"} ${entriesOf(entries.length)}` : `${agreeing.length}`;
    const verb = agreeing.length === 1 ? "agrees" : "agree";
    const far = worst === 0 ? "to the last digit" : `to ${bound(worst)} or better`;
    const small = agreeing.length - told.length;
    if (!small) parts.push(`${who} ${verb} ${far}.`);
    else if (told.length)
      parts.push(
        `${who} ${verb}: ${told.length} ${far}, ${small} within the error of the difference, ` +
          "for they are too small beside the loss.",
      );
    else parts.push(`${who} ${verb} within the error of the difference.`);
  }
  if (unknown)
    parts.push(
      `${unknown} cannot be compared: a ReLU switches within the step, or a number overflows.`,
    );
  return parts.join(" ").replaceAll(" × ", "\u00a0×\u00a0");
}

/** A cell of two lines. @param {string} upper @param {string} lower */
function pair(upper, lower) {
  const cell = element("td");
  cell.append(element("span", "", upper), element("span", "", lower));
  return cell;
}

/** One row. @param {string} name @param {Entry} entry */
function row(name, entry) {
  const line = element("tr");
  line.dataset.agrees = String(entry.agrees);
  const place = entry.index.map((index) => index + 1).join(", ");
  const { relative_difference: apart } = entry;
  const share = apart === null ? "–" : fromLog10(Math.log10(apart), 2);
  const head = element("th");
  head.scope = "row";
  head.append(element("span", "", parameterName(name)), " ", element("span", "", place));
  line.append(
    head,
    pair(exactly(entry.backpropagated), exactly(entry.central_difference)),
    pair(entry.kink ? "ReLU switches" : share, `h ${fromLog10(Math.log10(entry.step), 2)}`),
  );
  return line;
}

/** @param {Answer} answer */
function table(answer) {
  const made = element("table");
  const head = element("tr");
  for (const lines of [["entry"], ["sent back", "by difference"], ["relative difference", "step h"]]) {
    const cell = element("th");
    cell.scope = "col";
    cell.append(...lines.flatMap((line, n) => (n ? [element("br"), line] : [line])));
    head.append(cell);
  }
  const [top, body] = [element("thead"), element("tbody")];
  top.append(head);
  for (const [name, { entries }] of Object.entries(answer.parameters))
    body.append(...entries.map((entry) => row(name, entry)));
  made.append(top, body);
  return made;
}

/**
 * @param {Document} document
 * @param {{store: import("./state.js").Store, base: string}} context
 */
export function createCheck(document, { store, base }) {
  /** @param {string} id */
  const get = (id) => byId(document, id);
  const button = byId(document, "check-button", HTMLButtonElement);
  let shown = ""; // the key of the experiment that is checked, or is being checked

  /** @param {{words?: string, error?: string, answer?: Answer | null}} what */
  function put({ words = "", error = "", answer = null }) {
    get("check-words").textContent = words;
    get("check-error").textContent = error;
    get("check-error").hidden = !error;
    get("check-entries").hidden = !answer;
    get("check-entries").replaceChildren(...(answer ? [table(answer)] : []));
  }

  const asked = () => checkedPart(toRequest(store.get()));

  async function run() {
    const experiment = asked();
    const key = JSON.stringify(experiment);
    shown = key;
    put({ words: "Running the network forward again and again …" });
    button.disabled = true;
    try {
      const entries = entriesFor(store.get(), Number(get("check").dataset.mostWork));
      const answer = await checkGradients(base, { experiment, entries });
      if (shown === key) put({ words: checkSentence(answer), answer });
    } catch (cause) {
      if (shown !== key) return;
      if (!(cause instanceof Error)) throw cause;
      const details =
        cause instanceof Problem ? cause.errors.map(({ detail }) => detail).join("; ") : "";
      put({ error: (details || cause.message).replaceAll(/ \(UNROLLED_\w+\)/g, "") });
    } finally {
      button.disabled = false;
    }
  }

  button.addEventListener("click", run);
  store.subscribe(() => {
    if (!shown || JSON.stringify(asked()) === shown) return;
    shown = "";
    put({});
  });
}
