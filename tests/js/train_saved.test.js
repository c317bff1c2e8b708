import assert from "node:assert/strict";
import { test } from "node:test";

import { gridOf, heatTrace, pixelsOf } from "../../static/js/train/heat.js";
import { createHistory } from "../../static/js/train/history.js";
import { createLayers } from "../../static/js/train/layers.js";
import { createLooking } from "../../static/js/train/looking.js";
import { seenOf, shareFigure } from "../../static/js/train/figures.js";
import { fileName, whoseWords } from "../../static/js/train/saving.js";
import { toCsv } from "../../static/js/train/table.js";
import { lossWords, percentOf } from "../../static/js/train/words.js";

const FLOW = ["#14509c", "#3f8ac6", "#b9bec6", "#dc7f68", "#a8152a"];
const THEME = { flow: FLOW };
const FRAME = { width: 500, height: 100, left: 42, right: 8, lo: 0.5, hi: 3.5 };

/** Rows from one update to another, whose states lie at `level`. */
function block(from, to, { level = 0, own = {} } = {}) {
  const update = Array.from({ length: to - from + 1 }, (_, n) => from + n);
  const column = (value) => update.map(() => value);
  return {
    update,
    loss: column(0.125),
    log10_before: column(-1.25),
    log10_after: column(-1.25),
    engaged: column(false),
    threshold: column(null),
    learning_rate: column(0.1),
    hidden: column([level - 2, level - 1, level]),
    cell: null,
    rho: column(1.1),
    sigma: column(null),
    held_out: column(null),
    share: column(null),
    weight: { 'W "h", x': column(0.5) },
    step: { 'W "h", x': column(-3.0001) },
    ...own,
  };
}

function filled(...blocks) {
  const history = createHistory();
  for (const one of blocks) history.add(one);
  return history;
}

test("the table has a row an update, every number as it was sent, and nothing where there is none", () => {
  const history = filled(block(1, 2, { own: { loss: [1 / 3, null], engaged: [false, true], hidden: [[-2.3457, null, 0], [-2, -1, 0]] } }));
  const [head, first, second, ...rest] = toCsv(history, { names: ['W "h", x'], layer: 0, layers: 1 }).trimEnd().split("\n");
  assert.equal(
    head,
    "update,loss,log10_before,log10_after,engaged,threshold,learning_rate,rho,sigma,held_out,share," +
      '"log10_weight_W ""h"", x","log10_change_W ""h"", x",log10_hidden_step1,log10_hidden_step2,log10_hidden_step3',
  );
  assert.equal(first, "1,0.3333333333333333,-1.25,-1.25,0,,0.1,1.1,,,,0.5,-3.0001,-2.3457,,0");
  assert.equal(second, "2,,-1.25,-1.25,1,,0.1,1.1,,,,0.5,-3.0001,-2,-1,0");
  assert.deepEqual(rest, []);
});

test("the table says whose states they are, and has those of c", () => {
  const history = filled(block(1, 1, { own: { cell: [[-1, -0.5, 0]] } }));
  const [head, row] = toCsv(history, { names: [], layer: 0, layers: 2 }).split("\n");
  assert.ok(head.endsWith("log10_hidden_layer1_step3,log10_cell_layer1_step1,log10_cell_layer1_step2,log10_cell_layer1_step3"));
  assert.ok(row.endsWith(",-2,-1,0,-1,-0.5,0"));
});

test("the map that leaves the page has the places and colours of the one on it", () => {
  const history = filled(block(1, 1), block(3, 3, { own: { hidden: [[null, 1, 0]] } }));
  const { grid } = gridOf(null, history, FRAME, 80);
  const { x, y, z, zmin, zmax, colorscale } = heatTrace(grid, FRAME, 3, THEME);
  assert.deepEqual(x, [0.5, 1.5, 2.5, 3.5]);
  assert.deepEqual(y, [0.5, 1.5, 2.5, 3.5]);
  assert.deepEqual(z, [[-2, null, null], [-1, null, 1], [0, null, 0]]); // upwards: step 1 first
  assert.deepEqual([zmin, zmax, colorscale[0][1], colorscale[4][1]], [-3, 3, FLOW[0], FLOW[4]]);
  assert.deepEqual(heatTrace(grid, FRAME, 3, THEME, { apart: 1 }).z[0], [-2, -2, null]);
  const { data } = pixelsOf(grid, 0, THEME);
  z.forEach((row, n) => row.forEach((value, column) => assert.equal(data[4 * ((2 - n) * 3 + column) + 3] > 0, value !== null)));
});

/** A run with three layers, of which so many updates are there. */
function layered() {
  const main = filled(block(1, 5));
  /** @type {any[]} */
  const asked = [];
  let changed = 0;
  const layers = createLayers(main, 3, async function* (of) {
    asked.push(of);
    yield block(of.from, Math.min(main.last(), of.from + 2), { level: of.layer - 10 });
    if (of.from + 2 < main.last()) yield block(of.from + 3, main.last(), { level: of.layer - 10 });
  }, () => {
    changed += 1;
  });
  return { main, asked, layers, changed: () => changed };
}

test("the rows of a lower layer are asked for when they are looked at, once, and from where they end", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { main, asked, layers, changed } = layered();
  assert.equal(layers.rows(2), main);
  assert.deepEqual(asked, []);
  const own = layers.rows(0);
  assert.equal(layers.rows(0), own);
  for (let n = 0; n < 20; n += 1) await Promise.resolve();
  assert.deepEqual(asked, [{ from: 1, layer: 0 }]);
  assert.equal(own.last(), 5);
  assert.deepEqual([...own.hidden(4)], [-12, -11, -10]);
  assert.equal(changed(), 2);
  main.add(block(6, 6));
  layers.rows(0);
  assert.equal(asked.length, 1, "asked again at once");
  context.mock.timers.tick(500);
  assert.equal(changed(), 3, "what came meanwhile is not asked for");
  layers.rows(0);
  for (let n = 0; n < 20; n += 1) await Promise.resolve();
  assert.deepEqual(asked[1], { from: 6, layer: 0 });
  layers.close();
  context.mock.timers.tick(500);
  main.add(block(7, 7));
  layers.rows(0);
  assert.equal(asked.length, 2);
});

test("where the server is away a layer is asked for again", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let [asked, changed] = [0, 0];
  const layers = createLayers(filled(block(1, 5)), 2, async function* () {
    asked += 1;
    throw new Error("away");
  }, () => {
    changed += 1;
  });
  layers.rows(0);
  for (let n = 0; n < 9; n += 1) await Promise.resolve();
  assert.deepEqual([asked, changed], [1, 0]);
  context.mock.timers.tick(500);
  assert.equal(changed, 1);
  layers.rows(0);
  assert.equal(asked, 2);
});

test("an address holds the layer that is looked at; of a run with fewer it is the last", () => {
  const rows = (/** @type {number} */ layer) => /** @type {any} */ (`rows of ${layer}`);
  const sources = /** @type {any[]} */ ([3, 1].map((layers) => ({ layers, rows, history: filled(block(1, 5)) })));
  const looking = createLooking(sources);
  assert.equal(looking.layerOf(0), 2);
  looking.read("#update=3&layer=2&of=B");
  assert.deepEqual([looking.layerOf(0), looking.layerOf(1), looking.heat(0), looking.heat(1)], [1, 0, "rows of 1", "rows of 0"]);
  assert.equal(looking.fragment(), "layer=2&update=3&of=B");
  assert.deepEqual([looking.hiddenAt(0, 4), looking.hiddenAt(1, 4)], ["h_4_1", "h_4"]);
  for (const wrong of ["layer=3", "layer=0", "layer=x", ""]) {
    looking.read(`#${wrong}`);
    assert.equal(looking.layer(), null, wrong);
  }
});

test("a file is called after the run and the picture, and the picture says whose it is", () => {
  assert.equal(fileName(["adding, T = 50, μ = 0.5", "a1b2c3", "update-7", "map"]), "unrolled-adding-T-50-μ-0.5-a1b2c3-update-7-map");
  assert.ok(fileName(["x".repeat(300), "loss"]).length < 100);
  const runs = [{ name: "adding, clipped" }, { name: "adding, not clipped" }];
  assert.equal(whoseWords(runs, -1), "A (thin line): clipped; B (wide line): not clipped");
  assert.equal(whoseWords(runs, 1), "B: not clipped");
  assert.equal(whoseWords(runs.slice(0, 1), -1), "adding, clipped");
});

test("the share of right answers stands beside the loss, and has a picture", () => {
  const own = { held_out: [null, 0.5, null], share: [null, 0.125, null] };
  const history = filled(block(1, 3, { own }));
  assert.equal(lossWords(history, 2), "0.125, held-out 0.500, 12.5 % right");
  assert.equal(lossWords(history, 2, true), "0.125");
  assert.deepEqual([0, 0.9996, 1].map(percentOf), ["0 %", "99.96 %", "100 %"]);
  const frame = { width: 500, height: 100, left: 42, right: 8, lo: 0.5, hi: 3.5 };
  const { data, layout } = shareFigure({ runs: [{ label: "", history, heat: history, baseline: null, seen: seenOf(history, frame) }], frame, theme: THEME });
  assert.deepEqual([data[0].x, data[0].y], [[2], [0.125]]);
  assert.deepEqual(layout.yaxis.ticktext.at(-1), "100 %");
});
