/** One map that is shown: its run, its points as they come, its figure. */

import { element } from "../elements.js";
import { follow } from "../follow.js";
import { drawAlone } from "../render.js";
import { RESOLUTION, createGrid } from "./grid.js";
import { sweepAt, sweepOf } from "./requests.js";
import { scaleOf } from "./scale.js";
import { figureOf } from "./figure.js";

/** @import { FreeFigure, Theme } from "../types.js" */
/** @import { Box } from "./figure.js" */
/** @import { MapNumber, Scale } from "./scale.js" */

/** @typedef {Awaited<ReturnType<typeof openShown>>} Shown */

/** So long a map is watched before its page says how long the rest takes, in ms. */
const PATIENCE = 15_000;

/**
 * @param {string} id
 * @param {{changed: () => void, lost: (lost: boolean) => void, gone: () => void}} on
 */
export async function openShown(id, on) {
  let run = await sweepOf(id);
  const grid = createGrid(run.sweep);
  const canvas = element("div", "plot");
  /** @type {{figure: FreeFigure, boxes: Box[], height: number} | null} */
  let drawn = null;
  /** When this page saw how many networks. @type {{at: number, networks: number} | null} */
  let since = null;
  const at = sweepAt(id);
  const following = follow(at, () => `${at}/events?after=${grid.last()}&resolution=${RESOLUTION}`, {
    sweep(next) {
      run = next;
      if (run.state !== "running") since = null;
      else since ??= { at: performance.now(), networks: run.computed };
      on.changed();
    },
    points(told) {
      grid.add(told);
      on.changed();
    },
  }, on);

  return {
    id,
    grid,
    canvas,
    run: () => run,
    /** @param {any} next   as a change of it was answered */
    set(next) {
      run = next;
    },
    /** How long the rest takes at the pace that this page has seen; null: it has not seen enough. */
    secondsLeft() {
      const came = since ? run.computed - since.networks : 0;
      if (!since || came < 2 || performance.now() - since.at < PATIENCE || run.sweep.refine || run.state !== "running") return null;
      const left = run.count * (run.sweep.seeds ?? 1) - run.computed - run.known;
      return (Math.max(0, left) * (performance.now() - since.at)) / 1000 / came;
    },
    boxes: () => drawn?.boxes ?? [],
    figure: () => drawn?.figure ?? null,
    /** @param {MapNumber} of */
    values: (of) => [...grid.points()].map(({ numbers }) => numbers[of.name]?.middle),
    /** @param {{of: MapNumber, scale: Scale, theme: Theme, width: number, at: number[] | null}} given */
    draw({ of, scale, theme, width, at: chosen }) {
      drawn = figureOf({ sweep: run.sweep, theory: run.theory ?? [], grid, name: of.name, label: of.label, scale, theme, width, at: chosen });
      canvas.style.height = `${drawn.height}px`;
      return drawAlone(canvas, drawn.figure);
    },
    close: following.close,
  };
}

/** One scale for all that are shown. @param {MapNumber} of @param {Shown[]} all @param {Theme} theme */
export const scaleFor = (of, all, theme) => scaleOf(of, all.flatMap((one) => one.values(of)), theme);
