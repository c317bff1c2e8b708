/** The controls of what the network reads. */

import { element } from "../elements.js";
import { allWithin, byId, controlsIn } from "../page.js";
import { chosen } from "../vocabulary.js";
import { NUMBERS, numberOf } from "./choice.js";
import { headOf, inputsOf, lossesOf, moduleOf } from "./plan.js";
import { asksToScale, fileNumber, scaleWords, sequenceWords, warningsOf } from "./words.js";

/** @import { Choice } from "./choice.js" */
/** @import { KeptNetwork, KeptSequence } from "./requests.js" */
/** @import { Schemas } from "../../../types/api" */

/** @param {string} id @param {string} text */
export function sayFault(id, text) {
  const place = byId(document, `${id}-error`);
  place.textContent = text;
  place.hidden = !text;
  document.getElementById(id)?.setAttribute("aria-invalid", String(Boolean(text)));
}

/** Which fields of a request are said beside which control. @type {[RegExp, string][]} */
const PLACES = [
  [/^\/sequence\/inputs|^\/network\/input_size/, "inputs"],
  [/^\/sequence\/target|^\/network\/output_size|^\/loss/, "target"],
  [/^\/sequence\/start/, "start"],
  [/^\/sequence\/batch/, "batch"],
  [/^\/sequence\/stride/, "stride"],
  [/^\/sequence/, "steps"],
];

/** The control that a fault of the service belongs to; "" where there is none. @param {string} pointer */
export function placeOf(pointer) {
  return PLACES.find(([pattern]) => pattern.test(pointer))?.[1] ?? "";
}

/** @param {HTMLSelectElement} select @param {[string, string][]} options @param {string} value */
function putOptions(select, options, value) {
  const said = JSON.stringify(options);
  if (select.dataset.options !== said) {
    select.dataset.options = said;
    select.replaceChildren(
      ...options.map(([name, label]) => {
        const option = element("option", "", label);
        option.value = name;
        return option;
      }),
    );
  }
  select.value = value;
}

/**
 * @param {{network: KeptNetwork, sequence: KeptSequence | null, sequences: KeptSequence[], choice: Choice}} shown
 * @param {(change: Partial<Choice>) => void} choose
 */
export function putReads({ network, sequence, sequences, choice }, choose) {
  /** @type {[string, string][]} */
  const kept = sequences.map((one) => [one.id, one.name || "without a name"]);
  putOptions(byId(document, "sequence", HTMLSelectElement), [["", "none: inputs are drawn"], ...kept], sequence?.id ?? "");
  byId(document, "sequence-about").textContent = sequence ? sequenceWords(sequence) : "";
  putWarnings(sequence ? warningsOf(sequence, choice.scaling) : [], choose);
  const seen = sequence ? (choice.target ? ["stored", "target"] : ["stored"]) : ["drawn"];
  for (const part of allWithin(document, "[data-with]")) part.hidden = !seen.includes(part.dataset.with ?? "");
  if (sequence?.alphabet) byId(document, "scaling").closest(".field")?.toggleAttribute("hidden", true);
  putColumns(network, sequence, choice, choose);
  putLosses(network, sequence, choice);
  for (const control of controlsIn(document, "[data-choice]")) {
    const name = /** @type {keyof Choice} */ (control.dataset.choice);
    const torn = control === document.activeElement && control instanceof HTMLInputElement && numberOf(name, control.value) === null;
    if (name === "loss" || torn) continue;
    control.value = String(choice[name] ?? choice.steps);
  }
}

/** @param {string[]} warnings @param {(change: Partial<Choice>) => void} choose */
function putWarnings(warnings, choose) {
  const box = byId(document, "warnings");
  const said = warnings.join("\n");
  box.hidden = warnings.length === 0;
  if (box.dataset.said === said) return;
  box.dataset.said = said;
  box.replaceChildren(...warnings.map((words) => element("li", "", words)));
  if (!warnings.some(asksToScale)) return;
  const button = element("button", "small", "Scale every column: mean 0, deviation 1");
  button.type = "button";
  button.addEventListener("click", () => {
    choose({ scaling: "standard" });
    byId(document, "scaling").focus();
  });
  const row = element("li", "act");
  row.append(button);
  box.append(row);
}

/** @param {KeptNetwork} network @param {KeptSequence | null} sequence @param {Choice} choice */
function putLosses(network, sequence, choice) {
  const head = headOf(network);
  const fitting = head && sequence && choice.target ? lossesOf(sequence, choice.target, head).losses : [];
  const value = fitting.includes(choice.loss) ? choice.loss : (fitting[0] ?? "");
  const select = byId(document, "loss", HTMLSelectElement);
  select.closest(".field")?.toggleAttribute("hidden", fitting.length < 2);
  putOptions(
    select,
    fitting.map((name) => [name, chosen("loss", name).label]),
    value,
  );
}

/**
 * @param {KeptNetwork} network @param {KeptSequence | null} sequence @param {Choice} choice
 * @param {(change: Partial<Choice>) => void} choose
 */
function putColumns(network, sequence, choice, choose) {
  byId(document, "columns-of").hidden = !sequence;
  const module = moduleOf(network);
  if (!sequence || !module) return;
  const inputs = inputsOf(sequence, module, choice);
  const body = byId(document, "columns");
  if (body.dataset.of !== sequence.id) {
    body.dataset.of = sequence.id;
    body.replaceChildren(...sequence.columns.map((column) => rowOf(sequence, column)), noTarget());
  }
  for (const input of controlsIn(body, "input")) {
    if (!(input instanceof HTMLInputElement)) continue;
    const { name = "" } = input.closest("tr")?.dataset ?? {};
    const reads = input.type === "checkbox";
    input.checked = reads ? inputs.includes(name) : choice.target === name;
    input.onchange = () => {
      const marked = controlsIn(body, 'input[type="checkbox"]').filter((one) => one instanceof HTMLInputElement && one.checked);
      choose(reads ? { inputs: marked.map((one) => one.closest("tr")?.dataset.name ?? "") } : { target: name });
    };
  }
}

/** @param {KeptSequence} sequence @param {Schemas["ColumnReport"]} column */
function rowOf({ alphabet }, { name, min, max, mean, std, missing }) {
  const row = element("tr");
  row.dataset.name = name;
  const head = element("th", "", name);
  head.scope = "row";
  const numbers = alphabet ? ["", "", "", "", ""] : [min, max, mean, std].map(fileNumber).concat(missing ? String(missing) : "");
  row.append(
    head,
    cellWith("checkbox", `Read ${name}`),
    cellWith("radio", `Target ${name}`),
    ...numbers.map((text) => element("td", "of-number", text)),
    element("td", "becomes"),
  );
  return row;
}

function noTarget() {
  const row = element("tr");
  row.dataset.name = "";
  const head = element("th", "note", "no target");
  head.scope = "row";
  const rest = element("td");
  rest.colSpan = 6;
  row.append(head, element("td"), cellWith("radio", "No target"), rest);
  return row;
}

/** @param {string} type @param {string} label */
function cellWith(type, label) {
  const cell = element("td");
  const input = element("input");
  Object.assign(input, { type, name: type === "radio" ? "target" : "" });
  input.setAttribute("aria-label", label);
  cell.append(input);
  return cell;
}

/** What became of each column. @param {Schemas["SeriesReport"] | null} series */
export function putScales(series) {
  for (const row of allWithin(byId(document, "columns"), "tr")) {
    const { name = "" } = row.dataset;
    const scales = [...(series?.inputs ?? []), ...(series?.target ? [series.target] : [])];
    const scale = scales.find(({ column }) => column === name);
    const cell = row.querySelector(".becomes");
    if (cell) cell.textContent = scale ? scaleWords(scale) : "";
  }
}

/**
 * What a hand changes in the controls that are always there.
 * @param {(change: Partial<Choice>, during: boolean) => void} choose   during: more may follow at once
 */
export function listenReads(choose) {
  byId(document, "sequence").addEventListener("change", () =>
    choose({ sequence: byId(document, "sequence", HTMLSelectElement).value, inputs: null, target: "", start: 0, stride: null }, false),
  );
  for (const control of controlsIn(document, "[data-choice]")) {
    const { choice: name = "" } = control.dataset;
    if (control instanceof HTMLSelectElement) {
      control.addEventListener("change", () => choose({ [name]: control.value }, false));
      continue;
    }
    control.addEventListener("input", () => {
      const value = numberOf(name, control.value);
      const least = NUMBERS.find(([each]) => each === name)?.[1];
      sayFault(name, value === null ? `received “${control.value.slice(0, 20)}”; allowed: a whole number from ${least}` : "");
      if (value !== null) choose({ [name]: value }, true);
    });
    control.addEventListener("change", () => choose({}, false));
  }
}
