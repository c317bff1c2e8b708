/** Server-sent events of a run, over lost connections. */

import { Problem, ask } from "./api.js";

/** A browser does not come back by itself to a service that has refused it; so much later we do. */
const AGAIN_MS = 2000;

/**
 * A tab that nobody sees holds no connection, of which a browser has six for all tabs of a service: it
 * looks in so often, for so long, so that a run that is followed there is.
 */
const GLANCE_MS = 20_000;
const LOOK_MS = 1000;

/**
 * Listen to what a resource tells; where the connection is lost, it is taken up again.
 * @param {string} resource   is asked for, whether it is still there
 * @param {() => string} address   of the events behind those that have been seen
 * @param {Object<string, (data: any) => void>} heard   what is done with an event, by its name
 * @param {{lost: (lost: boolean) => void, gone: () => void}} on   gone: there is no such resource any
 *   more
 * @returns {{close: () => void}}
 */
export function follow(resource, address, heard, on) {
  let timer = 0;
  let glance = 0;
  let events = open();
  document.addEventListener("visibilitychange", seen);

  function open() {
    const next = new EventSource(address());
    for (const [name, hear] of Object.entries(heard))
      next.addEventListener(name, (event) => hear(JSON.parse(/** @type {MessageEvent} */ (event).data)));
    next.addEventListener("open", () => on.lost(false));
    next.addEventListener("error", () => {
      on.lost(true);
      if (next.readyState === EventSource.CLOSED) timer = setTimeout(again, AGAIN_MS);
    });
    return next;
  }

  /** The tab is seen, or is not. */
  function seen() {
    clearInterval(glance);
    clearTimeout(timer);
    events.close();
    if (document.hidden) glance = setInterval(lookIn, GLANCE_MS);
    else events = open();
  }

  function lookIn() {
    events.close();
    events = open();
    setTimeout(() => document.hidden && events.close(), LOOK_MS);
  }

  async function again() {
    try {
      await ask(resource);
    } catch (cause) {
      if (cause instanceof Problem && cause.status === 404) on.gone();
      else timer = setTimeout(again, AGAIN_MS);
      return;
    }
    events = open();
  }

  return {
    close() {
      document.removeEventListener("visibilitychange", seen);
      clearInterval(glance);
      clearTimeout(timer);
      events.close();
    },
  };
}
