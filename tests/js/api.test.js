import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Problem, flowClient, normsOf, valuesOf } from "../../static/js/api.js";

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
});

/** Let promises that are settled go on. */
const settle = () => new Promise((done) => setImmediate(done));

/** Answers in turn: a body, or [status, body, headers]. Returns what was sent. */
function answering(...answers) {
  const sent = [];
  mock.method(globalThis, "fetch", async (url, { body, signal }) => {
    sent.push({ url, body: JSON.parse(body), signal });
    const next = answers.shift();
    const [status, json, headers] = Array.isArray(next) ? next : [200, next, {}];
    return Response.json(json, { status, headers });
  });
  return sent;
}

function client() {
  const told = [];
  const made = flowClient("/api", {
    flow: (flow, request) => told.push(["flow", flow, request]),
    problem: (problem) => told.push(["problem", problem.status, problem.message]),
    busy: (is) => told.push(["busy", is]),
  });
  return { told, send: (request) => made.send(request) };
}

const BUSY = [503, { status: 503, title: "Busy", detail: "busy" }, { "retry-after": "2" }];

test("an answer comes with the request that it answers", async () => {
  const sent = answering({ loss: 1 });
  const { told, send } = client();
  send({ n: 1 });
  await settle();
  assert.equal(sent[0].url, "/api/flow");
  assert.deepEqual(told, [["busy", true], ["flow", { loss: 1 }, { n: 1 }], ["busy", false]]);
});

test("of requests that come meanwhile only the newest is sent", async () => {
  const sent = answering({ n: 1 }, { n: 3 });
  const { told, send } = client();
  for (const n of [1, 2, 3]) send({ n });
  await settle();
  assert.deepEqual(sent.map(({ body }) => body.n), [1, 3]);
  assert.deepEqual(told.filter(([what]) => what === "flow").map(([, flow]) => flow.n), [1, 3]);
});

test("a busy server is asked again after the seconds that it names", async () => {
  const sent = answering(BUSY, { loss: 1 });
  const { told, send } = client();
  send({});
  await settle();
  mock.timers.tick(1999);
  await settle();
  assert.equal(sent.length, 1);
  mock.timers.tick(1);
  await settle();
  assert.equal(sent.length, 2);
  assert.deepEqual(told.map(([what]) => what), ["busy", "flow", "busy"]);
});

test("a server that stays busy is a problem after three times", async () => {
  const sent = answering(BUSY, BUSY, BUSY);
  const { told, send } = client();
  send({});
  for (let n = 0; n < 3; n += 1) {
    await settle();
    mock.timers.tick(2000);
  }
  await settle();
  assert.equal(sent.length, 3);
  assert.deepEqual(told[1], ["problem", 503, "busy"]);
});

test("a server that is busy for long says so at once", async () => {
  const sent = answering([503, BUSY[1], { "retry-after": "60" }]);
  const { told, send } = client();
  send({});
  await settle();
  assert.equal(sent.length, 1);
  assert.equal(told[1][0], "problem");
});

test("a problem document keeps its errors; what is none is named by its status", async () => {
  const errors = [{ pointer: "/loss", detail: "no" }];
  const problem = new Problem({ status: 422, title: "Bad", detail: "", errors });
  assert.deepEqual([problem.message, problem.errors], ["Bad", errors]);
  mock.method(globalThis, "fetch", async () => new Response("<html>", { status: 502 }));
  const { told, send } = client();
  send({});
  await settle();
  assert.deepEqual(told[1], ["problem", 502, "The server answered with status 502."]);
});

test("a server that is not there is a problem, and a request that is given up is none", async () => {
  mock.method(globalThis, "fetch", async () => {
    throw new TypeError("network");
  });
  const { told, send } = client();
  send({});
  await settle();
  assert.deepEqual(told[1], ["problem", 0, "The server does not answer."]);
  mock.restoreAll();
  mock.method(globalThis, "fetch", async () => {
    throw new DOMException("given up", "AbortError");
  });
  const other = client();
  other.send({});
  await settle();
  assert.deepEqual(other.told, [["busy", true], ["busy", false]]);
});

test("a request that takes more than a second makes way for a newer one", async () => {
  const signals = [];
  mock.method(globalThis, "fetch", (url, { signal, body }) => {
    signals.push(signal);
    if (JSON.parse(body).n === 2) return Promise.resolve(Response.json({ n: 2 }));
    return new Promise((_, fail) => {
      signal.addEventListener("abort", () => fail(signal.reason));
    });
  });
  const { told, send } = client();
  send({ n: 1 });
  send({ n: 2 });
  await settle();
  assert.equal(signals.length, 1);
  mock.timers.tick(1001);
  await settle();
  assert.equal(signals[0].aborted, true);
  assert.deepEqual(told.filter(([what]) => what === "flow").map(([, flow]) => flow.n), [2]);
});

test("signed numbers are asked for alone, and a server that has none gives null", async () => {
  const sent = answering({ values: { first: 1 } }, [413, { status: 413, title: "Large", detail: "" }]);
  const window = { first: 1, last: 2 };
  const { signal } = new AbortController();
  assert.deepEqual(await valuesOf("/api", { loss: "x" }, window, signal), { first: 1 });
  assert.deepEqual(sent[0].body, { loss: "x", include: [], window, values: true });
  assert.equal(await valuesOf("/api", {}, window, signal), null);
});

/** A stream of events, in these pieces. */
function streaming(...pieces) {
  const body = ReadableStream.from(pieces.map((piece) => new TextEncoder().encode(piece)));
  mock.method(globalThis, "fetch", async () => new Response(body, { headers: { "content-type": "text/event-stream" } }));
}

/** What a stream tells of its progress, and its answer. */
async function norms() {
  const told = [];
  const progress = (done, of) => told.push([done, of]);
  return [await normsOf("/api", {}, { signal: new AbortController().signal, progress }), told];
}

test("an event stream tells how far it is, whatever its comments and its ends of lines", async () => {
  streaming(
    ": ping - 12:00\n\nevent: prog",
    'ress\ndata: {"done": 1, "of": 3}\n\n: ping\nevent: progress\ndata: {"done": 2, "of": 3}\n\n',
    'event: progress\r\ndata: {"done": 3,\r\ndata:"of": 3}\r\n\r\n: ping\r\n\r\n',
    'event: answer\ndata: {"draws": 3}\n\n',
  );
  assert.deepEqual(await norms(), [{ draws: 3 }, [[1, 3], [2, 3], [3, 3]]]);
});

test("a stream that ends with a problem, or in the middle, has no answer", async () => {
  streaming('event: problem\ndata: {"status": 503, "title": "", "detail": "it stops"}\n\n');
  await assert.rejects(norms, { status: 503, message: "it stops" });
  streaming("event: progress\n");
  await assert.rejects(norms, { message: "The server stopped in the middle." });
});
