/** Form controls ↔ settings. */

import { listenBiases, putBiases } from "./biases.js";
import { activationInForce, emitsAll, followOf, initInForce, lossInForce, stepsOf } from "./experiment.js";
import { allowedNumber } from "./format.js";
import { reachOf } from "./notes.js";
import { setFieldError } from "./problems.js";
import { PROPERTIES, defaults } from "./properties.js";
import { chosen } from "./vocabulary.js";

/** Settings that need not be whole. */
const REAL = new Set(["radius", "mu"]);

const GOES_ON = new Set(["range", "textarea", "text", "number"]);

/** What a control says, as the URL would write it. */
function written(element) {
  if (element.type === "checkbox") return element.checked ? "yes" : "no";
  return element.value;
}

/** What must change together. */
function together(name, value, settings) {
  if (name === "cell" && settings.reach === "none") return { cell: value, reach: "default" };
  if (name === "init") return { init: value, ...radiusFor(value, settings) };
  if (name === "source" && value !== "explicit") return { source: value, weights: null };
  return { [name]: value };
}

/** An initialisation with a scale of its own is left as drawn; after it the others have ρ again. */
function radiusFor(init, settings) {
  const [before, now] = [settings.init, init].map((name) => chosen("init", name).scaled);
  if (before === now) return {};
  return { radius: now ? null : defaults().radius };
}

/**
 * @param {Document} document
 * @param {ReturnType<import("./state.js").createStore>} store
 */
export function listenControls(document, store) {
  for (const element of document.querySelectorAll("[data-set]")) {
    const name = element.dataset.set;
    const take = (event) => {
      const value = PROPERTIES[name][1].parse(written(element));
      const field = element.closest("[data-pointer]");
      if (value === undefined) {
        setFieldError(
          field,
          `received “${element.value}”; allowed: ` +
            allowedNumber({ whole: !REAL.has(name), least: element.min, most: element.max }),
        );
        return;
      }
      const during = event.type === "input" && GOES_ON.has(element.type);
      store.set(together(name, value, store.get()), { during });
    };
    element.addEventListener("input", take);
    if (GOES_ON.has(element.type)) element.addEventListener("change", take);
  }
  listenSpecial(document, store);
  listenBiases(document, store);
}

/** The controls that stand for a setting in another form. */
function listenSpecial(document, store) {
  const get = (id) => document.getElementById(id);
  const during = (event) => ({ during: event.type === "input" });
  const both = (id, handler) => {
    get(id).addEventListener("input", handler);
    get(id).addEventListener("change", handler);
  };

  get("radius-drawn").addEventListener("change", ({ target }) => {
    store.set({ radius: target.checked ? null : Number(get("radius").placeholder) || 1 });
  });
  get("redraw").addEventListener("click", () => store.set({ wseed: store.get().wseed + 1 }));
  get("draw-weights").addEventListener("click", () => store.set({ weights: null }));
  both("mu-slider", (event) => {
    store.set({ mu: Number((10 ** Number(event.target.value)).toPrecision(3)) }, during(event));
  });
  get("follow-one").addEventListener("change", () => store.set({ follow: "last" }));
  get("follow-all").addEventListener("change", () => store.set({ follow: "all" }));
  both("follow-step", (event) => {
    const step = Number(event.target.value);
    const steps = stepsOf(store.get());
    if (Number.isInteger(step) && step >= 1 && step <= steps) {
      store.set({ follow: step === steps ? "last" : step }, during(event));
      setFieldError(get("field-follow"), "");
    } else {
      setFieldError(get("field-follow"), `received “${event.target.value}”; allowed: 1 … ${steps}`);
    }
  });
  const weigh = (event) => {
    const w = Number(event.target.value);
    const { weights } = store.get();
    const name = weights?.W_yh ? "W_yh" : "W_hh";
    if (weights && event.target.value !== "" && Number.isFinite(w)) {
      store.set({ weights: { ...weights, [name]: [[w]] } }, during(event));
    }
  };
  both("w", weigh);
  both("w-slider", weigh);
}

/** Put a value into a control, but not under the hands of who is typing the same. */
function put(document, element, value) {
  if (element.type === "radio") element.checked = element.value === value;
  else if (element.type === "checkbox") element.checked = value === "yes";
  else if (
    element !== document.activeElement ||
    Number(element.value) !== Number(value) ||
    element.type === "range"
  ) {
    if (element.value !== value) element.value = value;
  }
}

/** What is in force, where it is not what was set. */
const IN_FORCE = {
  __proto__: null,
  reach: reachOf,
  activation: activationInForce,
  init: initInForce,
  loss: lossInForce,
};

/**
 * Show the settings in the form.
 * @param {Document} document
 * @param {Object<string, any>} settings
 */
export function putControls(document, settings) {
  for (const element of document.querySelectorAll("[data-set]")) {
    const name = element.dataset.set;
    const value = IN_FORCE[name]?.(settings) ?? settings[name];
    if (value === null) {
      if (element.type === "number") element.value = "";
      continue;
    }
    put(document, element, PROPERTIES[name][1].print(value));
  }
  const get = (id) => document.getElementById(id);
  const log = Math.log10(settings.mu);
  put(document, get("mu-slider"), String(Math.max(-4, Math.min(4, log))));
  get("radius-drawn").checked = settings.radius === null;
  putBiases(document, settings, put);
  get("k-slider").max = String(Math.max(10, stepsOf(settings)));
  const followed = followOf(settings);
  get("follow-all").checked = followed === null && emitsAll(settings);
  get("follow-one").checked = !get("follow-all").checked;
  put(document, get("follow-step"), String(followed ?? ""));
  get("follow-step").hidden = followed === null || !emitsAll(settings);
  const recurrent = settings.weights?.W_yh ?? settings.weights?.W_hh;
  const single = recurrent?.length === 1 && recurrent[0].length === 1;
  get("given-w").hidden = !single;
  if (single) {
    put(document, get("w"), String(recurrent[0][0]));
    put(document, get("w-slider"), String(recurrent[0][0]));
  }
}
