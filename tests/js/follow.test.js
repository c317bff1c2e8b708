import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { follow } from "../../static/js/follow.js";

/** @type {any[]} */
let opened = [];

class Events extends EventTarget {
  /** @param {string} address */
  constructor(address) {
    super();
    this.address = address;
    this.open = true;
    opened.push(this);
  }

  close() {
    this.open = false;
  }
}

/** @param {boolean} hidden */
function see(hidden) {
  /** @type {any} */ (globalThis).document.hidden = hidden;
  globalThis.document.dispatchEvent(new Event("visibilitychange"));
}

const live = () => opened.filter(({ open }) => open).length;

beforeEach(() => {
  opened = [];
  /** @type {any} */ (globalThis).EventSource = Events;
  /** @type {any} */ (globalThis).document = Object.assign(new EventTarget(), { hidden: false });
  mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
});

afterEach(() => mock.timers.reset());

test("a tab that nobody sees holds no connection, looks in, and goes on where it was when it is seen", () => {
  let last = 7;
  const following = follow("/runs/a", () => `/events?after=${last}`, {}, { lost() {}, gone() {} });
  assert.equal(live(), 1);
  see(true);
  assert.equal(live(), 0);
  mock.timers.tick(20_000);
  assert.equal(live(), 1);
  mock.timers.tick(1000);
  assert.equal(live(), 0);
  last = 9;
  see(false);
  assert.equal(live(), 1);
  assert.equal(opened.at(-1).address, "/events?after=9");
  mock.timers.tick(60_000);
  assert.equal(live(), 1);
  following.close();
  see(true);
  see(false);
  assert.equal(live(), 0);
});
