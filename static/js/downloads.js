/** Pictures as PNG and SVG, numbers as JSON, CSV and NPZ, the experiment to paste. */

import { COPIES } from "./copies.js";
import { lookup } from "./lookup.js";
import { byId, within } from "./page.js";
import { biasGiven } from "./experiment.js";
import { isCut } from "./properties.js";
import { OUTLETS, addressOf, beneath, lightTheme } from "./outlets.js";
import { save } from "./render.js";
import { clipRuleOf, countedFrom, gateBiases, isGated } from "./vocabulary.js";

/** @import { Experiment, Flow, Reading, Theme, Weights } from "./types.js" */

/** Rows of a tidy table: one number a row. @param {Flow} flow */
export function toCsv(flow) {
  const lines = ["quantity,of,loss_step,step,log10_norm,value"];
  /**
   * @param {string} quantity
   * @param {string} of
   * @param {number | ""} loss
   * @param {number | ""} step
   * @param {number | null} log10
   * @param {number | null} value
   */
  const put = (quantity, of, loss, step, log10, value) =>
    lines.push([quantity, of, loss, step, log10 ?? "", value ?? ""].map(quoted).join(","));
  flow.step_losses.forEach((v, n) => put("loss", "", n + 1, n + 1, null, v));
  flow.hidden_gradient.log10_norm.forEach((v, n) =>
    put("hidden_gradient", "h", "", n + 1, v, flow.hidden_gradient.norm[n]),
  );
  for (const [name, of] of [
    ["followed_gradient", "h"],
    ["cell_gradient", "c"],
    ["followed_cell_gradient", "c"],
  ]) {
    const series =
      flow[/** @type {"followed_gradient" | "cell_gradient" | "followed_cell_gradient"} */ (name)];
    const loss = name.startsWith("followed") ? (flow.experiment.follow ?? "") : "";
    series?.log10_norm.forEach((v, n) => put(name, of, loss, n + 1, v, series.norm[n]));
  }
  for (const [name, series] of Object.entries(flow.gates ?? {}))
    series.forEach((v, n) => put("gate", name, "", n + 1, null, v));
  const { loss_steps: losses, steps, log10_norm: map } = flow.itemized;
  losses.forEach((i, r) =>
    steps.forEach((t, c) => {
      if (t <= i) put("itemized", "h", i, t, map[r][c], null);
    }),
  );
  for (const [name, g] of Object.entries(flow.parameter_gradients)) {
    put("parameter_gradient", name, "", "", g.log10_norm, g.norm);
    put("parameter_gradient_clipped", name, "", "", null, g.clipped_norm);
    g.step_log10_norm.forEach((v, n) => put("parameter_step", name, "", n + 1, v, null));
  }
  flow.spectrum.jacobian_log10_norm.forEach((v, n) => put("jacobian", "", "", n + 1, v, null));
  flow.spectrum.product_log10_norm.forEach((v, n) =>
    put("jacobian_product", "", "", n + 1, v, null),
  );
  for (const [name, series] of Object.entries(flow.activity)) {
    series.forEach((v, n) => put(name, "", "", n + 1, null, v));
  }
  return `${lines.join("\n")}\n`;
}

/** @param {string | number} value */
function quoted(value) {
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** What says the experiment in an address. */
const OF_ADDRESS = new Set(["link", "frame"]);

/** Which of two experiments a picture that leaves the page shows. */
const SIDES = lookup({ compared: "A", profile: "B-and-A" });

/**
 * The name of a file, which says what it holds, and is another for every other experiment:
 * "unrolled-simple-many-to-one-tanh-r0.55-T100-H16-window3-5f0c2a-profile".
 * @param {Reading} reading   the one that is shown
 * @param {{what?: string, preset?: string, comparing?: boolean}} of   what: a picture, or nothing
 *   for all the numbers
 */
export function fileName(reading, { what = "", preset = "", comparing = false }) {
  const { experiment } = reading.flow;
  const { network, sequence } = experiment;
  const layers = network.num_layers ?? 1;
  const batch = sequence.batch_size ?? 1;
  const several = reading.lossSteps.length > 1;
  const followed = reading.follow === null ? "all-losses" : `L${reading.follow}`;
  return [
    "unrolled",
    preset,
    preset === network.cell ? "" : network.cell,
    network.topology,
    isGated(network.cell) ? "" : network.activation,
    ...weightsPart(experiment.weights),
    `T${reading.steps}`,
    `H${network.hidden_size}`,
    layers > 1 ? `${layers}-layers` : "",
    batch > 1 ? `B${batch}` : "",
    several ? followed : "",
    ...cutsPart(experiment),
    fingerprint(experiment),
    comparing ? (SIDES[what] ?? "B") : "",
    what === "compared" ? "diagram" : what,
  ]
    .filter(Boolean)
    .join("-")
    .replaceAll(/[^\p{L}\p{N}.]+/gu, "-");
}

/** "r0.55", and the bias of a gate: "forget3". @param {Weights} given */
function weightsPart({ kind, spectral_radius: radius, ...weights }) {
  if (kind === "explicit") return ["given-weights"];
  /** @param {string} name @param {number | number[] | undefined} set */
  const bias = (name, set) => ([set ?? 0].flat().some(Boolean) ? `${name}${[set].flat()}` : "");
  return [
    radius === null ? "r-drawn" : `r${radius}`,
    ...gateBiases().map(([gate, field]) => bias(gate, biasGiven(weights, field))),
  ];
}

/**
 * How far errors travel back, and how gradients are clipped: "window3", "norm-clip-0.5".
 * @param {Experiment} experiment
 */
function cutsPart({ truncation, clip }) {
  const cut = truncation && countedFrom(truncation) ? `${truncation.kind}${truncation.steps}` : "";
  /** @type {Object<string, unknown>} */
  const given = clip ?? {};
  const threshold = clip && clipRuleOf(clip.rule).threshold;
  const rule = threshold ? `${clip.rule}-clip-${given[threshold]}` : "";
  return [cut, rule, rule && clip.per_sample ? "each-sample" : ""];
}

/**
 * Six digits that tell experiments apart; which steps were asked for does not count (FNV-1a).
 * @param {Experiment} experiment
 */
function fingerprint(experiment) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(
    JSON.stringify({ ...experiment, window: null, values: null }),
  ))
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0").slice(-6);
}

/**
 * @param {Document} document
 * @param {{reading: (name?: string) => Reading | null,
 *   figure: import("./pictures.js").Pictures["figure"], caption: (name: string) => string,
 *   theme: () => Theme,
 *   url: () => string, preset: () => string, comparing: () => boolean}} context
 * @returns {(what: string) => string} the name of another picture's file
 */
export function listenDownloads(document, context) {
  const said = byId(document, "copied");

  /** A's diagram is another experiment than the one with the preset's name. @param {string} what */
  function named(what) {
    const shown = context.reading(what);
    if (!shown) return "unrolled";
    const preset = what === "compared" ? "" : context.preset();
    return fileName(shown, { what, preset, comparing: context.comparing() });
  }

  /** What it is called, and its text. @param {string} kind @returns {[string, string]} */
  function copied(kind) {
    const [name, text] = COPIES[kind];
    const request = context.reading()?.flow.experiment ?? {};
    return [name, text({ page: document.location.href, api: context.url(), request })];
  }

  /** @param {string} kind */
  async function copy(kind) {
    const [name, text] = copied(kind);
    try {
      await navigator.clipboard.writeText(text);
      const cut = OF_ADDRESS.has(kind) && isCut(document.location.hash);
      said.textContent = cut
        ? `${name} copied, without the text: it is too long for a link.`
        : `${name} copied.`;
    } catch {
      said.replaceChildren(
        "Copy it here: ",
        Object.assign(document.createElement("textarea"), {
          value: text,
          readOnly: true,
          ariaLabel: "To copy",
        }),
      );
      within(said, "textarea", HTMLTextAreaElement).select();
    }
  }

  /** What a file of numbers holds. @param {string} kind @param {Flow} flow @returns {Promise<Blob>} */
  async function numbers(kind, flow) {
    if (kind === "json") return new Blob([JSON.stringify(flow, null, 1)], { type: "application/json" });
    if (kind === "csv") return new Blob([toCsv(flow)], { type: "text/csv" });
    const { toNpz } = await import("./npz.js");
    return new Blob([toNpz(flow)], { type: "application/zip" });
  }

  /** @param {string} kind */
  async function keep(kind) {
    const reading = context.reading();
    if (!reading) return;
    const link = document.createElement("a");
    link.download = `${named("")}.${kind}`;
    link.href = URL.createObjectURL(await numbers(kind, reading.flow));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  /** @param {string} picture @param {"png" | "svg"} format */
  function keepPicture(picture, format) {
    const { width, height, scale, light } = OUTLETS[byId(document, "outlet", HTMLSelectElement).value];
    const theme = light ? lightTheme(document.documentElement) : context.theme();
    const shown = context.figure(picture, { width, theme });
    const words = beneath(context.caption(picture), addressOf(document.location.href), shown.layout.width);
    const rest = height && height - words.height;
    save(rest ? context.figure(picture, { width, height: rest, theme }) : shown, {
      format,
      filename: named(picture),
      paper: theme.paper,
      scale,
      beneath: words,
    });
  }

  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const button = event.target.closest("[data-copy], [data-save], [data-picture]");
    if (!(button instanceof HTMLElement)) return;
    const { copy: what, save: kind, picture, format } = button.dataset;
    if (what) copy(what);
    if (kind) keep(kind);
    if (picture && context.reading(picture)) keepPicture(picture, format === "svg" ? "svg" : "png");
  });
  return named;
}
