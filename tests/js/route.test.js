import assert from "node:assert/strict";
import { before, test } from "node:test";

import { read } from "../../static/js/reading.js";
import { numberOfSame, reachedAt, routeThrough, stopAt } from "../../static/js/step/way/route.js";
import { aboutNumbers, ending, placeName, whyNone } from "../../static/js/step/way/words.js";
import { answer, learnWords } from "./words.js";

before(learnWords);

const whole = () => routeThrough(read(answer()));

/** The same way, of which the nodes of step 3 are not there. */
function part() {
  const flow = answer();
  const { W_hh: any } = flow.parameter_gradients;
  flow.parameter_gradients = { W_hh: any, W_xh: any, W_hy: any };
  flow.experiment.window = { first: 1, last: 2 };
  flow.graph.nodes = flow.graph.nodes.filter(({ step }) => step < 3);
  flow.graph.edges = flow.graph.edges.filter(({ target }) => !target.endsWith("_3"));
  return routeThrough(read(flow));
}

test("a stop has the same number whatever part of the network is there", () => {
  const [all, some] = [whole(), part()];
  assert.equal(some.count.length, all.count.length);
  const there = all.stops[20];
  assert.equal(there.id, "h_1>h_2");
  assert.equal(stopAt(some, 20)?.id, there.id);
  assert.equal(numberOfSame(some, there), 20);
  assert.equal(stopAt(some, 17), undefined);
  assert.equal(numberOfSame(some, all.stops[17]), null);
  assert.equal(numberOfSame(some, undefined), null);
});

test("what steps that are not there have added is in the sums", () => {
  const route = part();
  const place = route.count.placeOf(20);
  assert.deepEqual(Object.fromEntries(reachedAt(route, place)), { W_hh: 2, W_xh: 3, W_hy: 3 });
  assert.deepEqual([...reachedAt(route, 0)], []);
  const all = whole();
  assert.deepEqual([...reachedAt(all, 16)], []);
  assert.deepEqual([...reachedAt(all, 17)], [["W_hy", 3]]);
});

test("a place is called by its phase, or by what is missing", () => {
  const [all, some] = [whole(), part()];
  assert.equal(placeName(null, 0), "nothing to step through");
  assert.equal(placeName(all, 1), "2 of 24: forward, inside H₁");
  assert.equal(placeName(all, 15), "16 of 24: back from L₃");
  assert.equal(placeName(all, 18), "19 of 24: back, H₃ → H₂");
  assert.equal(placeName(some, 12), "13 of 24: step 3 is on its way");
  assert.equal(whyNone(some, 12), "Step 3 is on its way.");
  assert.match(whyNone({ ...some, stops: [] }, 0), /no loss/);
});

test("the end says what has been summed", () => {
  assert.match(ending(whole()), /gradient of L₃ alone: 1 parameter, each/);
  const flow = answer();
  flow.experiment.follow = null;
  assert.match(ending(routeThrough(read(flow))), /gradient of the whole loss/);
  const { stops, ...route } = whole();
  assert.match(ending({ ...route, stops: stops.slice(0, 15) }), /^No loss/);
});

test("numbers are those of one sample, and where there are none it is said why", () => {
  const none = { able: true, here: true, batch: 1, crossed: false };
  assert.deepEqual(aboutNumbers(none), []);
  assert.match(aboutNumbers({ ...none, able: false, batch: 2 }).join(), /^There are too many numbers[^,]*$/);
  assert.match(aboutNumbers({ ...none, batch: 3 }).join(), /first of 3 samples.*over all of them; the/);
  assert.match(aboutNumbers({ ...none, batch: 4 }).join(), /of which the first and the last/);
  assert.deepEqual(aboutNumbers({ ...none, here: false, batch: 4 }), []);
  assert.match(aboutNumbers({ ...none, crossed: true }).join(), /^✕/);
});
