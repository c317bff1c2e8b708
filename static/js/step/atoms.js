/** The symbols of a formula: what each stands for, and where that lies in the diagram. */

const LAYER = /^\((\d)\)$/;
const BASES = new Set("XHCOYAWbpifgorzn");
const SCRIPTS = new Set(["msub", "msup", "msubsup"]);

/**
 * @typedef {object} Atom
 * @property {"symbol" | "gradient" | "slope"} kind   slope: f′(A)
 * @property {string} base   H, W, b, i, …
 * @property {string} mark   what stands raised: X of W^X, i of A^i; "" for nothing
 * @property {string} gate   what stands below a weight: n of W_n
 * @property {number | null} step
 * @property {number | null} [entry]   from 1: of O₃,₂ the second; all where left out
 * @property {number} layer   from 0
 * @property {boolean} transposed
 */

/** A text without what only sets it. @param {Element | null | undefined} part */
function said(part) {
  return (part?.textContent ?? "").replaceAll(/[\s\u2061-\u2064]/g, "");
}

/**
 * A symbol by its base and scripts; null where it is none of the network's.
 * @param {Element} element   msub, msup, msubsup, or a lone mi
 * @returns {Atom | null}
 */
function symbolOf(element) {
  const scripted = SCRIPTS.has(element.localName);
  const base = said(scripted ? element.firstElementChild : element);
  if (!BASES.has(base) || (!scripted && element.localName !== "mi")) return null;
  const [below, above] = scriptsOf(element);
  let rest = above;
  const transposed = rest.includes("⊤");
  rest = rest.replace("⊤", "");
  const layer = LAYER.exec(rest.slice(-3))?.[1];
  if (layer) rest = rest.slice(0, -3);
  const [, numbered, entry] = /^(\d+)(?:,(\d+))?$/.exec(below) ?? [];
  if (below && !numbered && !/^[a-z]$/.test(below)) return null;
  const weight = "Wbp".includes(base);
  if (weight === Boolean(numbered) || (!weight && !below)) return null;
  return {
    kind: "symbol",
    base,
    mark: rest,
    gate: numbered ? "" : below,
    step: numbered ? Number(numbered) : null,
    entry: entry ? Number(entry) : null,
    layer: layer ? Number(layer) - 1 : 0,
    transposed,
  };
}

/** What stands below and above. @param {Element} element @returns {[string, string]} */
function scriptsOf(element) {
  const [, second, third] = element.children;
  if (element.localName === "msub") return [said(second), ""];
  if (element.localName === "msup") return ["", said(second)];
  return element.localName === "msubsup" ? [said(second), said(third)] : ["", ""];
}

/** Of ∂L/∂H₃ the H₃. @param {Element} element   mfrac @returns {Atom | null} */
function gradientOf(element) {
  const [of, by] = element.children;
  if (!said(of).startsWith("∂") || !said(by).startsWith("∂")) return null;
  const below = [...by.querySelectorAll("*")].find(
    (one) => SCRIPTS.has(one.localName) || (one.localName === "mi" && BASES.has(said(one))),
  );
  const atom = below ? symbolOf(below) : null;
  return atom && { ...atom, kind: "gradient" };
}

/** Of f′(A₃) ⊙ the A₃. @param {Element} element   mrow.slope @returns {Atom | null} */
function slopeOf(element) {
  const of = element.querySelector("msub, msubsup");
  const atom = of ? symbolOf(of) : null;
  return atom && { ...atom, kind: "slope" };
}

/**
 * Every symbol of a formula, from left to right, none inside of another.
 * @param {Element} formula
 * @returns {{element: Element, atom: Atom}[]}
 */
export function atomsOf(formula) {
  /** @type {{element: Element, atom: Atom}[]} */
  const found = [];
  /** @param {Element} element */
  function look(element) {
    let atom = null;
    if (element.localName === "mfrac") atom = gradientOf(element);
    else if (element.classList.contains("slope")) atom = slopeOf(element);
    else if (SCRIPTS.has(element.localName) || element.localName === "mi") atom = symbolOf(element);
    if (atom) found.push({ element, atom });
    else for (const child of element.children) look(child);
  }
  look(formula);
  return found;
}

/**
 * The id of the node that a symbol is of, or "" for a weight.
 * @param {Atom} atom
 * @param {{letters: Set<string>}} network   letters: of its gates
 */
export function nodeOf({ base, step, layer }, { letters }) {
  if (step === null) return "";
  const end = layer > 0 ? `_${layer}` : "";
  if ("XHCO".includes(base)) return `${base.toLowerCase()}_${step}${end}`;
  if (base === "Y") return `L_${step}`;
  return base === "A" || letters.has(base) ? `h_${step}${end}` : "";
}

/** By what stands raised. @type {Record<string, string>} */
const WEIGHTS = Object.freeze(
  Object.assign(Object.create(null), { X: "W_xh", H: "W_hh", Y: "W_yh", R: "W_hr" }),
);

/** The name of a weight, as in an answer; "" for anything else. @param {Atom} atom */
export function parameterOf({ base, mark, gate, layer }) {
  const end = layer > 0 ? `_${layer}` : "";
  if (base === "W") return mark === "O" ? "W_hy" : mark in WEIGHTS ? WEIGHTS[mark] + end : "";
  if (base === "p") return `p_${gate}${end}`;
  if (base !== "b") return "";
  if (mark === "O") return "b_y";
  return mark === "H" ? `b_h${gate}${end}` : `b_h${end}`;
}
