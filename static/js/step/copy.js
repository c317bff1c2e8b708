/** Why a copy stops the gradient: its own derivative is 1, and it is taken for a constant. */

import { pictured } from "../api.js";
import { element, symbols } from "../elements.js";
import { fromExperiment } from "../experiment.js";
import { fromLog10 } from "../format.js";
import { digits, formula, fraction, sign, symbolMath } from "../mathml.js";
import { copyingCell, lossOf, noTruncation, wirings } from "../vocabulary.js";
import { experimentOf } from "./asked.js";
import { drawSmall } from "./small.js";

const STEPS = 3;
const SIZES = { input_size: 1, hidden_size: 2, output_size: 1 };
const READ = { kind: "explicit", inputs: [[[1], [-1]], [[0], [0]], [[0], [0]]], targets: [[[1], [-1]]] };

/** What is read at step 1 must be said at step 3; between them nothing is read. */
function task() {
  const wiring = wirings().find(({ reads_all: reads, emits_all: emits }) => reads && !emits);
  return {
    network: { cell: copyingCell()?.name, topology: wiring?.name, ...SIZES },
    weights: { kind: "random", spectral_radius: 0.9, seed: 0 },
    sequence: READ,
    loss: lossOf("numbers"),
    follow: STEPS,
  };
}

/** As the cell truncates by itself, and not at all. */
const truncations = () => [null, { kind: noTruncation() }];
const NAMES = ["As a copy: C is a constant", "As what it is: C = H"];
const DERIVATIVES = [0, 1];

/**
 * @param {HTMLElement} place
 * @param {import("../stepping.js").Page} page
 * @returns {import("../stepping.js").View}
 */
export function createView(place, page) {
  const asked = task();
  const running = new AbortController();
  const lead = element("p");
  lead.append(
    ...symbols(
      "Context units hold C₃ = H₂, a copy. A copy changes one to one with what it copies: its derivative is 1, and the gradient would pass it whole. Elman and Jordan networks take it for an input of the step instead, for a number that is simply there: then the derivative is 0, and the way back ends at every copy.",
    ),
  );
  const sides = element("div", "copies");
  const lost = element("p");
  lost.setAttribute("aria-live", "polite");
  place.append(lead, sides, lost);
  let drawn = "";

  async function show() {
    if (drawn === page.theme().mode) return;
    drawn = page.theme().mode;
    try {
      const flows = [];
      for (const truncation of truncations())
        flows.push(await pictured(page.base, { ...asked, truncation }, running.signal));
      sides.replaceChildren(...flows.map(side));
      lost.replaceChildren(...symbols(lesson(flows)));
    } catch (cause) {
      if (/** @type {Error} */ (cause).name !== "AbortError")
        lost.textContent = /** @type {Error} */ (cause).message;
    }
  }

  /** @param {import("../types.js").Flow} flow @param {number} n */
  function side(flow, n) {
    const made = element("section", "copy-side");
    made.dataset.truncation = experimentOf(flow).truncation.kind;
    const picture = element("div", "mini-picture");
    drawSmall(picture, flow, page.theme());
    const derivative = formula(
      fraction(symbolMath("c_3"), symbolMath("h_2")),
      sign("="),
      digits(DERIVATIVES[n]),
    );
    const table = element("table", "numbers");
    for (const [name, value] of rowsOf(flow)) {
      const line = element("tr");
      const head = element("th", "", name);
      head.setAttribute("scope", "row");
      line.append(head, element("td", "", value));
      table.append(line);
    }
    const open = element("button", "small", "Open this experiment");
    open.setAttribute("type", "button");
    open.addEventListener("click", () => {
      const { compare } = page.store.get();
      const task = /** @type {any} */ ({ ...asked, truncation: truncations()[n] });
      page.store.replaceAll({ ...fromExperiment(task), compare });
    });
    made.append(element("h3", "", NAMES[n]), derivative, picture, table, open);
    return made;
  }

  return { show: () => void show(), close: () => running.abort() };
}

/** What arrives at each step, and what W^X gets. @param {import("../types.js").Flow} flow @returns {[string, string][]} */
export function rowsOf(flow) {
  const norms = flow.itemized.log10_norm[0];
  const { log10_norm: whole } = flow.parameter_gradients.W_xh;
  return [
    ["‖∂L₃/∂H₃‖", fromLog10(norms[2])],
    ["‖∂L₃/∂H₂‖", fromLog10(norms[1])],
    ["‖∂L₃/∂H₁‖", fromLog10(norms[0])],
    ["‖∂L/∂Wˣ‖", fromLog10(whole)],
  ];
}

/** What is lost. @param {import("../types.js").Flow[]} flows */
export function lesson([copied, whole]) {
  const [none, some] = [copied, whole].map((flow) => fromLog10(flow.parameter_gradients.W_xh.log10_norm));
  return `The task: say at step 3 what was read at step 1, 1 or −1; steps 2 and 3 read 0. The answer lies two steps back. With the copy, ∂L/∂Wˣ is ${none}: Wˣ is never told that its input mattered, and no training by this gradient can change that. With the derivative of the copy it is ${some}.`;
}

