/** The balls that may go down the loss, as the vocabulary has them. */

import { clipRuleOf, clipRules, limitOf, optimizers } from "../vocabulary.js";

/** @typedef {{label: string, optimizer: string, rule: string, colour: string, dash: string}} Ball */

/** Colour and dashes of the balls, in their order. */
const LOOKS = [
  { colour: "exploding", dash: "" },
  { colour: "vanishing", dash: "" },
  { colour: "ink", dash: "5 3" },
  { colour: "flow-3", dash: "2 3" },
  { colour: "flow-1", dash: "2 3" },
  { colour: "muted", dash: "7 3 2 3" },
];

/**
 * The balls: the first optimizer's, not clipped and clipped by every rule that takes the two
 * components together, then the other optimizers', not clipped.
 * @returns {Map<string, Ball>}
 */
export function balls() {
  const [plain, ...others] = optimizers();
  const [none, ...clips] = clipRules().filter(({ each, on_the_way: late }) => !each && !late);
  const rows = [
    { name: "free", label: "not clipped", optimizer: plain?.name, rule: none?.name },
    ...clips.map(({ name, label }) => ({
      name,
      label: `clipped by ${label}`,
      optimizer: plain?.name,
      rule: name,
    })),
    ...others.map(({ name, label }) => ({ name, label, optimizer: name, rule: none?.name })),
  ];
  return new Map(
    rows.map(({ name, label, optimizer = "", rule = "" }, n) => {
      const look = LOOKS[n % LOOKS.length] ?? { colour: "ink", dash: "" };
      return [name, { label, optimizer, rule, ...look }];
    }),
  );
}

/** The ball of a name; of one that nobody knows the first. @param {string} name @returns {Ball} */
export function ballOf(name) {
  const all = balls();
  return all.get(name) ?? /** @type {Ball} */ (all.values().next().value);
}

/** Whether a ball's gradient is clipped. @param {Ball} ball */
export function isClipped({ rule }) {
  return clipRuleOf(rule).threshold !== null;
}

/** Balls that go down at once, and steps that each may take. */
export const mostBalls = () => limitOf("descents");
export const mostSteps = () => limitOf("descent_steps");
