import assert from "node:assert/strict";
import { before, test } from "node:test";

import { mergePatch, settingsOf } from "../../static/js/advice.js";
import {
  biasesOf,
  followOf,
  fromExperiment,
  keyOf,
  shownOf,
  stepsOf,
  toRequest,
  windowedRequest,
} from "../../static/js/experiment.js";
import { LAYER } from "../../static/js/kinds.js";
import { allowedInstead, fromFragment, leftWords, readLink, sayable } from "../../static/js/link.js";
import { toggled } from "../../static/js/marks.js";
import { atOnce, completed, isAtOnce, moves } from "../../static/js/moving.js";
import {
  LONGEST_LINK,
  defaults,
  isCut,
  linkOf,
  offer,
  toFragment,
} from "../../static/js/properties.js";
import { partsToLeave } from "../../static/js/refused.js";
import { answer, learnWords } from "./words.js";

before(() => {
  learnWords();
  offer([["fading", { ...defaults(), radius: 0.3, wseed: 4 }]]);
});

/** @param {object} more */
const set = (more) => ({ ...defaults(), ...more });

test("a link says what differs from the defaults and reads back the same", () => {
  const settings = set({ hidden: 8, radius: null, forget: [3, 0], follow: 2, mark: "2,5" });
  const fragment = toFragment(settings);
  assert.equal(fragment, "hidden=8&radius=drawn&forget=3%2C0&follow=2&mark=2%2C5");
  const read = fromFragment("hidden=8&radius=drawn&follow=2");
  assert.deepEqual(read, set({ hidden: 8, radius: null, follow: 2 }));
  assert.equal(toFragment(defaults()), "");
});

test("an example is named, and what differs from it stands behind", () => {
  assert.equal(toFragment(set({ radius: 0.3, wseed: 4, preset: "fading" })), "preset=fading");
  const read = fromFragment("preset=fading&clip=norm");
  assert.deepEqual([read.radius, read.wseed, read.clip], [0.3, 4, "norm"]);
  assert.equal(fromFragment("preset=fading&radius=0.3&wseed=4").hidden, defaults().hidden);
});

test("of the map of the loss what can be read stays, and an act beyond the storyline does not", () => {
  const read = readLink("wall=rate:-5~steps:9&to=999&story=[[\"a\",\"b\"]]&act=2");
  assert.deepEqual([read.settings.wall, read.settings.to, read.settings.act], ["steps:9", null, null]);
  assert.deepEqual(read.left.map((words) => words.split(" (")[0]), [
    "act=2",
    "to=999",
    "rate:-5 of wall=rate:-5~steps:9",
  ]);
  assert.equal(readLink("act=2").settings.act, 2);
});

test("what a link says in vain is left out, each with its reason", () => {
  const { settings, left } = readLink("hidden=many&colour=red&follow=99&radius=1&radius=0.4");
  assert.equal(settings.radius, 0.4, "the last one counts");
  assert.equal(settings.hidden, defaults().hidden);
  assert.deepEqual(left, [
    "hidden=many (allowed: a whole number)",
    "colour=red (no such setting)",
    "radius=1 (said again later)",
    "follow=99 (allowed: a step of the sequence)",
  ]);
  assert.match(leftWords(left), /^Left out of this link: .*; and 1 part more\.$/);
  const json = readLink(`data=${encodeURIComponent('{"kind":"stored","id":1}')}`);
  assert.match(leftWords(json.left), /^Left out of this link: data=\{…\} \(/);
});

test("there is no loss of step 0, and no whole number of more than seven digits", () => {
  assert.deepEqual(readLink("follow=0").left, ["follow=0 (allowed: last, all, or a step)"]);
  assert.equal(readLink("seed=12345678").settings.seed, defaults().seed);
});

test("names of every object's own are no settings", () => {
  const { left } = readLink("constructor=1&__proto__=2");
  assert.deepEqual(left, ["constructor=1 (no such setting)", "__proto__=2 (no such setting)"]);
});

test("marks beyond the sequence and biases of layers that are not there are left out", () => {
  const marks = readLink("source=random&steps=10&mark=3,40");
  assert.equal(marks.settings.mark, "3");
  assert.deepEqual(marks.left, ["40 of mark=3,40 (allowed: steps of the sequence, from 1 to 10)"]);
  const biases = readLink("cell=gated&layers=2&forget=1,2,3");
  assert.deepEqual(biases.settings.forget, [1, 2]);
});

test("the A of a link is read by itself, and what is about B has no place in it", () => {
  const { settings, left } = readLink("hidden=8&compare=hidden%3D4%26select%3Dh_3");
  assert.equal(settings.compare, "hidden=4&select=h_3");
  assert.deepEqual(left, ["in A: select=h_3 (not inside of A)"]);
});

test("a text that is too long stays out of the address", () => {
  const long = set({ text: "x".repeat(LONGEST_LINK + 1), hidden: 8 });
  const { fragment, left } = linkOf(long);
  assert.equal(fragment, "hidden=8&cut=text");
  assert.equal(left.text, long.text);
  assert.equal(isCut(`#${fragment}`), true);
  assert.equal(isCut("#hidden=8"), false);
  assert.deepEqual(linkOf(set({ hidden: 8 })), { fragment: "hidden=8", left: null });
});

test("T and the followed loss are what the service will find", () => {
  assert.equal(stepsOf(set({ text: "abcd", tokens: "characters" })), 3);
  assert.equal(stepsOf(set({ text: "abcd", wiring: "many-to-one", labelled: "yes" })), 4);
  assert.equal(stepsOf(set({ text: "a" })), 0);
  assert.equal(stepsOf(set({ wiring: "one-to-one" })), 1);
  assert.equal(followOf(set({ text: "abcd", follow: "last" })), 3);
  assert.equal(followOf(set({ text: "abcd", follow: 2 })), 2);
  assert.equal(followOf(set({ text: "abcd", follow: 9 })), 3);
  assert.equal(followOf(set({ text: "abcd", follow: "all" })), null);
  assert.equal(followOf(set({ text: "abcd", follow: 2, wiring: "many-to-one" })), 3);
  const asked = (more) => toRequest(set({ source: "text", text: "abcd", ...more })).follow;
  assert.equal(asked({ follow: "last" }), "last", "which step that is the service knows");
  assert.equal(asked({ follow: 9 }), "last");
  assert.equal(asked({ follow: 2 }), 2);
  assert.equal(asked({ follow: "all" }), null);
});

test("a request holds what is in force, and no more", () => {
  const request = toRequest(
    set({ cell: "gated", activation: "relu", layers: 2, forget: [3, 0], clip: "norm", mu: 0.5 }),
  );
  assert.equal(request.network.activation, "tanh");
  assert.equal(request.network.num_layers, 2);
  assert.equal("input_size" in request.network, false, "a text says its own sizes");
  assert.deepEqual(request.weights.forget_bias, [3, 0]);
  assert.deepEqual(request.clip, { rule: "norm", max_norm: 0.5 });
  assert.equal(request.truncation, null);
  assert.equal("forget_bias" in toRequest(set({ cell: "simple", forget: 3 })).weights, false);
  assert.deepEqual(toRequest(set({ reach: "window", k: 3 })).truncation, { kind: "window", steps: 3 });
  assert.deepEqual(biasesOf(3, 2), [3, 3]);
  assert.deepEqual(biasesOf([3, 0], 3), [3, 0, 0]);
});

test("a long sequence is asked for in windows, which its key does not count", () => {
  const short = set({ source: "random", steps: 512 });
  const long = { ...short, steps: 2000 };
  assert.equal(windowedRequest(short, null).window, undefined);
  assert.deepEqual(windowedRequest(long, { lo: 499.5, hi: 560.5 }).window, { first: 379, last: 681 });
  assert.deepEqual(windowedRequest(long, null).window, { first: 1880, last: 2000 });
  assert.equal(keyOf(windowedRequest(long, null)), keyOf(toRequest(long)));
  assert.notEqual(keyOf(toRequest(long)), keyOf(toRequest(short)));
});

test("an experiment becomes settings that ask for the same", () => {
  const { experiment } = answer();
  const settings = fromExperiment(experiment);
  assert.equal(settings.wseed, 0);
  assert.deepEqual([settings.source, settings.steps, settings.follow], ["random", 3, 3]);
  assert.deepEqual(toRequest(settings).sequence, experiment.sequence);
});

test("a merge patch deletes with null and leaves its arguments alone", () => {
  const target = { a: { b: 1, c: 2 }, d: 3 };
  assert.deepEqual(mergePatch(target, { a: { b: null, e: 4 } }), { a: { c: 2, e: 4 }, d: 3 });
  assert.deepEqual(target, { a: { b: 1, c: 2 }, d: 3 });
  const changed = settingsOf(answer().experiment, { weights: { spectral_radius: 0.9 } });
  assert.equal(changed.radius, 0.9);
  assert.equal("hidden" in changed, false, "a part that the patch does not touch stays");
});

test("only numbers follow the hand, and only where nothing is selected that quotes the rest", () => {
  const flow = answer();
  assert.equal(moves(new Set(["radius", "mu"]), set({}), flow), true);
  assert.equal(moves(new Set(["radius", "hidden"]), set({}), flow), false);
  assert.equal(moves(new Set(["radius"]), set({ select: "h_3" }), flow), false);
  assert.equal(moves(new Set(["radius"]), set({}), null), false);
  const request = toRequest(set({}));
  assert.equal(isAtOnce(atOnce(request)), true);
  assert.equal(isAtOnce(request), false);
  const whole = completed(answer({ spectrum: null, loss: 9 }), flow);
  assert.equal(whole.spectrum, flow.spectrum);
  assert.equal(whole.loss, 9);
});

test("a refused link gives way in what the errors name, then in what decides, then in all", () => {
  const refusal = (pointer, detail = "too many") => ({
    status: 422,
    message: "refused",
    errors: [{ pointer, detail }],
  });
  const given = ["hidden", "cell", "steps"];
  const named = partsToLeave(given, "random", refusal("/network/hidden_size"), 0);
  assert.deepEqual([...named], [["hidden", "too many"], ["steps", "too many"]]);
  const other = partsToLeave(given, "text", refusal("/network/hidden_size"), 0);
  assert.deepEqual([...other.keys()], ["hidden"], "a text has no number of steps");
  const decided = partsToLeave(given, "text", refusal("/weights/W_hh"), 0);
  assert.deepEqual([...decided], [["hidden", "W_hh: too many"]]);
  assert.deepEqual([...partsToLeave(given, "text", refusal("/loss"), 5).keys()], given);
  assert.equal(partsToLeave(given, "text", { ...refusal("/loss"), status: 503 }, 0).size, 0);
});

test("what the page writes is what it reads: nothing that is out of force is said", () => {
  const out = [
    { cell: "copying", init: "keeping" },
    { source: "random", steps: 5, follow: 9 },
    { source: "random", steps: 5, mark: "2,9" },
    { cell: "gated", layers: 2, forget: [1, 2, 3] },
    { source: "random", steps: 5, mark: "2,9", compare: "source=random&steps=7" },
    { source: "text", loss: "squared-error" },
    { labelled: "yes", label: 5, labels: 2 },
    { source: "explicit" },
    { select: "A:h_3" },
  ];
  for (const more of out) {
    const fragment = toFragment(sayable(set(more)));
    assert.deepEqual(readLink(fragment).left, [], fragment);
    assert.notDeepEqual(readLink(toFragment(set(more))).left, [], "the reader minds what was set");
  }
  const fits = set({ cell: "gated", init: "keeping", follow: 3, source: "random", mark: "2,9" });
  assert.deepEqual(sayable(fits), fits);
});

/** Numbers from 0 on, below a bound, from a seed (mulberry32). @param {number} seed */
function drawing(seed) {
  return (/** @type {number} */ bound) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % bound;
  };
}

test("a width is asked for of a cell that projects its states alone, and comes back", () => {
  const asked = (more) => toRequest(set({ source: "random", hidden: 5, ...more })).network.projection_size;
  assert.equal(asked({ cell: "narrow", projection: 2 }), 2);
  assert.equal(asked({ cell: "narrow", projection: null }), undefined);
  assert.equal(asked({ cell: "gated", projection: 2 }), undefined);
  assert.deepEqual([shownOf(set({ cell: "narrow", hidden: 5 })), shownOf(set({ cell: "gated", hidden: 5 }))], [3, 5]);
  const request = toRequest(set({ source: "random", cell: "narrow", projection: 2 }));
  assert.equal(fromExperiment(request).projection, 2);
  assert.equal(fromFragment(toFragment(set({ cell: "narrow", projection: 2 }))).projection, 2);
});

/** Settings as hands may leave them, each by itself one that a control takes. */
function anything(below) {
  const one = (...values) => values[below(values.length)];
  const settings = set({
    source: one("text", "random", "explicit"),
    text: one("", "a", "gradients vanish", "e\u0301 \u{1f994}&=#%+"),
    tokens: one("graphemes", "characters", "words"),
    labelled: one("yes", "no"),
    label: below(12),
    labels: 1 + below(12),
    steps: 1 + below(30),
    cell: one("simple", "copying", "gated", "narrow"),
    layers: 1 + below(4),
    wiring: one("many-to-many", "many-to-one", "one-to-one"),
    activation: one("tanh", "relu"),
    loss: one("squared-error", "cross-entropy"),
    init: one("normal", "identity", "keeping"),
    radius: one(null, 0, 0.3, 1e-7, 1e6),
    forget: one(0, -1000, [1, 2], [1, 2, 3, 4]),
    input_scale: one(1, [0.5, 1e-9]),
    t_max: one(null, 2, 9_999_999),
    projection: one(null, 1, 7),
    wseed: one(0, 9_999_999),
    reach: one("default", "none", "window", "chunk"),
    clip: one("none", "norm", "each"),
    mu: one(1, 1e-300, 1e300),
    follow: one("last", "all", 1 + below(30)),
    select: one("", "h_3", "A:h_3>h_4"),
    preset: one("", "fading"),
  });
  for (let left = below(60); left; left -= 1) settings.mark = toggled(settings.mark, 1 + below(60));
  return settings;
}

test("whatever is set, the page writes no link that it does not read whole", () => {
  const below = drawing(7);
  for (let round = 0; round < 400; round += 1) {
    const settings = anything(below);
    if (below(2)) settings.compare = toFragment(sayable({ ...anything(below), select: "" }));
    const said = sayable(settings);
    const fragment = toFragment(said);
    const { settings: found, left } = readLink(fragment);
    assert.deepEqual(left, [], fragment);
    assert.deepEqual({ ...found, preset: "" }, { ...said, preset: "" }, fragment);
  }
});

test("a number of a layer has one range, whoever reads it", () => {
  for (const value of [LAYER.least, LAYER.most, [LAYER.least, 0]])
    assert.equal(allowedInstead("forget", value), "");
  for (const value of [LAYER.least - 1, LAYER.most + 1, [0, LAYER.most + 1]])
    assert.match(allowedInstead("forget", value), /from -1000 to 1000/);
});
