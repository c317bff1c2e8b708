/** What the diagram shows at a stop. */

import { number, symbol } from "../format.js";
import { numbersOf } from "./lookup.js";

/**
 * @param {import("../types.js").Reading} reading
 * @param {import("./order.js").Stop[]} stops
 * @param {number} index   of the stop
 * @param {{mode: "values" | "gradients", animate: boolean, look: import("./lookup.js").Look | null}} how
 * @returns {import("./stage.js").Scene}
 */
export function sceneOf(reading, stops, index, { mode, animate, look }) {
  const computed = new Set();
  const arrived = new Map();
  const passed = new Map();
  for (const { node } of reading.nodes.values()) if (node.step === 0) computed.add(node.id);
  for (const stop of stops.slice(0, index + 1)) {
    if (stop.phase === "forward") {
      if (stop.kind === "node") computed.add(stop.id);
      continue;
    }
    if (stop.kind === "edge") passed.set(stop.id, !stop.stopped);
    if (!stop.stopped) arrived.set(stop.node, stop.completes || arrived.get(stop.node) === true);
  }
  const value = mode === "values" ? valuesOf(reading, look) : () => null;
  return { computed, arrived, passed, now: stops[index].id, mode, animate, value };
}

/**
 * The symbol of a node.
 * @param {string} id @param {"symbol" | "gradient"} kind
 * @returns {import("./atoms.js").Atom}
 */
export function atomOf(id, kind = "symbol") {
  const [letter, step, layer] = id.split("_");
  return {
    kind,
    base: letter.toUpperCase(),
    mark: "",
    gate: "",
    step: Number(step),
    layer: Number(layer ?? 0),
    transposed: false,
  };
}

/** The norm of a node's numbers. @param {(number | null)[][]} rows */
function size(rows) {
  return Math.hypot(...rows.flat().map((value) => value ?? 0));
}

/**
 * How large a node's value is beside the largest of its row.
 * @param {import("../types.js").Reading} reading @param {import("./lookup.js").Look | null} look
 */
function valuesOf(reading, look) {
  /** @type {Map<string, number>} */
  const most = new Map();
  /** @param {string} id */
  const rowsOf = (id) => (look && !id.startsWith("L") ? numbersOf(atomOf(id), look) : null);
  /** @param {string} id */
  const rowOf = (id) => id.replace(/\d+/, "");
  for (const id of reading.nodes.keys()) {
    const rows = rowsOf(id);
    if (rows) most.set(rowOf(id), Math.max(size(rows), most.get(rowOf(id)) ?? 0));
  }
  return (/** @type {string} */ id) => {
    const rows = rowsOf(id);
    if (!rows) return null;
    const one = rows.length === 1 ? rows[0][0] : null;
    const text = one === null ? `‖${symbol(id)}‖ = ${number(size(rows))}` : `${symbol(id)} = ${number(one)}`;
    return { share: size(rows) / (most.get(rowOf(id)) || 1), sign: Math.sign(one ?? 1), text };
  };
}
