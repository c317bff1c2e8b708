/** Which threshold? The norms of many draws of the experiment, and what the field's rules choose. */

import { Problem, normsOf } from "../api.js";
import { element, unbroken } from "../elements.js";
import { toRequest } from "../experiment.js";
import { fromLog10, number } from "../format.js";
import { marksOf, normsSentence, putHistogram } from "./histogram.js";
import { keepButtons, keepDrawing } from "./keep.js";
import { wholeRule } from "../vocabulary.js";
import { shape } from "./overlay.js";

const DRAWS = [50, 200, 1000];
/** The logarithmic slider of μ goes from −this to this. */
const SLIDER = 4;

/** @param {any} request   what the norms depend on */
function bare({ network, weights, sequence, loss, truncation }) {
  return { network, weights, sequence, loss, truncation };
}

/** @param {string} label @param {[string, string][]} choices */
function chooser(label, choices) {
  const select = /** @type {HTMLSelectElement} */ (element("select"));
  select.setAttribute("aria-label", label);
  select.autocomplete = "off";
  for (const [value, words] of choices) {
    const option = /** @type {HTMLOptionElement} */ (element("option", "", words));
    option.value = value;
    select.append(option);
  }
  return select;
}

/**
 * @param {HTMLElement} place
 * @param {import("../walls.js").Page} page
 */
export function createPanel(place, { document, store, base, theme, named }) {
  const draws = chooser("Draws", DRAWS.map((n) => [String(n), `${n} draws`]));
  draws.value = "200";
  const vary = chooser("What is drawn anew", [
    ["sequence", "of the sequence"],
    ["weights", "of the weights"],
  ]);
  const stop = /** @type {HTMLButtonElement} */ (element("button", "small", "Stop"));
  stop.type = "button";
  const bar = /** @type {HTMLProgressElement} */ (element("progress"));
  bar.setAttribute("aria-label", "Draws that are done");
  const busy = element("div", "norms-busy");
  busy.append(bar, stop);
  const asked = element("div", "wall-row");
  asked.append(draws, vary);
  const picture = /** @type {SVGElement} */ (shape("svg", { class: "norms-picture", role: "img" }));
  const words = element("p", "note");
  words.id = "thresholds-words";
  const table = element("table", "wall-numbers");
  const error = element("p", "error");
  error.setAttribute("role", "alert");
  const tools = keepButtons("the norms", (format) => {
    const filename = named("thresholds");
    void keepDrawing(picture, { format, filename, paper: theme().paper, caption: caption() });
  });
  place.replaceChildren(asked, busy, error, tools, picture, words, table);

  /** @type {AbortController | null} */
  let running = null;
  /** @type {import("./histogram.js").Norms | null} */
  let norms = null;
  let known = "";
  let wanted = 0; // draws that were asked for
  /** @type {HTMLElement[]} */
  let ticks = [];

  const request = () => ({
    experiment: bare(toRequest(store.get())),
    draws: Number(draws.value),
    or_fewer: true,
    vary: vary.value,
  });

  /** One line for a picture that leaves the page. */
  function caption() {
    const letters = norms ? marksOf(norms).map(({ letter, name }) => `${letter}: ${name}`) : [];
    return `‖g‖ of ${norms?.draws} draws ${vary.selectedOptions[0]?.textContent}; ${[`μ = ${number(store.get().mu)}`, ...letters].join(", ")}`;
  }

  function forget() {
    norms = null;
    known = "";
    show();
  }

  async function run() {
    const asking = request();
    const key = JSON.stringify(asking);
    if (key === known) return;
    running?.abort();
    const abort = new AbortController();
    running = abort;
    error.hidden = true;
    busy.hidden = false;
    bar.removeAttribute("value");
    try {
      const found = await normsOf(base, asking, {
        signal: abort.signal,
        progress(done, of) {
          bar.max = of;
          bar.value = done;
        },
      });
      if (abort.signal.aborted) return;
      norms = found;
      wanted = asking.draws;
      known = key;
    } catch (cause) {
      if (abort.signal.aborted) return;
      if (!(cause instanceof Problem)) throw cause;
      const said = cause.errors.map(({ detail }) => detail).join("; ") || cause.message;
      error.textContent = said.replaceAll(/ \(UNROLLED_\w+\)/g, "");
      error.hidden = false;
      norms = null;
    } finally {
      if (running === abort) {
        busy.hidden = true;
        show();
      }
    }
  }

  function show() {
    const { mu } = store.get();
    picture.style.display = norms ? "" : "none";
    words.hidden = table.hidden = tools.hidden = !norms;
    for (const tick of ticks) tick.remove();
    ticks = [];
    if (!norms) return;
    const sentence = normsSentence(norms, mu, wanted);
    putHistogram(picture, norms, mu);
    picture.setAttribute("aria-label", `Histogram of the norms. ${sentence}`);
    words.replaceChildren(...unbroken(sentence));
    const marks = marksOf(norms);
    table.replaceChildren(...marks.map(line));
    const slider = document.getElementById("mu-slider")?.parentElement;
    if (place.hidden || !slider) return;
    ticks = marks.flatMap(({ name, log10, most }) =>
      [log10, most].flatMap((at) => {
        if (at === undefined || Math.abs(at) > SLIDER) return [];
        const tick = element("span", "tick rule");
        tick.setAttribute("aria-hidden", "true");
        tick.title = name;
        tick.style.setProperty("--at", String((at + SLIDER) / (2 * SLIDER)));
        return [tick];
      }),
    );
    slider.append(...ticks);
  }

  /** One rule's row, whose button takes what it chooses. @param {import("./histogram.js").Mark} mark */
  function line({ name, log10, most, source }) {
    const row = element("tr");
    const head = element("th", "", name);
    head.setAttribute("scope", "row");
    head.title = source;
    const value = element("td");
    value.append(...unbroken(fromLog10(log10) + (most === undefined ? "" : ` to ${fromLog10(most)}`)));
    const take = /** @type {HTMLButtonElement} */ (element("button", "small", "take"));
    take.type = "button";
    const whole = wholeRule();
    take.setAttribute("aria-label", `Clip by ${whole?.label} at what ${name} chooses`);
    const mu = Number((10 ** log10).toPrecision(3));
    take.disabled = !(mu > 0 && Number.isFinite(mu));
    take.addEventListener("click", () => store.set({ clip: whole?.name, mu }));
    const cell = element("td");
    cell.append(take);
    row.append(head, value, cell);
    return row;
  }

  stop.addEventListener("click", () => {
    running?.abort();
    busy.hidden = true;
    forget();
    words.hidden = false;
    words.textContent = "Stopped.";
  });
  draws.addEventListener("change", () => void run());
  vary.addEventListener("change", () => void run());
  store.subscribe((_settings, _changed, during) => {
    if (place.hidden) return;
    show();
    if (!during) void run();
  });
  busy.hidden = true;
  show();
  return {
    run() {
      show();
      void run();
    },
    stop() {
      running?.abort();
      busy.hidden = true;
      show();
    },
  };
}
