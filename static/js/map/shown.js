/** One map that is shown: its run, its points as they come, its figure. */

import { element } from "../elements.js";
import { follow } from "../follow.js";
import { drawAlone } from "../render.js";
import { createGrid } from "./grid.js";
import { sweepAt, sweepOf } from "./requests.js";
import { scaleOf } from "./scale.js";
import { figureOf } from "./figure.js";

/** @import { FreeFigure, Theme } from "../types.js" */
/** @import { Box } from "./figure.js" */
/** @import { MapNumber, Scale } from "./scale.js" */

/** @typedef {Awaited<ReturnType<typeof openShown>>} Shown */

/** More places of an axis than this no screen shows. */
const RESOLUTION = 600;

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
  const at = sweepAt(id);
  const following = follow(at, () => `${at}/events?after=${grid.last()}&resolution=${RESOLUTION}`, {
    sweep(next) {
      run = next;
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
