import assert from "node:assert/strict";
import { before, test } from "node:test";

import { keepsStructure, same } from "../../static/js/figures/difference.js";
import { clipping, parameterSpots } from "../../static/js/figures/clipping.js";
import { columnsOf, lineOf } from "../../static/js/figures/columns.js";
import { diagram } from "../../static/js/figures/diagram.js";
import { timeLayout } from "../../static/js/figures/layout.js";
import { lossAt, map, nearest, rowRange } from "../../static/js/figures/map.js";
import { marked } from "../../static/js/figures/marks.js";
import { productAt, productSpots, promised } from "../../static/js/figures/product.js";
import { clippedShift, profile } from "../../static/js/figures/profile.js";
import { scaleOf } from "../../static/js/figures/plane.js";
import { boundApart } from "../../static/js/figures/spectrum.js";
import { axisOf, framesOf } from "../../static/js/frames.js";
import { marksOf, toggled } from "../../static/js/marks.js";
import { read } from "../../static/js/reading.js";
import { classDecades, classOf, flowColor, textOn } from "../../static/js/theme.js";
import { capacity, covers, inside, moved, toPixel, toStep, windowAround, windowOf, zoomed } from "../../static/js/view.js";
import { answer, learnWords } from "./words.js";

before(learnWords);

const THEME = { flow: ["#0000ff", "#8080ff", "#808080", "#ff8080", "#ff0000"], sans: "x", mode: "light" };
const FRAME = { width: 400, height: 200, left: 50, right: 50, lo: 0.5, hi: 3.5 };

test("steps and pixels are each other's inverse", () => {
  assert.equal(toPixel(FRAME, 0.5), 50);
  assert.equal(toPixel(FRAME, 3.5), 350);
  assert.equal(toStep(FRAME, toPixel(FRAME, 2)), 2);
});

test("a range stays inside the sequence and keeps its width", () => {
  const all = { first: 0, steps: 20 };
  assert.deepEqual(inside({ lo: -5, hi: 5 }, all), { lo: -0.5, hi: 9.5 });
  assert.deepEqual(inside({ lo: 10, hi: 10.5 }, all), { lo: 10, hi: 12 });
  assert.deepEqual(zoomed({ lo: 0, hi: 10 }, 5, 2), { lo: 2.5, hi: 7.5 });
  assert.deepEqual(moved({ lo: 0, hi: 8 }, "in"), { lo: 1.5, hi: 6.5 });
  assert.deepEqual(moved({ lo: 0, hi: 8 }, "in", 8), { lo: 3, hi: 8 }, "about the pointer");
  assert.deepEqual(moved({ lo: 4, hi: 8 }, "left"), { lo: 3, hi: 7 });
  assert.deepEqual(moved({ lo: 4, hi: 8 }, "right"), { lo: 5, hi: 9 });
});

test("a diagram draws all steps where they fit, else a window about one", () => {
  assert.equal(capacity(1000, 20), 61);
  assert.deepEqual(windowOf({ lo: 0.5, hi: 20.5 }, 5, 1000), { lo: 0.5, hi: 20.5 });
  const part = windowOf({ lo: -0.5, hi: 1000.5 }, 500, 1000);
  assert.equal(part.hi - part.lo, capacity(1000, 1001));
  assert.ok(part.lo < 500 && part.hi > 500);
  assert.equal(windowOf({ lo: -0.5, hi: 1000.5 }, 1000, 1000).hi, 1000.5);
});

test("a window of the graph has room on both sides, within the sequence", () => {
  assert.deepEqual(windowAround({ lo: 300, hi: 360 }, 1000), { first: 180, last: 480 });
  assert.deepEqual(windowAround({ lo: 0, hi: 60 }, 100), { first: 1, last: 100 });
  assert.equal(covers({ lo: 0, hi: 10 }, { lo: 2, hi: 8 }, 2), true);
  assert.equal(covers({ lo: 0, hi: 10 }, { lo: 1, hi: 8 }, 2), false);
});

test("colour is symmetric, clamped, and its classes are half a decade", () => {
  assert.equal(flowColor(THEME, 0), "rgb(128,128,128)");
  assert.equal(flowColor(THEME, -99), "rgb(0,0,255)");
  assert.equal(flowColor(THEME, 3), "rgb(255,0,0)");
  assert.deepEqual([-3, 0, 0.5, 3].map(classOf), [0, 6, 7, 12]);
  assert.equal(classDecades(7), 0.5);
  assert.equal(textOn("rgb(255,255,255)"), "#101317");
  assert.equal(textOn("rgb(0,0,128)"), "#ffffff");
});

test("marks are steps of the sequence, in order, each once", () => {
  assert.deepEqual(marksOf("65,0,5,5,x,999", 100), [5, 65]);
  assert.equal(toggled("5,65", 5), "65");
  assert.equal(toggled("65", 5), "5,65");
});

test("the ticks of a narrow axis are fewer", () => {
  const wide = timeLayout(THEME, { ...FRAME, width: 1000, hi: 50.5 }, { top: 0, bottom: 0 });
  const narrow = timeLayout(THEME, { ...FRAME, hi: 50.5 }, { top: 0, bottom: 0 });
  assert.ok(wide.xaxis.tickvals.length > narrow.xaxis.tickvals.length);
  assert.deepEqual(wide.xaxis.ticktext, wide.xaxis.tickvals.map(String));
  assert.deepEqual(timeLayout(THEME, FRAME, { top: 0, bottom: 0, ticks: false }).xaxis.tickvals, []);
});

test("marks stand in bold below, and ticks beside them give way", () => {
  const layout = { ...timeLayout(THEME, FRAME, { top: 0, bottom: 0 }), yaxis: { range: [0, 1] } };
  const { layout: own } = marked({ data: [], layout }, [2, 9], FRAME, THEME);
  assert.deepEqual(own.xaxis.ticktext, ["1", "3", "<b>2</b>"]);
  assert.equal(own.shapes.length, 2, "a line and the paper under it, of the one in sight");
  const figure = { data: [], layout };
  assert.equal(marked(figure, [9], FRAME, THEME), figure);
});

test("a figure is touched up only where nothing but colours, heights and numbers differ", () => {
  const figure = (more = {}, axis = {}) => ({
    data: [{ type: "scatter", x: [1], y: [2], line: { color: "red", dash: "solid" }, ...more }],
    layout: { xaxis: { range: [0, 1], ...axis }, yaxis: { range: [0, 1] } },
  });
  assert.equal(keepsStructure(figure(), figure({ y: [3] })), true);
  assert.equal(keepsStructure(figure(), figure({ line: { color: "blue", dash: "solid" } })), true);
  assert.equal(keepsStructure(figure(), figure({ line: { color: "red", dash: "dot" } })), false);
  assert.equal(keepsStructure(figure(), figure({ x: [], y: [] })), false, "nothing is drawn of none");
  assert.equal(keepsStructure(figure(), figure({}, { range: [0, 2] })), true);
  const shaped = figure({}, { range: [0, 2] });
  shaped.layout.shapes = [{ xref: "x" }];
  const before = figure();
  before.layout.shapes = [{ xref: "x" }];
  assert.equal(keepsStructure(before, shaped), false, "a line would have to move");
  assert.equal(same([1, [2]], [1, [2]]), true);
  assert.equal(same([1], { 0: 1 }), false);
});

test("columns keep the least and the greatest", () => {
  const values = [5, 1, 9, 2];
  const steps = [1, 2, 3, 4];
  const [column] = columnsOf(steps, (t) => values[t - 1], { lo: 0.5, hi: 4.5 }, 1);
  assert.deepEqual(column, { step: 3, middle: 2.5, low: 1, high: 9 });
  assert.deepEqual(columnsOf(steps, () => null, { lo: 0.5, hi: 4.5 }, 2), []);
  assert.deepEqual(lineOf(steps, (t) => values[t - 1], { lo: 0.5, hi: 4.5 }, 1).y, [9, 1]);
  assert.deepEqual(lineOf(steps, (t) => values[t - 1], { lo: 0.5, hi: 4.5 }, 2).y, values);
});

test("the map has a row a loss, relative to where it enters", () => {
  const figure = map(read(answer()), FRAME, THEME);
  assert.deepEqual(figure.data[0].z, [[0, null, null], [-1, 0, null], [-2, -1, 0]]);
  assert.deepEqual(figure.data[1].y, [2.5, 2.5, 3.5, 3.5, 2.5], "a frame about the followed loss");
  assert.deepEqual(rowRange([1, 2, 3], FRAME), [0.5, 3.5]);
  assert.equal(lossAt([1, 2, 3], FRAME, 30, 3), 3);
  assert.equal(lossAt([1, 2, 3], FRAME, 158, 3), 1);
  assert.equal(lossAt([1, 3], FRAME, 60, 3), 3, "of sampled losses the nearest");
  assert.equal(nearest([10, 20, 30], 24), 20);
});

test("the profile's bars stand on a whole decade, and its range holds them", () => {
  const { data, layout } = profile(read(answer()), FRAME, THEME);
  const [floor, top] = layout.yaxis.range;
  assert.equal(Number.isInteger(floor), true);
  assert.ok(floor < -2 && top > 0);
  assert.deepEqual(data[0].y.map((height) => height + floor), [-2, -1, 0]);
});

test("what entered is called by the letter of whose bars they are", () => {
  const reading = read(answer());
  const said = (letter) => profile(reading, FRAME, THEME, reading, letter).data.flatMap(({ text }) => text ?? []).filter((text) => /^[AB]: /.test(text));
  assert.match(said()[0], /^B: /);
  assert.match(said("A")[0], /^A: /);
});

test("a cell's ∂L/∂c is a stroke over every bar, within the profile's range", () => {
  const flow = answer({ followed_cell_gradient: { norm: [], log10_norm: [null, -7, 2] } });
  const { data, layout } = profile(read(flow), FRAME, THEME);
  const [casing, { x, y }] = data.filter(({ name }) => name === "c" || name === "");
  assert.deepEqual([x, y], [casing.x, casing.y]);
  assert.deepEqual(y, [-7, -7, null, 2, 2, null]);
  assert.deepEqual([x[0] + x[1], x[3] + x[4]], [4, 6], "about their steps");
  const [floor, top] = layout.yaxis.range;
  assert.ok(floor < -7 && top > 2);
  const none = profile(read(answer()), FRAME, THEME).data.filter(({ name }) => name === "c");
  assert.deepEqual(none.map((trace) => trace.x), [[]], "no cell, no stroke");
});

test("clipping shifts the profile by what it multiplies with", () => {
  const flow = answer();
  assert.equal(clippedShift(read(flow)), null);
  Object.assign(flow.clipping, { rule: "norm", threshold: 0.05, engaged: true });
  assert.ok(Math.abs(clippedShift(read(flow)) + 1) < 1e-12);
  const { data } = clipping(flow, FRAME, THEME);
  assert.equal(data.filter(({ type }) => type === "bar").length, 2, "before and after");
  assert.deepEqual(parameterSpots(flow).map(({ id }) => id), ["parameter.W_hh", "parameter.g"]);
});

test("the product begins at the initial state and ends empty at T", () => {
  const flow = answer();
  assert.deepEqual(productSpots(flow).map(({ y }) => y), [-3, -2, -1, 0]);
  assert.deepEqual(productAt(flow, 3), { hidden: 0, cells: null });
  assert.deepEqual(productAt(flow, 0), { hidden: -3, cells: null });
  assert.equal(productAt(flow, 4), null);
  assert.deepEqual(promised(flow), [-3, 0]);
});

test("the plane holds every circle, and 1/γ is drawn where it is another one", () => {
  const { high, wide } = scaleOf({ ...answer().spectrum, bound: 4 }, { width: 208, height: 108 });
  assert.equal(high, 4.48);
  assert.equal(wide, 8.96);
  assert.equal(boundApart({ bound: 1 }), null);
  assert.equal(boundApart({ bound: 4 }), 4);
});

test("a diagram's edges are coloured by class, and what is selected is ringed", () => {
  const figure = diagram(read(answer()), { ...FRAME, width: 600 }, THEME, "h_2");
  const ring = figure.data.find(({ opacity }) => opacity === 0.28);
  assert.deepEqual([ring.x, ring.y], [[2], [1]]);
  const drawn = figure.data.filter(({ mode, x }) => mode === "lines" && x.length > 1);
  assert.ok(drawn.length >= 4, "half decades apart");
});

test("every picture of the axis has the same margins, and A's diagram only where there is one", () => {
  const reading = read(answer());
  const state = { reading, compared: null, range: { lo: 0.5, hi: 3.5 }, window: { lo: 1.5, hi: 3.5 } };
  const sizes = { axis: 800, beside: () => 260, window: 900 };
  const frames = framesOf(state, sizes);
  assert.equal("compared" in frames, false);
  assert.equal("compared" in framesOf({ ...state, compared: reading }, sizes), true);
  assert.deepEqual([frames.diagram.lo, frames.profile.lo], [1.5, 0.5]);
  assert.equal(frames.diagram.left, frames.map.left);
  assert.equal(frames.map.height, 84, "few losses: the map is low");
  const high = frames.diagram.height + frames.profile.height + frames.map.height;
  assert.ok(Math.abs(high - 525) <= 2, "and gives its room to the others");
  assert.equal(frames.singular.plane, frames.spectrum);
  assert.equal(axisOf(390).left, 42);
});
