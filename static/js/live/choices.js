/** One of several, as radio buttons. */

import { element } from "../elements.js";

/**
 * @param {HTMLElement} box   a fieldset, of which nothing is seen where there is nothing to choose
 * @param {string[]} names
 * @param {string} chosen
 * @param {(name: string) => void} choose
 */
export function putChoices(box, names, chosen, choose) {
  box.hidden = names.length < 2;
  const inputs = [...box.querySelectorAll("input")];
  if (inputs.map(({ value }) => value).join("\n") === names.join("\n")) {
    for (const input of inputs) input.checked = input.value === chosen;
    return;
  }
  const made = names.map((name) => {
    const label = element("label", "live-choice");
    const input = element("input");
    input.type = "radio";
    input.name = box.id;
    input.value = name;
    input.checked = name === chosen;
    input.addEventListener("change", () => choose(name));
    label.append(input, element("span", "", name));
    return label;
  });
  box.replaceChildren(...box.querySelectorAll("legend"), ...made);
}
