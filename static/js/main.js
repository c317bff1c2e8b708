/** Wires the page: settings → request → flow → pictures. The only module that acts on import. */

import { flowClient, presets } from "./api.js";
import { listenAppearance } from "./appearance.js";
import { listenControls, putControls } from "./controls.js";
import { mapCell, profileStep, summaries, thing } from "./describe.js";
import { listenDownloads } from "./downloads.js";
import { followOf, fromExperiment, toRequest } from "./experiment.js";
import { inspect } from "./inspect.js";
import { listenKeys } from "./keys.js";
import { putNotes, putReasons } from "./notes.js";
import { createPictures } from "./pictures.js";
import { clearProblems, showProblem } from "./problems.js";
import { followedAtOnce, read } from "./reading.js";
import { load } from "./render.js";
import { clippingSentence, keys, leftSentence, putSummary, spectrumSentence } from "./sentence.js";
import { createStore } from "./state.js";
import { readTheme } from "./theme.js";
import { listen } from "./timeline.js";
import { createTooltip } from "./tooltip.js";

const API = "/api/v1";
const HOW_TO_READ = [
  "How to read it. ",
  "The last step’s error travels back along the edges; colour and width say how much is left.",
];
const root = document.documentElement;
const get = (id) => document.getElementById(id);

const store = createStore(window);
const tooltip = createTooltip(get("tooltip"));
let theme = readTheme(root);
const plotly = load();
let latest = null;
let announcing = 0;
let busySince = 0;
let offered = [];

const pictures = createPictures(document, {
  theme: () => theme,
  selected: () => store.get().select,
  drawn: () => {
    root.dataset.rendered = String(Number(root.dataset.rendered) + 1);
  },
});

const client = flowClient(API, {
  async flow(flow) {
    if (!(await plotly)) return;
    clearProblems(document);
    latest = flow;
    showFlow(flow);
    root.dataset.state = "ready";
  },
  problem(problem) {
    showProblem(document, problem);
    if (!latest) get("summary").textContent = "Nothing to draw yet.";
    get("stack").classList.toggle("stale", latest !== null);
    root.dataset.state = "error";
  },
  busy(busy) {
    clearTimeout(busySince);
    if (busy)
      busySince = setTimeout(() => {
        get("progress").hidden = false;
      }, 150);
    else get("progress").hidden = true;
    get("pictures").setAttribute("aria-busy", String(busy));
  },
});

function showFlow(flow) {
  const reading = read(flow);
  pictures.show(reading);
  get("stack").classList.remove("stale");
  putSummary(get("summary"), flow.diagnosis.summary);
  get("verdict").dataset.verdict = flow.diagnosis.verdict;
  get("left").textContent = leftSentence(reading);
  get("clipping-words").textContent = clippingSentence(flow);
  get("spectrum-words").textContent = spectrumSentence(flow);
  for (const [name, html] of Object.entries(keys(reading))) {
    const key = get(`key-${name}`);
    if (key.innerHTML !== html) key.innerHTML = html;
  }
  for (const [name, text] of Object.entries(summaries(reading)))
    pictures.plot(name).setAttribute("aria-label", text);
  putNotes(document, store.get(), flow);
  showSelected(reading);
  clearTimeout(announcing);
  announcing = setTimeout(() => announce(flow.diagnosis.summary), 900);
}

function showSelected(reading) {
  if (reading) inspect(get("inspector-body"), get("inspector-title"), store.get().select, reading);
}

function announce(text) {
  clearTimeout(announcing);
  get("announcer").textContent = text;
}

function showLook() {
  const chosen = offered.find((preset) => preset.name === store.get().preset);
  get("preset").value = chosen?.name ?? "";
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
  const only = (name) => changed.size === 1 && changed.has(name);
  if (only("select")) {
    pictures.redraw(["diagram"]);
    showSelected(pictures.reading());
    return;
  }
  if (only("preset")) return;
  if (latest && [...changed].every((name) => name === "follow" || name === "select")) {
    const follow = followOf(settings);
    if (follow !== (latest.experiment.follow ?? null))
      pictures.show(read(followedAtOnce(latest, follow)));
  }
  client.send(toRequest(settings));
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

function linesOf(spot, reading) {
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
    if (spot.thing) openThing(spot.thing);
    if (spot.picture === "profile") {
      pictures.centreOn(spot.step);
      store.set({ select: `h_${spot.step}` });
    }
    if (spot.picture === "map") {
      pictures.centreOn(spot.step);
      const steps = pictures.reading().steps;
      if (spot.loss && pictures.reading().lossSteps.length > 1) {
        store.set({ follow: spot.loss === steps ? "last" : spot.loss, select: `h_${spot.step}` });
      } else {
        store.set({ select: `h_${spot.step}` });
      }
    }
  },
});

listenKeys(document, pictures, {
  selected: () => store.get().select,
  select: (id) => store.set({ select: id }, { during: true }),
  open: openThing,
  announce,
});

get("inspector").addEventListener("click", ({ target }) => {
  const step = Number(target.dataset?.follow);
  if (step) store.set({ follow: step === pictures.reading().steps ? "last" : step });
});

get("retry").addEventListener("click", () => client.send(toRequest(store.get())));

get("preset").addEventListener("change", ({ target }) => {
  const preset = offered.find(({ name }) => name === target.value);
  if (preset) store.replaceAll({ ...fromExperiment(preset.experiment), preset: preset.name });
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
  paper: () => theme.paper,
  url: () => `${location.origin}${API}/flow`,
});

let width = 0;
new ResizeObserver(([entry]) => {
  const now = Math.round(entry.contentRect.width);
  if (now !== width && width) requestAnimationFrame(() => pictures.redraw());
  width = now;
}).observe(get("stack"));

async function offerPresets() {
  const answer = await presets(API);
  offered = Array.isArray(answer) ? answer : answer.presets;
  get("preset").append(...offered.map(({ name, title }) => new Option(title, name)));
  showLook();
}

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
client.send(toRequest(store.get()));
offerPresets().catch(() => {
  get("preset").closest(".field").hidden = true;
});
