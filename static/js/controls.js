/** Form controls ↔ settings. */

import { listenBiases, putBiases } from "./biases.js";
import { activationInForce, emitsAll, followOf, initInForce, lossInForce, stepsOf } from "./experiment.js";
import { allowedInstead } from "./link.js";
import { lookup } from "./lookup.js";
import { reachOf } from "./notes.js";
import { byId, controlOf, controlsIn, inputById, sure } from "./page.js";
import { setFieldError } from "./problems.js";
import { defaults, kindOf } from "./properties.js";
import { chosen, noTruncation } from "./vocabulary.js";

/** @import { Control } from "./page.js" */
/** @import { Store } from "./state.js" */
/** @import { Setting, Settings } from "./types.js" */

const GOES_ON = new Set(["range", "textarea", "text", "number"]);

/**
 * Whether a control is ticked rather than filled in.
 * @param {Control} element
 * @param {string} [type]
 * @returns {element is HTMLInputElement}
 */
function isBox(element, type = "checkbox") {
  return element.type === type;
}

/** What a control says, as the URL would write it. @param {Control} element */
function written(element) {
  if (isBox(element)) return element.checked ? "yes" : "no";
  return element.value;
}

/**
 * What must change together.
 * @param {string} name
 * @param {Setting} value
 * @param {Settings} settings
 * @returns {Partial<Settings>}
 */
function together(name, value, settings) {
  if (name === "cell" && settings.reach === noTruncation()) return { cell: String(value), reach: "default" };
  if (name === "init") return { init: String(value), ...radiusFor(String(value), settings) };
  if (name === "source" && value !== "explicit") return { source: String(value), weights: null };
  return { [name]: value };
}

/**
 * An initialisation with a scale of its own is left as drawn; after it the others have ρ again.
 * @param {string} init
 * @param {Settings} settings
 */
function radiusFor(init, settings) {
  const [before, now] = [settings.init, init].map((name) => chosen("init", name).scaled);
  if (before === now) return {};
  return { radius: now ? null : defaults().radius };
}

/**
 * @param {Document} document
 * @param {import("./state.js").Store} store
 */
export function listenControls(document, store) {
  /** What was said here, not by the service. @type {Set<Control>} */
  const wrong = new Set();
  for (const element of controlsIn(document, "[data-set]")) {
    const { set: name = "" } = element.dataset;
    /** @param {Event} event */
    const take = (event) => {
      const value = kindOf(name).parse(written(element));
      const field = sure(element.closest("[data-pointer]"), "[data-pointer]");
      const allowed = allowedInstead(name, value);
      if (allowed) {
        setFieldError(field, `received “${element.value}”; allowed: ${allowed}`);
        wrong.add(element);
        return;
      }
      if (wrong.delete(element)) setFieldError(field, "");
      const during = event.type === "input" && GOES_ON.has(element.type);
      store.set(together(name, value, store.get()), { during });
    };
    element.addEventListener("input", take);
    if (GOES_ON.has(element.type)) element.addEventListener("change", take);
  }
  listenSpecial(document, store);
  listenBiases(document, store);
}

/**
 * The controls that stand for a setting in another form.
 * @param {Document} document
 * @param {Store} store
 */
function listenSpecial(document, store) {
  /** @param {string} id */
  const get = (id) => byId(document, id);
  /** @param {Event} event */
  const during = (event) => ({ during: event.type === "input" });
  /** @param {string} id @param {(event: Event) => void} handler */
  const both = (id, handler) => {
    get(id).addEventListener("input", handler);
    get(id).addEventListener("change", handler);
  };

  const drawn = inputById(document, "radius-drawn");
  drawn.addEventListener("change", () => {
    store.set({ radius: drawn.checked ? null : Number(inputById(document, "radius").placeholder) || 1 });
  });
  get("redraw").addEventListener("click", () => {
    const { wseed } = store.get();
    store.set({ wseed: wseed < Number(inputById(document, "wseed").max) ? wseed + 1 : 0 });
  });
  get("draw-weights").addEventListener("click", () => store.set({ weights: null }));
  both("mu-slider", (event) => {
    store.set({ mu: Number((10 ** Number(controlOf(event).value)).toPrecision(3)) }, during(event));
  });
  inputById(document, "follow-one").addEventListener("change", () => store.set({ follow: "last" }));
  inputById(document, "follow-all").addEventListener("change", () => store.set({ follow: "all" }));
  both("follow-step", (event) => {
    const { value } = controlOf(event);
    const step = Number(value);
    const steps = stepsOf(store.get());
    if (Number.isInteger(step) && step >= 1 && step <= steps) {
      store.set({ follow: step === steps ? "last" : step }, during(event));
      setFieldError(get("field-follow"), "");
    } else {
      setFieldError(get("field-follow"), `received “${value}”; allowed: 1 … ${steps}`);
    }
  });
  /** @param {Event} event */
  const weigh = (event) => {
    const { value } = controlOf(event);
    const w = Number(value);
    const { weights } = store.get();
    const name = weights?.W_yh ? "W_yh" : "W_hh";
    if (weights && value !== "" && Number.isFinite(w)) {
      store.set({ weights: { ...weights, [name]: [[w]] } }, during(event));
    }
  };
  both("w", weigh);
  both("w-slider", weigh);
}

/**
 * Put a value into a control, but not under the hands of who is typing the same.
 * @param {Document} document
 * @param {Control} element
 * @param {string} value
 */
function put(document, element, value) {
  if (isBox(element, "radio")) element.checked = element.value === value;
  else if (isBox(element)) element.checked = value === "yes";
  else if (
    element !== document.activeElement ||
    Number(element.value) !== Number(value) ||
    element.type === "range"
  ) {
    if (element.value !== value) element.value = value;
  }
}

/**
 * What is in force, where it is not what was set.
 * @type {Object<string, (settings: Settings) => string>}
 */
const IN_FORCE = lookup({
  reach: reachOf,
  activation: activationInForce,
  init: initInForce,
  loss: lossInForce,
});

/**
 * Show the settings in the form.
 * @param {Document} document
 * @param {Settings} settings
 */
export function putControls(document, settings) {
  for (const element of controlsIn(document, "[data-set]")) {
    const { set: name = "" } = element.dataset;
    const value = IN_FORCE[name]?.(settings) ?? settings[name];
    if (value === null) {
      if (element.type === "number") element.value = "";
      continue;
    }
    put(document, element, kindOf(name).print(value));
  }
  /** @param {string} id */
  const get = (id) => byId(document, id);
  const slider = inputById(document, "mu-slider");
  const log = Math.max(Number(slider.min), Math.min(Number(slider.max), Math.log10(settings.mu)));
  put(document, slider, String(log));
  inputById(document, "radius-drawn").checked = settings.radius === null;
  putBiases(document, settings, put);
  inputById(document, "k-slider").max = String(Math.max(10, stepsOf(settings)));
  const followed = followOf(settings);
  inputById(document, "follow-all").checked = followed === null && emitsAll(settings);
  inputById(document, "follow-one").checked = !inputById(document, "follow-all").checked;
  put(document, inputById(document, "follow-step"), String(followed ?? ""));
  inputById(document, "follow-step").hidden = followed === null || !emitsAll(settings);
  const recurrent = settings.weights?.W_yh ?? settings.weights?.W_hh;
  const single = recurrent?.length === 1 && recurrent[0].length === 1;
  get("given-w").hidden = !single;
  if (single) {
    put(document, inputById(document, "w"), String(recurrent[0][0]));
    put(document, inputById(document, "w-slider"), String(recurrent[0][0]));
  }
}
