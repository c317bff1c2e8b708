/** Wires the page: settings → request → flow → pictures. The only module that acts on import. */

import { createAdvice } from "./advice.js";
import { createAnnouncer } from "./announcer.js";
import { flowClient } from "./api.js";
import { listenAppearance } from "./appearance.js";
import { createBusy } from "./busy.js";
import { createCheck } from "./check.js";
import { createComparison } from "./compare.js";
import { selectedInA } from "./comparing/settings.js";
import { listenControls, putControls } from "./controls.js";
import { mapCell, profileStep, summaries, thing } from "./describe.js";
import { listenDownloads } from "./downloads.js";
import { followOf, fromExperiment, keyOf, stepsOf, toRequest, windowedRequest } from "./experiment.js";
import { REST, atOnce, completed, isAtOnce, moves } from "./moving.js";
import { putLeftOut, putNotes, putReasons } from "./notes.js";
import { createOpening } from "./opening.js";
import { createPictures } from "./pictures.js";
import { load } from "./plotly.js";
import { readPresets } from "./presets.js";
import { clearProblems, showProblem } from "./problems.js";
import { fitsPreset, presetSettings } from "./properties.js";
import { forget } from "./first.js";
import { listenFrame } from "./frame.js";
import { followedAtOnce, knowsOthers, read } from "./reading.js";
import { listenTerms } from "./explain.js";
import { ASKS_NOTHING, learnRanges } from "./link.js";
import { byId, listenWidth, within } from "./page.js";
import { howToReadIt, putBeside, putKeys, putLook, putVerdict } from "./said.js";
import { keys } from "./sentence.js";
import { createStore } from "./state.js";
import { createStepping } from "./stepping.js";
import { readTheme } from "./theme.js";
import { listen } from "./timeline.js";
import { createTooltip } from "./tooltip.js";
import { createValues } from "./values.js";
import { readVocabulary } from "./vocabulary.js";
import { createViews } from "./views.js";
import { sameWindow } from "./view.js";

/** @import { Flow, Reading, Request, Settings, Spot } from "./types.js" */

const API = "/api/v1";
const root = document.documentElement;
/** @param {string} id */
const get = (id) => byId(document, id);

readVocabulary(document);
const offered = readPresets(document);
learnRanges(document, JSON.parse(get("acts").textContent ?? "[]").length);
const examples = byId(document, "preset", HTMLSelectElement);
const { announce, announceSoon } = createAnnouncer(byId(document, "announcer"));
const store = createStore(window);
const tooltip = createTooltip(get("tooltip"));
const signed = createValues(API, () => opening.showSelected(pictures.reading()));
let theme = readTheme(root);
const plotly = load();
/** The answer that is drawn. @type {Flow | null} */
let latest = null;
/** The last request. @type {Request | null} */
let sent = null;
let answered = ""; // the key of the one that is drawn
let fine = false; // whether the last answer was one to draw
let resting = 0; // the timer after which the rest of an answer is asked for
const showBusy = createBusy(document);

const pictures = createPictures(document, {
  theme: () => theme,
  selected: () => store.get().select,
  selectedInA: () => selectedInA(store.get().select),
  drawn: () => {
    root.dataset.rendered = String(Number(root.dataset.rendered) + 1);
    if (fine) root.dataset.state = "ready";
  },
  beyond: askBeyond,
  about: () => opening.about(),
  marks: () => opening.marks(),
  beside: () => opening.placed(),
  placed: () => stepping.update(),
});

const stepping = createStepping({
  document,
  store,
  pictures,
  base: API,
  theme: () => theme,
  current: () => answered === keyOf(toRequest(store.get())),
});

/** @param {Settings} settings */
function send(settings, moving = false) {
  clearTimeout(resting);
  const steps = stepsOf(settings);
  const about = opening.about();
  const sight = pictures.sight(steps, followOf(settings) ?? steps);
  sent = windowedRequest(settings, about === null ? sight : { lo: about, hi: about });
  advice.stale(sent);
  if (moving) sent = atOnce(sent);
  showBusy("rest", moving);
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
    const moving = isAtOnce(request);
    latest = moving && latest ? completed(flow, latest) : flow;
    answered = keyOf(request);
    fine = true;
    showFlow(latest, { quiet: Boolean(same), moving });
    if (request !== sent) return;
    if (moving) resting = setTimeout(() => send(store.get()), REST);
    else advice.after(flow, request);
  },
  problem(problem) {
    if (store.giveWay(problem)) return;
    showProblem(document, problem, !latest);
    if (!latest) {
      forget(document, "none");
      get("summary").textContent = "Nothing to draw yet.";
    }
    get("stack").classList.toggle("stale", latest !== null);
    root.dataset.state = "error";
    fine = false;
    showBusy("rest", false);
  },
  busy: (is) => showBusy("B", is),
});

const advice = createAdvice(document, { base: API, choose: (patch) => store.set(patch) });

const comparison = createComparison(document, {
  store,
  base: API,
  request: (settings) => windowedRequest(settings, pictures.wanted()),
  known: (key) => (key === answered ? latest : null),
  busy: (is) => showBusy("A", is),
  changed() {
    pictures.compare(comparison.reading());
    const reading = pictures.reading();
    if (!reading) return;
    showWords(reading);
    leaveNothing();
    if (comparison.reading()) announceSoon(comparison.sentence(reading));
  },
  announce,
});

const opening = createOpening(document, {
  store,
  pictures,
  comparison,
  tooltip,
  lines: linesOf,
  signed: (reading, id) => signed.of(reading, id),
  announce,
});

/** @param {Flow} flow */
function showFlow(flow, { quiet = false, moving = false } = {}) {
  const reading = read(flow);
  pictures.show(reading, { beside: !moving });
  get("stack").classList.remove("stale");
  putVerdict(document, reading);
  if (!moving) putBeside(document, flow);
  if (!moving) putNotes(document, store.get(), flow);
  showLook();
  showWords(reading);
  leaveNothing();
  opening.arrived();
  if (!quiet) announceSoon(comparison.sentence(reading) || flow.diagnosis.summary);
}

/** A link may select what is nowhere in the answer to it. */
function leaveNothing() {
  if (opening.selectsNothing() && answered === keyOf(toRequest(store.get())))
    store.leave("select", "nothing of this name is drawn");
}

/**
 * The words around the pictures that A has a part in, where there is one.
 * @param {Reading} reading
 */
function showWords(reading) {
  putKeys(document, { ...keys(reading), ...comparison.keys(reading) });
  for (const [name, text] of Object.entries({
    ...summaries(reading),
    ...comparison.summaries(reading),
  }))
    pictures.plot(name).setAttribute("aria-label", text);
  comparison.put(reading);
  opening.showSelected(reading);
}

function showLook() {
  const chosen = fitsPreset(store.get()) ? offered.get(store.get().preset) : null;
  const kept = !chosen && offered.get(comparison.preset());
  examples.value = chosen?.name ?? "";
  get("look").hidden = !chosen && !kept && store.get().compare !== null;
  if (!chosen && !pictures.reading()) return; // what the page came with stands
  if (kept) putLook(document, "What to look at in A.", kept.look);
  else if (chosen) putLook(document, "What to look at.", chosen.look);
  else putLook(document, "How to read it.", howToReadIt(pictures.reading()));
}

store.subscribe((settings, changed, during) => {
  putControls(document, settings);
  putReasons(document, settings);
  putLeftOut(document, store.leftOut());
  showLook();
  comparison.sync();
  if ([...changed].every((name) => ASKS_NOTHING.has(name))) {
    if (changed.has("mark")) pictures.redraw();
    else if (changed.has("select")) pictures.redraw(["diagram", "compared"]);
    leaveNothing();
    if (pictures.reading()) opening.arrived();
    opening.showSelected(pictures.reading());
    stepping.update();
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
  send(settings, during && moves(changed, settings, latest));
});

/** What the tooltip says of a spot. @param {Spot} spot */
function linesOf(spot) {
  const reading = pictures.reading();
  if (!reading) return [];
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
    pictures.mark(spot?.step ?? null);
    if (!spot) return tooltip.hide();
    const lines = linesOf(spot);
    return lines.length ? tooltip.show(lines, spot) : tooltip.hide();
  },
  click: (spot) => opening.click(spot),
});

createCheck(document, { store, base: API });

get("retry").addEventListener("click", () => send(store.get()));

examples.addEventListener("change", () => {
  const preset = presetSettings(examples.value);
  if (preset) store.replaceAll({ ...preset, compare: store.get().compare });
});

listenAppearance(document, () => {
  theme = readTheme(root);
  pictures.redraw();
});

listenFrame(document);
listenTerms(document, () => pictures.reading());

const named = listenDownloads(document, {
  reading: (name) => pictures.reading(name),
  preset: () => store.get().preset,
  comparing: () => comparison.reading() !== null,
  figure: pictures.figure,
  caption(name) {
    const reading = pictures.reading();
    return (reading && comparison.captions(reading)[name]) ?? "";
  },
  theme: () => theme,
  url: () => `${location.origin}${API}/flow`,
});

listenWidth(get("stack"), () => pictures.redraw());

const views = createViews({ document, store, pictures, base: API, theme: () => theme, announce, named, lines: linesOf });

plotly.then((came) => {
  if (came) return;
  root.dataset.state = "error";
  showProblem(document, {
    errors: [],
    message: "The drawing library did not load; reload the page to try again.",
  });
});
if (root.hasAttribute("data-linked")) forget(document, "waiting");
putControls(document, store.get());
putReasons(document, store.get());
putLeftOut(document, store.leftOut());
root.removeAttribute("data-opening");
send(store.get());
comparison.sync();
showLook();
plotly.then((came) => came && views.ready());
