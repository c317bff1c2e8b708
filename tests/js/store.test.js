import assert from "node:assert/strict";
import { before, beforeEach, mock, test } from "node:test";

import { defaults, offer } from "../../static/js/properties.js";
import { createQueue } from "../../static/js/queue.js";
import { createStore } from "../../static/js/state.js";
import { learnWords } from "./words.js";

before(() => {
  learnWords();
  offer([]);
});

beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "Date"] }));
test.afterEach(() => mock.timers.reset());

/** A window that keeps its history, and lets it be gone back in. */
function fakeWindow(hash = "") {
  const listeners = [];
  const entries = [{ state: null, url: hash }];
  const window = {
    location: { hash, pathname: "/", search: "" },
    addEventListener: (name, listener) => name === "popstate" && listeners.push(listener),
    history: {
      get state() {
        return entries.at(-1).state;
      },
      pushState: (state, _, url) => entries.push({ state, url }),
      replaceState: (state, _, url) => entries.splice(-1, 1, { state, url }),
    },
    urls: () => entries.map(({ url }) => url),
    back() {
      entries.pop();
      window.location.hash = entries.at(-1).url;
      for (const listener of listeners) listener();
    },
  };
  return window;
}

/** A store, and what it has told. */
function storeAt(hash) {
  const window = fakeWindow(hash);
  const store = createStore(window);
  const told = [];
  store.subscribe((settings, changed, during) => told.push([[...changed], during]));
  return { window, store, told };
}

test("a store begins with what the address says", () => {
  const { store } = storeAt("#hidden=8&colour=red");
  assert.equal(store.get().hidden, 8);
  assert.equal(store.get().cell, defaults().cell);
  assert.equal(store.leftOut(), "Left out of this link: colour=red (no such setting).");
  store.set({ step: 3 }, { same: true });
  assert.match(store.leftOut(), /colour=red/, "which stop is shown is no change of the experiment");
});

test("a change tells what it changed, and makes an entry", () => {
  const { window, store, told } = storeAt("");
  store.set({ hidden: 8, cell: defaults().cell });
  assert.deepEqual(told, [[["hidden"], false]]);
  assert.deepEqual(window.urls(), ["", "#hidden=8"]);
  store.set({ hidden: 8 });
  assert.equal(told.length, 1, "the same again is no change");
});

test("a gesture has one entry, written when the hand rests", () => {
  const { window, store, told } = storeAt("");
  store.set({ radius: 0.6 }, { during: true });
  store.set({ radius: 0.7 }, { during: true });
  assert.deepEqual(window.urls(), [""], "not on every movement");
  mock.timers.tick(150);
  assert.deepEqual(window.urls(), ["", "#radius=0.7"]);
  store.set({ radius: 0.8 }, { during: true });
  store.set({ radius: 0.9 });
  assert.deepEqual(window.urls(), ["", "#radius=0.9"]);
  assert.deepEqual(told.map(([, during]) => during), [true, true, true, false]);
  store.set({ radius: 1 });
  assert.equal(window.urls().length, 3, "the next gesture has its own");
});

test("going back changes only what differs", () => {
  const { window, store, told } = storeAt("#hidden=4");
  store.set({ hidden: 8 });
  const { text } = store.get();
  window.back();
  assert.equal(store.get().hidden, 4);
  assert.equal(store.get().text, text);
  assert.deepEqual(told.at(-1), [["hidden"], false]);
});

test("what an address selects is new until it was seen, and again after going back", () => {
  const { window, store } = storeAt("#select=h_3");
  assert.equal(store.isFresh(), true);
  store.seen();
  store.set({ select: "h_4" });
  assert.equal(store.isFresh(), false, "a hand knows what it selects");
  window.back();
  assert.equal(store.isFresh(), true);
  assert.equal(storeAt("").store.isFresh(), false);
});

test("what takes too long, or too much, leaves the link as it is", () => {
  for (const status of [0, 500, 503, 504, 507]) {
    const { window, store, told } = storeAt("#hidden=512&compare=hidden%3D511");
    const problem = { status, message: "took too long", errors: [] };
    assert.equal(store.giveWay(problem), false);
    assert.equal(store.giveWay(problem, "inA"), false);
    assert.deepEqual([store.get().hidden, store.leftOut(), told, window.urls().length], [512, "", [], 1]);
  }
});

test("settings from elsewhere are an entry of their own", () => {
  const { window, store } = storeAt("");
  store.replaceAll({ ...defaults(), hidden: 3 });
  assert.deepEqual(window.urls(), ["", "#hidden=3"]);
});

test("a text that the address cannot hold lies in the history", () => {
  const { window, store } = storeAt("");
  const text = "x".repeat(33_000);
  store.set({ text });
  assert.equal(window.urls().at(-1), "#cut=text");
  assert.equal(window.history.state.left.text, text);
});

test("a refused link gives way until the request is another one; what is set by hand does not", () => {
  const problem = {
    status: 422,
    message: "",
    errors: [{ pointer: "/network/hidden_size", detail: "received 9999" }],
  };
  const { store } = storeAt("#hidden=9999");
  assert.equal(store.giveWay(problem), true);
  assert.equal(store.get().hidden, defaults().hidden);
  assert.equal(store.leftOut(), "Left out of this link: hidden=9999 (received 9999).");
  store.set({ hidden: 9998 });
  assert.equal(store.giveWay(problem), false);
  assert.equal(store.leftOut(), "");
});

test("what is left out by name is left out", () => {
  const { store } = storeAt("#select=h_99&hidden=8");
  store.leave("select", "nothing of this name is drawn");
  assert.equal(store.get().select, "");
  assert.match(store.leftOut(), /select=h_99 \(nothing of this name is drawn\)/);
});

/** A queue whose turns are taken by hand. */
function queueOf() {
  const turns = [];
  const drawn = [];
  const window = { requestIdleCallback: (turn) => turns.push(turn) };
  const queue = createQueue(window, (name) => drawn.push(name), () => drawn.push("done"));
  return { queue, drawn, turns, turn: () => turns.shift()() };
}

test("one picture is drawn a turn, each once", () => {
  const { queue, drawn, turns, turn } = queueOf();
  queue.add(["a", "b"]);
  queue.add(["b"]);
  assert.equal(turns.length, 1, "a turn is asked for once");
  turn();
  assert.deepEqual(drawn, ["a"]);
  turn();
  assert.deepEqual(drawn, ["a", "b", "done"]);
  assert.equal(turns.length, 0);
});

test("what is drawn already is dropped", () => {
  const { queue, drawn, turn } = queueOf();
  queue.add(["a", "b"]);
  queue.drop("a");
  turn();
  assert.deepEqual(drawn, ["b", "done"]);
});

test("what waits for the hand comes once it rests", () => {
  mock.method(performance, "now", () => Date.now());
  const { queue, turns } = queueOf();
  queue.rest(["a"]);
  mock.timers.tick(90);
  queue.rest(["a"]);
  mock.timers.tick(90);
  assert.equal(turns.length, 0, "the hand has moved again");
  mock.timers.tick(10);
  assert.equal(turns.length, 1);
  mock.restoreAll();
});

test("and not later than 300 ms after it first was to be drawn", () => {
  mock.method(performance, "now", () => Date.now());
  const { queue, turns } = queueOf();
  for (let n = 0; n < 6; n += 1) {
    queue.rest(["a"]);
    mock.timers.tick(50);
  }
  assert.equal(turns.length, 1);
  mock.restoreAll();
});
