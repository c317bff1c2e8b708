/** Wires a training that was saved as a page: its updates, without a service. Acts on import. */

import { listenAppearance } from "../appearance.js";
import { unpacked } from "../live/sources.js";
import { byId, listenWidth } from "../page.js";
import { load } from "../plotly.js";
import { readTheme } from "../theme.js";
import { readVocabulary } from "../vocabulary.js";
import { fromText } from "./file.js";
import { createRuns } from "./runs.js";

const root = document.documentElement;
const main = byId(document, "train");
let theme = readTheme(root);
let drawable = false;

readVocabulary(document);

/** @param {string} state */
function settled(state) {
  root.dataset.state = state;
  root.removeAttribute("data-opening");
  main.setAttribute("aria-busy", "false");
}

/** @param {Error | null} cause */
function problem(cause) {
  byId(document, "problem").hidden = cause === null;
  byId(document, "problem-text").textContent = cause?.message ?? "";
  if (cause) settled("error");
}

const runs = createRuns({
  document,
  theme: () => (drawable ? theme : null),
  problem,
  ready: () => settled("ready"),
  go: () => undefined,
  room: () => null,
});

async function start() {
  const kept = byId(document, "run-file");
  const run = JSON.parse(byId(document, "saved-run").textContent ?? "");
  try {
    const text = await (await unpacked((kept.textContent ?? "").trim())).text();
    kept.remove();
    await runs.open([""], (_, on) => fromText(run, text, on.changed));
  } catch (cause) {
    problem(/** @type {Error} */ (cause));
  }
}

addEventListener("hashchange", runs.read);
listenAppearance(document, () => {
  theme = readTheme(root);
  runs.changed();
});
listenWidth(main, runs.changed);
addEventListener("resize", runs.changed);
void start();
load().then((came) => {
  drawable = came;
  runs.changed();
});
