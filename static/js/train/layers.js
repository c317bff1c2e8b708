/** What is recorded of the layers below the last one, which comes by itself: asked for when it is looked at. */

import { createHistory } from "./history.js";

/** @import { Block, History } from "./history.js" */

/** What is new is asked for so far apart, in milliseconds. */
const APART_MS = 500;

/**
 * @param {History} main   with the states of the last layer; how far the others may be read
 * @param {number} count   of layers
 * @param {(of: {from: number, layer: number}) => AsyncIterable<Block>} read
 * @param {() => void} changed   something has come
 */
export function createLayers(main, count, read, changed) {
  /** @type {Map<number, {history: History, busy: boolean}>} */
  const known = new Map();
  let closed = false;

  /** @param {number} layer @param {{history: History, busy: boolean}} one */
  async function bring(layer, one) {
    const { history } = one;
    if (closed || one.busy || history.last() >= main.last()) return;
    one.busy = true;
    try {
      for await (const page of read({ from: history.last() + 1, layer })) {
        if (closed) return;
        if (history.add(page)) changed();
      }
    } catch {
      // Where the server is away the page says so already; it is asked again.
    }
    setTimeout(() => {
      one.busy = false;
      if (!closed && history.last() < main.last()) changed();
    }, APART_MS);
  }

  return {
    /** @param {number} layer   from 0 @returns {History} */
    rows(layer) {
      if (layer >= count - 1) return main;
      const one = known.get(layer) ?? { history: createHistory(), busy: false };
      known.set(layer, one);
      void bring(layer, one);
      return one.history;
    },
    close() {
      closed = true;
    },
  };
}
