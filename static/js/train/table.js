/** The updates of a run as a table: a row an update. */

/** @import { History, Quantity } from "./history.js" */

/** Digits behind the point of a log₁₀, as the service sends them. */
const DIGITS = 4;

/** @type {Quantity[]} in their order */
const BEFORE = ["loss", "log10_before", "log10_after"];
/** @type {Quantity[]} */
const BEHIND = ["threshold", "learning_rate", "rho", "sigma", "held_out", "share"];

/** NaN is nothing. @param {number} value */
const cell = (value) => (Number.isNaN(value) ? "" : String(value));

/** In 32 bits a number has digits that nobody sent. @param {number} value */
const short = (value) => cell(Number(value.toFixed(DIGITS)));

/** @param {string} text */
const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/**
 * As CSV: an empty field is what is not known, is not finite, or is the log₁₀ of an exact zero.
 * @param {History} history
 * @param {{names: string[], layer: number, layers: number}} of   names: of the parameters; layer: from 0
 */
export function toCsv(history, { names, layer, layers }) {
  const mark = layers > 1 ? `_layer${layer + 1}` : "";
  /** @param {string} state @param {number} count */
  const steps = (state, count) => Array.from({ length: count }, (_, t) => `log10_${state}${mark}_step${t + 1}`);
  const pairs = names.flatMap((name) => [`weight ${name}`, `step ${name}`]);
  const hasCell = history.count() > 0 && history.cellSeries(0) !== null;
  const head = [
    ...["update", ...BEFORE, "engaged", ...BEHIND],
    ...names.flatMap((name) => [`log10_weight_${name}`, `log10_change_${name}`]),
    ...steps("hidden", history.steps()),
    ...(hasCell ? steps("cell", history.steps()) : []),
  ];
  const lines = [head.map(quoted).join(",")];
  for (let row = 0; row < history.count(); row += 1) {
    /** @param {string} name */
    const value = (name) => cell(history.value(name, row));
    lines.push(
      [
        ...[history.update(row), ...BEFORE.map(value), Number(history.engaged(row)), ...BEHIND.map(value)],
        ...pairs.map(value),
        ...Array.from(history.hidden(row), short),
        ...(hasCell ? Array.from(history.cell(row), short) : []),
      ].join(","),
    );
  }
  return `${lines.join("\n")}\n`;
}
