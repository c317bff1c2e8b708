/** The networks that the service keeps, and the place for another. */

import { element } from "../elements.js";
import { moment } from "../live/words.js";
import { byId } from "../page.js";
import { listenFile } from "./files.js";
import { drop, keepFile, listOf } from "./requests.js";
import { beforeWords, fileWords, networkWords } from "./words.js";

/** @import { KeptNetwork } from "./requests.js" */

/** @param {KeptNetwork} network */
const addressOf = ({ id }) => `/networks/${encodeURIComponent(id)}`;

/** @param {KeptNetwork} network @param {() => void} remove */
function rowOf(network, remove) {
  const row = element("tr");
  const head = element("th");
  head.scope = "row";
  const name = network.name || "without a name";
  const link = element("a", "", name);
  link.href = addressOf(network);
  head.append(link);
  const button = element("button", "small", "Delete");
  button.type = "button";
  button.setAttribute("aria-label", `Delete ${name}`);
  button.addEventListener("click", remove);
  const last = element("td");
  last.append(button);
  row.append(
    head,
    element("td", "", networkWords(network)),
    element("td", "", fileWords(network)),
    element("td", "", moment(network.created)),
    last,
  );
  return row;
}

/** @param {string} base @param {(cause: Error | null) => void} problem */
export async function putOverview(base, problem) {
  async function put() {
    try {
      /** @type {KeptNetwork[]} */
      const all = await listOf(base, "networks");
      byId(document, "list").hidden = all.length === 0;
      byId(document, "none").hidden = all.length > 0;
      byId(document, "rows").replaceChildren(...all.map((network) => rowOf(network, () => remove(network))));
    } catch (cause) {
      problem(/** @type {Error} */ (cause));
    }
  }

  /** @param {KeptNetwork} network */
  async function remove(network) {
    if (!confirm(`Delete the network ${network.name} with its weights?`)) return;
    problem(null);
    try {
      await drop(base, "networks", network.id);
    } catch (cause) {
      problem(/** @type {Error} */ (cause));
    }
    await put();
  }

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
  await put();
}
