import assert from "node:assert/strict";
import { test } from "node:test";

import { addressOf, runsIn } from "../../static/js/train/address.js";
import { fragmentOf, learnStart, partOf, readValues, valueOf } from "../../static/js/train/choices.js";
import { lineThrough, reduced, stairs } from "../../static/js/train/columns.js";
import { ceilingOf, lossFigure, normFigure, radiusFigure, seenOf, spanOf } from "../../static/js/train/figures.js";
import { happenedIn, newestOf, withoutUpdate } from "../../static/js/train/happened.js";
import { valuesNow } from "../../static/js/train/changing.js";
import { gridOf, pixelsOf } from "../../static/js/train/heat.js";
import { createHistory } from "../../static/js/train/history.js";
import { createLooking } from "../../static/js/train/looking.js";
import { namesOf } from "../../static/js/train/names.js";
import { possible, reached } from "../../static/js/train/panel.js";
import { otherOf, planOf, plansOf, valuesOf, variantOf, VARIANTS } from "../../static/js/train/plans.js";
import { recordedAt } from "../../static/js/train/recorded.js";
import { addMarks, blockOf } from "../../static/js/train/sources.js";
import { duration, lossWords, normWords, reachWords, speedWords, stateWords, weightRows } from "../../static/js/train/words.js";
import { learnTraining } from "./training.js";

learnTraining();
learnStart({
  task: "sum", "task.steps": "30", cell: "simple", activation: "tanh", hidden: "8", layers: "1", weights: "", init: "normal",
  radius: "1.2", batch: "4", updates: "100", seed: "3", precision: "float64", optimizer: "plain", "optimizer.learning_rate": "0.1",
  schedule: "level", rule: "norm", "rule.threshold": "0.5", omega: "0", noise: "0", beside: "clipping",
});

const THEME = { ink: "#000", pale: "#eee0", blocked: "#777", known: "#b00", soft: "#444", grid: "#eee", sheet: "#fff", muted: "#555", "pale-ink": "#666", rule: "#ddd", sans: "x", mode: "light", flow: ["#14509c", "#3f8ac6", "#b9bec6", "#dc7f68", "#a8152a"] };

/** Rows from one update to another; of each step t decades × (T − t) less than of the last. */
function block(from, to, { steps = 5, decades = 1, own = {} } = {}) {
  const update = Array.from({ length: to - from + 1 }, (_, n) => from + n);
  const column = (value) => update.map(value);
  return {
    update,
    loss: column((n) => 1 / n),
    log10_before: column((n) => (n % 10 ? -1 : 1)),
    log10_after: column((n) => (n % 10 ? -1 : 0)),
    engaged: column((n) => n % 10 === 0),
    threshold: column(() => 1),
    learning_rate: column(() => 0.1),
    hidden: column(() => Array.from({ length: steps }, (_, t) => -decades * (steps - 1 - t))),
    cell: null,
    rho: column((n) => (n % 5 ? null : 1.1)),
    sigma: column(() => null),
    held_out: column((n) => (n % 5 ? null : 0.5)),
    weight: { W_hh: column(() => 0) },
    step: { W_hh: column(() => -3) },
    ...own,
  };
}

function filled(...blocks) {
  const history = createHistory();
  for (const one of blocks) history.add(one);
  return history;
}

/** A run as it is drawn. */
function drawnRun(history, n = 0, baseline = null) {
  return { label: "AB"[n], history, baseline, seen: seenOf(history, FRAME) };
}

const FRAME = { width: 500, height: 100, left: 42, right: 8, lo: 0.5, hi: 100.5 };

test("rows that come twice are kept once, and a gap in the middle is read from the row before", () => {
  const history = createHistory();
  assert.equal(history.add(block(1, 10)), 10);
  assert.equal(history.add(block(5, 12)), 2);
  assert.equal(history.add(block(20, 21)), 2);
  assert.equal(history.count(), 14);
  assert.equal(history.last(), 21);
  assert.equal(history.update(history.row(15)), 12);
  assert.equal(history.row(0), -1);
  assert.equal(history.value("loss", 9), 0.1);
  assert.ok(Number.isNaN(history.value("rho", 5)));
  assert.equal(history.latest("rho", 8), 1.1);
  assert.equal(history.engaged(9), true);
  assert.deepEqual([...history.hidden(0)], [-4, -3, -2, -1, -0]);
});

test("there is room for more rows than at first, and a column that comes later is empty before", () => {
  const history = filled(block(1, 3000));
  history.add(block(3001, 3002, { own: { weight: { b_h: [1, 2] } } }));
  assert.equal(history.value("weight b_h", 3001), 2);
  assert.ok(Number.isNaN(history.value("weight b_h", 2999)));
  assert.ok(Number.isNaN(history.value("weight W_hh", 3001)));
  assert.equal(history.value("loss", 2999), 1 / 3000);
  assert.deepEqual(history.hiddenSeries(2999), [-4, -3, -2, -1, -0]);
});

test("what is not finite is nothing, and an exact zero draws nothing", () => {
  const history = filled(block(1, 1, { own: { loss: [null], hidden: [[null, null, -1, 0, null]] } }));
  assert.match(lossWords(history, 0), /not finite/);
  assert.deepEqual(history.hiddenSeries(0), [null, null, -1, 0, null]);
  assert.equal(reachWords(history, 0), "‖∂L/∂H₁‖ is exactly zero, or not finite.");
});

test("a line has at most two points for two pixels, and none of them upon another", () => {
  const history = filled(block(1, 10_000, { own: { loss: Array.from({ length: 10_000 }, (_, n) => Math.sin(n)) } }));
  const frame = { ...FRAME, hi: 10_000.5 };
  const columns = reduced(history, history.column("loss"), frame);
  assert.ok(columns.length <= 225 && columns.length > 200);
  assert.ok(Math.max(...columns.map(({ high }) => high)) > 0.999);
  const { x, y } = lineThrough(columns, [-1, 1], 90);
  assert.ok(x.length <= 2 * columns.length);
  const pixel = (n) => [(x[n] / 10_000) * 450, (y[n] / 2) * 90];
  for (let n = 1; n < x.length; n += 1) {
    const [a, b] = [pixel(n - 1), pixel(n)];
    assert.ok(Math.hypot(a[0] - b[0], a[1] - b[1]) > 1.01, String(n));
  }
});

test("few updates are drawn each, at their own place", () => {
  const history = filled(block(1, 20));
  const columns = reduced(history, history.column("loss"), FRAME);
  assert.deepEqual(columns.map(({ x }) => x), Array.from({ length: 20 }, (_, n) => n + 1));
});

test("a threshold that stays has two points, and where there is none there is a gap", () => {
  const threshold = [1, 1, 1, 2, 2, null, null, 3];
  const history = filled(block(1, 8, { own: { threshold } }));
  const { x, y } = stairs(history, history.column("threshold"), (value) => value);
  assert.deepEqual(y, [1, 1, 2, 2, null, 3]);
  assert.deepEqual(x, [1, 4, 4, 6, null, 8]);
});

test("the map keeps the greatest of what falls into a column, and reads only what is new", () => {
  const history = filled(block(1, 1000), block(1001, 1001, { decades: 0.1 }));
  const frame = { ...FRAME, hi: 2000.5 };
  const { grid, from } = gridOf(null, history, frame, 80);
  assert.equal(from, 0);
  assert.equal(grid.columns, 450);
  assert.equal(grid.rows, 5);
  const column = Math.floor((1000.5 / 2000) * 450);
  assert.ok(Math.abs(grid.values[column * 5 + 4] + 0.4) < 1e-6); // step 1, of update 1001
  assert.ok(Math.abs(grid.values[10 * 5 + 4] + 4) < 1e-6);
  history.add(block(1002, 1010));
  const next = gridOf(grid, history, frame, 80);
  assert.equal(next.grid, grid);
  assert.ok(next.from >= column);
  assert.equal(gridOf(grid, history, { ...frame, hi: 5000.5 }, 80).from, 0);
});

test("ten thousand updates of a hundred steps are no more columns than there are pixels", () => {
  const history = filled(block(1, 10_000, { steps: 100, decades: 0.05 }));
  const { grid } = gridOf(null, history, { ...FRAME, width: 3000, hi: 10_000.5 }, 100);
  assert.equal(grid.columns, 1500);
  const { data, width, height } = pixelsOf(grid, 0, THEME);
  assert.deepEqual([width, height], [1500, 100]);
  assert.deepEqual([...data.slice(0, 4)], [185, 190, 198, 255]); // the last step, as much as enters
});

test("where nothing arrives the map has no colour", () => {
  const history = filled(block(1, 2, { own: { hidden: [[null, 0], [0, 0]] } }));
  const { grid } = gridOf(null, history, { ...FRAME, hi: 2.5 }, 80);
  assert.equal(grid.columns, 2);
  const { data } = pixelsOf(grid, 0, THEME);
  assert.equal(data[4 * 2 + 3], 0); // step 1 of update 1
  assert.equal(data[4 * 3 + 3], 255);
});

test("the axis goes to a round number, at the end to the last update", () => {
  assert.deepEqual(spanOf([filled(block(1, 730))], 2000, false), { lo: 0.5, hi: 750.5 });
  assert.deepEqual(spanOf([filled(block(1, 730))], 740, false), { lo: 0.5, hi: 740.5 });
  assert.deepEqual(spanOf([filled(block(1, 730)), filled(block(1, 20))], 2000, true), { lo: 0.5, hi: 730.5 });
});

test("losses are drawn with what a constant answer has; the first run lies on top", () => {
  const runs = [0.2, 0.2].map((baseline, n) => drawnRun(filled(block(1, 50)), n, baseline));
  const { data } = lossFigure({ runs, frame: FRAME, theme: THEME });
  assert.equal(data.at(-1).text.length, 1); // one baseline, though both runs have it
  assert.equal(data.at(-1).text[0], "baseline 0.2");
  assert.deepEqual(data.slice(2, 4).map((one) => one.line.color), ["#eee0", "#777"]); // of batches
  assert.deepEqual(data.slice(4, 6).map((one) => one.line.width), [2.6, 1.3]); // of the held-out set
});

test("a run that explodes leaves the picture, so that the other is seen", () => {
  const wild = drawnRun(filled(block(1, 50, { own: { loss: Array.from({ length: 50 }, (_, n) => 10 ** (4 * n)) } })), 1);
  const { data, layout } = lossFigure({ runs: [drawnRun(filled(block(1, 50))), wild], frame: FRAME, theme: THEME });
  assert.ok(layout.yaxis.range[1] < 5);
  assert.match(data.at(-1).text[0], /^B ↑ 10¹⁹⁶$/);
  assert.equal(ceilingOf([[{ x: 1, low: 0, high: 1, rises: true }], [{ x: 1, low: 0, high: 5, rises: true }]]), null);
});

test("norms are drawn before and after, with μ and where it engaged", () => {
  const { data, layout } = normFigure({ runs: [drawnRun(filled(block(1, 50)))], frame: FRAME, theme: THEME }, 0);
  const [before, after, mu, ticks, words] = data;
  assert.equal(Math.max(...before.y), 1);
  assert.deepEqual(after.x, [10, 20, 30, 40, 50]);
  assert.deepEqual(new Set(mu.y), new Set([0]));
  assert.deepEqual(ticks.x, [10, 20, 30, 40, 50]);
  assert.deepEqual(words.text, ["μ = 1"]);
  assert.ok(layout.yaxis.range[0] <= -1 && layout.yaxis.range[1] >= 1);
});

test("the plan says what is set, what a row begins with, and nothing of another row", () => {
  const plan = planOf({});
  assert.deepEqual(plan.task, { name: "sum", steps: 30 });
  assert.deepEqual(plan.optimizer, { name: "plain", learning_rate: 0.1 });
  assert.deepEqual(plan.clip, { rule: "norm", threshold: 0.5, per_sample: false });
  assert.equal(plan.weights.spectral_radius, 1.2);
  assert.equal(plan.weights.seed, 3);
  assert.deepEqual(planOf({ optimizer: "heavy" }).optimizer, { name: "heavy", learning_rate: 0.001, momentum: 0.9 });
  assert.equal(planOf({ radius: "" }).weights.spectral_radius, null);
  assert.equal("activation" in planOf({ cell: "gated" }), false);
});

test("a radius that explodes leaves its picture, and no path is too long for SVG", () => {
  const grown = filled(block(1, 20, { own: { rho: Array.from({ length: 20 }, (_, n) => 10 ** (10 * n)) } }));
  const { data, layout } = radiusFigure({ runs: [drawnRun(filled(block(1, 20))), drawnRun(grown, 1)], frame: FRAME, theme: THEME });
  const highest = Math.max(...data.flatMap(({ y }) => y ?? []));
  assert.ok(highest > layout.yaxis.range[1] && highest < 1e3, String(highest));
});

test("two runs differ in one thing, and are named by it", () => {
  const [a, b] = plansOf({});
  assert.deepEqual(b.plan, { ...a.plan, clip: { rule: "none" } });
  assert.deepEqual([a.short, b.short], ["clipped at μ = 0.5", "not clipped"]);
  assert.deepEqual(namesOf([a, b]), [a.short, b.short]);
  const cells = plansOf({ beside: "cell" });
  assert.deepEqual(cells.map(({ plan }) => plan.cell), ["simple", "gated"]);
  assert.deepEqual(namesOf(cells), ["simple", "Gated"]);
  const changes = [{ update: 1364 }, { update: 1500 }];
  assert.deepEqual(namesOf([a, { ...b, training: { changes } }]), [a.short, `${b.short}, changed at 1,364`]);
  assert.deepEqual(namesOf([{ name: "alone", training: { changes } }]), ["alone, changed at 1,364"]);
  assert.deepEqual(plansOf({ beside: "radius" }).map(({ plan }) => plan.weights.spectral_radius), [1.2, 0.9]);
  assert.deepEqual(plansOf({ beside: "steps" }).map(({ plan }) => plan.task.steps), [30, 60]);
  assert.deepEqual(plansOf({ beside: "rate" }).map(({ plan }) => plan.optimizer.learning_rate), [0.1, 0.01]);
  assert.equal(plansOf({ beside: "" }).length, 1);
  assert.equal(variantOf({ rule: "none" }), undefined); // not clipped beside not clipped
  assert.equal(otherOf(VARIANTS[1], { "beside.value": "nothing" }), "gated");
});

test("an address holds what is not the page's own, and a plan gives its values back", () => {
  assert.equal(fragmentOf({}), "");
  assert.equal(fragmentOf({ seed: "3", hidden: "9" }), "hidden=9");
  const values = { optimizer: "heavy", "optimizer.momentum": "0.5", "optimizer.learning_rate": "0.001" };
  assert.equal(fragmentOf(values), "optimizer=heavy&optimizer.momentum=0.5");
  const read = readValues("#optimizer=heavy&optimizer.momentum=0.5");
  assert.deepEqual(partOf(read, "optimizer"), { name: "heavy", settings: { learning_rate: 0.001, momentum: 0.5 } });
  const plan = planOf({ ...values, rule: "none", radius: "", layers: "2" });
  assert.deepEqual(planOf(valuesOf(plan)), plan);
  assert.equal(valueOf({}, "rule.threshold"), "0.5");
});

test("an address names one run or two", () => {
  assert.deepEqual(runsIn("", "?run=a&with=b"), ["a", "b"]);
  assert.deepEqual(runsIn("a", ""), ["a"]);
  assert.deepEqual(runsIn("a", "?with=a"), ["a"]);
  assert.deepEqual(runsIn("", ""), []);
  assert.equal(addressOf(["a", "b"]), "/train?run=a&with=b");
  assert.equal(addressOf([]), "/train");
});

/** A run that trains, so far. */
const run = (state, more = {}) => ({ id: "a", name: "a", state, training: { plan: planOf({}), update: 40, updates: 100, updates_per_second: null, seconds_left: null, ended: null, changes: [], ...more } });
const source = (state, more = {}) => ({ run: run(state, more), history: filled(block(1, 40)), marks: [], trained: true });

test("what can be done follows from what the runs do", () => {
  assert.deepEqual(possible([source("running"), source("paused")]), { pause: true, resume: false, advance: false, stop: true, restart: true });
  assert.deepEqual(possible([source("paused"), source("ended", { update: 100 })]), { pause: false, resume: true, advance: true, stop: true, restart: true });
  assert.deepEqual(possible([source("ended", { update: 100 })]), { pause: false, resume: false, advance: false, stop: false, restart: true });
  const broken = { ...source("ended"), marks: [{ update: 40, kind: "not-finite", text: "" }] };
  assert.equal(possible([broken]).resume, false);
  assert.equal(possible([source("ended")]).resume, true);
});

test("a run's settings are its plan and what was changed since", () => {
  const changes = [{ update: 10, change: { learning_rate: 0.01, clip: null } }, { update: 20, change: { learning_rate: null, clip: { rule: "norm", threshold: 2 } } }];
  const now = valuesNow(run("running", { changes }));
  assert.equal(now["optimizer.learning_rate"], "0.01");
  assert.equal(now["rule.threshold"], "2");
  assert.equal(now["rule.per_sample"], undefined);
});

test("the state of a run in words", () => {
  assert.equal(stateWords(run("paused")), "paused at 40 of 100 updates");
  assert.equal(stateWords(run("ended", { update: 100 })), "done: 100 updates");
  assert.equal(stateWords(run("ended", { ended: "A number is not finite." })), "ended at 40 of 100 updates");
  assert.equal(stateWords(run("queued", { update: 0 })), "waits for its turn");
  assert.equal(stateWords(reached(run("running"), 57)), "57 of 100 updates");
  assert.equal(stateWords(reached(run("ended", { update: 100 }), 57)), "done: 100 updates");
  assert.equal(speedWords(run("running", { updates_per_second: 412.3, seconds_left: 4.2 })), "412 updates a second, 4 s left");
  assert.equal(speedWords(run("paused", { updates_per_second: 412.3 })), "");
  assert.deepEqual([30, 200, 8000].map(duration), ["30 s", "3 min", "2.2 h"]);
});

test("an update in words", () => {
  const history = filled(block(1, 10));
  assert.equal(normWords(history, 9), "10.0 before clipping, 1.00 after");
  assert.equal(normWords(history, 0), "0.100, below the threshold");
  assert.equal(reachWords(history, 0), "‖∂L/∂H₁‖ is 0.010 % of ‖∂L/∂H₅‖.");
  assert.equal(reachWords(history, 0, true), "Of all losses together ‖∂L/∂H₁‖ is 0.010 % of ‖∂L/∂H₅‖.");
  const gated = filled(block(1, 1, { own: { cell: [[-1, -1, -1, null, null]] } }));
  assert.equal(reachWords(gated, 0), "‖∂L/∂H₁‖ is 0.010 % of ‖∂L/∂H₅‖; H and C together: 10.0 %.");
  assert.deepEqual(weightRows(history, ["W_hh"], 0), [["Wᴴ", "1.00", "0.0010"]]);
});

test("what is looked at follows the newest until a hand moves it", () => {
  const looking = createLooking([source("running"), source("running")]);
  assert.equal(looking.update(), 40);
  looking.sources[1].history.add(block(41, 60));
  assert.equal(looking.update(), 60);
  assert.equal(looking.sources[0].history.update(looking.row(0)), 40); // the last of A
  looking.goTo(30);
  looking.choose(1);
  looking.select("h_3");
  assert.equal(looking.fragment(), "update=30&of=B&select=h_3");
  looking.sources[1].history.add(block(61, 70));
  assert.equal(looking.update(), 30);
  looking.read("#update=12");
  assert.deepEqual([looking.update(), looking.focus(), looking.selected()], [12, 0, ""]);
  looking.read("#select=<b>");
  assert.equal(looking.selected(), "");
  looking.look(69);
  assert.equal(looking.follows(), true);
});

test("marks come once each and stand in their order, those of both runs the newest first", () => {
  const marks = [];
  addMarks(marks, [{ id: 2, update: 9, kind: "spike", text: "b" }]);
  addMarks(marks, [{ id: 1, update: 3, kind: "spike", text: "a" }, { id: 2, update: 9, kind: "spike", text: "b" }]);
  assert.deepEqual(marks.map(({ id }) => id), [1, 2]);
  const all = happenedIn([{ marks }, { marks: [{ update: 9, kind: "x", text: "c" }] }]);
  assert.deepEqual(all.map(({ mark, run: n }) => mark.text + n), ["b0", "c1", "a0"]);
  const told = [{ mark: { id: 8, update: 90, text: "of A, before" }, run: 0 }, { mark: { id: 9, update: 40, text: "of B, behind it" }, run: 1 }];
  assert.equal(newestOf(told)?.mark.text, "of B, behind it");
  assert.equal(newestOf([]), undefined);
  assert.equal(withoutUpdate("update 1,310: ‖g‖ is large"), "‖g‖ is large");
  assert.equal(withoutUpdate("from update 6 on step 1 hears the loss"), "From update 6 on step 1 hears the loss");
});

test("what a program reports is rows, too", () => {
  const flow = { steps: 3, followed_gradient: { log10_norm: [-2, -1, 0] } };
  const report = { update: 100, loss: 2, clipping: { threshold: 1, log10_before: 1, log10_after: 0, engaged: true }, learning_rate: null, steps_taken: { w: { log10_weight: 0, log10_step: null }, v: null }, modules: [{ name: "rnn", flow }] };
  const { hidden, threshold, weight } = blockOf([report, { ...report, update: 200, clipping: null, modules: [] }], "rnn");
  assert.deepEqual(hidden, [[-2, -1, 0], [null, null, null]]);
  assert.deepEqual(threshold, [1, null]);
  assert.deepEqual(weight, { w: [0, 0], v: [null, null] });
});

test("what was recorded is a reading until the whole is there", () => {
  const reading = recordedAt(filled(block(1, 3)), 2, "simple");
  assert.equal(reading.steps, 5);
  assert.equal(reading.entryStep, 5);
  assert.deepEqual(reading.row, [-4, -3, -2, -1, -0]);
  assert.equal(recordedAt(filled(block(1, 1, { own: { hidden: [[null, null]] } })), 0, "simple"), null);
  assert.equal(recordedAt(filled(block(1, 3)), -1, "simple"), null);
});
