/** The networks and sequences that the service keeps, and the place for another network. */

import { element } from "../elements.js";
import { moment } from "../live/words.js";
import { byId } from "../page.js";
import { listenFile } from "./files.js";
import { drop, keepFile, listOf } from "./requests.js";
import { beforeWords, fileWords, networkWords, sequenceWords, sizeWords } from "./words.js";

/** @import { KeptNetwork, KeptSequence } from "./requests.js" */

/** @param {KeptNetwork} network */
const addressOf = ({ id }) => `/networks/${encodeURIComponent(id)}`;

/**
 * @template {KeptNetwork | KeptSequence} K
 * @typedef {object} Table   what a room holds, as a list
 * @property {"networks" | "sequences"} room
 * @property {{list: string, none: string, rows: string}} ids
 * @property {(one: K) => Node} head
 * @property {(one: K) => string[]} cells
 * @property {(name: string) => string} asked   before one is deleted
 */

/** @param {KeptNetwork | KeptSequence} one */
const nameOf = ({ name }) => name || "without a name";

/** @param {KeptNetwork} network */
function linkOf(network) {
  const link = element("a", "", nameOf(network));
  link.href = addressOf(network);
  return link;
}

/** @type {Table<KeptNetwork>} */
const NETWORKS = {
  room: "networks",
  ids: { list: "list", none: "none", rows: "rows" },
  head: linkOf,
  cells: (network) => [networkWords(network), fileWords(network)],
  asked: (name) => `Delete the network ${name} with its weights?`,
};

/** @type {Table<KeptSequence>} */
const KEPT_SEQUENCES = {
  room: "sequences",
  ids: { list: "sequences", none: "no-sequences", rows: "sequence-rows" },
  head: (sequence) => document.createTextNode(nameOf(sequence)),
  cells: (sequence) => [sequenceWords(sequence), `${sequence.format}, ${sizeWords(sequence.bytes)}`],
  asked: (name) => `Delete the sequence ${name}?`,
};

/**
 * @template {KeptNetwork | KeptSequence} K
 * @param {Table<K>} table @param {K} one @param {() => void} remove
 */
function rowOf(table, one, remove) {
  const row = element("tr");
  const head = element("th");
  head.scope = "row";
  head.append(table.head(one));
  const button = element("button", "small", "Delete");
  button.type = "button";
  button.setAttribute("aria-label", `Delete ${nameOf(one)}`);
  button.addEventListener("click", remove);
  const last = element("td");
  last.append(button);
  row.append(head, ...[...table.cells(one), moment(one.created)].map((text) => element("td", "", text)), last);
  return row;
}

/**
 * @template {KeptNetwork | KeptSequence} K
 * @param {Table<K>} table @param {string} base @param {(cause: Error | null) => void} problem
 */
async function putTable(table, base, problem) {
  const { room, ids, asked } = table;
  async function put() {
    try {
      /** @type {K[]} */
      const all = await listOf(base, room);
      byId(document, ids.list).hidden = all.length === 0;
      byId(document, ids.none).hidden = all.length > 0;
      byId(document, ids.rows).replaceChildren(...all.map((one) => rowOf(table, one, () => remove(one))));
    } catch (cause) {
      problem(/** @type {Error} */ (cause));
    }
  }

  /** @param {K} one */
  async function remove(one) {
    if (!confirm(asked(nameOf(one)))) return;
    problem(null);
    try {
      await drop(base, room, one.id);
    } catch (cause) {
      problem(/** @type {Error} */ (cause));
    }
    await put();
  }

  await put();
}

/** @param {string} base @param {(cause: Error | null) => void} problem */
export async function putOverview(base, problem) {
  listenFile(async (file) => {
    const { kept, before } = await keepFile(base, "networks", file);
    const words = beforeWords(kept, before, file.name);
    if (!words) {
      location.assign(addressOf(kept));
      return [];
    }
    const link = element("a", "", "Open it");
    link.href = addressOf(kept);
    return [words, " ", link];
  });
  await Promise.all([putTable(NETWORKS, base, problem), putTable(KEPT_SEQUENCES, base, problem)]);
}
