import assert from "node:assert/strict";
import { test } from "node:test";

import { partOf } from "../../static/js/parts.js";
import { divided } from "../../static/js/live/alarmlist.js";
import { alarmsOf, proofSentence } from "../../static/js/live/alarms.js";
import { largestOf, reachOf, wayOf } from "../../static/js/live/reached.js";
import { OVER_TRAINING, columnsOf, reachFigure } from "../../static/js/live/figures.js";
import { hasTerms, saturationSentence } from "../../static/js/live/inside.js";
import { readingOf } from "../../static/js/live/pictures.js";
import { Trained, readRun } from "../../static/js/live/runfile.js";
import { createWhole } from "../../static/js/live/whole.js";
import { aboutRun, calledOf, normSentence, ownerOf, sampledSentence, verdictSentence, waitingSentence, weightRows } from "../../static/js/live/words.js";
import { roundTicks } from "../../static/js/updates/axis.js";
import { answer, learnWords } from "./words.js";

learnWords();
/** A report whose last loss enters at the last step; each step back takes so many decades. */
function report(sequence, { decades = 0, steps = 40, own = {}, module = {} } = {}) {
  const row = Array.from({ length: steps }, (_, n) => -1 - decades * (steps - 1 - n));
  const flow = { steps, followed_gradient: { log10_norm: row }, hidden_gradient: { log10_norm: row } };
  return {
    sequence,
    update: 100 * sequence,
    time: "",
    loss: 1,
    clipping: null,
    learning_rate: null,
    optimizer: null,
    steps_taken: {},
    modules: [
      {
        name: "lstm", kind: "LSTM", layers: 1, bidirectional: false, hidden_size: 2, steps, batch: 2, sampled: 2,
        dtype: "float32", loss_scale: null, proof: { "lstm.weight_hh_l0": 1e-7, "lstm.bias_hh_l0": null },
        trusted: true, why_not: null, first_not_finite: null, flow, ...module,
      },
    ],
    ...own,
  };
}

const texts = (reports) => alarmsOf(reports, "lstm").map(({ text }) => text);
const clipped = (before, threshold = 1) => ({
  clipping: {
    rule: "norm", threshold, log10_before: before, log10_after: Math.min(before, Math.log10(threshold)),
    engaged: before > Math.log10(threshold),
  },
});

test("the reach is the earliest step at and after which a millionth arrives", () => {
  const way = wayOf(report(1, { decades: 1 }).modules[0]);
  assert.equal(way.entryStep, 40);
  assert.equal(reachOf(way), 34); // 6 steps back 10⁻⁶ is left, 7 steps back less
  assert.deepEqual(largestOf(way), { step: 40, decades: 0 });
});

test("an exact zero ends the reach, and before the loss there is none", () => {
  const one = report(1);
  one.modules[0].flow.followed_gradient.log10_norm = [null, 0, null, 0, 0, null];
  const way = wayOf(one.modules[0]);
  assert.equal(way.entryStep, 5);
  assert.equal(reachOf(way), 4);
});

test("where a gradient has ceased to arrive, the alarm says since when and how far it comes", () => {
  const reports = [0.1, 0.1, 0.2, 0.5].map((decades, n) => report(n + 1, { decades }));
  assert.deepEqual(texts(reports), [
    "From update 300 on less than a millionth of the last gradient that enters arrives before step 10; now before step 28.",
  ]);
  reports.push(report(5, { decades: 0.1 }));
  assert.deepEqual(texts(reports), [
    "From update 300 to 400 less than a millionth of the last gradient that enters arrives before step 10; in the end before step 28.",
  ]);
});

test("a gradient that grows by more than a thousand is an alarm, one of a thousand is none", () => {
  assert.deepEqual(texts([report(1, { decades: -3 / 39 })]), []);
  assert.match(texts([report(1, { decades: -0.1 })])[0], /^From update 100 on .* at most 7943 times, at step 1\.$/);
});

test("what begins and ends at alternate reports is one alarm that is on and off", () => {
  const bad = { decades: 0.2 };
  const of = (marks) => texts([...marks].map((mark, n) => report(n + 1, mark === "!" ? bad : {})));
  const what = "less than a millionth of the last gradient that enters arrives before step 10.";
  assert.deepEqual(of(".!.!.!."), [`On and off since update 200 (in 3 of 5 reports) ${what}`]);
  assert.deepEqual(of(".!!..!.!...."), [`On and off from update 200 to 800 (in 4 of 7 reports) ${what}`]);
  assert.deepEqual(of("!.!"), [`From update 300 on ${what}`, `At update 100 ${what}`]); // twice is not on and off
  assert.deepEqual(of("!....!....!").length, 3); // nor is what was quiet for long between
  const reports = [...".!.!.!"].map((mark, n) => report(n + 1, mark === "!" ? bad : {}));
  assert.deepEqual(alarmsOf(reports, "lstm").map(({ sequence, lasting }) => [sequence, lasting]), [[2, true]]);
  const jumps = [0, 0, 0, 0, 0, 2, 0, 2, 0, 2].map((size, n) => report(n + 1, { own: { log10_gradient: size } }));
  assert.equal(texts(jumps).length, 3); // each is of one update
  const clips = Array.from({ length: 33 }, (_, n) => report(n + 1, { own: clipped(n % 11 ? 0.5 : -1) }));
  assert.match(texts(clips)[0], /^On and off since update 200 \(in 30 of 32 reports\) clipping engages: the threshold 1 sets/);
});

test("a jump is measured by the median of what came before, and none without a few", () => {
  const reports = [0, 0.1, -0.1, 0, 0].map((before, n) => report(n + 1, { own: clipped(before, 100) }));
  const with_ = (before) => texts([...reports, report(6, { own: clipped(before, 100) })]);
  assert.deepEqual(with_(0.9), []);
  assert.deepEqual(with_(1.5), ["At update 600 ‖g‖ is 32 times its median, and clipping does not engage."]);
  assert.deepEqual(with_(2.5), ["At update 600 ‖g‖ is 316 times its median, clipped to 100."]);
  assert.deepEqual(texts([...reports.slice(0, 4), report(5, { own: clipped(3) })]), []);
});

test("‖g‖ is drawn and said where no clip function is called, and its jumps are an alarm", () => {
  const reports = [0, 0.1, -0.1, 0, 0, 1.5].map((size, n) => report(n + 1, { own: { log10_gradient: size } }));
  assert.deepEqual(texts(reports), ["At update 600 ‖g‖ is 32 times its median, and nothing clips it."]);
  assert.equal(normSentence(reports[5], false), "31.6 at update 600; clipping was not called.");
  assert.equal(normSentence(report(1), false), "not seen at update 100; clipping was not called.");
  const nan = report(1, { module: { first_not_finite: { layer: 0, step: 1, quantity: "h" } } });
  assert.equal(normSentence(nan, false), "not finite at update 100; clipping was not called.");
  const size = OVER_TRAINING.find(({ name }) => name === "size");
  assert.deepEqual([size.has({ reports }), size.has({ reports: [report(1)] })], [true, false]);
  const theme = { ink: "ink", blocked: "grey", known: "blue", grid: "grid", muted: "muted" };
  const frame = { width: 900, height: 150, left: 40, right: 8, lo: 0, hi: 700 };
  const drawn = (all) => size.figure({ reports: all, module: "lstm" }, frame, theme).data[1];
  assert.deepEqual(drawn(reports).y, [0, 0.1, -0.1, 0, 0, 1.5]);
  assert.equal(drawn(reports).line.color, "ink"); // there is no other line
  const both = report(7, { own: { ...clipped(0.5), log10_gradient: 0.7 } });
  assert.deepEqual(drawn([both]).y, [0.5]); // of what was clipped
  assert.equal(drawn([both]).line.color, "grey");
});

test("what is not finite, not trusted or does not move is said", () => {
  const nan = report(3, { module: { first_not_finite: { layer: 1, step: 17, quantity: "h" }, flow: null } });
  assert.deepEqual(texts([report(1), nan]), [
    "From update 300 on a number is not finite (NaN or infinity): first H of layer 2 at step 17.",
  ]);
  const held = (sequence) =>
    report(sequence, { module: { first_not_finite: { layer: 0, step: 1, quantity: "weight", parameters: ["lstm.w", "lstm.b"] }, flow: null } });
  const itself = "From update 300 on a number is not finite (NaN or infinity): first in the weights themselves: lstm.w and 1 more parameter";
  assert.deepEqual(texts([report(2), held(3), held(4)]), [`${itself}; it came in with the step of an update from 200 to 299.`]);
  assert.deepEqual(texts([held(3)]), [`${itself}.`]);
  assert.deepEqual(texts([report(2, { module: { batch: null } }), held(3)]), [`${itself}.`]);
  const next = report(2, { own: { update: 299 } });
  assert.deepEqual(texts([next, held(3)]), [`${itself}; it came in with the step of update 299.`]);
  assert.deepEqual(texts([nan, held(4)]), [
    "From update 300 on a number is not finite (NaN or infinity): first H of layer 2 at step 17" +
      "; since update 400 the weights themselves hold it: lstm.w and 1 more parameter.",
  ]);
  assert.match(verdictSentence(held(3).modules[0]), /the first number that is not finite is in the weights themselves: lstm\.w and 1 more parameter\.$/);
  const bad = report(2, { module: { trusted: false, why_not: "They differ by 0.3." } });
  assert.deepEqual(texts([report(1), bad]), ["From update 200 on reports cannot be trusted. They differ by 0.3."]);
  assert.equal(proofSentence(bad.modules[0], "autograd’s"), "This report cannot be trusted. They differ by 0.3.");
  const still = { steps_taken: { w: { log10_weight: 0, log10_step: -8 } } };
  assert.match(texts([report(1, { own: still }), report(2, { own: still })])[0], /no recurrent weight moves/);
  const one = { steps_taken: { ...still.steps_taken, v: { log10_weight: 0, log10_step: -3 } } };
  assert.deepEqual(texts([report(1, { own: one }), report(2, { own: one })]), []);
});

test("what began where nothing was analysed is not said to begin where it is seen", () => {
  const reports = [report(1), report(3, { decades: 1 })]; // updates 100 and 300
  const said = (every) => alarmsOf(reports, "lstm", every)[0].text;
  assert.match(said(100), /^From update 300 on \(what was sampled after update 100 and before it was not analysed\) less/);
  assert.match(said(200), /^From update 300 on less/);
  assert.match(said(), /^From update 300 on less/);
  const run = (every) => aboutRun({ state: "ended", last_update: 300, about: { every } }, reports);
  assert.match(run(100), / · 2 of 3 sampled updates analysed$/);
  assert.doesNotMatch(run(200), /analysed/);
});

test("clipping that always engages is an alarm from ten reports on", () => {
  const reports = Array.from({ length: 10 }, (_, n) => report(n + 1, { own: clipped(0.5) }));
  assert.deepEqual(texts(reports.slice(1)), []);
  assert.match(texts(reports)[0], /^From update 100 on clipping engages in every report \(10 so far\)/);
});

test("of many alarms those that last and the newest are seen", () => {
  const alarms = Array.from({ length: 20 }, (_, n) => ({ sequence: 20 - n, lasting: n === 0 || n === 9 }));
  const [seen, others] = divided(alarms);
  assert.deepEqual(seen.map(({ sequence }) => sequence), [20, 19, 18, 17, 16, 15, 11]);
  assert.equal(others.length, 13);
});

test("sentences say the report's own numbers", () => {
  const one = report(1, { decades: 0.5, own: clipped(0.5) });
  assert.equal(verdictSentence(one.modules[0]), "The last gradient enters at step 40; less than a millionth of it arrives before step 28.");
  assert.match(normSentence(one), /^3\.16 before clipping \(grey\), 1\.00 after it \(dashed\), threshold 1 \(dotted\)/);
  assert.match(proofSentence(one.modules[0], "Keras’s"), /^Recomputed ∂L\/∂W and Keras’s own agree in 1 parameter of float32: the largest relative difference is 1\.0 × 10⁻⁷, in lstm\.weight_hh_l0\./);
  assert.deepEqual(weightRows(one, one.modules[0])[1], ["lstm.bias_hh_l0", "–", "–", "no gradient"]);
});

test("a run without a name is called so: its link has words to be clicked", () => {
  assert.equal(calledOf({ name: "" }), "without a name");
  assert.equal(calledOf({ name: "seed 3" }), "seed 3");
});

test("a run names its framework's own gradient, and says why there is no report", () => {
  const owner = (framework) => ownerOf({ about: { framework } });
  assert.deepEqual(["torch 2.13.0", "keras 3.15.1 on torch", "jax 0.10.2", "mine", undefined].map(owner), [
    "autograd’s", "Keras’s", "JAX’s", "the framework’s", "the framework’s",
  ]);
  const none = { ...report(1).modules[0], proof: { w: null } };
  assert.equal(proofSentence(none, owner("jax 0.10.2")), "There is no gradient of JAX’s to compare with.");
  assert.match(waitingSentence({ state: "running" }), /The first comes with the first sampled update/);
  assert.match(waitingSentence({ state: "ended" }), /^The run ended before/);
  assert.match(waitingSentence({ state: "interrupted" }), /nothing has been heard/);
});

test("a file is read a line at a time, and a torn last line is left out", async () => {
  const head = JSON.stringify({ format: "unrolled-run", version: 1, run: { name: "r" } });
  const lines = [head, ...[1, 2].map((n) => JSON.stringify(report(n)))];
  const of = (text) => readRun(new Blob([text]));
  const torn = await of(`${lines.join("\n")}\n{"update": 3, "mod`);
  assert.deepEqual([torn.reports.length, torn.torn, torn.run.state, torn.run.last_update], [2, true, "interrupted", 200]);
  const ended = await of(`${lines.join("\n")}\n{"end":{"state":"ended"}}\n`);
  assert.deepEqual([ended.run.state, ended.torn, ended.reports[1].sequence], ["ended", false, 2]);
  const on = await of(`${lines[0]}\n{"end":{"state":"ended"}}\n${lines[1]}\n`);
  assert.equal(on.run.state, "interrupted"); // it went on, and then ended no more
  const live = await of(`${head.replace('"r"', '"r","state":"running"')}\n${lines[1]}\n`);
  assert.match(aboutRun(live.run), /^saved at update 100, while it ran/);
  const now = JSON.stringify(report(3, { own: { time: new Date().toISOString() } }));
  assert.equal((await of(`${head}\n${now}\n`)).run.state, "running");
  await assert.rejects(of("hello"), /its first line does not say so/);
  await assert.rejects(of(""), /its first line does not say so/);
  await assert.rejects(of(`${head.replace(":1", ":2")}\n`), /version 2/);
  await assert.rejects(of(`${head}\n[1]\n`), /Line 2 of the file is no report/);
});

test("of a file's reports the brief forms are kept, and a whole one is read when it is asked for", async () => {
  const one = report(1);
  Object.assign(one.modules[0].flow, { itemized: { log10_norm: ["∂".repeat(200_000)] }, cell_gradient: null });
  const text = [{ format: "unrolled-run", version: 1, run: { name: "∂" } }, one, report(2)].map((x) => JSON.stringify(x));
  const { reports, whole } = await readRun(new Blob([`${text.join("\n")}\n`]));
  const { flow } = reports[0].modules[0];
  assert.equal(flow.itemized, undefined);
  assert.equal(flow.cell_gradient, null);
  assert.deepEqual(flow.followed_gradient, one.modules[0].flow.followed_gradient);
  assert.deepEqual(await whole(1), one);
  assert.deepEqual(await whole(2), report(2));
});

test("a whole report is asked for when the hand rests, the one before is given up, a few are kept", async () => {
  const asked = [];
  let came = 0;
  const source = {
    whole: (sequence, signal) =>
      new Promise((resolve, reject) => {
        asked.push(sequence);
        signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
        if (sequence !== 3) resolve(report(sequence));
      }),
  };
  const rest = () => new Promise((done) => setTimeout(done, 80));
  const whole = createWhole(source, { came: () => (came += 1), failed: assert.fail });
  for (const sequence of [1, 2, 3]) assert.equal(whole.of(sequence), null);
  await rest();
  assert.deepEqual([asked, came], [[3], 0]); // 1 and 2 were passed by; 3 takes its time
  assert.equal(whole.of(4), null);
  await rest();
  assert.deepEqual([asked, came, whole.of(4).sequence], [[3, 4], 1, 4]);
  for (let sequence = 5; sequence < 13; sequence += 1) {
    whole.of(sequence);
    await rest();
  }
  assert.equal(whole.of(5).sequence, 5);
  assert.equal(whole.of(4), null); // eight have come since
  whole.close();
});

test("of a brief report the last layer's profile is read, of a whole one any layer", () => {
  const flow = {
    steps: 3, experiment: { follow: 3, network: { cell: "simple" } },
    hidden_gradient: { log10_norm: [0, 0, -1] }, followed_gradient: { log10_norm: [-3, -2, -1] },
    followed_cell_gradient: null, cell_gradient: null,
  };
  const reading = readingOf(flow);
  assert.deepEqual([reading.row, reading.total, reading.lossSteps.length], [[-3, -2, -1], [0, 0, -1], 2]);
  const lower = { hidden_gradient: { log10_norm: [0, 0, 0] }, itemized: { loss_steps: [3], steps: [1, 2, 3], log10_norm: [[-9, -8, -7]] } };
  assert.deepEqual(readingOf(partOf({ ...flow, layers: [lower, {}] }, 0)).row, [-9, -8, -7]);
  assert.equal(partOf(flow, 0), flow);
  assert.equal(readingOf(null), null);
});

test("saturation is said gate by gate, and the terms are those of the layer", () => {
  const flow = answer();
  assert.equal(saturationSentence(flow), "50 % of units and steps.");
  const gates = { forget: { shut: [0, 0.5, 1], open: [0, 0, 0], saturated: [0, 0.5, 1] }, candidate: { saturated: [1, 1, 1] } };
  const gated = { ...flow, saturation: { units: null, gates }, experiment: { network: { cell: "gated" } } };
  assert.equal(saturationSentence(gated), "forget 50 % shut, 0 % open; candidate 100 %.");
  assert.deepEqual([hasTerms(flow, 0), hasTerms(flow, 1)], [true, false]);
});

test("a training of very many reports has no more columns than a screen", () => {
  const theme = { flow: ["#000000", "#111111", "#222222", "#333333", "#444444"] };
  const columns = (count) => {
    const reports = Array.from({ length: count }, (_, n) => report(n + 1, { steps: 2 }));
    return reachFigure({ reports, module: "lstm" }, { width: 900, height: 240, left: 40, right: 8, lo: 0, hi: 1 }, theme).data[0];
  };
  assert.equal(columns(1500).z[0].length, 1500);
  const many = columns(3100);
  assert.deepEqual([many.x.length, many.z[0].length, many.x[1] - many.x[0]], [1035, 1034, 300]);
});

test("a sample that was not analysed leaves a gap, and no column is wider than samples are apart", () => {
  assert.deepEqual(columnsOf([0, 100, 400, 500], ["a", "b", "c", "d"], 100), {
    edges: [-50, 50, 150, 350, 450, 550],
    cells: ["a", "b", null, "c", "d"],
  });
  // A run that went on between two samples.
  assert.deepEqual(columnsOf([0, 130, 200], ["a", "b", "c"], 100), { edges: [-50, 50, 80, 165, 250], cells: ["a", null, "b", "c"] });
  assert.deepEqual(columnsOf([7], ["a"], 1), { edges: [6.5, 7.5], cells: ["a"] });
  const theme = { flow: ["#000000", "#111111", "#222222", "#333333", "#444444"] };
  const of = (reports, every) => reachFigure({ reports, module: "lstm", every }, { width: 900, height: 240, left: 40, right: 8, lo: 0, hi: 1 }, theme).data[0];
  const reports = [1, 2, 3, 9].map((n) => report(n, { steps: 2 }));
  assert.deepEqual(of(reports).z[0], [0, 0, 0, null, 0]); // by the distance that is usual where none is said
  assert.deepEqual(of(reports, 1000).x, [-400, 150, 250, 600, 1400]);
});

test("accumulated gradients are said, and where not all of them are there", () => {
  const said = (module) => sampledSentence(report(1, { module }).modules[0]);
  assert.doesNotMatch(said({}), /micro/);
  assert.match(said({ micro_batches: 4 }), /4 micro-batches together, the pictures are of one\.$/);
  assert.match(said({ micro_batches: 16, more_micro_batches: true }), /together, the first of the step, the pictures/);
});

test("ticks are round and not more than asked for", () => {
  assert.deepEqual(roundTicks(0, 3900, 5), [0, 1000, 2000, 3000]);
  assert.ok(roundTicks(0, 1e9, 7).length <= 8);
});

test("a file of a run that trained is for the service", async () => {
  const head = JSON.stringify({ format: "unrolled-run", version: 1, run: { kind: "trained", name: "a" } });
  await assert.rejects(readRun(new Blob([`${head}\n{"updates":{}}\n`])), Trained);
});
