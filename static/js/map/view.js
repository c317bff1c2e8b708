/** The maps that are looked at: one, or two beside each other, by one number and in one scale. */

import { element } from "../elements.js";
import { byId, within } from "../page.js";
import { createAnnouncer } from "../announcer.js";
import { createTooltip } from "../tooltip.js";
import { levelsSeen } from "./figure.js";
import { createPoint, putLegend, putTheory, zoomed } from "./panel.js";
import { listenPointing } from "./pointing.js";
import { openShown, scaleFor } from "./shown.js";
import { beginSweep, changeSweep } from "./requests.js";
import { copy, curlOf, numbersAt, pythonOf, savePicture } from "./takes.js";
import { pointLines, progress, sentence, summary } from "./words.js";

/** @import { Theme } from "../types.js" */
/** @import { MapNumber } from "./scale.js" */
/** @import { Shown } from "./shown.js" */

/**
 * @param {{document: Document, numbers: MapNumber[], theme: () => Theme | null, problem: (cause: Error | null) => void,
 *   go: (ids: string[]) => void, kept: () => Promise<any[]>}} given
 */
export function createView({ document, numbers, theme, problem, go, kept }) {
  const place = byId(document, "map-view");
  const choice = byId(document, "map-number", HTMLSelectElement);
  const beside = byId(document, "map-beside", HTMLSelectElement);
  const tooltip = createTooltip(byId(document, "tooltip"));
  const announcer = createAnnouncer(byId(document, "announcer"));
  const point = createPoint(byId(document, "map-point"));
  /** @type {Shown[]} */
  let all = [];
  let focus = 0;
  let due = 0;
  let told = "";
  /** @type {number[] | null} */
  let at = null;

  const here = () => all[focus] ?? all[0];
  const offered = () => numbers.filter(({ name }) => here()?.run().sweep.numbers.includes(name));
  const chosen = () => offered().find(({ name }) => name === choice.value) ?? offered()[0];

  /** What an address says after "#". */
  function write() {
    const said = new URLSearchParams();
    if (choice.selectedIndex > 0) said.set("number", choice.value);
    if (at) said.set("at", at.join("."));
    if (focus) said.set("of", "B");
    history.replaceState(null, "", `${location.pathname}${location.search}${said.size ? `#${said}` : ""}`);
  }

  function read() {
    const said = new URLSearchParams(location.hash.slice(1));
    const shape = all[0].grid.shape;
    const places = (said.get("at") ?? "").split(".").map(Number);
    at = places.length === shape.length && places.every((n, axis) => Number.isInteger(n) && n >= 0 && n < shape[axis]) ? places : null;
    focus = said.get("of") === "B" && all[1] ? 1 : 0;
    choice.replaceChildren(...offered().map(({ name, label }) => new Option(label, name)));
    const wanted = said.get("number");
    if (wanted && offered().some(({ name }) => name === wanted)) choice.value = wanted;
  }

  /** @param {number} n @param {number[]} next */
  function choose(n, next) {
    focus = n;
    at = next;
    write();
    const found = here().grid.point(next);
    if (found) announcer.announceSoon(pointLines(here().run().sweep, found, [chosen()]).join(". "));
    changed();
  }

  /** @param {any} sweep */
  async function begin(sweep) {
    try {
      go([(await beginSweep(sweep)).id]);
    } catch (cause) {
      problem(/** @type {Error} */ (cause));
    }
  }

  /** The frame of one of the maps. @param {Shown} one @param {number} n */
  function framed(one, n) {
    const figure = element("figure", "picture map-picture");
    const caption = element("figcaption");
    caption.append(element("b", "", all.length > 1 ? `${"AB"[n]}: ${one.run().name || "Map"}` : ""), element("span", "note map-levels"));
    const over = element("div", "map-over");
    const rubber = element("div", "map-rubber");
    const words = element("p", "unseen");
    words.id = `map-summary-${n}`;
    rubber.hidden = true;
    over.tabIndex = 0;
    over.setAttribute("role", "application");
    over.setAttribute("aria-roledescription", "map");
    over.setAttribute("aria-label", "Points: arrow keys go from one to the next, Enter opens it");
    over.setAttribute("aria-describedby", words.id);
    over.append(one.canvas, rubber);
    figure.append(caption, over, words);
    listenPointing(over, rubber, {
      sweep: () => one.run().sweep,
      boxes: one.boxes,
      at: () => at,
      over(under, event) {
        const found = under && one.grid.point(under);
        if (!found || !event) tooltip.hide();
        else tooltip.show(pointLines(one.run().sweep, found, offered()), event);
      },
      choose: (next) => choose(n, next),
      open: point.open,
      zoom: (from, to) => void begin(zoomed(one.run(), from, to)),
    });
    return figure;
  }

  function changed() {
    if (due || !all.length) return;
    due = requestAnimationFrame(() => {
      due = 0;
      void draw();
    });
  }

  function buttons() {
    const run = here().run();
    const over = run.state === "ended" && (run.done >= run.count || Boolean(run.why?.startsWith("It is done")));
    const goes = run.state === "running" || run.state === "queued";
    byId(document, "map-pause").hidden = !goes;
    byId(document, "map-stop").hidden = !goes;
    byId(document, "map-resume").hidden = goes || over;
    byId(document, "map-closer").hidden = !at;
  }

  async function draw() {
    const one = here();
    if (!one) return;
    const [run, of, colours] = [one.run(), chosen(), theme()];
    if (!of) return;
    byId(document, "map-name").textContent = run.name || "Map";
    byId(document, "map-progress").textContent = progress(run);
    byId(document, "map-bar", HTMLProgressElement).value = run.done / run.count;
    byId(document, "map-bar").hidden = run.state === "ended";
    const text = all.map((each, n) => `${all.length > 1 ? `${"AB"[n]}: ` : ""}${sentence({ sweep: each.run().sweep, grid: each.grid, of, run: each.run() })}`).join("\n");
    byId(document, "map-sentence").textContent = text;
    if (run.state === "ended" && told !== text) announcer.announceSoon(text);
    told = text;
    buttons();
    putTheory(byId(document, "map-theory"), run.theory);
    if (at) point.show(run.sweep, at, one.grid.point(at), offered());
    else point.hide();
    if (!colours) return;
    const scale = scaleFor(of, all, colours);
    byId(document, "map-legend").hidden = run.sweep.axes.length < 2;
    putLegend(byId(document, "map-legend"), scale, of);
    for (const [n, each] of all.entries()) {
      const figure = within(place, `.map-picture:nth-of-type(${n + 1})`);
      const width = Math.floor(within(figure, ".map-over").clientWidth);
      await each.draw({ of, scale, theme: colours, width, at: n === focus ? at : null });
      const levels = levelsSeen({ sweep: each.run().sweep, theory: [], grid: each.grid, name: of.name, label: of.label, scale, theme: colours, width, at });
      within(figure, ".map-levels").textContent = levels.length ? `Thin lines: ${levels.map(scale.say).join(", ")}.` : "";
      within(figure, ".unseen").textContent = summary({ sweep: each.run().sweep, of, text: sentence({ sweep: each.run().sweep, grid: each.grid, of, run: each.run() }) });
    }
    place.dataset.drawn = String(all.reduce((sum, each) => sum + each.grid.count(), 0));
  }

  async function offerOthers() {
    const own = all.map(({ id }) => id);
    const others = (await kept()).filter(({ id, sweep }) => id !== own[0] && sweep.axes.length === all[0].run().sweep.axes.length);
    beside.replaceChildren(new Option("nothing", ""), ...others.map(({ id, name, created }) => new Option(name || created, id)));
    beside.value = own[1] ?? "";
  }

  function listen() {
    /** @param {string} id @param {() => void} act */
    const on = (id, act) => byId(document, id).addEventListener("click", act);
    /** @param {string} state */
    const wish = async (state) => {
      try {
        here().set(await changeSweep(here().id, { state }));
        changed();
      } catch (cause) {
        problem(/** @type {Error} */ (cause));
      }
    };
    const said = byId(document, "map-copied");
    on("map-pause", () => wish("paused"));
    on("map-resume", () => wish("running"));
    on("map-stop", () => wish("ended"));
    on("map-closer", () => {
      if (!at) return;
      const { shape } = here().grid;
      const skip = here().run().sweep.rows ? 1 : 0;
      const ends = [-1, 1].map((sign) => /** @type {number[]} */ (at).map((n, axis) => (axis < skip ? n : Math.max(0, Math.min(shape[axis] - 1, n + sign * Math.max(1, Math.round(shape[axis] / 8)))))));
      void begin(zoomed(here().run(), ends[0], ends[1]));
    });
    for (const format of /** @type {const} */ (["png", "svg"]))
      on(`map-${format}`, () => {
        const [figure, colours] = [here().figure(), theme()];
        if (figure && colours) void savePicture(figure, here().run(), format, `${here().run().name}: ${chosen().label}`, colours);
      });
    on("map-curl", () => void copy(curlOf(here().run(), location.origin), "curl", said));
    on("map-python", () => void copy(pythonOf(here().run()), "Python", said));
    on("map-link", () => void copy(location.href, "Link", said));
    choice.addEventListener("change", () => {
      write();
      changed();
    });
    beside.addEventListener("change", () => go([all[0].id, beside.value].filter(Boolean)));
  }
  listen();

  function close() {
    for (const one of all) one.close();
    all = [];
    point.hide();
    place.hidden = true;
  }

  return {
    changed,
    close,
    /** @param {string[]} ids   one, or two */
    async open(ids) {
      close();
      all = await Promise.all(ids.map((id) => openShown(id, { changed, lost: () => undefined, gone: () => problem(new Error("This map has been deleted.")) })));
      read();
      place.hidden = false;
      byId(document, "map-figures").replaceChildren(...all.map(framed));
      for (const format of /** @type {const} */ (["csv", "npz", "json"])) byId(document, `map-${format}`, HTMLAnchorElement).href = numbersAt(all[0].run(), format);
      document.title = `${all[0].run().name || "Map"} · Unrolled`;
      await offerOthers();
      changed();
    },
    /** What was asked for, to be changed. */
    sweep: () => all[0]?.run() ?? null,
  };
}
