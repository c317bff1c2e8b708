/** Wires the view Map: a map is set up, and looked at while it fills. Acts on import. */

import { Problem } from "../api.js";
import { listenAppearance } from "../appearance.js";
import { element } from "../elements.js";
import { allWithin, byId, listenWidth, within } from "../page.js";
import { load } from "../plotly.js";
import { forReaders, setFieldError } from "../problems.js";
import { readTheme } from "../theme.js";
import { readVocabulary } from "../vocabulary.js";
import { beginSweep, deleteSweep, sweepsKept } from "./requests.js";
import { createSetup, missing, placeOf, refusal } from "./setup.js";
import { createView } from "./view.js";
import { progress, titleOf } from "./words.js";

const root = document.documentElement;
const main = byId(document, "map");
const form = byId(document, "map-setup", HTMLFormElement);
let theme = readTheme(root);
let drawable = false;

readVocabulary(document);
/** @type {{numbers: import("./scale.js").MapNumber[], maps: any[]}} */
const words = JSON.parse(byId(document, "map-words", HTMLScriptElement).textContent ?? "{}");

/** @param {Error | null} cause */
function problem(cause) {
  byId(document, "problem").hidden = cause === null;
  byId(document, "problem-text").textContent = forReaders(cause?.message ?? "");
  if (cause) settled("error");
}

/** @param {string} state */
function settled(state) {
  root.dataset.state = state;
  root.removeAttribute("data-opening");
  main.setAttribute("aria-busy", "false");
}

const kept = async () => (await sweepsKept()).sweeps;
const view = createView({ document, numbers: words.numbers, theme: () => (drawable ? theme : null), problem, go, kept });
const setup = createSetup(form, words.numbers);

/** @param {string[]} ids   none: back to the set-up */
function go(ids) {
  const beside = ids[1] ? `?with=${encodeURIComponent(ids[1])}` : "";
  history.pushState(null, "", ids.length ? `/sweeps/${encodeURIComponent(ids[0])}${beside}` : "/map");
  void route();
}

/** The maps that the address names: one, two or none. */
function named() {
  const first = location.pathname.match(/^\/sweeps\/([\w-]+)$/)?.[1] ?? "";
  const second = new URLSearchParams(location.search).get("with") ?? "";
  return [first, first === second ? "" : second].filter(Boolean);
}

/** What the service refuses stands beside its control; what has none, above. @param {import("../types.js").Fault[]} faults @param {any} [sweep]   as it was sent */
function refuse(faults, sweep = { axes: [] }) {
  const fields = allWithin(form, "[data-pointer]");
  for (const field of fields) setFieldError(field, "");
  const homeless = [];
  for (const { pointer: said, detail: words } of faults) {
    const pointer = placeOf(said, sweep);
    const detail = refusal(words, said, pointer);
    const fits = fields.filter(({ dataset }) => pointer === dataset.pointer || pointer.startsWith(`${dataset.pointer}/`));
    const field = fits.sort((a, b) => (b.dataset.pointer ?? "").length - (a.dataset.pointer ?? "").length)[0];
    if (field) setFieldError(field, forReaders(`${pointer.slice((field.dataset.pointer ?? "").length + 1)} ${detail}`.trim()));
    else homeless.push(`${pointer}: ${detail}`);
  }
  for (const one of allWithin(form, "details")) if (one.querySelector("[data-error]:not([hidden])")) one.setAttribute("open", "");
  return homeless;
}

/** @param {SubmitEvent} event */
async function begin(event) {
  event.preventDefault();
  const button = byId(document, "map-begin", HTMLButtonElement);
  button.setAttribute("aria-busy", "true");
  problem(null);
  refuse([]);
  /** @type {any} */
  let sweep;
  try {
    sweep = setup.read();
    const open = missing(sweep);
    if (open.length) refuse(open);
    else go([(await beginSweep(sweep)).id]);
  } catch (cause) {
    const faults = cause instanceof SyntaxError ? [{ pointer: within(form, "[data-of-base]").dataset.pointer ?? "", detail: `is no JSON: ${cause.message}` }] : cause instanceof Problem ? cause.errors : [];
    const homeless = refuse(faults, sweep);
    if (!faults.length || homeless.length) problem(new Error(homeless.join("; ") || String(/** @type {Error} */ (cause).message)));
    settled("error");
  }
  button.removeAttribute("aria-busy");
}

function putMaps() {
  byId(document, "map-examples").replaceChildren(
    ...words.maps.map(({ name, title, look, sweep }) => {
      const button = element("button", "small", title);
      button.type = "button";
      button.addEventListener("click", () => {
        history.replaceState(null, "", `/map#map=${name}`);
        setup.show(sweep, title, look);
      });
      return button;
    }),
  );
}

async function putKept() {
  const all = await kept();
  byId(document, "map-kept-of").hidden = !all.length;
  byId(document, "map-kept").replaceChildren(
    ...all.map((run) => {
      const row = element("li");
      const link = element("a", "", titleOf(run));
      link.href = `/sweeps/${run.id}`;
      const drop = element("button", "small", "Delete");
      drop.type = "button";
      drop.setAttribute("aria-label", `Delete ${titleOf(run)}`);
      drop.addEventListener("click", async () => {
        await deleteSweep(run.id);
        await putKept();
      });
      row.append(link, element("span", "note", progress(run)), drop);
      return row;
    }),
  );
}

/** Show what the address says. */
async function route() {
  const ids = named();
  problem(null);
  byId(document, "map-setting-up").hidden = ids.length > 0;
  if (!ids.length) {
    view.close();
    document.title = "Map: where gradients vanish and explode · Unrolled";
    const wanted = new URLSearchParams(location.hash.slice(1)).get("map");
    const { title, look, sweep } = words.maps.find(({ name }) => name === wanted) ?? words.maps[0];
    setup.show(sweep, title, look);
    putKept().catch(problem);
    return settled("ready");
  }
  main.setAttribute("aria-busy", "true");
  try {
    await view.open(ids);
    settled("ready");
  } catch (cause) {
    problem(/** @type {Error} */ (cause));
  }
}

form.addEventListener("submit", begin);
byId(document, "map-again").addEventListener("click", (event) => {
  event.preventDefault();
  const run = view.sweep();
  go([]);
  if (run) setup.show(run.sweep, run.name);
});
addEventListener("popstate", () => void route());
listenAppearance(document, () => {
  theme = readTheme(root);
  view.changed();
});
listenWidth(main, view.changed);
putMaps();
void route();
load().then((came) => {
  drawable = came;
  view.changed();
});
