// What is on the page beside its modules.

import type { Figure, Layout, Trace } from "../static/js/types.js";

/** What the page calls of Plotly, which a script of its own brings. */
interface Plotly {
  react(element: HTMLElement, data: Trace[], layout: Layout, config: object): Promise<HTMLElement>;
  downloadImage(figure: Figure, options: object): Promise<string>;
}

declare global {
  interface Window {
    Plotly: Plotly;
  }
}
