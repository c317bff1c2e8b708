/**
 * What explains the way back beneath the diagram: stepping through it, the chain, the wirings. The
 * page holds the buttons; what they open is loaded when it is opened first.
 */

import { loadSheet } from "./stylesheet.js";

/**
 * @typedef {object} Page   what a view may use
 * @property {Document} document
 * @property {any} store
 * @property {any} pictures
 * @property {string} base   of the API
 * @property {() => import("./types.js").Theme} theme
 * @property {() => boolean} current   whether what is drawn is what the settings say
 *
 * @typedef {object} View   one of the explanations
 * @property {() => void} show   bring it up to date with what is drawn and set
 * @property {() => void} close
 */

/** @type {Map<string, () => Promise<{createView: (place: HTMLElement, page: Page) => View}>>} */
const VIEWS = new Map([
  ["way", () => import("./step/way.js")],
  ["chain", () => import("./step/chain.js")],
  ["wirings", () => import("./step/wirings.js")],
  ["copy", () => import("./step/copy.js")],
  ["conveyor", () => import("./step/conveyor.js")],
]);

const SHEETS = ["step", "explain"];

/** Which view the settings open, or "". @param {{step: number | null, explain: string}} settings */
function viewOf({ step, explain }) {
  return step !== null ? "way" : explain;
}

/** @param {Page} page */
export function createStepping(page) {
  const { document, store, pictures } = page;
  const section = /** @type {HTMLElement} */ (document.getElementById("step"));
  const tabs = /** @type {HTMLElement} */ (document.getElementById("step-tabs"));
  const more = /** @type {HTMLElement} */ (document.getElementById("inspector-more"));
  const place = /** @type {HTMLElement} */ (document.getElementById("step-view"));
  const buttons = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-view]"))];
  /** @type {View | null} */
  let view = null;
  /** @type {{show: (name: string) => void, hide: () => void} | null} */
  let share = null;
  let open = "";
  let updating = false;

  /** @param {string} name */
  function choose(name) {
    store.set(name === "way" ? { step: 1, explain: "" } : { step: null, explain: name });
  }

  for (const button of buttons)
    button.addEventListener("click", () => {
      const { view: name = "" } = button.dataset;
      choose(name === open && !tabs.contains(button) ? "" : name);
    });

  const loadSheets = () => Promise.all(SHEETS.map((name) => loadSheet(document, name)));

  async function bring() {
    const wanted = viewOf(store.get());
    section.hidden = wanted === "";
    for (const button of buttons)
      if (button.dataset.view)
        button.setAttribute("aria-pressed", String(button.dataset.view === wanted));
    if (wanted === open) return view?.show();
    open = wanted;
    view?.close();
    view = null;
    place.replaceChildren();
    const load = VIEWS.get(wanted);
    if (!load) return undefined;
    section.setAttribute("aria-busy", "true");
    const [made] = await Promise.all([load(), loadSheets()]);
    if (open !== wanted) return undefined;
    view = made.createView(place, page);
    section.setAttribute("aria-busy", "false");
    return view.show();
  }

  /** What opens beneath a selected weight: the sum that its gradient is. */
  async function bringShare() {
    const name = /^parameter\.([Wb]_.*)$/.exec(store.get().select)?.[1] ?? "";
    if (!name) return share?.hide();
    if (!share) {
      const [{ createShare }] = await Promise.all([
        import("./step/share.js"),
        loadSheets(),
      ]);
      share ??= createShare(more, page);
    }
    if (store.get().select === `parameter.${name}`) share.show(name);
    return undefined;
  }

  return {
    /** Settings have changed, or a picture of the axis has been placed. */
    update() {
      if (!pictures.reading() || updating) return;
      updating = true; // what is shown may bring a step into the diagram, which places it anew
      void bring();
      void bringShare();
      updating = false;
    },
  };
}
