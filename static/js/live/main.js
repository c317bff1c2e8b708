/** Wires the view Live: the list of runs, and one of them over time. Acts on import. */

import { listenAppearance } from "../appearance.js";
import { element } from "../elements.js";
import { byId, listenWidth } from "../page.js";
import { load } from "../plotly.js";
import { readTheme } from "../theme.js";
import { createTransport } from "../transport.js";
import { readVocabulary } from "../vocabulary.js";
import { alarmsOf, counted, proofSentence } from "./alarms.js";
import { listenFiles, putRuns } from "./overview.js";
import { drawReport, drawTraining, readingOf, updateAt } from "./pictures.js";
import { moduleOf } from "./reached.js";
import { fromFile, fromService } from "./sources.js";
import { createLooking, modulesOf } from "./state.js";
import { aboutRun, lossSentence, normSentence, sampledSentence, verdictSentence, weightRows } from "./words.js";

/** @import { Report } from "./runfile.js" */

const API = "/api/v1";
const root = document.documentElement;
const main = byId(document, "live");
let theme = readTheme(root);

/** @type {ReturnType<typeof createLooking> | null} */
let looking = null;
/** @type {import("../transport.js").Transport | null} */
let transport = null;
let drawable = false;
let due = false;

readVocabulary(document);

/** @param {string} selector */
const plots = (selector) => [...main.querySelectorAll(selector)].filter((one) => one instanceof HTMLElement);
const TRAINING = plots("[data-training]");
const REPORT = plots("[data-picture]");

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
  byId(document, "name").textContent = source.run.name;
  byId(document, "where").textContent = source.run.name;
  byId(document, "state").textContent = aboutRun(source.run);
  const any = source.reports.length > 0;
  byId(document, "waiting").hidden = any;
  byId(document, "shown").hidden = !any;
  if (any) {
    putTransport();
    putModules();
    putAlarms();
    putTraining();
    putReport();
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
        keepAddress();
        changed();
      },
    });
  transport.setLength(source.reports.length);
  if (transport.index() !== index) transport.set(index);
}

function putModules() {
  if (!looking) return;
  const own = looking;
  const names = modulesOf(own.source.reports);
  const box = byId(document, "modules");
  box.hidden = names.length < 2;
  if (box.querySelectorAll("input").length === names.length) return;
  const choices = names.map((name) => {
    const label = element("label", "choice");
    const input = element("input");
    input.type = "radio";
    input.name = "module";
    input.checked = name === own.module();
    input.addEventListener("change", () => {
      own.choose(name);
      keepAddress();
      changed();
    });
    label.append(input, element("span", "", name));
    return label;
  });
  box.replaceChildren(...box.querySelectorAll("legend"), ...choices);
}

function putAlarms() {
  if (!looking) return;
  const own = looking;
  const alarms = alarmsOf(own.source.reports, own.module());
  const rows = alarms.map((alarm) => {
    const row = element("li", alarm.lasting ? "lasting" : "over");
    const button = element("button", "link", alarm.text);
    button.type = "button";
    button.addEventListener("click", () => goTo(own.source.reports.findIndex((r) => r.sequence === alarm.sequence)));
    row.append(button);
    return row;
  });
  const none = element("li", "note", "Nothing: gradients arrive, and no number leaves the range.");
  byId(document, "alarms").replaceChildren(...(rows.length ? rows : [none]));
}

function putTraining() {
  const report = looking?.report();
  if (!looking || !report) return;
  byId(document, "say-loss").textContent = lossSentence(report);
  byId(document, "say-norm").textContent = normSentence(report);
  const shown = { reports: looking.source.reports, module: looking.module(), at: report.update };
  if (drawable) drawTraining(TRAINING, shown, theme);
}

function putReport() {
  const report = looking?.report();
  if (!looking || !report) return;
  byId(document, "update").textContent = counted(report.update);
  putWords(report, looking.module());
  const reading = readingOf(report, looking.module());
  for (const plot of REPORT) plot.closest("figure")?.toggleAttribute("hidden", reading === null);
  byId(document, "strokes").hidden = !reading?.cell;
  if (!drawable) return;
  if (reading) drawReport(REPORT, reading, theme);
  main.dataset.drawn = String(report.sequence);
}

/** @param {Report} report @param {string} name */
function putWords(report, name) {
  const module = moduleOf(report, name);
  byId(document, "verdict").textContent = module ? verdictSentence(module) : `${name} was not called in this update.`;
  byId(document, "proof").textContent = module ? proofSentence(module) : "";
  byId(document, "proof").classList.toggle("untrusted", module?.trusted === false);
  byId(document, "sampled").textContent = module ? sampledSentence(module) : "";
  const rows = module ? weightRows(report, module) : [];
  byId(document, "weights").replaceChildren(
    ...rows.map(([head, ...numbers]) => {
      const row = element("tr");
      const cell = element("th", "", head);
      cell.scope = "row";
      row.append(cell, ...numbers.map((text) => element("td", "of-number", text)));
      return row;
    }),
  );
}

/** @param {number} index */
function goTo(index) {
  looking?.look(index);
  keepAddress();
  changed();
}

function keepAddress() {
  if (looking) history.replaceState(null, "", `#${looking.fragment()}`);
}

/** @param {import("./sources.js").Source} source */
function show(source) {
  looking?.source.close();
  transport?.close();
  transport = null;
  looking = createLooking(source);
  looking.read(location.hash);
  document.title = `${source.run.name} · Live · Unrolled`;
  changed();
}

/** @param {File} file */
async function open(file) {
  problem(null);
  try {
    const source = fromFile(file.name, await file.text());
    history.replaceState(null, "", "#");
    show(source);
    byId(document, "lost").hidden = !source.torn;
    byId(document, "lost").textContent = "The last line of the file is cut off, and left out.";
  } catch (cause) {
    problem(/** @type {Error} */ (cause));
  }
}

async function start() {
  const id = main.dataset.run ?? "";
  problem(null);
  if (!id) {
    await putRuns(API, problem);
    if (root.dataset.state !== "error") settled("ready");
    return;
  }
  try {
    const lost = (/** @type {boolean} */ is) => (byId(document, "lost").hidden = !is);
    show(await fromService(API, id, { changed, lost }));
    const save = /** @type {HTMLAnchorElement} */ (byId(document, "export"));
    save.href = `${API}/runs/${encodeURIComponent(id)}/export`;
    save.hidden = false;
  } catch (cause) {
    problem(/** @type {Error} */ (cause));
  }
}

for (const plot of TRAINING)
  plot.addEventListener("click", (event) => {
    if (looking) goTo(updateAt(plot, event.clientX - plot.getBoundingClientRect().left, looking.source.reports));
  });
listenFiles(open);
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
