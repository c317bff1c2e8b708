/** What stepping through remembers: one object, which its rooms share. No element is touched here. */

/**
 * @typedef {"values" | "gradients"} Mode   what stands on the nodes
 *
 * @typedef {object} State
 * @property {import("./route.js").Route | null} route   the stops of what is drawn
 * @property {ReturnType<typeof import("../stage.js").createStage> | null} stage   what lies over the diagram
 * @property {string} staged   where the diagram lay when that was drawn
 * @property {string} told   which stop the formulas are of, with which numbers, in which colours
 * @property {Mode | ""} mode   "" follows the stop: values forward, gradients back
 * @property {number} rested   when a new experiment's numbers may be asked for
 * @property {number} linked   the stop that the settings named last
 * @property {number} revealed   the step that was brought into the diagram last
 */

/** Nothing, at first. @returns {State} */
export function createState() {
  return {
    route: null,
    stage: null,
    staged: "",
    told: "",
    mode: "",
    rested: 0,
    linked: 0,
    revealed: -1,
  };
}
