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

test("where no gradient arrives at a unit no arrow into it is counted, seen or not", () => {
  const dead = () => {
    const flow = answer();
    for (const row of [flow.followed_gradient.log10_norm, flow.itemized.log10_norm[2]]) row.fill(null, 0, 2);
    for (const one of flow.graph.nodes) if (/^[xh]_[012]$/.test(one.id)) one.log10_norm = null;
    for (const one of flow.graph.edges) if (/_[12]$/.test(one.source) && one.source[0] === "h") one.log10_norm = null;
    for (const one of flow.graph.edges) if (/h_[12]$/.test(one.target)) one.log10_norm = null;
    return flow;
  };
  const all = routeThrough(read(dead()));
  const windowed = dead();
  windowed.experiment.window = { first: 3, last: 3 };
  windowed.graph.nodes = windowed.graph.nodes.filter(({ step }) => step === 3);
  windowed.graph.edges = windowed.graph.edges.filter(({ target }) => target.endsWith("_3"));
  assert.equal(all.count.length, whole().count.length - 4);
  assert.equal(routeThrough(read(windowed)).count.length, all.count.length);
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
