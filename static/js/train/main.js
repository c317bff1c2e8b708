/** Wires the view Train: a training is set up, and runs are looked at while they train and after. Acts on import. */

import { Problem } from "../api.js";
import { listenAppearance } from "../appearance.js";
import { element } from "../elements.js";
import { byId, listenWidth } from "../page.js";
import { load } from "../plotly.js";
import { readTheme } from "../theme.js";
import { readVocabulary } from "../vocabulary.js";
import { API, addressOf, runsIn } from "./address.js";
import { fragmentOf, learnStart, readValues } from "./choices.js";
import { plansOf, valuesOf } from "./plans.js";
import { createPresent } from "./present.js";
import { clearRefused, putRefused } from "./refused.js";
import { beginRun } from "./requests.js";
import { createRuns } from "./runs.js";
import { createSetup } from "./setup.js";

/** @import { Values } from "./choices.js" */

const root = document.documentElement;
const main = byId(document, "train");
const form = byId(document, "setup", HTMLFormElement);
let theme = readTheme(root);
let drawable = false;
/** The run that the page itself names, as long as its address is its own. */
let named = main.dataset.run ?? "";
/** The runs that are shown, or on their way. */
let shown = "";

readVocabulary(document);
const page = JSON.parse(byId(document, "train-start", HTMLScriptElement).textContent ?? "{}");
learnStart(page.start);

/** @param {Error | null} cause */
function problem(cause) {
  byId(document, "problem").hidden = cause === null;
  byId(document, "problem-text").textContent = cause?.message ?? "";
  if (cause) settled("error");
}

/** @param {string} state */
function settled(state) {
  root.dataset.state = state;
  root.removeAttribute("data-opening");
  main.setAttribute("aria-busy", "false");
}

const runs = createRuns({
  document,
  theme: () => (drawable ? theme : null),
  problem,
  ready: () => settled("ready"),
  go,
  room: () => present.room(),
});

const present = createPresent(document, {
  changed: runs.changed,
  marks: runs.marks,
  at: runs.at,
  goTo: runs.goTo,
  shows: () => shown !== "",
});

const setup = createSetup(form, {
  base: API,
  changed(values) {
    const fragment = fragmentOf(values);
    history.replaceState(null, "", fragment ? `#${fragment}` : location.pathname);
    clearRefused(form);
  },
  start: begin,
});

/** @param {Values} values */
async function begin(values) {
  const button = byId(document, "begin", HTMLButtonElement);
  button.setAttribute("aria-busy", "true");
  problem(null);
  clearRefused(form);
  try {
    const made = [];
    for (const { name, plan } of plansOf(values)) made.push((await beginRun(API, { name, training: plan })).id);
    go(made);
  } catch (cause) {
    const { message, errors } = cause instanceof Problem ? cause : { message: String(cause), errors: [] };
    const homeless = putRefused(form, errors);
    if (!errors.length || homeless.length) problem(new Error(homeless.join("; ") || message));
    settled("error");
  }
  button.removeAttribute("aria-busy");
}

/** @param {string[]} ids   none: back to the set-up */
function go(ids) {
  named = "";
  history.pushState(null, "", present.kept(addressOf(ids)));
  void route();
}

/** Show what the address says. */
async function route() {
  const ids = runsIn(named, location.search);
  if (ids.length && ids.join() === shown) return runs.read();
  shown = ids.join();
  problem(null);
  byId(document, "setting-up").hidden = ids.length > 0;
  if (!ids.length) {
    runs.close();
    present.leave();
    document.title = "Train: watch gradients live and die · Unrolled";
    setup.show(readValues(location.hash));
    return settled("ready");
  }
  main.setAttribute("aria-busy", "true");
  try {
    await runs.open(ids);
    present.opened();
  } catch (cause) {
    problem(/** @type {Error} */ (cause));
    byId(document, "setting-up").hidden = false; // a way on
    setup.show({});
  }
}

function putExamples() {
  byId(document, "examples").replaceChildren(
    ...page.examples.map((/** @type {{title: string, values: Values}} */ { title, values }) => {
      const button = element("button", "small", title);
      button.type = "button";
      button.addEventListener("click", () => {
        history.pushState(null, "", `/train#${fragmentOf(values)}`);
        setup.show(values);
      });
      return button;
    }),
  );
}

byId(document, "set-up-again").addEventListener("click", (event) => {
  const plan = runs.plan();
  event.preventDefault();
  named = "";
  history.pushState(null, "", `/train${plan ? `#${fragmentOf(valuesOf(plan))}` : ""}`);
  void route();
});
/** Inside of another page: the way out, with the runs and the update that are shown. */
function listenOut() {
  const link = document.getElementById("embed-open");
  if (!(link instanceof HTMLAnchorElement)) return;
  const put = () => {
    link.href = `${addressOf(runsIn(named, location.search))}${location.hash}`;
  };
  for (const event of ["pointerenter", "focus", "click"]) link.addEventListener(event, put);
}

listenOut();
addEventListener("popstate", () => {
  if (location.pathname === "/train") named = "";
  void route();
});
listenAppearance(document, () => {
  theme = readTheme(root);
  runs.changed();
});
listenWidth(main, runs.changed);
addEventListener("resize", runs.changed);
putExamples();
void route();
setup.readKept().catch(() => undefined); // the form works without what is kept
load().then((came) => {
  drawable = came;
  runs.changed();
});
