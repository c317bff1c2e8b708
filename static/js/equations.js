/** Equations: cloned from the page's templates, with the real step put in for t. */

import { element } from "./elements.js";

const PARTS = {
  forward: "Forward",
  backward: "Back",
  jacobian: "Jacobian of the step",
  gates: "Its gates",
  parameter: "Adds to the parameter's gradient",
};

/** The equations of a kind, with the real step put in for t. */
export function equationsOf(key, step, reading) {
  const template = document.getElementById(`eq-${key}`);
  if (!template) return [];
  const box = element("div", "equations");
  let red = false;
  let last = "";
  for (const part of template.content.cloneNode(true).querySelectorAll("[data-part]")) {
    const name = part.dataset.part;
    if (name !== last) box.append(element("h3", "", PARTS[name] ?? name));
    last = name;
    box.append(part);
    if (part.dataset.part !== "forward") putLoss(part, reading.follow);
    putCase(part, reading);
    putStep(part, step);
    breakAt(part, ",");
    red ||= part.querySelector(".known") !== null;
  }
  if (!red) return [box];
  const hint = element("p", "note");
  hint.append(
    element("span", "known-word", "Red"),
    " was already computed when the way back comes here.",
  );
  return [box, hint];
}

/** Of several cases, the one that holds here, without its brace. */
function putCase(part, { flow, edges }) {
  const { loss } = flow.experiment;
  const open = [...edges.values()].some((e) => e.edge.kind === "context" && !e.edge.blocked);
  const holds = [
    loss.replace("squared-", "squared "),
    open ? "longer truncation" : "passes nothing",
  ];
  for (const table of part.querySelectorAll("mtable")) {
    const row = [...table.querySelectorAll("mtr")].find((one) =>
      holds.some((words) => one.textContent.replaceAll("\u00a0", " ").includes(words)),
    );
    if (!row) continue;
    const brace = table.previousElementSibling;
    if (brace?.textContent === "{") brace.remove();
    table.replaceWith(...row.querySelector("mtd").childNodes);
  }
}

const OFFSETS = { "t+1": 1, "t-1": -1, "t−1": -1 };

/** t, t+1, t−1 → the step's numbers. */
function putStep(part, step) {
  for (const row of part.querySelectorAll("mrow")) {
    const offset = OFFSETS[row.textContent.replaceAll(/\s/g, "")];
    if (offset) row.replaceWith(mathNumber(step + offset));
  }
  for (const mi of part.querySelectorAll("mi")) {
    if (mi.textContent === "t" && !summed(mi)) mi.replaceWith(mathNumber(step));
  }
}

/** Whether a t is the one that a Σ runs over: under the sign, or in the term right after it. */
function summed(mi) {
  if (mi.closest("munder")) return true;
  return mi.parentNode.previousElementSibling?.localName === "munder";
}

/** In ∂L/∂…, the L of the followed loss. */
function putLoss(part, follow) {
  if (follow === null) return;
  for (const mi of part.querySelectorAll("mfrac > mrow:first-child > mi")) {
    if (mi.textContent !== "L") continue;
    const sub = mathElement("msub");
    const name = mathElement("mi");
    name.textContent = "L";
    sub.append(name, mathNumber(follow));
    mi.replaceWith(sub);
  }
}

function mathElement(name) {
  return document.createElementNS("http://www.w3.org/1998/Math/MathML", name);
}

function mathNumber(value) {
  const mn = mathElement("mn");
  mn.textContent = String(value);
  return mn;
}

/** Formulas do not wrap: a wide one is broken before its last + or =, then set smaller. */
export function fit(part) {
  const over = () => part.scrollWidth / part.clientWidth;
  if (over() > 1.1 && !breakAt(part, "+")) breakAt(part, "=");
  if (over() > 1) part.style.fontSize = `${Math.max(0.62, 0.99 / over())}em`;
}

/**
 * Break a formula into two lines before its last such sign; a comma goes.
 * @returns {boolean} whether it has one
 */
function breakAt(part, sign) {
  const math = [...part.querySelectorAll("math")].at(-1);
  const terms = [...(math?.firstElementChild?.children ?? [])];
  const at = terms.findLastIndex((child, n) => n > 0 && child.textContent === sign);
  if (at < 0) return false;
  const rest = mathElement("mrow");
  rest.append(
    ...terms.slice(sign === "," ? at + 1 : at).filter((child) => child.localName !== "mspace"),
  );
  if (sign === ",") terms[at].remove();
  else rest.prepend(spacer());
  const second = math.cloneNode(false);
  second.append(rest);
  part.append(second);
  return true;
}

function spacer() {
  const space = mathElement("mspace");
  space.setAttribute("width", "1.5em");
  return space;
}
