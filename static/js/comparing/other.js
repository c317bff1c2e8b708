/** A's answer: which is wanted, which is there, and which was before. No element is touched here. */

import { keyOf } from "../experiment.js";
import { read } from "../reading.js";
import { sameWindow } from "../view.js";

/** @import { Flow, Reading, Request } from "../types.js" */

/** Nothing, at first. */
export function createOther() {
  const state = {
    /** The key of the request that is wanted; "" where nothing is compared. */
    wanted: "",
    /** And of the one that is there. */
    taken: "",
    /** What was asked for last. @type {Request | null} */
    sent: null,
    /** What is there. @type {Reading | null} */
    reading: null,
    /** The flow that was A before, and the request that it answers. */
    before: { request: "", flow: /** @type {Flow | null} */ (null) },
  };

  return {
    reading: () => state.reading,

    /** Whether anything is wanted. */
    isWanted: () => state.wanted !== "",

    /** Whether this is the request that is wanted. @param {Request} request */
    wants: (request) => keyOf(request) === state.wanted,

    /** Whether what is there answers what is wanted now. */
    isCurrent: () => state.reading !== null && state.taken === state.wanted,

    /** The flow of what was A before, if it answers this request. @param {string} key */
    before: (key) => (key === state.before.request ? state.before.flow : null),

    /** Want another. @param {Request} request @returns {string} its key */
    want(request) {
      state.before = { request: state.wanted, flow: state.reading?.flow ?? null };
      state.wanted = keyOf(request);
      state.sent = request;
      return state.wanted;
    },

    /** Whether the same experiment is to be asked for other steps. @param {Request} request */
    wantsBeyond(request) {
      const { reading, sent } = state;
      if (!reading || !this.wants(request) || sameWindow(request.window, sent?.window)) return false;
      state.sent = request;
      return true;
    },

    /** @param {Flow} flow   of what is wanted */
    take(flow) {
      state.reading = read(flow);
      state.taken = state.wanted;
    },

    /** Want none. @returns {boolean} whether one was there */
    stop() {
      const was = state.reading !== null;
      state.wanted = "";
      state.reading = null;
      return was;
    },
  };
}
