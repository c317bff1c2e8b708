/** How large everything is: the pictures have the height that the words leave. */

import { allWithin, byId, windowOf, within } from "../page.js";

/** The smallest type of the pictures is 10 pixels high; on a screen of twice this it has 20. */
const WIDE = 960;
const HIGH = 540;

/**
 * @param {import("../presenting.js").Page} page
 * @param {() => boolean} isOn   whether it presents
 */
export function createFit({ document, pictures }, isOn) {
  const window = windowOf(document);
  const root = document.documentElement;
  const main = byId(document, "pictures");
  let fitting = 0;

  /** Give the pictures the height that the words leave. */
  function fit() {
    if (!isOn()) return;
    const wide = document.documentElement.clientWidth;
    const zoom = Math.max(1, Math.min(wide / WIDE, window.innerHeight / HIGH));
    root.style.setProperty("--stage", String(zoom));
    const seen = allWithin(main, ".canvas").filter((one) => one.getClientRects().length);
    /** @param {Element} one */
    const high = (one) => one.getBoundingClientRect().height;
    const canvases = seen.reduce((sum, one) => sum + high(one), 0);
    const { top, bottom } = main.getBoundingClientRect();
    const room = window.innerHeight - (bottom - top - canvases);
    pictures.setStage({
      height: Math.max(0, Math.floor(room / zoom)),
      names: seen.map((one) => within(one, ".plot").id.replace("plot-", "")),
    });
  }

  function fitSoon() {
    cancelAnimationFrame(fitting);
    fitting = requestAnimationFrame(fit);
  }

  const words = new ResizeObserver(fitSoon);

  return {
    fit,
    fitSoon,

    /** Fit whenever the window or some words change. @param {HTMLElement[]} parts */
    watch(parts) {
      window.addEventListener("resize", fitSoon);
      for (const one of parts) words.observe(one);
    },

    stop() {
      window.removeEventListener("resize", fitSoon);
      words.disconnect();
      root.style.removeProperty("--stage");
    },
  };
}
