/** Changes that were tried: asked for when the hand rests, shown below the verdict, one click each. */

import { advise } from "./api.js";
import { element, unbroken } from "./elements.js";
import { fromExperiment, keyOf, sectionsOf } from "./experiment.js";
import { allWithin, byId, sure, within } from "./page.js";

/** @import { Schemas } from "../../types/api" */
/** @import { Advice, Diagnosis, Flow, Request, Settings } from "./types.js" */

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
 * @param {Schemas["Experiment"]} experiment @param {object} patch
 */
export function settingsOf(experiment, patch) {
  const next = fromExperiment(mergePatch(experiment, patch));
  const names = Object.keys(patch).flatMap((part) => sectionsOf(part, next));
  return Object.fromEntries(names.map((name) => [name, next[name]]));
}

/**
 * What was found, in one sentence.
 * @param {Diagnosis} diagnosis @param {number} [steps]   of which the last emits the last loss
 */
export function adviceSentence(diagnosis, steps) {
  const { advice, advice_tried: tried, advice_left_out: left, loss_step: read } = diagnosis;
  if (!tried) return left ? "This experiment is too large to try changes of it." : "";
  const changes = tried === 1 ? "One change was tried" : `${tried} changes were tried`;
  const beyond = left ? `; ${left} more would have taken too long` : "";
  const whose = !read || read === steps ? "the last step’s error" : `the error of step ${read}`;
  if (!advice?.length) return `${changes}, and none helps ${whose}${beyond}.`;
  const these = advice.length === 1 ? "this one helps" : "these help";
  return `${changes}${beyond}; ${these} ${whose}:`;
}

/** @typedef {Schemas["Flow"]} Answer   with nothing but the advice in it */

/**
 * What tells experiments apart whose advice differs: neither the loss that is followed nor a window.
 * @param {Request} request
 */
function keyOfAdvice(request) {
  return keyOf({ ...request, follow: null });
}

/**
 * One change, to be clicked.
 * @param {Advice} advice @param {(patch: Advice["patch"]) => void} choose
 */
function lineOf({ text, patch }, choose) {
  const item = element("li");
  const button = element("button", "advice-change");
  button.type = "button";
  const [change, measured] = text.split(/: (.*)/s);
  button.append(element("b", "", change), ...unbroken(`: ${measured}`));
  button.addEventListener("click", () => choose(patch));
  item.append(button);
  return item;
}

/** @param {Document} document @param {(settings: Partial<Settings>) => void} choose */
function createPlace(document, choose) {
  const place = byId(document, "advice");
  const [words, list, rest] = ["advice-words", "advice-list", "advice-rest"].map((id) =>
    byId(document, id),
  );
  const more = sure(rest.closest("details"), "details");
  const unfold = byId(document, "advice-show");

  /** On a phone. @param {boolean} is */
  function setUnfolded(is) {
    place.toggleAttribute("data-unfolded", is);
    unfold.setAttribute("aria-expanded", String(is));
    unfold.textContent = is ? "Hide" : "Show";
  }

  unfold.addEventListener("click", () => setUnfolded(!place.hasAttribute("data-unfolded")));

  /** What is stale can be read and not chosen. @param {string} state */
  function mark(state) {
    place.dataset.state = state;
    for (const button of allWithin(place, ".advice-change"))
      button.setAttribute("aria-disabled", String(state === "stale"));
  }

  return {
    mark,
    /** What stands here is about the former picture; changes that unfolded fold again. */
    stale() {
      mark("stale");
      setUnfolded(false);
    },
    state: () => place.dataset.state,

    /** @param {Answer | null} answer   null: there is nothing to say */
    show(answer) {
      const advice = answer?.diagnosis?.advice ?? [];
      const sentence = answer?.diagnosis ? adviceSentence(answer.diagnosis, answer.steps) : "";
      /** @param {Advice} one */
      const line = (one) =>
        lineOf(one, (patch) => {
          if (answer && place.dataset.state !== "stale") choose(settingsOf(answer.experiment, patch));
        });
      if (words.textContent !== sentence) words.textContent = sentence;
      list.replaceChildren(...advice.slice(0, FIRST).map(line));
      rest.replaceChildren(...advice.slice(FIRST).map(line));
      more.hidden = advice.length <= FIRST;
      within(more, "summary").textContent = `${advice.length - FIRST} more`;
      place.toggleAttribute("data-helps", advice.length > 0);
      mark(sentence ? "shown" : "none");
    },
  };
}

/**
 * @param {Document} document
 * @param {{base: string, choose: (patch: Partial<Settings>) => void}} options
 */
export function createAdvice(document, { base, choose }) {
  const place = createPlace(document, choose);
  const state = { timer: 0, asking: /** @type {AbortController | null} */ (null), key: "" };

  function stop() {
    clearTimeout(state.timer);
    state.asking?.abort();
    state.asking = null;
  }

  /** @param {Answer | null} answer */
  function show(answer) {
    state.asking = null;
    place.show(answer);
  }

  /** @param {Request} request */
  async function ask(request) {
    const mine = new AbortController();
    state.asking = mine;
    try {
      const whole = { ...request, follow: null, window: null };
      const answer = await advise(base, whole, mine.signal);
      if (state.asking === mine) show(answer);
    } catch {
      if (state.asking === mine) show(null); // no advice is no fault of the picture
    }
  }

  return {
    /** Another picture is asked for: what stands here is about the former one. @param {Request} request */
    stale(request) {
      if (keyOfAdvice(request) === state.key) return;
      stop();
      state.key = "";
      if (place.state() === "shown") place.stale();
    },

    /** A picture has come. @param {Flow} flow @param {Request} request   that it answers */
    after(flow, request) {
      if (keyOfAdvice(request) === state.key) return;
      stop();
      state.key = keyOfAdvice(request);
      if (flow.diagnosis.verdict === "stable") show(null);
      else {
        if (place.state() === "none") place.mark("waiting");
        state.timer = setTimeout(() => ask(request), REST_MS);
      }
    },
  };
}
