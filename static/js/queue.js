/** What is drawn later: one picture a turn, so that no hand waits for more than one. */

/** How long a hand rests before they are drawn, and the longest that they wait, in milliseconds. */
const REST = 100;
const LATEST = 300;

/** A turn comes when the page is idle, or after so long. */
const PATIENCE = 100;

/**
 * @param {Window} window
 * @param {(name: string) => void} draw
 * @param {() => void} done   nothing is left
 */
export function createQueue(window, draw, done) {
  const names = new Set();
  /** @type {(turn: () => void) => void} */
  const soon = window.requestIdleCallback
    ? (turn) => window.requestIdleCallback(turn, { timeout: PATIENCE })
    : (turn) => setTimeout(turn);
  let timer = 0;
  let latest = 0;
  let turning = false;

  function turn() {
    const [name] = names;
    turning = false;
    if (name === undefined) return;
    names.delete(name);
    draw(name);
    if (names.size) next();
    else done();
  }

  function next() {
    if (turning) return;
    turning = true;
    soon(turn);
  }

  return {
    /** Draw these in their turn. @param {string[]} given */
    add(given) {
      for (const name of given) names.add(name);
      if (given.length) next();
    },

    /** Draw these once the hand rests. @param {string[]} given */
    rest(given) {
      const now = performance.now();
      if (!timer) latest = now + LATEST;
      clearTimeout(timer);
      timer = setTimeout(
        () => {
          timer = 0;
          this.add(given);
        },
        Math.max(0, Math.min(REST, latest - now)),
      );
    },

    /** This one is drawn already. @param {string} name */
    drop: (name) => names.delete(name),
  };
}
