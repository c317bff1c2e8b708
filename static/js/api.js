/** The only fetch. */

/** @import { Fault, Flow, Request } from "./types.js" */

/** A running request older than this makes way for a newer one. */
const PATIENCE_MS = 1000;

/** How often a request is sent again where a busy server says when. */
const RETRIES = 2;

/** The longest time that is waited for that without a word, in seconds. */
const QUIET_S = 5;

/** What went wrong, in the words of a problem document. */
export class Problem extends Error {
  /**
   * @param {{status: number, title: string, detail: string, errors?: Fault[] | null}} document
   * @param {number} retryAfter seconds until the server would be asked again; 0: it did not say
   */
  constructor(document, retryAfter = 0) {
    super(document.detail || document.title);
    this.status = document.status;
    this.retryAfter = retryAfter;
    /** @type {Fault[]} */
    this.errors = document.errors ?? [];
  }
}

/** Whether a request was given up. @param {unknown} cause */
function isAbort(cause) {
  return cause instanceof DOMException && cause.name === "AbortError";
}

/** @param {string} url @param {RequestInit} options */
export async function ask(url, options = {}) {
  return (await answered(url, options)).json();
}

/** The response where it is good; else its problem is thrown. @param {string} url @param {RequestInit} options */
export async function answered(url, options) {
  let response;
  try {
    response = await fetch(url, options);
  } catch (cause) {
    if (isAbort(cause)) throw cause;
    throw new Problem({ status: 0, title: "", detail: "The server does not answer." });
  }
  const kind = response.headers.get("content-type") ?? "";
  if (response.ok) return response;
  const retryAfter = response.status === 503 ? Number(response.headers.get("retry-after")) : 0;
  if (kind.includes("json")) throw new Problem(await response.json(), retryAfter);
  const detail = `The server answered with status ${response.status}.`;
  throw new Problem({ status: response.status, title: "", detail }, retryAfter);
}

/** Wait, or until `signal` aborts. @param {number} seconds @param {AbortSignal} signal */
function pause(seconds, signal) {
  return new Promise((done) => {
    setTimeout(done, 1000 * seconds);
    signal.addEventListener("abort", done, { once: true });
  });
}

/** @param {object} body @param {AbortSignal} [signal] @returns {RequestInit} */
export function posted(body, signal) {
  return {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal,
  };
}

/** Gradients beside differences. @param {string} base @param {object} asked */
export function checkGradients(base, asked) {
  return ask(`${base}/check`, posted(asked));
}

/**
 * The loss over two parameters. @param {string} base @param {object} asked @param {AbortSignal} signal
 * @returns {Promise<any>}
 */
export function landscapeOf(base, asked, signal) {
  return ask(`${base}/landscape`, posted(asked, signal));
}

/** Name and data of an event; a comment, which keeps the connection open, has neither. @param {string} block */
function eventOf(block) {
  const [name, data] = ["event", "data"].map((field) =>
    block
      .split(/\r?\n/)
      .filter((line) => line.startsWith(`${field}:`))
      .map((line) => line.slice(field.length + 1).replace(/^ /, ""))
      .join("\n"),
  );
  return { name, data };
}

/**
 * The norms of many draws, part by part.
 * @param {string} base @param {object} asked
 * @param {{signal: AbortSignal, progress: (done: number, of: number) => void}} on
 * @returns {Promise<any>}
 */
export async function normsOf(base, asked, { signal, progress }) {
  const options = posted(asked, signal);
  const headers = { ...options.headers, accept: "text/event-stream" };
  const response = await answered(`${base}/norms`, { ...options, headers });
  if (!response.body) throw new Problem({ status: 0, title: "", detail: "The answer has no body." });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; ; ) {
    const { done, value } = await reader.read();
    if (done) throw new Problem({ status: 0, title: "", detail: "The server stopped in the middle." });
    const blocks = (text + value).split(/\r?\n\r?\n/);
    text = blocks.pop() ?? "";
    for (const { name, data } of blocks.map(eventOf)) {
      if (name === "problem") throw new Problem(JSON.parse(data));
      if (name === "answer") return JSON.parse(data);
      if (name === "progress") progress(JSON.parse(data).done, JSON.parse(data).of);
    }
  }
}

/**
 * The signed numbers of some steps, or null where the server has none to give.
 * @param {string} base
 * @param {object} experiment   as an answer says it
 * @param {{first: number, last: number}} window
 * @param {AbortSignal} signal
 */
export async function valuesOf(base, experiment, window, signal) {
  const request = { ...experiment, include: [], window, values: true };
  try {
    return (await ask(`${base}/flow`, posted(request, signal))).values;
  } catch (cause) {
    if (isAbort(cause) || cause instanceof Problem) return null;
    throw cause;
  }
}

/**
 * An experiment in numbers: its weights, its sequence, and what its text holds.
 * @param {string} base
 * @param {object} request
 * @param {string[]} parts   "weights", "sequence"
 * @param {AbortSignal} signal
 * @returns {Promise<import("./editor/parts.js").Numbers>}
 */
export function numbersOf(base, request, parts, signal) {
  return ask(`${base}/flow`, posted({ ...request, include: parts }, signal));
}

/**
 * The factors between a loss and an earlier step.
 * @param {string} base
 * @param {object} experiment   as an answer says it
 * @param {{loss_step: number, step: number}} chain
 * @param {AbortSignal} signal
 */
export async function chainOf(base, experiment, chain, signal) {
  const request = { ...experiment, include: [], values: false, window: null, chain };
  return (await ask(`${base}/flow`, posted(request, signal))).chain;
}

/**
 * A flow with its graph and little else.
 * @param {string} base @param {object} experiment @param {AbortSignal} signal
 */
export function pictured(base, experiment, signal) {
  return ask(`${base}/flow`, posted({ ...experiment, include: ["itemized", "graph"] }, signal));
}

/**
 * The answer with nothing but the advice in it.
 * @param {string} base @param {object} request @param {AbortSignal} signal
 */
export function advise(base, request, signal) {
  return ask(`${base}/flow`, posted({ ...request, include: ["advice"] }, signal));
}

/**
 * One request at a time; of those that come meanwhile only the newest is sent, so that the picture
 * answers while a hand is on a control, and the last change is never lost. A server that is busy
 * and says until when is asked again without a word, unless something newer has come.
 * @param {string} base
 * @param {{flow: (flow: Flow, request: Request) => void | Promise<void>,
 *   problem: (problem: Problem) => void,
 *   busy: (busy: boolean) => void}} on
 */
export function flowClient(base, on) {
  /** @type {{abort: AbortController, since: number} | null} */
  let running = null;
  /** @type {Request | null} */
  let next = null;
  let timer = 0;

  /** The first answer that is not "later". @param {Request} request @param {AbortSignal} signal */
  async function answer(request, signal) {
    for (let left = RETRIES; ; left -= 1) {
      try {
        return await ask(`${base}/flow`, posted(request, signal));
      } catch (cause) {
        const after = cause instanceof Problem ? cause.retryAfter : 0;
        const quiet = after > 0 && after <= QUIET_S;
        if (!quiet || left === 0 || next) throw cause;
        await pause(after, signal);
        if (next) throw cause;
      }
    }
  }

  /** @param {Request} request */
  async function run(request) {
    const mine = { abort: new AbortController(), since: performance.now() };
    running = mine;
    try {
      const flow = await answer(request, mine.abort.signal);
      if (running === mine) await on.flow(flow, request);
    } catch (cause) {
      if (running !== mine || isAbort(cause)) return;
      if (!(cause instanceof Problem)) throw cause;
      if (!next) on.problem(cause);
    } finally {
      if (running === mine) {
        running = null;
        const following = next;
        next = null;
        if (following) run(following);
        else on.busy(false);
      }
    }
  }

  /** Drop a request that takes too long, for the newest. */
  function giveWay() {
    if (!next || !running) return;
    running.abort.abort();
    const following = next;
    next = null;
    run(following);
  }

  return {
    /** @param {Request} request */
    send(request) {
      if (running) {
        next = request;
        clearTimeout(timer);
        timer = setTimeout(giveWay, running.since + PATIENCE_MS - performance.now());
        return;
      }
      on.busy(true);
      run(request);
    },
  };
}

/**
 * The runs that are kept, the newest first.
 * @param {string} base
 * @param {string | null} [before]   id of the last one that is known @param {number} [limit]
 * @returns {Promise<{runs: any[], next: string | null}>}   next: before which there are more
 */
export function runsOf(base, before = null, limit = 50) {
  return ask(`${base}/runs?limit=${limit}${before ? `&before=${encodeURIComponent(before)}` : ""}`);
}

/** Where a run is. @param {string} base @param {string} id */
export const runAt = (base, id) => `${base}/runs/${encodeURIComponent(id)}`;

/**
 * A run with its reports, each in brief.
 * @param {string} base @param {string} id
 * @returns {Promise<{run: any, reports: any[], last: number}>}   last: the sequence of the newest
 */
export async function reportsOf(base, id) {
  const run = await ask(runAt(base, id));
  const reports = [];
  for (let from = 1; ; ) {
    const page = await ask(`${runAt(base, id)}/reports?limit=1000&from=${from}`);
    reports.push(...page.reports);
    if (page.next === null || page.next === undefined) break;
    from = page.next;
  }
  return { run, reports, last: reports.at(-1)?.sequence ?? 0 };
}

/**
 * One whole report.
 * @param {string} base @param {string} id @param {number} sequence @param {AbortSignal} signal
 */
export function reportOf(base, id, sequence, signal) {
  return ask(`${runAt(base, id)}/reports/${sequence}`, { signal });
}

/** @param {string} base @param {string} id */
export async function deleteRun(base, id) {
  await answered(runAt(base, id), { method: "DELETE" });
}
