/** Wires the view Live: the list of runs, and one of them over time. Acts on import. */

import { importRun } from "../api.js";
import { listenAppearance } from "../appearance.js";
import { directionNames, isBackward, nameOf } from "../directions.js";
import { byId, listenWidth } from "../page.js";
import { load } from "../plotly.js";
import { readTheme } from "../theme.js";
import { createTransport } from "../transport.js";
import { readVocabulary } from "../vocabulary.js";
import { putAlarms } from "./alarmlist.js";
import { alarmsOf, calm, counted } from "./alarms.js";
import { putChoices } from "./choices.js";
import { listenFiles, putRuns } from "./overview.js";
import { drawTraining, updateAt } from "./pictures.js";
import { moduleOf } from "./reached.js";
import { putReport } from "./report.js";
import { Trained } from "./runfile.js";
import { fromFile, fromService, unpacked } from "./sources.js";
import { createLooking, modulesOf } from "./state.js";
import { createWhole } from "./whole.js";
import { aboutRun, calledOf, lossSentence, normSentence, ownerOf, waitingSentence } from "./words.js";

const API = "/api/v1";
const root = document.documentElement;
const main = byId(document, "live");
let theme = readTheme(root);

/** @type {ReturnType<typeof createLooking> | null} */
let looking = null;
/** @type {ReturnType<typeof createWhole<import("./runfile.js").Report>> | null} */
let whole = null;
/** @type {import("../transport.js").Transport | null} */
let transport = null;
/** Of which module and how many reports the alarms are that are shown. */
let alarmed = "";
let drawable = false;
let due = false;

readVocabulary(document);

/** @param {string} selector */
const plots = (selector) => [...main.querySelectorAll(selector)].filter((one) => one instanceof HTMLElement);
const TRAINING = plots("[data-training]");
const REPORT = plots("[data-picture]");
const SAVES = /** @type {HTMLAnchorElement[]} */ (plots("a.save"));

/** @param {Error | null} cause @param {boolean} [again]   whether it may be tried again */
function problem(cause, again = true) {
  byId(document, "problem").hidden = cause === null;
  byId(document, "retry").hidden = !again;
  byId(document, "problem-text").textContent = cause?.message ?? "";
  if (cause) settled("error");
}

/** @param {string} state */
function settled(state) {
  root.dataset.state = state;
  root.removeAttribute("data-opening");
  main.setAttribute("aria-busy", "false");
}

/** Draw once a frame, however much has come. */
function changed() {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    put();
  });
}

function put() {
  if (!looking) return;
  const { source } = looking;
  byId(document, "run").hidden = false;
  byId(document, "runs").hidden = true;
  byId(document, "name").textContent = calledOf(source.run);
  byId(document, "where").textContent = calledOf(source.run);
  byId(document, "state").textContent = aboutRun(source.run, source.reports);
  const any = source.reports.length > 0;
  byId(document, "waiting").hidden = any;
  byId(document, "waiting").textContent = waitingSentence(source.run);
  byId(document, "shown").hidden = !any;
  if (any) {
    putTransport();
    putModules();
    putAllAlarms();
    putTraining();
    putOne();
  }
  settled("ready");
}

function putTransport() {
  if (!looking) return;
  const { source } = looking;
  const index = looking.index();
  if (!transport)
    transport = createTransport(byId(document, "transport"), {
      length: source.reports.length,
      start: index,
      label: "Training",
      speeds: [2, 5, 10, 20],
      say: (place) => `update ${counted(source.reports[place]?.update ?? 0)}`,
      onChange(place) {
        looking?.look(place);
        moved();
      },
    });
  transport.setLength(source.reports.length);
  if (transport.index() !== index) transport.set(index);
}

function putModules() {
  if (!looking) return;
  const own = looking;
  putChoices(byId(document, "modules"), modulesOf(own.source.reports), own.module(), (name) => {
    own.choose(name);
    moved();
  });
  const report = own.report();
  const module = report && moduleOf(report, own.module());
  const layers = module?.flow ? module.layers : 1;
  const names = Array.from({ length: layers }, (_, n) => String(n + 1));
  const chosen = String((own.layer() ?? layers - 1) + 1);
  putChoices(byId(document, "layers"), names, chosen, (name) => {
    own.chooseLayer(Number(name) === layers ? null : Number(name) - 1);
    moved();
  });
  putChoices(byId(document, "directions"), directionNames(module?.flow), nameOf(own.reverse()), (name) => {
    own.chooseDirection(isBackward(name));
    moved();
  });
}

function putAllAlarms() {
  if (!looking) return;
  const { source, module } = looking;
  const state = `${source.reports.length} ${module()}`;
  if (alarmed === state) return;
  alarmed = state;
  const alarms = alarmsOf(source.reports, module(), source.run.about?.every);
  putAlarms(byId(document, "alarms"), alarms, calm(source.reports, module()), (sequence) =>
    goTo(source.reports.findIndex((report) => report.sequence === sequence)),
  );
}

function putTraining() {
  const report = looking?.report();
  if (!looking || !report) return;
  const { reports } = looking.source;
  byId(document, "say-loss").textContent = lossSentence(report);
  const engaged = reports.some(({ clipping }) => clipping?.engaged);
  byId(document, "say-norm").textContent = normSentence(report, engaged);
  const shown = { reports, module: looking.module(), every: looking.source.run.about?.every, reverse: looking.reverse() };
  if (drawable) drawTraining(TRAINING, shown, theme, report.update);
}

function putOne() {
  const brief = looking?.report();
  if (!looking || !brief) return;
  const all = whole?.of(brief.sequence) ?? null;
  const owner = ownerOf(looking.source.run);
  const looked = { brief, whole: all, name: looking.module(), owner, layer: looking.layer(), reverse: looking.reverse() };
  putReport(REPORT, looked, drawable ? theme : null);
  if (drawable && all) main.dataset.drawn = String(brief.sequence);
}

/** @param {number} index */
function goTo(index) {
  looking?.look(index);
  moved();
}

function moved() {
  keepAddress();
  changed();
}

function keepAddress() {
  if (looking) history.replaceState(null, "", `#${looking.fragment()}`);
}

/** @param {import("./sources.js").Source} source */
function show(source) {
  looking?.source.close();
  whole?.close();
  transport?.close();
  transport = null;
  alarmed = "";
  looking = createLooking(source);
  whole = createWhole(source, {
    came() {
      problem(null);
      changed();
    },
    failed: (cause) => problem(cause, false),
  });
  looking.read(location.hash);
  document.title = `${calledOf(source.run)} · Live · Unrolled`;
  changed();
}

/** @param {string} text   "" hides it */
function note(text) {
  byId(document, "lost").hidden = text === "";
  byId(document, "lost").textContent = text;
}

/** A run that trained is kept here, and shown where such runs are. @param {File} file */
async function take(file) {
  try {
    location.assign(`/runs/${(await importRun(API, file)).id}`);
  } catch (cause) {
    problem(/** @type {Error} */ (cause), false);
  }
}

/** @param {File} file */
async function open(file) {
  const beside = byId(document, "file-problem");
  beside.hidden = true;
  if (looking) problem(null);
  try {
    const source = await fromFile(file.name, file);
    problem(null);
    history.replaceState(null, "", "#");
    for (const link of SAVES) link.hidden = true;
    note(source.torn ? "The last line of the file is cut off, and left out." : "");
    show(source);
  } catch (cause) {
    if (cause instanceof Trained) return take(file);
    const { message } = /** @type {Error} */ (cause);
    if (looking) return problem(new Error(`${file.name}: ${message}`), false);
    beside.textContent = `${file.name}: ${message}`;
    beside.hidden = false;
  }
}

/** The run that this page brings with it, where it was saved as a page. @param {HTMLElement} kept */
async function openOwn(kept) {
  const file = await unpacked(kept.textContent.trim());
  kept.remove();
  show(await fromFile("run", file));
}

/** @param {string} id */
async function openKept(id) {
  const source = await fromService(API, id, {
    changed,
    lost(is) {
      note(is ? "The server does not answer for now; what is new comes when it does." : "");
      if (!is) changed();
    },
    gone: () => note("This run has been deleted on the server; what had come stays here."),
  });
  show(source);
  for (const link of SAVES) {
    link.href = `${API}/runs/${encodeURIComponent(id)}/export${link.dataset.as ?? ""}`;
    link.hidden = false;
  }
}

async function start() {
  const id = main.dataset.run ?? "";
  const own = document.getElementById("run-file");
  problem(null);
  try {
    if (own) return await openOwn(own);
    if (id) return await openKept(id);
    await putRuns(API, problem);
    if (root.dataset.state !== "error") settled("ready");
  } catch (cause) {
    problem(/** @type {Error} */ (cause));
  }
}

for (const plot of TRAINING)
  plot.addEventListener("click", (event) => {
    if (looking) goTo(updateAt(plot, event.clientX - plot.getBoundingClientRect().left, looking.source.reports));
  });
if (document.getElementById("file")) listenFiles(open);
byId(document, "retry").addEventListener("click", () => start());
addEventListener("hashchange", () => {
  looking?.read(location.hash);
  changed();
});
listenAppearance(document, () => {
  theme = readTheme(root);
  changed();
});
listenWidth(main, changed);
start();
load().then((came) => {
  drawable = came;
  changed();
});
