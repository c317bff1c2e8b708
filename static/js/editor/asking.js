/** The numbers of the experiment that is set: asked for when something that decides them changes. */

import { Problem, numbersOf } from "../api.js";
import { toRequest } from "../experiment.js";
import { countsOf } from "./sizes.js";

/** @import { Settings } from "../types.js" */
/** @import { Numbers } from "./parts.js" */

/** @typedef {{key: string, numbers: Numbers, without: string[]}} Held   without: parts too large to be said */

/** While a hand is on a control, its numbers are asked for this much later. */
const REST_MS = 120;
const PARTS = ["weights", "sequence"];

/** What decides the numbers. @param {Settings} settings */
function deciding(settings) {
  const { network, weights, sequence, loss } = toRequest(settings);
  return { network, weights, sequence, loss };
}

/** @param {Settings} settings */
export const keyOfNumbers = (settings) => JSON.stringify(deciding(settings));

/**
 * @param {string} base
 * @param {number} most   numbers of a part that the service says
 * @param {(problem: string) => void} came   numbers are there, or in words why not
 */
export function createAsking(base, most, came) {
  /** @type {Held | null} */
  let held = null;
  /** @type {{key: string, abort: AbortController} | null} */
  let asking = null;
  let timer = 0;

  /** @param {Settings} settings @param {string} key @param {AbortSignal} signal @returns {Promise<Held>} */
  async function found(settings, key, signal) {
    const counts = countsOf(settings);
    const without = PARTS.filter((part) => counts[part] > most);
    for (;;) {
      const parts = PARTS.filter((part) => !without.includes(part));
      try {
        const numbers = await numbersOf(base, deciding(settings), parts, signal);
        return { key, numbers, without };
      } catch (cause) {
        if (!(cause instanceof Problem)) throw cause;
        const large = cause.errors
          .map(({ pointer }) => /^\/include\/(\d+)$/.exec(pointer)?.[1])
          .flatMap((place) => (place === undefined ? [] : [parts[Number(place)]]));
        if (!large.length) throw cause;
        without.push(...large);
      }
    }
  }

  /** @param {Settings} settings @param {string} key */
  async function ask(settings, key) {
    const mine = { key, abort: new AbortController() };
    asking = mine;
    let problem = "";
    try {
      const answer = await found(settings, key, mine.abort.signal);
      if (asking !== mine) return;
      held = answer;
    } catch (cause) {
      if (asking !== mine) return;
      if (!(cause instanceof Problem)) throw cause;
      problem = cause.errors.map(({ detail }) => detail).join("; ") || cause.message;
    }
    came(problem);
  }

  return {
    held: () => held,
    /** @param {Settings} settings */
    isFresh: (settings) => held?.key === keyOfNumbers(settings),

    /** @param {Settings} settings @param {boolean} during   a gesture goes on */
    want(settings, during) {
      const key = keyOfNumbers(settings);
      if (asking?.key === key) return;
      clearTimeout(timer);
      asking?.abort.abort();
      asking = null;
      if (held?.key === key) return came("");
      timer = setTimeout(() => void ask(settings, key), during ? REST_MS : 0);
    },

    stop() {
      clearTimeout(timer);
      asking?.abort.abort();
      asking = null;
    },
  };
}
