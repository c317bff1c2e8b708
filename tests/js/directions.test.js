import assert from "node:assert/strict";
import { test } from "node:test";

import { captionsOf, carriedWords, clockWords, directionNames, directionWords, isBackward, nameOf } from "../../static/js/directions.js";
import { map } from "../../static/js/figures/map.js";
import { product } from "../../static/js/figures/product.js";
import { profile } from "../../static/js/figures/profile.js";
import { rowsOf, ways, waysHeight } from "../../static/js/figures/ways.js";
import { alarmsOf, placeOf } from "../../static/js/live/alarms.js";
import { reachFigure } from "../../static/js/live/figures.js";
import { hasTerms } from "../../static/js/live/inside.js";
import { readingOf } from "../../static/js/live/pictures.js";
import { reachOf, wayOf } from "../../static/js/live/reached.js";
import { readRun } from "../../static/js/live/runfile.js";
import { createLooking } from "../../static/js/live/state.js";
import { verdictSentence } from "../../static/js/live/words.js";
import { layersOf, partOf } from "../../static/js/parts.js";
import { answer, learnWords } from "./words.js";

learnWords();
const T = 4;
const THEME = { flow: ["#000000", "#111111", "#222222", "#333333", "#444444"], sans: "sans" };
const FRAME = { width: 600, height: 200, left: 78, right: 14, lo: 0.5, hi: T + 0.5 };
const norms = (log10_norm) => ({ norm: log10_norm.map((x) => (x === null ? 0 : 10 ** x)), log10_norm });
const itemized = (rows, steps = [1, 2, 3, 4]) => ({ loss_steps: [1, 4], steps, log10_norm: rows, state_log10_norm: null, emitting: null, note: null });

/** Losses at 1 and 4: in the last layer each goes one way, in the layer below both reach every step. */
function both(more = {}) {
  const { experiment, spectrum, ...rest } = answer();
  const seen = { gates: null, saturation: { units: [0, 0, 0, 0], gates: null }, initial_gradient: { hidden: null, cell: null }, cell_gradient: null, spectrum };
  const carries = (loss_step, step, share, way) => ({ loss_step, step, log10_arriving: share, sentence: `Where it reads ${way} in time, so much.` });
  return {
    ...rest, experiment: { ...experiment, follow: null, truncation: { kind: "none" } }, steps: T, layers: null, diagnosis: null, spectrum: null, itemized: null,
    hidden_gradient: norms([0, 0, 0, 0]),
    directions: [
      { ...seen, layer: 0, reverse: false, carries: null, hidden_gradient: norms([-1, -1, -1, -1]), itemized: itemized([[-2, -3, -4, -5], [-9, -8, -7, -6]]) },
      { ...seen, layer: 0, reverse: true, carries: null, hidden_gradient: norms([-1, -1, -1, -1]), itemized: itemized([[-1, -2, -5, -6], [-9, -8, -7, -6]]) },
      { ...seen, layer: 1, reverse: false, carries: carries(4, 1, -6, "forward"), hidden_gradient: norms([0, -4, -2, -1]), itemized: itemized([[0, null, null, null], [-7, -4, -2, -1]]) },
      { ...seen, layer: 1, reverse: true, carries: carries(1, 4, null, "backward"), hidden_gradient: norms([0.5, -2, -3, 0]), itemized: itemized([[0.5, -2, -3, null], [null, null, null, 0]]) },
    ],
    ...more,
  };
}

test("a flow is read as one direction of one layer, followed is the loss that goes furthest there", () => {
  const flow = both();
  assert.deepEqual([layersOf(flow), layersOf(answer()), directionNames(answer())], [2, 1, []]);
  assert.deepEqual(directionNames(flow).map(isBackward), [false, true]);
  assert.equal(isBackward(nameOf(true)), true);
  const forward = readingOf(partOf(flow, null, false));
  assert.deepEqual([forward.follow, forward.entryStep, forward.row, forward.reach], [4, 4, [-7, -4, -2, -1], { from: 1, to: 4 }]);
  const backward = readingOf(partOf(flow, 1, true));
  assert.deepEqual([backward.follow, backward.entryStep, backward.entry, backward.row], [1, 1, 0.5, [0.5, -2, -3, null]]);
  assert.deepEqual(backward.reach, { from: 1, to: 4 });
  assert.deepEqual(backward.total, [0.5, -2, -3, 0]);
  const below = readingOf(partOf(flow, 0, false));
  assert.deepEqual([below.row, below.entry, below.reach], [[-9, -8, -7, -6], -6, { from: 1, to: 4 }]);
  assert.deepEqual(readingOf(partOf(flow, 0, true)).reach, { from: 1, to: 4 });
  assert.equal(partOf({ ...flow, directions: flow.directions.slice(2) }, 0, true), null);
});

test("in a reverse direction what is exactly zero lies after the loss, and nothing is crossed before it or behind its end", () => {
  const crosses = (part) => profile(readingOf(part), FRAME, THEME).data.find(({ marker }) => marker?.symbol === "x-thin").x;
  assert.deepEqual(crosses(partOf(both(), 1, true)), [4]);
  assert.deepEqual(crosses(partOf(both(), 1, false)), []);
  const deaf = both();
  deaf.directions[3].itemized.log10_norm[1] = [null, null, null, null];
  assert.deepEqual(readingOf(partOf(deaf, 1, true)).lossSteps, [1]); // what enters at 4 enters the other direction
  const late = both();
  late.directions[3] = { ...late.directions[3], carries: { loss_step: 2, step: 3, log10_arriving: null, sentence: "" }, itemized: { ...itemized([[null, 0, null, null]]), loss_steps: [2] } };
  assert.deepEqual(crosses(partOf(late, 1, true)), [3]); // every sample that has the loss ends at 3
});

test("of a row that was measured at some steps the others are not crossed", () => {
  const { followed_gradient: _, ...flow } = answer();
  const some = { ...flow, followed_gradient: null, itemized: { ...flow.itemized, loss_steps: [3], steps: [1, 3], log10_norm: [[null, -1]] } };
  const crosses = profile(readingOf(some), { ...FRAME, hi: 3.5 }, THEME).data.find(({ marker }) => marker?.symbol === "x-thin").x;
  assert.deepEqual(crosses, [1]);
});

test("the map colours a loss by what its own step has, or the first step that it reaches", () => {
  const z = (part) => map(readingOf(part), FRAME, THEME).data[0].z;
  assert.deepEqual(z(partOf(both(), 1, true)), [[0, -2.5, -3, null], [null, null, null, 0]]);
  const some = both();
  some.directions[3].itemized = itemized([[-1, -3], [null, -9]], [2, 4]);
  assert.deepEqual(z(partOf(some, 1, true))[0], [0, -2]);
  const later = both();
  later.directions[3] = { ...later.directions[3], carries: { loss_step: 2, step: 3 }, itemized: { ...itemized([[null, 0, -1, null], [null, null, null, 0]]), loss_steps: [2, 4] } };
  assert.deepEqual(map(readingOf(partOf(later, 1, true)), FRAME, THEME).data[1].x.slice(0, 2), [1.5, 3.5]);
  const frame = map(readingOf(partOf(both(), 1, true)), FRAME, THEME).data[1];
  assert.deepEqual([frame.x, frame.y], [[0.5, 4.5, 4.5, 0.5, 0.5], [0.5, 0.5, 1.5, 1.5, 0.5]]);
});

test("one picture has every layer and direction, and marks where losses enter the last", () => {
  const part = partOf(both(), 0, true);
  assert.deepEqual(rowsOf(part).map(({ left }) => left), [[-3, -2, -1, 0], [0, -1, -4, -5], [-6, -3, -1, 0], [0, -2.5, -3.5, null]]);
  const { data, layout } = ways(part, FRAME, THEME);
  assert.deepEqual(data[0].z[3], [0, -2.5, -3, null]);
  assert.deepEqual([data[2].x, data[2].y], [[4, 1], [2, 3]]);
  const heads = data[1].marker.symbol;
  assert.deepEqual(data[1].y.map((y, n) => [y, heads[n].replace("triangle-", "")]).filter(([y], n, all) => all[n - 1]?.[0] !== y), [[0, "left"], [1, "right"], [2, "left"], [3, "right"]]);
  assert.ok(data[1].x.every((x) => x > 1 && x < T));
  const labels = (frame) => ways(part, frame, THEME).layout.yaxis.ticktext.map((words) => words.trim());
  assert.deepEqual(labels(FRAME), ["layer 1 ←", "layer 1 →", "layer 2 ←", "layer 2 →"]);
  assert.deepEqual(labels({ ...FRAME, left: 42 }), ["1 ←", "1 →", "2 ←", "2 →"]);
  assert.equal(layout.yaxis.tickvals.length, 4);
  assert.ok(waysHeight(part) > waysHeight(both({ directions: both().directions.slice(2) })));
  assert.deepEqual(rowsOf(answer()), []);
});

test("what is said over and under the pictures is true of the direction that is shown", () => {
  const [forward, backward, below] = [partOf(both(), 1, false), partOf(both(), 1, true), partOf(both(), 0, true)];
  assert.deepEqual(captionsOf(forward), captionsOf(answer()));
  assert.match(captionsOf(backward).map, /every step after it \(columns\)$/);
  assert.match(captionsOf(below).map, /\(rows\), every step \(columns\)$/);
  assert.deepEqual([/first gradient/.test(captionsOf(backward).profile), /first gradient/.test(captionsOf(backward).reach)], [true, true]);
  assert.equal(directionWords(answer(), 0), "");
  assert.equal(directionWords(forward, 1), "Where it reads forward in time, a gradient goes back to step 1.");
  assert.equal(directionWords(backward, 1), "Where it reads backward in time, a gradient goes on to the last step.");
  assert.match(directionWords(below, 0), /on to the last step\. Both directions .* layer 1 at every step\. Shown is what enters above at step 1, /);
  assert.equal(clockWords(forward), "");
  assert.equal(clockWords(backward), "Steps count from the end here, where this direction begins: step 1 is the sequence’s last, step 4 its first.");
  const ended = { ...backward, experiment: { ...backward.experiment, sequence: { kind: "explicit", inputs: [[0, 0]], lengths: [3, 4] } } };
  assert.match(clockWords(ended), /step 1 is the first sample’s last, step 3 its first\.$/);
  const title = (part) => product(part, FRAME, THEME).layout.xaxis.title.text;
  assert.deepEqual([title(forward), title(backward)], ["time step t", "step t, counted from the end"]);
  assert.deepEqual(carriedWords(both()), ["Where it reads forward in time, so much.", "Where it reads backward in time, so much."]);
  const deaf = both();
  deaf.directions[3].carries = null;
  assert.equal(carriedWords(deaf)[1], "Where it reads backward in time, no gradient enters.");
  assert.equal(readingOf(partOf(deaf, 1, true)).follow, null);
});

/** A report of a module in which each step, one way or the other, takes so many decades. */
function report(sequence, { forward = 0, backward = 0, steps = 40, module = {} } = {}) {
  const row = (decades, reverse) => Array.from({ length: steps }, (_, n) => -1 - decades * (reverse ? n : steps - 1 - n));
  const way = (layer, decades, reverse) => ({
    layer, reverse, carries: layer ? { loss_step: reverse ? 1 : steps, step: reverse ? steps : 1, log10_arriving: 0, sentence: `${reverse}.` } : null,
    hidden_gradient: norms(row(0, reverse)), cell_gradient: null, followed_gradient: norms(row(decades, reverse)), followed_cell_gradient: null, gates: {},
  });
  const directions = [way(0, forward, false), way(0, backward, true), way(1, forward, false), way(1, backward, true)];
  const flow = { steps, experiment: { follow: null, network: { cell: "simple" } }, hidden_gradient: norms(row(0, false)), directions };
  const own = { name: "lstm", kind: "LSTM", layers: 2, bidirectional: true, proof: {}, trusted: true, why_not: null, first_not_finite: null, flow, ...module };
  return { sequence, update: 100 * sequence, time: "", loss: 1, clipping: null, steps_taken: {}, modules: [own] };
}

const texts = (reports) => alarmsOf(reports, "lstm").map(({ text }) => text);

test("an alarm of each direction says how far it comes, to earlier or to later steps", () => {
  const one = report(1, { backward: 1 }).modules[0];
  assert.deepEqual([reachOf(wayOf(one)), reachOf(wayOf(one, true))], [1, 7]); // 6 steps on 10⁻⁶ is left
  assert.deepEqual(texts([0.1, 0.1, 0.2, 0.5].map((backward, n) => report(n + 1, { backward }))), [
    "From update 300 on, where it reads backward in time, less than a millionth of the first gradient that enters arrives after step 31; now after step 13.",
  ]);
  assert.deepEqual(texts([report(1, { forward: 1 }), report(2)]), [
    "At update 100, where it reads forward in time, less than a millionth of the last gradient that enters arrives before step 34.",
  ]);
  assert.deepEqual(texts([report(1, { backward: -0.1 })]), [
    "From update 100 on, where it reads backward in time, the first gradient that enters grows on its way to later steps by more than a thousand; at most 7943 times, at step 40.",
  ]);
  assert.equal(texts([report(1, { forward: 1, backward: 1 })]).length, 2);
  assert.deepEqual(texts([report(1)]), []);
});

test("the verdict of a report is that of the direction that is looked at", () => {
  const said = (own, layer, reverse) => {
    const { modules: [module] } = report(1, own);
    return verdictSentence(module, partOf(module.flow, layer, reverse), layer);
  };
  assert.equal(said({ backward: 0.5 }, null, true), "Where it reads backward in time, the first gradient enters at step 1; less than a millionth of it arrives after step 13.");
  assert.equal(said({ backward: 0.05 }, null, true), "Where it reads backward in time, the first gradient enters at step 1; 0.0112 times as much arrives at step 40.");
  assert.equal(said({ forward: 0.05 }, 0, false), "Where it reads forward in time, the last gradient enters at step 40; 0.0112 times what layer 1 has there arrives at step 1.");
  assert.equal(said({ steps: 1 }, null, true), "Where it reads backward in time, the first gradient enters at step 1: there is nothing after it.");
  assert.match(verdictSentence(report(1, { forward: 0.5 }).modules[0]), /^Where it reads forward in time, the last .* before step 28\.$/);
  assert.equal(placeOf({ layer: 1, step: 7, quantity: "h", reverse: true }), "H of layer 2, where it reads backward in time, at step 7");
  assert.equal(placeOf({ layer: 1, step: 7, quantity: "h", reverse: null }), "H of layer 2 at step 7");
});

test("of a file's reports the brief forms have both directions of the last layer", async () => {
  const head = { format: "unrolled-run", version: 1, run: { name: "r" } };
  const whole = report(1, { backward: 0.5 });
  const { reports } = await readRun(new Blob([`${[head, whole].map((line) => JSON.stringify(line)).join("\n")}\n`]));
  const { flow } = reports[0].modules[0];
  assert.deepEqual(flow.directions.map(({ layer, reverse }) => [layer, reverse]), [[1, false], [1, true]]);
  assert.deepEqual(Object.keys(flow.directions[0]).length, 7);
  assert.deepEqual([partOf(flow, 0, true), readingOf(partOf(flow, 0, true))], [null, null]);
  const reading = readingOf(partOf(flow, null, true));
  assert.deepEqual([reading.entryStep, reading.row[1], reading.lossSteps], [1, -1.5, [40, 1]]);
  assert.deepEqual(texts(reports), texts([whole]));
  const columns = (reverse) => reachFigure({ reports, module: "lstm", reverse }, { ...FRAME, lo: 0, hi: 200 }, THEME).data[0].z.map(([left]) => left);
  assert.deepEqual([columns(true).slice(0, 3), columns(false).slice(0, 2)], [[0, -0.5, -1], [0, 0]]);
});

test("directions that are none are left alone", async () => {
  const head = { format: "unrolled-run", version: 1, run: { name: "r" } };
  for (const directions of [[null], [7], "ab", [{}], [{ layer: 0 }]]) {
    const one = report(1);
    one.modules[0].flow.directions = directions;
    const { reports } = await readRun(new Blob([`${[head, one].map((line) => JSON.stringify(line)).join("\n")}\n`]));
    assert.equal(reports.length, 1);
    assert.ok(Array.isArray(texts(reports)) && typeof verdictSentence(reports[0].modules[0]) === "string");
  }
});

test("an address keeps the direction, another module begins with the one forward in time", () => {
  const looking = createLooking({ reports: [report(1)] });
  looking.chooseDirection(true);
  assert.equal(looking.fragment(), "direction=reverse");
  looking.choose("lstm");
  assert.equal(looking.reverse(), false);
  looking.read("#layer=1&direction=reverse");
  assert.deepEqual([looking.layer(), looking.reverse(), looking.fragment()], [0, true, "layer=1&direction=reverse"]);
  looking.read("#direction=other");
  assert.equal(looking.reverse(), false);
});

test("the terms are those of the direction's own weights", () => {
  const flow = { ...partOf(both(), 1, true), parameter_gradients: { W_hh_1_reverse: { step_log10_norm: [0] } } };
  assert.deepEqual([hasTerms(flow, 1), hasTerms({ ...flow, way: { ...flow.way, reverse: false } }, 1)], [true, false]);
});
