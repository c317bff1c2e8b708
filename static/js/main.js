/** Wires the page: settings → request → flow → pictures. The only module that acts on import. */

import { flowClient } from "./api.js";
import { listenAppearance } from "./appearance.js";
import { createBusy } from "./busy.js";
import { createCheck } from "./check.js";
import { createComparison, selectedInA, selectionInA } from "./compare.js";
import { listenControls, putControls } from "./controls.js";
import { mapCell, profileStep, summaries, thing } from "./describe.js";
import { listenDownloads } from "./downloads.js";
import { followOf, keyOf, stepsOf, toRequest, windowedRequest } from "./experiment.js";
import { inspect } from "./inspect.js";
import { listenKeys } from "./keys.js";
import { putNotes, putReasons } from "./notes.js";
import { createPictures } from "./pictures.js";
import { readPresets } from "./presets.js";
import { clearProblems, showProblem } from "./problems.js";
import { fitsPreset, presetSettings } from "./properties.js";
import { followedAtOnce, hiddenId, knowsOthers, read } from "./reading.js";
import { load } from "./render.js";
import { clippingSentence, keys, leftSentence, overflowSentence, putSummary } from "./sentence.js";
import { productKey, productSentence, spectrumSentence } from "./spectral.js";
import { createStore } from "./state.js";
import { readTheme } from "./theme.js";
import { listen } from "./timeline.js";
import { createTooltip } from "./tooltip.js";
import { sameWindow } from "./view.js";

const API = "/api/v1";
const HOW_TO_READ = [
  "How to read it. ",
  "The last step’s error travels back along the edges; colour and width say how much is left.",
];
/** Settings that leave B’s flow as it is. */
const OF_THE_PAGE = new Set(["select", "preset", "compare"]);
const root = document.documentElement;
const get = (id) => document.getElementById(id);

const offered = readPresets(document);
const store = createStore(window);
const tooltip = createTooltip(get("tooltip"));
let theme = readTheme(root);
const plotly = load();
let latest = null;
let announcing = 0;
let sent = null; // the last request
let answered = ""; // the key of the one that is drawn
const showBusy = createBusy(document);

const pictures = createPictures(document, {
  theme: () => theme,
  selected: () => store.get().select,
  selectedInA: () => selectedInA(store.get().select),
  drawn: () => {
    root.dataset.rendered = String(Number(root.dataset.rendered) + 1);
  },
  beyond: askBeyond,
});

function send(settings) {
  const steps = stepsOf(settings);
  sent = windowedRequest(settings, pictures.sight(steps, followOf(settings) ?? steps));
  client.send(sent);
}

/** The diagrams have come near steps that an answer does not hold: ask for those. */
function askBeyond() {
  const settings = store.get();
  const { window: next } = windowedRequest(settings, pictures.wanted());
  if (next && !sameWindow(next, sent?.window)) send(settings);
  comparison.askBeyond();
}

const client = flowClient(API, {
  async flow(flow, request) {
    if (!(await plotly)) return;
    clearProblems(document);
    const same = latest?.diagnosis.summary === flow.diagnosis.summary && flow.experiment.window;
    latest = flow;
    answered = keyOf(request);
    showFlow(flow, Boolean(same));
    root.dataset.state = "ready";
  },
  problem(problem) {
    showProblem(document, problem);
    if (!latest) get("summary").textContent = "Nothing to draw yet.";
    get("stack").classList.toggle("stale", latest !== null);
    root.dataset.state = "error";
  },
  busy: (is) => showBusy("B", is),
});

const comparison = createComparison(document, {
  store,
  base: API,
  request: (settings) => windowedRequest(settings, pictures.wanted()),
  known: (key) => (key === answered ? latest : null),
  busy: (is) => showBusy("A", is),
  changed() {
    pictures.compare(comparison.reading());
    if (!pictures.reading()) return;
    showWords(pictures.reading());
    if (comparison.reading()) announceSoon(comparison.sentence(pictures.reading()));
  },
  announce,
});

function showFlow(flow, quiet = false) {
  const reading = read(flow);
  pictures.show(reading);
  get("stack").classList.remove("stale");
  putSummary(get("summary"), flow.diagnosis.summary);
  get("verdict").dataset.verdict = flow.diagnosis.verdict;
  get("left").textContent = leftSentence(reading);
  get("overflow").textContent = overflowSentence(flow);
  get("overflow").hidden = !flow.overflow;
  get("clipping-words").textContent = clippingSentence(flow);
  get("spectrum-words").textContent = spectrumSentence(flow);
  get("product-words").textContent = productSentence(flow);
  get("key-product").innerHTML = productKey(flow);
  putNotes(document, store.get(), flow);
  showWords(reading);
  if (!quiet) announceSoon(comparison.sentence(reading) || flow.diagnosis.summary);
}

/** The words around the pictures that A has a part in, where there is one. */
function showWords(reading) {
  const html = { ...keys(reading), ...comparison.keys(reading) };
  for (const [name, key] of Object.entries(html)) {
    const place = get(`key-${name}`);
    if (place.innerHTML !== key) place.innerHTML = key;
  }
  for (const [name, text] of Object.entries({
    ...summaries(reading),
    ...comparison.summaries(reading),
  }))
    pictures.plot(name).setAttribute("aria-label", text);
  comparison.put(reading);
  showSelected(reading);
}

function showSelected(reading) {
  if (!reading) return;
  const [body, title] = [get("inspector-body"), get("inspector-title")];
  const inA = selectedInA(store.get().select);
  const inB = inA ? "" : store.get().select;
  const a = comparison.reading();
  if (inA && a) inspect(body, title, inA, a);
  else inspect(body, title, inB, reading);
  if (!a || !title.textContent.includes(":")) return;
  title.textContent = title.textContent.replace("Selected", `Selected in ${inA ? "A" : "B"}`);
  if (inA) body.querySelector("[data-follow]")?.remove();
}

function announceSoon(text) {
  clearTimeout(announcing);
  announcing = setTimeout(() => announce(text), 900);
}

function announce(text) {
  clearTimeout(announcing);
  get("announcer").textContent = text;
}

function showLook() {
  const chosen = fitsPreset(store.get()) ? offered.get(store.get().preset) : null;
  get("preset").value = chosen?.name ?? "";
  get("look").hidden = !chosen && store.get().compare !== null;
  const [lead, text] = chosen ? ["What to look at. ", chosen.look] : HOW_TO_READ;
  get("look").replaceChildren(
    Object.assign(document.createElement("b"), { textContent: lead }),
    text,
  );
}

store.subscribe((settings, changed) => {
  putControls(document, settings);
  putReasons(document, settings);
  showLook();
  comparison.sync();
  if ([...changed].every((name) => OF_THE_PAGE.has(name))) {
    if (changed.has("select")) pictures.redraw(["diagram", "compared"]);
    showSelected(pictures.reading());
    return;
  }
  if (latest && [...changed].every((name) => name === "follow" || name === "select")) {
    const follow = followOf(settings);
    if (follow !== (latest.experiment.follow ?? null) && knowsOthers(latest))
      pictures.show(read(followedAtOnce(latest, follow)));
  }
  const key = keyOf(toRequest(settings));
  const swapped = comparison.before(key);
  if (swapped && latest) {
    latest = swapped;
    answered = key;
    showFlow(swapped);
  }
  send(settings);
});

function openThing(id) {
  const reading = pictures.reading();
  const node = reading.nodes.get(id)?.node;
  const patch = { select: id };
  if (node?.kind === "loss" && reading.lossSteps.length > 1) {
    patch.follow = node.step === reading.steps ? "last" : node.step;
  }
  store.set(patch);
}

/** A click on the profile or the map: that step, and in the map that loss. */
function openStep({ step, loss }) {
  const reading = pictures.reading();
  pictures.centreOn(step);
  const beyond = step > reading.steps && comparison.reading();
  const patch = {
    select: beyond ? selectionInA(hiddenId(beyond, step)) : hiddenId(reading, step),
  };
  if (loss && reading.lossSteps.length > 1) patch.follow = loss === reading.steps ? "last" : loss;
  store.set(patch);
}

function linesOf(spot, reading) {
  const lines = comparison.lines(spot, reading);
  if (lines) return lines;
  if (spot.picture === "profile") return profileStep(spot.step, reading);
  if (spot.picture === "map") return mapCell(spot.loss, spot.step, reading);
  return spot.thing ? thing(spot.thing, reading) : [];
}

listenControls(document, store);
addEventListener("scroll", () => tooltip.hide(), { passive: true });

listen(document, pictures, {
  hover(spot) {
    const reading = pictures.reading();
    pictures.mark(spot?.step ?? null);
    if (!spot) return tooltip.hide();
    const lines = linesOf(spot, reading);
    return lines.length ? tooltip.show(lines, spot) : tooltip.hide();
  },
  click(spot) {
    if (matchMedia("(hover: none)").matches) tooltip.show(linesOf(spot, pictures.reading()), spot);
    if (spot.picture === "compared") {
      if (spot.thing) store.set({ select: selectionInA(spot.thing) });
      return;
    }
    if (spot.thing) openThing(spot.thing);
    if (spot.picture === "profile" || spot.picture === "map") openStep(spot);
  },
});

createCheck(document, { store, base: API });

listenKeys(get("walk"), pictures, {
  selected: () => store.get().select,
  select: (id) => store.set({ select: id }, { during: true }),
  open: openThing,
  announce,
});

listenKeys(
  get("walk-compared"),
  {
    reading: () => pictures.reading("compared"),
    reveal: (step) => pictures.reveal(step),
    mark: (step) => pictures.mark(step),
  },
  {
    selected: () => selectedInA(store.get().select),
    select: (id) => store.set({ select: selectionInA(id) }, { during: true }),
    open: () => get("inspector").focus(),
    announce: (text) => announce(`A: ${text}`),
  },
);

get("inspector").addEventListener("click", ({ target }) => {
  const step = Number(target.dataset?.follow);
  if (step) store.set({ follow: step === pictures.reading().steps ? "last" : step });
});

get("retry").addEventListener("click", () => send(store.get()));

get("preset").addEventListener("change", ({ target }) => {
  const preset = presetSettings(target.value);
  if (preset) store.replaceAll({ ...preset, compare: store.get().compare });
});

listenAppearance(document, () => {
  theme = readTheme(root);
  pictures.redraw();
});

get("sheet-handle").addEventListener("click", ({ currentTarget }) => {
  const open = currentTarget.getAttribute("aria-expanded") !== "true";
  currentTarget.setAttribute("aria-expanded", String(open));
  if (open) get("stack").scrollIntoView({ block: "start" });
});
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the fragment is the experiment's
  get("pictures").focus();
});
get("settings-form").addEventListener("submit", (event) => event.preventDefault());

listenDownloads(document, {
  reading: () => pictures.reading(),
  figure: (name) => pictures.figure(name),
  caption: (name) => comparison.captions(pictures.reading())[name],
  paper: () => theme.paper,
  url: () => `${location.origin}${API}/flow`,
});

let width = 0;
new ResizeObserver(([entry]) => {
  const now = Math.round(entry.contentRect.width);
  if (now !== width && width) requestAnimationFrame(() => pictures.redraw());
  width = now;
}).observe(get("stack"));

plotly.then((came) => {
  if (came) return;
  root.dataset.state = "error";
  showProblem(document, {
    errors: [],
    message: "The drawing library did not load; reload the page to try again.",
  });
});
putControls(document, store.get());
putReasons(document, store.get());
send(store.get());
comparison.sync();
showLook();
