/** Changes that were tried: asked for when the hand rests, shown below the verdict, one click each. */

import { advise } from "./api.js";
import { element, unbroken } from "./elements.js";
import { fromExperiment, keyOf, sectionsOf } from "./experiment.js";

/** The hand rests when so long no newer picture was asked for. */
const REST_MS = 400;

/** So many stand in sight; the others unfold. */
const FIRST = 2;

/**
 * A JSON merge patch (RFC 7396) applied; neither argument changes.
 * @param {any} target @param {any} patch
 */
export function mergePatch(target, patch) {
  if (patch === null || typeof patch !== "object" || Array.isArray(patch)) return patch;
  const merged =
    target !== null && typeof target === "object" && !Array.isArray(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = mergePatch(merged[name], value);
  }
  return merged;
}

/**
 * The settings that a patch of an experiment changes: those of the parts of the request that it
 * touches, so that all others stay as they are.
 * @param {object} experiment @param {object} patch
 */
export function settingsOf(experiment, patch) {
  const next = fromExperiment(mergePatch(experiment, patch));
  const names = Object.keys(patch).flatMap((part) => sectionsOf(part, next));
  return Object.fromEntries(names.map((name) => [name, next[name]]));
}

/**
 * What was found, in one sentence.
 * @param {object} diagnosis @param {number} [steps]   of which the last emits the last loss
 */
export function adviceSentence(diagnosis, steps) {
  const { advice, advice_tried: tried, advice_left_out: left, loss_step: read } = diagnosis;
  if (!tried) return left ? "This experiment is too large to try changes of it." : "";
  const changes = tried === 1 ? "One change was tried" : `${tried} changes were tried`;
  const beyond = left ? `; ${left} more would have taken too long` : "";
  const whose = !read || read === steps ? "the last step’s error" : `the error of step ${read}`;
  if (!advice.length) return `${changes}, and none helps ${whose}${beyond}.`;
  const these = advice.length === 1 ? "this one helps" : "these help";
  return `${changes}${beyond}; ${these} ${whose}:`;
}

/** What tells experiments apart whose advice differs: neither the loss that is followed nor a window. */
function keyOfAdvice(request) {
  return keyOf({ ...request, follow: null });
}

/**
 * @param {Document} document
 * @param {{base: string, choose: (patch: Object<string, any>) => void}} options
 */
export function createAdvice(document, { base, choose }) {
  const place = document.getElementById("advice");
  const [words, list, rest] = ["advice-words", "advice-list", "advice-rest"].map((id) =>
    document.getElementById(id),
  );
  const more = rest.closest("details");
  let timer = 0;
  let asking = null;
  let shown = null;
  let key = "";

  function stop() {
    clearTimeout(timer);
    asking?.abort();
    asking = null;
  }

  function line({ text, patch }) {
    const item = element("li");
    const button = element("button", "advice-change");
    button.type = "button";
    const [change, measured] = text.split(/: (.*)/s);
    button.append(element("b", "", change), ...unbroken(`: ${measured}`));
    button.addEventListener("click", () => {
      if (place.dataset.state !== "stale") choose(settingsOf(shown.experiment, patch));
    });
    item.append(button);
    return item;
  }

  function show(answer) {
    shown = answer;
    asking = null;
    const { diagnosis } = answer;
    const advice = diagnosis?.advice ?? [];
    const sentence = diagnosis ? adviceSentence(diagnosis, answer.steps) : "";
    if (words.textContent !== sentence) words.textContent = sentence;
    list.replaceChildren(...advice.slice(0, FIRST).map(line));
    rest.replaceChildren(...advice.slice(FIRST).map(line));
    more.hidden = advice.length <= FIRST;
    more.querySelector("summary").textContent = `${advice.length - FIRST} more`;
    mark(sentence ? "shown" : "none");
  }

  /** What is stale can be read and not chosen. */
  function mark(state) {
    place.dataset.state = state;
    for (const button of place.querySelectorAll("button"))
      button.setAttribute("aria-disabled", String(state === "stale"));
  }

  async function ask(request) {
    const mine = new AbortController();
    asking = mine;
    try {
      const whole = { ...request, follow: null, window: null };
      const answer = await advise(base, whole, mine.signal);
      if (asking === mine) show(answer);
    } catch {
      if (asking === mine) show({ diagnosis: null }); // no advice is no fault of the picture
    }
  }

  return {
    /** Another picture is asked for: what stands here is about the former one. @param {object} request */
    stale(request) {
      if (keyOfAdvice(request) === key) return;
      stop();
      key = "";
      if (place.dataset.state === "shown") mark("stale");
    },

    /** A picture has come. @param {object} flow @param {object} request   that it answers */
    after(flow, request) {
      if (keyOfAdvice(request) === key) return;
      stop();
      key = keyOfAdvice(request);
      if (flow.diagnosis.verdict === "stable") show({ diagnosis: null });
      else {
        if (place.dataset.state === "none") mark("waiting");
        timer = setTimeout(() => ask(request), REST_MS);
      }
    },
  };
}
