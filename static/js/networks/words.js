/** What the page of networks says. */

import { fromLog10, number, parameterName, plural, tidy } from "../format.js";
import { moment } from "../live/words.js";
import { cellOf } from "../vocabulary.js";

/** @import { KeptNetwork, KeptSequence } from "./requests.js" */
/** @import { Module, Head } from "./plan.js" */
/** @import { Schemas } from "../../../types/api" */

const UNITS = ["bytes", "kB", "MB", "GB"];

/** 12.3 MB. @param {number} bytes */
export function sizeWords(bytes) {
  const power = bytes < 1000 ? 0 : Math.min(3, Math.floor(Math.log10(bytes) / 3));
  return `${power ? tidy(bytes / 1000 ** power, 3) : bytes} ${UNITS[power]}`;
}

/** LSTM, 2 layers, 64 → 128. @param {Module} module */
export function moduleWords(module) {
  const { layers, input_size: inputs, hidden_size: hidden, projection_size: projected, bidirectional, activation } = module;
  return [
    cellOf(module.cell).label + (activation ? ` (${activation})` : ""),
    plural(layers, "layer"),
    bidirectional ? "both directions" : "",
    `${inputs} → ${hidden}${projected ? ` → ${projected}` : ""}`,
    module.dtype,
  ]
    .filter(Boolean)
    .join(", ");
}

/** @param {Head} head */
export function headWords({ input_size: inputs, output_size: outputs, bias }) {
  return `${inputs} → ${outputs}${bias ? "" : ", without a bias"}`;
}

/** What a network is in the list. @param {KeptNetwork} network */
export function networkWords({ modules, module }) {
  const chosen = modules.find(({ name }) => name === module);
  if (chosen) return moduleWords(chosen);
  const able = modules.filter(({ supported }) => supported).length;
  if (able) return `${able} layers fit; none is chosen`;
  return modules.length ? "no layer that can be taken" : "no recurrent layer";
}

/** @param {KeptNetwork} network */
export function fileWords({ format, bytes, tensors, tensors_left_off: more }) {
  return `${format}, ${sizeWords(bytes)}, ${plural(tensors.length + more, "tensor")}`;
}

/** @param {KeptSequence} sequence */
export function sequenceWords({ kind, rows, batch, columns, alphabet, format }) {
  if (kind === "text") return `text of ${rows.toLocaleString("en-US")} characters, ${[...(alphabet ?? "")].length} different ones`;
  const many = kind === "batches" ? `${batch} sequences of ` : "";
  return `${format}, ${many}${plural(rows, "row")}, ${plural(columns.length, "column")}`;
}

/** min, max, mean, std, norm. @param {Schemas["ArrayStatistics"]} numbers */
export function statisticsWords({ shape, min, max, mean, std, log10_norm: log, zeros, not_finite: lost }) {
  return [
    shape.join(" × "),
    `from ${tidy(min ?? NaN, 3)} to ${tidy(max ?? NaN, 3)}`,
    `mean ${tidy(mean ?? NaN, 2)}`,
    `std ${tidy(std ?? NaN, 3)}`,
    `‖·‖ ${fromLog10(log)}`,
    zeros ? plural(zeros, "zero") : "",
    lost ? `${lost} not finite` : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

/** A number of a file as a table shows it: 101,308.04. @param {number} value */
export function fileNumber(value) {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e9)) return number(value, 4);
  return value.toLocaleString("en-US", { maximumSignificantDigits: size < 1000 ? 4 : 7, maximumFractionDigits: 4 }).replace("-", "−");
}

/** The warnings that hold: one about scaling does not where columns are scaled. @param {KeptSequence} sequence @param {string} scaling */
export function warningsOf({ warnings }, scaling) {
  return warnings.filter((words) => scaling === "none" || !asksToScale(words));
}

/** @param {string} words */
export const asksToScale = (words) => /Scale (it|them)\.$/.test(words);

/** What became of a column. @param {Schemas["ScaleReport"]} scale */
export function scaleWords({ subtract, divide }) {
  if (subtract === 0 && divide === 1) return "as it is";
  const moved = subtract === 0 ? "x" : `(x ${subtract < 0 ? "+" : "−"} ${fileNumber(Math.abs(subtract))})`;
  return `${moved} / ${fileNumber(divide)}`;
}

/**
 * That a file came before under another name; "" where there is nothing to say.
 * @param {{name: string, created: string}} kept @param {boolean} before   whether it was there @param {string} now   its name now
 */
export function beforeWords({ name, created }, before, now) {
  return before && name !== now ? `${now} was kept before, on ${moment(created)}, as ${name || "a file without a name"}.` : "";
}

/**
 * Whose pictures are still there while a choice cannot be computed.
 * @param {string} name   of the sequence; "": inputs were drawn
 * @param {number} steps
 */
export function formerWords(name, steps) {
  return `The pictures are still of ${name || "drawn inputs"}, ${plural(steps, "step")}: what is chosen now cannot be computed.`;
}

/** A message of several lines: a sentence, and code below it. @param {string} text */
export function partsOf(text) {
  const [sentence, ...code] = text.split("\n");
  return { sentence, code: code.join("\n") };
}

/** Letters of the blocks of rows that a parameter has, one a gate. @param {string} parameter @param {Module} module */
export function marksOf(parameter, { cell }) {
  return /^(W_xh|W_hh|b_h) /.test(parameter) ? cellOf(cell).gates.map(({ letter }) => letter) : [];
}

/** W_hh (layer 0) as the equations write it. @param {string} name @param {number} layers */
export function parameterWords(name, layers) {
  const [, plain, layer, reverse] = /^(\w+)(?: \(layer (\d+)(, reverse)?\))?$/.exec(name) ?? [name, name, undefined];
  const symbol = parameterName(plain);
  const which = layer === undefined || layers < 2 ? symbol : `${symbol}, layer ${Number(layer) + 1}`;
  return reverse ? `${which}, backward in time` : which;
}
