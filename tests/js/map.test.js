import assert from "node:assert/strict";
import { before, test } from "node:test";

import { countOf, ticksOf, valueAt } from "../../static/js/map/axes.js";
import { boxesOf, dashOf, levelsSeen, linesSeen } from "../../static/js/map/figure.js";
import { createGrid } from "../../static/js/map/grid.js";
import { scaleOf } from "../../static/js/map/scale.js";
import { missing, ordered, placeOf, refusal, withRule } from "../../static/js/map/setup.js";
import { withColours, wholeJson } from "../../static/js/map/takes.js";
import { besideWords, caption, pointLines, progress, sentence } from "../../static/js/map/words.js";
import { learnWords } from "./words.js";

const plain = { unit: "", words: "", names: [], share: false, relative: false, trained: false };
const ARRIVING = { ...plain, name: "arriving", label: "what arrives", unit: "decades", relative: true };
const RATE = { ...plain, name: "rate", label: "factor per step" };
const VERDICT = { ...plain, name: "verdict", label: "verdict", names: ["vanishing", "stable"] };
const CLIPPED = { ...plain, name: "clipped", label: "share clipped", share: true };
const THEME = { flow: ["#00f", "#88f", "#888", "#f88", "#f00"], ink: "#000", paper: "#fff", pale: "#eee", muted: "#777" };

const along = (at, values, more = {}) => ({ at, values, ...more });
const radii = along("/weights/spectral_radius", [0.5, 1, 1.5, 2, 2.5], { scale: "linear" });
const ENDED = { state: "ended", why: "It is done: 25 points.", known: 0, computed: 25, count: 25, done: 25 };

/** Points by columns. @param {[number[], number, Object<string, any>, (string | null)?][]} points */
function told(points) {
  const numbers = {};
  for (const name of Object.keys(points[0][2]))
    numbers[name] = { middle: points.map((one) => one[2][name]), low: points.map(() => null), high: points.map(() => null), count: points.map((one) => (one[2][name] === null ? 0 : (one[4] ?? 1))) };
  return { sequence: points.map((_, n) => n + 1), at: points.map(([at]) => at), stride: points.map((one) => one[1]), error: points.map((one) => one[3] ?? null), numbers };
}

/** A map of 5 × 5 of which the middle level was computed, and one place more. */
function refined() {
  const sweep = { experiment: {}, axes: [radii, along("/sequence/steps", [1, 2, 3, 4, 5], { scale: "log" })], seeds: 1, numbers: ["arriving", "verdict"], refine: true };
  const grid = createGrid(sweep);
  const points = [];
  for (const [x, y] of [0, 2, 4].flatMap((a) => [0, 2, 4].map((b) => [a, b]))) points.push([[x, y], 2, { arriving: -x - y, verdict: x < 4 ? "stable" : "vanishing" }]);
  points.push([[1, 1], 1, { arriving: 7, verdict: "stable" }]);
  grid.add(told(points));
  return { sweep, grid };
}

before(() => {
  learnWords();
});

test("a refined map shows at a place between computed ones what these tell, and says so", () => {
  const { sweep, grid } = refined();
  const run = { ...ENDED, sweep, done: 10 };
  assert.equal(grid.point([3, 2]), null);
  assert.match(sentence({ sweep, grid, of: ARRIVING, run: { ...run, state: "running", why: null } }), /^Of the 10 of 25 points that are known/);
  grid.complete();
  assert.equal(grid.points().length, 25);
  assert.equal(grid.count(), 10);
  assert.equal(grid.over("arriving", 0)[2][3], -5);
  assert.equal(grid.over("arriving", 0)[1][1], 7);
  assert.equal(grid.point([1, 0]).numbers.arriving.middle, -1);
  assert.equal(grid.point([1, 3]).numbers.verdict.middle, "stable");
  assert.match(sentence({ sweep, grid, of: ARRIVING, run }), /^Of 25 points, 15 of them told by their neighbours: /);
  assert.match(sentence({ sweep, grid, of: VERDICT, run }), /vanishing in 20\s%/);
  const lines = pointLines(sweep, grid.point([3, 2]), [ARRIVING, VERDICT]);
  assert.equal(lines[1], "Not computed: this is what its neighbours tell.");
  assert.equal(lines[2], "what arrives: about 1.00 × 10⁻⁵");
  assert.match(caption({ sweep, grid, of: ARRIVING, levels: [] }), /^Dots: computed/);
});

test("a label of an axis is what was said, and a name that is none stays what it is", () => {
  const cell = along("/network/cell", ["simple", "copying", "none such"]);
  assert.deepEqual([0, 1, 2].map((n) => valueAt(cell, n)), ["simple", "Elman", "none such"]);
  assert.equal(valueAt({ ...cell, labels: ["first", "second", "third"] }, 1), "second");
  assert.deepEqual(ticksOf({ ...cell, labels: ["a label that is long", "b", "c"] }, 5, 9).ticktext, ["a label…", "b", "c"]);
});

test("a sentence counts the points that have the number, and says why others have none", () => {
  const sweep = { experiment: {}, axes: [radii], seeds: 3, numbers: ["rate", "verdict"] };
  const grid = createGrid(sweep);
  const run = { ...ENDED, sweep, count: 5, done: 5, why: "It is done: 5 points." };
  grid.add(told([[[0], 1, { rate: 0.5 }, null, 3], [[1], 1, { rate: 0.25 }, null, 2], [[2], 1, { rate: null }], [[3], 1, { rate: null }, "steps received 0.", 0], [[4], 1, { rate: null }]]));
  const said = sentence({ sweep, grid, of: RATE, run });
  assert.match(said, /^Of 5 points, 2 have this number, each the median of up to 3 draws: factor per step goes from 0.250/);
  assert.match(said, /1 cannot be computed \(steps received 0\)\. 2 have no such number\.$/);
  assert.equal(sentence({ sweep, grid, of: { ...VERDICT, name: "verdict" }, run }).slice(0, 44), "Of 5 points none has this number: verdict. 1");
  assert.equal(sentence({ sweep, grid, of: CLIPPED, run }), "This map was not asked for share clipped.");
  assert.deepEqual(pointLines(sweep, grid.point([1]), [RATE]), ["ρ = 1", "factor per step: median 0.250 (of 2 of them)", "3 draws (seeds)"]);
  assert.ok(pointLines(sweep, grid.point([2]), [RATE]).includes("factor per step: no such number"));
  assert.match(caption({ sweep, grid, of: RATE, levels: [] }), /band: between their quartiles\. Blank: no such number\.$/);
});

test("one point is one point, and a share is counted at its ends", () => {
  const one = { experiment: {}, axes: [along("/sequence/steps", [9])], seeds: 1, numbers: ["rate"] };
  const grid = createGrid(one);
  const run = { ...ENDED, sweep: one, count: 1, done: 1, computed: 0, known: 1 };
  grid.add(told([[[0], 1, { rate: 0.5 }]]));
  assert.equal(sentence({ sweep: one, grid, of: RATE, run }), "Of 1 point: factor per step is 0.500.");
  assert.equal(progress(run), "It is done: 1 point; 1 network was known already.");
  assert.equal(progress({ ...run, computed: 1 }), "It is done: 1 point.", "found again after a pause");
  const sweep = { ...one, axes: [radii], numbers: ["clipped"] };
  const shares = createGrid(sweep);
  shares.add(told([0, 0, 0.5, 1, 1].map((share, n) => [[n], 1, { clipped: share }])));
  assert.match(sentence({ sweep, grid: shares, of: CLIPPED, run: { ...run, sweep, count: 5, done: 5 } }), /share clipped is 0\s% at 40\s% of them, and 100\s% at 40\s%\./);
});

test("two maps beside each other say what they do not share", () => {
  const a = { axes: [radii], numbers: ["rate", "verdict"] };
  assert.equal(besideWords([a]), "");
  assert.equal(besideWords([a, { ...a, numbers: ["rate"] }]), "");
  assert.match(besideWords([a, { ...a, axes: [{ ...radii, values: [1, 2] }] }]), /^Their axes have not the same values/);
  assert.equal(besideWords([a, { axes: [along("/sequence/steps", [1])], numbers: ["clipped"] }]), "Their axes differ: A is over ρ, B over T. They have no number in common.");
});

test("a slow map says how many networks are done, and how long the rest takes", () => {
  const sweep = { training: {}, axes: [radii], seeds: 3, numbers: [] };
  const run = { sweep, state: "running", count: 35, done: 0, computed: 2, known: 0, points_per_second: null, seconds_left: null, why: null };
  assert.equal(progress(run), "0 of 35 points (2 of 105 trainings)");
  assert.equal(progress({ ...run, done: 12, computed: 36 }, 600), "12 of 35 points (36 of 105 trainings), about 10 min left");
  assert.equal(progress({ ...run, done: 0, points_per_second: 3, seconds_left: 15_000 }, 600), "0 of 35 points (2 of 105 trainings), 3 a second", "too few to say");
});

test("colours say where values lie beyond their ends, and a share's lines are shares", () => {
  const values = Array.from({ length: 200 }, (_, n) => n);
  const { marks } = scaleOf(RATE, values, THEME);
  assert.deepEqual([marks[0][1][0], marks.at(-1)[1][0]], ["≤", "≥"]);
  assert.doesNotMatch(scaleOf(RATE, [1, 2, 3], THEME).marks[0][1], /≤/);
  assert.equal(scaleOf(CLIPPED, [0, 1], THEME).say(0.25), "25 %");
});

test("lines of theory keep their dashes, and are named where they are drawn; names on an axis have no contours", () => {
  assert.equal(new Set(["sufficient", "linear", "edge-of-chaos", "rest"].map(dashOf)).size, 4);
  const line = { name: "rest", axis: 0, radii: [2.2, null] };
  assert.deepEqual(linesSeen({ axes: [radii] }, [line]), [line]);
  assert.deepEqual(linesSeen({ axes: [{ ...radii, values: [0.9] }] }, [line]), []);
  assert.deepEqual(linesSeen({ axes: [radii] }, null), []);
  const named = { experiment: {}, axes: [radii, along("/network/cell", ["simple", "copying", "lstm"])], seeds: 1, numbers: ["rate"] };
  const numbered = { ...named, axes: [radii, along("/sequence/steps", [3, 4, 5])] };
  for (const [sweep, seen] of [[named, []], [numbered, [5, 10]]]) {
    const grid = createGrid(sweep);
    grid.add(told(radii.values.flatMap((_, x) => [0, 1, 2].map((y) => [[x, y], 1, { rate: x + 5 * y }]))));
    assert.deepEqual(levelsSeen({ sweep, grid, name: "rate", scale: { levels: [5, 10] } }), seen);
  }
});

test("small maps are larger where there is room", () => {
  const sweep = { axes: [radii, along("/sequence/steps", [1, 2, 3])] };
  const columns = (width) => new Set(boxesOf(sweep, 5, width).boxes.map(({ left }) => left)).size;
  assert.deepEqual([330, 1000, 1500].map(columns), [1, 3, 3]);
});

test("the form counts what the service counts, and puts a refusal at what was varied", () => {
  const steps = { at: "/sequence/steps", from: 4, to: 200, scale: "log" };
  assert.deepEqual([25, 1000].map((points) => countOf({ ...steps, points })), [25, 197]);
  assert.equal(countOf({ at: "/weights/seed", from: 0, to: 3, points: 7 }), 4);
  assert.equal(countOf({ at: "/weights/spectral_radius", from: 0, to: 3, points: 7 }), 7);
  const sent = { experiment: {}, axes: [{ at: "/weights/spectral_radius" }, steps], rows: { at: "/network/cell", values: [] }, numbers: [] };
  assert.equal(placeOf("/experiment/sequence/steps", sent), "/axes/1");
  assert.equal(placeOf("/experiment/network/cell", sent), "/rows");
  assert.equal(placeOf("/experiment/network/cells", sent), "/experiment/network/cells");
  assert.equal(placeOf("/training/task/steps", { training: {}, axes: [{ at: "/task/steps" }] }), "/axes/0");
  assert.equal(refusal("Extra inputs are not permitted", "/experiment/a/b", "/axes/0"), "there is no setting /a/b");
  assert.equal(refusal("Extra inputs are not permitted", "/experiment/a/b", "/experiment/a/b"), "Extra inputs are not permitted");
  assert.deepEqual(missing(sent).map(({ pointer }) => pointer), ["/numbers", "/rows"]);
  assert.deepEqual(withRule({ loss: "x" }, "/clip/max_norm"), { loss: "x", clip: { rule: "norm" } });
  assert.deepEqual(ordered({ order: ["b", "a"] }, ["a", "c"]), ["a", "c"]);
  assert.deepEqual(ordered({ order: ["final_loss", "solved"] }, ["solved", "updates", "final_loss"]), ["final_loss", "solved", "updates"]);
  const ruled = { clip: { rule: "value" } };
  assert.equal(withRule(ruled, "/clip/max_norm"), ruled);
});

test("a picture that is saved has its colours, a file every point", async () => {
  const figure = { data: [{ type: "scatter" }, { type: "heatmap" }, { type: "heatmap" }], layout: { width: 400 } };
  const saved = withColours(figure, { marks: [[0, "0 %"], [1, "100 %"]] }, THEME);
  assert.deepEqual(saved.data.map(({ showscale }) => Boolean(showscale)), [false, true, false]);
  assert.deepEqual(saved.data[1].colorbar.ticktext, ["0 %", "100 %"]);
  assert.equal(saved.layout.width - saved.layout.margin.r, 400);
  const page = (from, next) => ({ ...told([[[from], 1, { rate: from }]]), next });
  const asked = [];
  const whole = await wholeJson({ id: "a", name: "n" }, async (address) => {
    asked.push(address);
    return address.endsWith("=1") ? page(1, 2) : page(2, null);
  });
  assert.equal(asked.length, 2);
  assert.deepEqual(whole.points.map(({ at, numbers }) => [at[0], numbers.rate.middle]), [[1, 1], [2, 2]]);
});
