/** What is done with a map: paused, zoomed, shown by another number, taken along. */

import { byId } from "../page.js";
import { changeSweep } from "./requests.js";
import { isDone } from "./words.js";
import { dashOf, linesSeen } from "./figure.js";
import { listenNaming } from "./naming.js";
import { scaleFor } from "./shown.js";
import { copy, curlOf, pythonOf, saveJson, savePicture, wholeJson } from "./takes.js";

/** @import { Theme } from "../types.js" */
/** @import { MapNumber } from "./scale.js" */
/** @import { Shown } from "./shown.js" */

/**
 * @typedef {object} Tools   what they work on
 * @property {Document} document
 * @property {() => Shown} here
 * @property {() => Shown[]} all
 * @property {() => number[] | null} at
 * @property {() => MapNumber} number
 * @property {() => Theme | null} theme
 * @property {(cause: Error) => void} problem
 * @property {() => void} changed
 * @property {() => void} renumbered
 * @property {(from: number[], to: number[]) => void} zoom
 * @property {(ids: string[]) => void} go
 * @property {() => void} leave   the point that is chosen
 */

/** What dashes are in words. */
const DRAWN = new Map([["solid", "solid"], ["6px,3px", "dashed"], ["2px,2px", "dotted"], ["9px,2px,2px,2px", "dash-dotted"]]);

/** Those that make sense now. @param {Document} document @param {any} run @param {boolean} at */
export function putButtons(document, run, at) {
  const goes = run.state === "running" || run.state === "queued";
  byId(document, "map-pause").hidden = !goes;
  byId(document, "map-stop").hidden = !goes;
  byId(document, "map-resume").hidden = goes || isDone(run);
  byId(document, "map-closer").hidden = !at;
  byId(document, "map-leave").hidden = !at;
}

/** A quarter of every axis around a point. @param {Shown} one @param {number[]} at */
function around(one, at) {
  const { shape } = one.grid;
  const skip = one.run().sweep.rows ? 1 : 0;
  return [-1, 1].map((sign) =>
    at.map((n, axis) => (axis < skip ? n : Math.max(0, Math.min(shape[axis] - 1, n + sign * Math.max(1, Math.round(shape[axis] / 8)))))),
  );
}

/** @param {Tools} tools */
export function listenTools(tools) {
  const { document, here } = tools;
  const said = byId(document, "map-copied");
  /** @param {string} id @param {() => void} act */
  const on = (id, act) => byId(document, `map-${id}`).addEventListener("click", act);

  /** @param {string} state */
  async function wish(state) {
    try {
      here().set(await changeSweep(here().id, { state }));
      tools.changed();
    } catch (cause) {
      tools.problem(/** @type {Error} */ (cause));
    }
  }

  /** What a picture says of itself. */
  function beneath() {
    const [{ sweep, name, theory }, of] = [here().run(), tools.number()];
    const lines = [...new Set(linesSeen(sweep, theory).map((line) => `${DRAWN.get(dashOf(line.name)) ?? ""} line: ${line.label} (${line.source})`))];
    const levels = here().canvas.closest("figure")?.querySelector(".map-levels")?.textContent ?? "";
    return [`${name ? `${name}: ` : ""}${of.label}${of.unit && of.unit !== "decades" ? `, ${of.unit}` : ""}`, levels, ...lines];
  }

  listenNaming({ document, here, changed: tools.changed, problem: tools.problem });
  on("leave", tools.leave);
  on("json", async () => {
    try {
      saveJson(JSON.stringify(await wholeJson(here().run())), here().run());
    } catch (cause) {
      tools.problem(/** @type {Error} */ (cause));
    }
  });
  on("pause", () => void wish("paused"));
  on("resume", () => void wish("running"));
  on("stop", () => void wish("ended"));
  on("closer", () => {
    const at = tools.at();
    if (!at) return;
    const [from, to] = around(here(), at);
    tools.zoom(from, to);
  });
  for (const format of /** @type {const} */ (["png", "svg"]))
    on(format, () => {
      const [figure, theme] = [here().figure(), tools.theme()];
      if (figure && theme) void savePicture(figure, here().run(), format, beneath(), theme, scaleFor(tools.number(), tools.all(), theme));
    });
  on("curl", () => void copy(curlOf(here().run(), location.origin), "curl", said));
  on("python", () => void copy(pythonOf(here().run()), "Python", said));
  on("link", () => void copy(location.href, "Link", said));
  byId(document, "map-number").addEventListener("change", tools.renumbered);
  const beside = byId(document, "map-beside", HTMLSelectElement);
  beside.addEventListener("change", () => tools.go([tools.all()[0].id, beside.value].filter(Boolean)));
}
