/** Wires the view Your network: the networks that are kept, and one with what it reads. Acts on import. */

import { mergePatch } from "../advice.js";
import { advise } from "../api.js";
import { listenAppearance } from "../appearance.js";
import { fromExperiment } from "../experiment.js";
import { allWithin, byId, listenWidth } from "../page.js";
import { load } from "../plotly.js";
import { linkOf } from "../properties.js";
import { readTheme } from "../theme.js";
import { readVocabulary } from "../vocabulary.js";
import { putAdvice, putPictures, putWords } from "./answer.js";
import { fragmentOf, readChoice, stepsIn, stepsWanted } from "./choice.js";
import { listenFile } from "./files.js";
import { putLayers, putTensors } from "./layers.js";
import { createMaps } from "./maps.js";
import { putOverview } from "./overview.js";
import { forExplore, planOf } from "./plan.js";
import { listenReads, placeOf, putReads, putScales, sayFault } from "./reads.js";
import { changeNetwork, flowOf, keepFile, listOf, oneOf } from "./requests.js";
import { beforeWords, fileWords, formerWords } from "./words.js";

/** @import { Choice } from "./choice.js" */
/** @import { KeptNetwork, KeptSequence } from "./requests.js" */

const API = "/api/v1";
/** A hand that types is waited for, in milliseconds; and one that rests, before advice is asked for. */
const TYPING_MS = 200;
const REST_MS = 400;
/** What the page itself finds wrong, and the service. */
const CONTROLS = ["inputs", "target", "start", "steps", "batch", "stride", "ahead", "seed"];

const root = document.documentElement;
const main = byId(document, "networks");
let theme = readTheme(root);
let drawable = false;

/** @type {KeptNetwork | null} */
let network = null;
/** @type {KeptSequence[]} */
let sequences = [];
let choice = readChoice(location.hash);
/** Steps, which a sequence may not have. */
let wanted = choice.steps;
/** @type {any} */
let flow = null;
/** What is shown when a choice cannot be computed. */
let former = "";
/** The request that is shown or on its way. */
let asked = "";
let running = new AbortController();
let timer = 0;
const maps = createMaps(API, drawMaps);

readVocabulary(document);

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

function drawMaps() {
  if (drawable) maps.draw(theme);
}

const sequenceNow = () => sequences.find(({ id }) => id === choice.sequence) ?? null;

/** Bring every control up to date, and ask where what is asked has changed. @param {boolean} [during] */
function put(during = false) {
  if (!network) return;
  byId(document, "network").hidden = false;
  byId(document, "name").textContent = network.name || "without a name";
  byId(document, "where").textContent = network.name || "without a name";
  document.title = `${network.name} · Your network · Unrolled`;
  byId(document, "facts").textContent = fileWords(network);
  putLayers(network, chooseLayer);
  putTensors(network);
  const taken = network.module !== null;
  for (const id of ["reads", "shown"]) byId(document, id).hidden = !taken;
  maps.show(network);
  if (!taken) return settled("ready");
  const sequence = sequenceNow();
  putReads({ network, sequence, sequences, choice }, (change) => choose(change));
  const plan = planOf(network, sequence, choice);
  for (const name of CONTROLS) sayFault(name, plan.faults[name] ?? "");
  byId(document, "enters").textContent = plan.enters;
  putExplore(sequence);
  putFormer(!plan.request);
  if (plan.request) return ask(plan.request, during);
  recall();
  settled("ready");
}

/** Words and pictures that are of another choice are marked as such. @param {boolean} stale */
function putFormer(stale) {
  for (const id of ["answer", "pictures"]) byId(document, id).classList.toggle("stale", stale);
  byId(document, "former").textContent = stale ? former : "";
  byId(document, "former").hidden = !stale || !former;
}

/** What is on its way is wanted no more. */
function recall() {
  if (byId(document, "answer").getAttribute("aria-busy") !== "true") return;
  asked = "";
  clearTimeout(timer);
  running.abort();
  byId(document, "answer").setAttribute("aria-busy", "false");
}

/** Where Explore shows a change of what is shown here; "": it cannot. @param {object} patch */
function addressIn(patch) {
  const experiment = network ? forExplore(network, sequenceNow(), choice).experiment : null;
  return experiment ? `/#${linkOf(fromExperiment(mergePatch(experiment, patch))).fragment}` : "";
}

/** @param {KeptSequence | null} sequence */
function putExplore(sequence) {
  if (!network) return;
  const { experiment, why } = forExplore(network, sequence, choice);
  const link = byId(document, "explore", HTMLAnchorElement);
  link.hidden = !experiment;
  link.href = addressIn({});
  byId(document, "explore-why").textContent = why;
}

/** @param {any} request @param {boolean} during */
function ask(request, during) {
  const said = JSON.stringify(request);
  if (said === asked) return;
  asked = said;
  clearTimeout(timer);
  running.abort();
  running = new AbortController();
  byId(document, "answer").setAttribute("aria-busy", "true");
  const own = running.signal;
  timer = setTimeout(() => answer(request, own), during ? TYPING_MS : 0);
}

/** @param {any} request @param {AbortSignal} signal */
async function answer(request, signal) {
  try {
    const found = await flowOf(API, request, signal);
    if (signal.aborted) return;
    flow = { ...found, graph: { nodes: [], edges: [] } };
    putWords(flow, sequenceNow()?.warnings ?? []);
    putAdvice(null, 0, () => "");
    putScales(flow.series);
    former = formerWords(sequenceNow()?.name ?? "", flow.steps);
    putFormer(false);
    byId(document, "flow-problem").hidden = true;
    putFlow();
    settled("ready");
    if (flow.diagnosis && flow.diagnosis.verdict !== "stable") setTimeout(() => askAdvice(request, signal), REST_MS);
  } catch (cause) {
    if (signal.aborted) return;
    refused(/** @type {import("../api.js").Problem} */ (cause));
  }
  byId(document, "answer").setAttribute("aria-busy", "false");
}

/** @param {any} request @param {AbortSignal} signal */
async function askAdvice(request, signal) {
  try {
    const found = signal.aborted ? null : await advise(API, { ...request, follow: null }, signal);
    if (found && !signal.aborted) putAdvice(found.diagnosis, found.steps, addressIn);
  } catch {
    // no advice is no fault of the picture
  }
}

/** What the service refuses stands beside its control; what has none, above the pictures.
 * @param {import("../api.js").Problem} cause */
function refused(cause) {
  asked = "";
  putFormer(true);
  const rest = [];
  for (const { pointer, detail } of cause.errors ?? []) {
    const place = placeOf(pointer);
    if (place) sayFault(place, detail);
    if (!place || !document.getElementById(`${place}-error`)?.checkVisibility()) rest.push(detail);
  }
  const words = cause.errors?.length ? rest.join(" ") : cause.message;
  byId(document, "flow-problem").hidden = !words;
  byId(document, "flow-problem-text").textContent = words;
  settled("error");
}

function putFlow() {
  if (!flow) return;
  putPictures(allWithin(main, "[data-picture]"), flow, choice, drawable ? theme : null, (change) => {
    choose(change);
    putFlow();
  });
  if (drawable) main.dataset.drawn = String(Number(main.dataset.drawn ?? 0) + 1);
}

/** @param {Partial<Choice>} change @param {boolean} [during] */
function choose(change, during = false) {
  choice = { ...choice, ...change };
  if (change.sequence !== undefined) choice.steps = stepsIn(wanted, sequenceNow());
  else if (change.steps !== undefined) wanted = change.steps;
  const fragment = `#${fragmentOf(choice)}`;
  if (fragment !== (location.hash || "#")) history[during ? "replaceState" : "pushState"](null, "", fragment);
  put(during);
}

/** @param {{module?: string, head?: string | null}} change */
async function chooseLayer(change) {
  if (!network) return;
  byId(document, "module-error").hidden = true;
  try {
    network = await changeNetwork(API, network.id, change);
    choose({ module: network.module, head: network.head ?? "", layer: null, direction: "" });
  } catch (cause) {
    byId(document, "module-error").textContent = /** @type {Error} */ (cause).message;
    byId(document, "module-error").hidden = false;
    put();
  }
}

/** What an address says of module and head is so. */
async function follow() {
  choice = readChoice(location.hash);
  wanted = stepsWanted(choice.steps, sequenceNow());
  if (!network) return;
  const { module, head } = choice;
  const other = module !== null && module !== network.module;
  if (other || (head !== null && head !== (network.head ?? "")))
    return chooseLayer({ ...(module === null ? {} : { module }), ...(head === null ? {} : { head: head || null }) });
  put();
  putFlow();
}

/** A sequence is kept, and read at once. @param {File} file */
async function takeSequence(file) {
  const { kept, before } = await keepFile(API, "sequences", file);
  sequences = [kept, ...sequences.filter(({ id }) => id !== kept.id)];
  choose({ sequence: kept.id, inputs: null, target: "", start: 0, stride: null });
  return [beforeWords(kept, before, file.name)];
}

async function start() {
  const id = main.dataset.network ?? "";
  problem(null);
  if (!id) {
    await putOverview(API, problem);
    if (root.dataset.state !== "error") settled("ready");
    return;
  }
  try {
    [network, sequences] = await Promise.all([oneOf(API, "networks", id), listOf(API, "sequences")]);
  } catch (cause) {
    return problem(/** @type {Error} */ (cause));
  }
  listenFile(takeSequence);
  listenReads(choose);
  await follow();
}

addEventListener("popstate", follow);
listenAppearance(document, () => {
  theme = readTheme(root);
  putFlow();
  drawMaps();
});
listenWidth(main, () => {
  putFlow();
  drawMaps();
});
start();
load().then((came) => {
  drawable = came;
  putFlow();
  drawMaps();
});
