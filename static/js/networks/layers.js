/** Which layer of the file, which head, and what was assumed. */

import { element } from "../elements.js";
import { byId } from "../page.js";
import { headOf, headsOf, moduleOf } from "./plan.js";
import { headWords, moduleWords } from "./words.js";

/** @import { KeptNetwork } from "./requests.js" */

/**
 * @typedef {object} Offer
 * @property {string} value
 * @property {string} label
 * @property {string} note
 * @property {boolean} [disabled]
 */

/**
 * Radio buttons; those that are there keep the focus.
 * @param {HTMLElement} box @param {Offer[]} offers @param {string | null} chosen @param {(value: string) => void} choose
 */
function putOffers(box, offers, chosen, choose) {
  const inputs = [...box.querySelectorAll("input")];
  if (inputs.map(({ value }) => value).join("\n") === offers.map(({ value }) => value).join("\n") && inputs.length) {
    for (const input of inputs) input.checked = input.value === chosen;
    return;
  }
  const rows = offers.map(({ value, label, note, disabled = false }) => {
    const row = element("label");
    const input = element("input");
    Object.assign(input, { type: "radio", name: box.id, value, checked: value === chosen, disabled });
    input.addEventListener("change", () => choose(value));
    row.append(input, element("span", "", label), element("span", "note", note));
    return row;
  });
  box.replaceChildren(...box.querySelectorAll("legend"), ...rows);
}

/** What is to be asked, or "". @param {KeptNetwork} network */
export function question({ modules, module }) {
  const able = modules.filter(({ supported }) => supported).length;
  if (module !== null) return "";
  if (able > 1) return `${able} layers can be taken. Which one is it?`;
  if (able === 1) return "One layer can be taken: choose it.";
  return modules.length ? "None of its layers can be taken; each says why." : "The file holds no array that looks like a recurrent layer.";
}

/**
 * @param {KeptNetwork} network
 * @param {(change: {module?: string, head?: string | null}) => void} choose
 */
export function putLayers(network, choose) {
  const asked = question(network);
  byId(document, "ask").textContent = asked;
  byId(document, "ask").hidden = !asked;
  const modules = network.modules.map((one) => ({
    value: one.name,
    label: one.name || "without a name",
    note: one.why_not ? `${moduleWords(one)}: ${one.why_not}` : moduleWords(one),
    disabled: !one.supported,
  }));
  byId(document, "modules").hidden = modules.length === 0;
  putOffers(byId(document, "modules"), modules, network.module, (module) => choose({ module }));
  const module = moduleOf(network);
  const heads = module ? headsOf(network, module) : [];
  const none = { value: "", label: "none", note: "a gradient enters at the states" };
  byId(document, "heads").hidden = heads.length === 0;
  const offers = heads.map((one) => ({
    value: one.name,
    label: one.name,
    note: one.why_not ? `${headWords(one)}: ${one.why_not}` : headWords(one),
    disabled: one.why_not !== null,
  }));
  putOffers(byId(document, "heads"), [...offers, none], network.head ?? "", (head) => choose({ head: head || null }));
  const said = [...(module?.assumed ?? []), ...(headOf(network)?.assumed ?? [])];
  const assumed = said.map((words) => element("li", "", `Assumed: ${words}.`));
  byId(document, "assumed").hidden = assumed.length === 0;
  byId(document, "assumed").replaceChildren(...assumed);
}

/** @param {KeptNetwork} network */
export function putTensors({ tensors, tensors_left_off: more }) {
  const rows = tensors.map(({ name, shape, dtype }) => {
    const row = element("tr");
    const head = element("th", "", name);
    head.scope = "row";
    row.append(head, element("td", "", shape.join(" × ") || "1"), element("td", "", dtype));
    return row;
  });
  if (more) {
    const row = element("tr");
    row.append(element("td", "note", `and ${more} more`));
    rows.push(row);
  }
  byId(document, "tensors").replaceChildren(...rows);
}
