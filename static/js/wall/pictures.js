/** The loss over two parameters as a map and as a surface, on the page and as a file. */

import { wallMap, wallSurface } from "../figures/wall.js";
import { loadWhole } from "../plotly.js";
import { drawAlone, save } from "../render.js";
import { asFile, withBalls } from "./keep.js";
import { ballOf } from "./choices.js";

/**
 * @typedef {import("../walls.js").Page} Page
 * @typedef {import("../figures/wall.js").Land} Land
 * @typedef {ReturnType<typeof import("../figures/wall.js").boxOf>} Box
 * @typedef {import("./survey.js").Survey} Survey
 */

/** The balls as far as they have come at a step. @param {Survey} survey @param {number} index */
function pathsTo(survey, index) {
  const style = getComputedStyle(document.documentElement);
  return survey.balls().map(({ name, colour, dash, path }) => {
    const [points, loss] = [path.points.slice(0, index + 1), path.loss.slice(0, index + 1)];
    return { name, dash, colour: style.getPropertyValue(`--${colour}`).trim(), points, loss };
  });
}

/** @param {Survey} survey @param {Page} page @param {Land} land @param {Box} box */
export function mapOf(survey, page, land, box) {
  const layer = survey.plan().layer === "gradient" ? "gradient" : "loss";
  return wallMap(land, { box, layer, theme: page.theme(), names: survey.symbols() });
}

/** @param {Survey} survey @param {Page} page @param {Land} land @param {Box} box @param {number} index */
function surfaceOf(survey, page, land, box, index) {
  const paths = pathsTo(survey, index);
  return wallSurface(land, { box, theme: page.theme(), names: survey.symbols(), paths });
}

/**
 * The surface, drawn once for each step; what came later wins.
 * @param {HTMLElement} place @param {Survey} survey @param {Page} page
 */
export function createSurface(place, survey, page) {
  let drawn = "";
  return {
    /** @param {number} index @param {Box} box */
    async draw(index, box) {
      const key = `${survey.keyAt(index)} ${box.width} ${page.theme().mode}`;
      if (key === drawn || !survey.land()) return;
      drawn = key;
      const plotly = await loadWhole();
      const land = survey.land();
      if (!plotly || !land || drawn !== key) return;
      drawAlone(place, surfaceOf(survey, page, land, box, index), { plotly, turnable: true });
    },

    /** What is drawn is out of date. */
    forget() {
      drawn = "";
    },
  };
}

/**
 * What is drawn now as a file.
 * @param {Survey} survey @param {Page} page
 * @param {{format: string, index: number, box: Box}} given
 */
export async function keepPicture(survey, page, { format, index, box }) {
  const solidly = survey.plan().layer === "surface";
  const plotly = solidly ? await loadWhole() : undefined;
  const land = survey.land();
  if (!land || plotly === null) return;
  const over = { start: survey.start(), theme: page.theme() };
  const figure = solidly
    ? surfaceOf(survey, page, land, box, index)
    : withBalls(mapOf(survey, page, land, box), pathsTo(survey, index), over);
  const caption = `Balls: ${survey.answer().balls.map((name) => ballOf(name).label).join(", ")}`;
  save(/** @type {any} */ (figure), { ...asFile(page, figure, { format, caption }), plotly });
}
