/** What is chosen on the page of a network, and how an address says it. */

/**
 * @typedef {object} Choice
 * @property {string | null} module   null: as the network has it
 * @property {string | null} head   "": none; null: as the network has it
 * @property {string} sequence   an id; "": drawn inputs
 * @property {string[] | null} inputs   columns; null: the first that fit
 * @property {string} target   a column; "": none, a gradient enters instead
 * @property {string} scaling
 * @property {number} start
 * @property {number} steps
 * @property {number} batch
 * @property {number | null} stride   null: as many as steps
 * @property {number} ahead
 * @property {"every" | "last"} at   which steps have a loss
 * @property {string} loss   "": the first that fits
 * @property {number} seed   of drawn inputs
 * @property {number | null} layer   whose pictures are shown, from 1; null: the last
 * @property {string} direction   "reverse": the one that reads backward in time
 */

/** @returns {Choice} */
export function nothingChosen() {
  return {
    module: null, head: null, sequence: "", inputs: null, target: "", scaling: "none", start: 0, steps: 100,
    batch: 1, stride: null, ahead: 1, at: "every", loss: "", seed: 0, layer: null, direction: "",
  };
}

/**
 * As many of the steps that are wanted as a sequence has, where a target stands a row later.
 * @param {number} wanted @param {{rows: number} | null} sequence   null: inputs are drawn
 */
export function stepsIn(wanted, sequence) {
  return sequence ? Math.min(wanted, Math.max(1, sequence.rows - 1)) : wanted;
}

/**
 * How many steps an address wants: those of a sequence that is shorter than usual were not chosen.
 * @param {number} steps @param {{rows: number} | null} sequence
 */
export function stepsWanted(steps, sequence) {
  const { steps: usual } = nothingChosen();
  return steps === stepsIn(usual, sequence) ? usual : steps;
}

/** Smallest value of every number. @type {[("start" | "steps" | "batch" | "stride" | "ahead" | "seed" | "layer"), number][]} */
export const NUMBERS = [["start", 0], ["steps", 1], ["batch", 1], ["stride", 1], ["ahead", 0], ["seed", 0], ["layer", 1]];
const LARGEST = 9_999_999;

/** @type {("module" | "head" | "sequence" | "target" | "scaling" | "loss" | "direction")[]} */
const WORDS = ["module", "head", "sequence", "target", "scaling", "loss", "direction"];

/** The number that a text says, or null where it may not be. @param {string} name @param {string} text */
export function numberOf(name, text) {
  const least = NUMBERS.find(([each]) => each === name)?.[1] ?? 0;
  const value = Number(text);
  return /^\d{1,7}$/.test(text.trim()) && value >= least && value <= LARGEST ? value : null;
}

/** What an address says after "#"; what it cannot say is left as it is by default. @param {string} fragment @returns {Choice} */
export function readChoice(fragment) {
  const said = new URLSearchParams(fragment.replace(/^#/, ""));
  const choice = nothingChosen();
  for (const name of WORDS) {
    const text = said.get(name);
    if (text !== null) choice[name] = text;
  }
  for (const [name] of NUMBERS) {
    const value = numberOf(name, said.get(name) ?? "");
    if (value !== null) choice[name] = value;
  }
  if (said.get("at") === "last") choice.at = "last";
  if (said.has("in")) choice.inputs = said.getAll("in");
  return choice;
}

/** What differs from nothing chosen. @param {Choice} choice */
export function fragmentOf(choice) {
  const said = new URLSearchParams();
  const none = nothingChosen();
  for (const name of [...WORDS, ...NUMBERS.map(([each]) => each), /** @type {"at"} */ ("at")]) {
    const value = choice[name];
    if (value !== none[name] && value !== null) said.set(name, String(value));
  }
  for (const name of choice.inputs ?? []) said.append("in", name);
  return said.toString();
}
