/**
 * Moves time wherever there is time to move: play, pause, one on, one back, scrub, speed.
 *
 * It knows places 0 … length − 1 and nothing of what they mean; its owner draws a place when
 * `onChange` names it. Space plays and pauses, the left and right arrows go by one: where the focus
 * is inside, and for the transport that was used last wherever nothing else takes these keys.
 */

import { loadSheet } from "./stylesheet.js";

/**
 * @typedef {object} Change   how a place was come to
 * @property {boolean} playing
 * @property {boolean} animate   whether what is between two places may be drawn as a movement
 *
 * @typedef {object} TransportOptions
 * @property {number} length   places, at least 1
 * @property {(index: number, change: Change) => void} onChange   called whenever the place changes,
 *   by `set` too
 * @property {string} label   names the group: what is moved
 * @property {(index: number) => string} [say]   what a place is called; "3 of 12" if left out
 * @property {number} [start]   the first place, 0 if left out; not told to `onChange`
 * @property {number[]} [speeds]   places a second that are offered
 * @property {number} [speed]   of these the first
 * @property {(playing: boolean) => void} [onPlay]   it plays now, or has stopped
 *
 * @typedef {"back" | "play" | "pause" | "on"} Icon
 *
 * @typedef {object} Transport
 * @property {(index: number) => void} set   go to a place; outside of 0 … length − 1 to the nearest
 * @property {() => void} play   from the start again where it stands at the end
 * @property {() => void} pause
 * @property {(n: number) => void} setLength   the place stays, or becomes the last one
 * @property {() => void} refresh   say the place anew: its words have changed
 * @property {() => number} index
 * @property {() => boolean} playing
 * @property {() => void} close   take it off the page
 */

const SPEEDS = [0.5, 1, 2, 5, 10];
const SPEED = 2;
/** Timers are not finer than that; faster play goes by several places at once. */
const LEAST_MS = 1000 / 30;

const ICONS = {
  __proto__: null,
  back: "M12.5 4.5v11l-8-5.5zM15 4.5h1.8v11H15z",
  play: "M5.5 3.5l11 6.5-11 6.5z",
  pause: "M5 4h3.6v12H5zM11.4 4H15v12h-3.6z",
  on: "M7.5 4.5v11l8-5.5zM3.2 4.5H5v11H3.2z",
};
const SVG = "http://www.w3.org/2000/svg";

/** What takes space or arrows itself. */
const TAKES_KEYS =
  'input, select, textarea, button, a[href], summary, [contenteditable], [role="application"], [role="slider"]';

/** The transport that was made or used last; it hears keys that nothing else takes.
 * @type {HTMLElement | null} */
let active = null;

/** @param {Document} document @param {Icon} name @param {string} label */
function iconButton(document, name, label) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "transport-button";
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(SVG, "path"));
  button.append(svg);
  face(button, name, label);
  return button;
}

/** @param {HTMLButtonElement} button @param {Icon} name @param {string} label */
function face(button, name, label) {
  button.querySelector("path")?.setAttribute("d", ICONS[name]);
  button.setAttribute("aria-label", label);
  button.title = label;
}

/** @param {Document} document @param {number[]} speeds @param {number} speed */
function speedChoice(document, speeds, speed) {
  const select = document.createElement("select");
  select.className = "transport-speed";
  select.setAttribute("aria-label", "Speed");
  select.autocomplete = "off";
  for (const value of speeds) {
    const option = document.createElement("option");
    option.value = String(value);
    option.textContent = `${value === 0.5 ? "½" : value} a second`;
    option.selected = value === speed;
    select.append(option);
  }
  return select;
}

/**
 * Put a transport into an element.
 * @param {HTMLElement} element
 * @param {TransportOptions} options
 * @returns {Transport}
 */
export function createTransport(element, options) {
  const { onChange, label, onPlay = () => {} } = options;
  const document = element.ownerDocument;
  const say = options.say ?? ((place) => `${place + 1} of ${length}`);
  const speeds = options.speeds ?? SPEEDS;
  const first = options.speed ?? (speeds.includes(SPEED) ? SPEED : speeds[0]);
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let length = Math.max(1, options.length);
  let index = inside(options.start ?? 0);
  let timer = 0; // of the next place while it plays, else 0
  let due = 0; // when that place is due

  loadSheet(document, "transport");
  const back = iconButton(document, "back", "One step back");
  const play = iconButton(document, "play", "Play");
  const on = iconButton(document, "on", "One step on");
  const scrub = document.createElement("input");
  scrub.type = "range";
  scrub.min = "0";
  scrub.step = "1";
  scrub.autocomplete = "off";
  scrub.className = "transport-scrub";
  scrub.setAttribute("aria-label", `${label}: place`);
  const words = document.createElement("p");
  words.className = "transport-words";
  const select = speedChoice(document, speeds, first);
  element.classList.add("transport");
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", label);
  element.replaceChildren(back, play, on, scrub, words, select);

  /** @param {number} place */
  function inside(place) {
    return Math.max(0, Math.min(length - 1, Math.round(place) || 0));
  }

  function show() {
    scrub.max = String(length - 1);
    scrub.value = String(index);
    scrub.disabled = length < 2;
    const said = say(index);
    scrub.setAttribute("aria-valuetext", said);
    if (words.textContent !== said) words.textContent = said;
    setDisabled(back, index === 0);
    setDisabled(on, index === length - 1);
    play.disabled = length < 2;
    scrub.style.setProperty("--done", `${length > 1 ? (100 * index) / (length - 1) : 0}%`);
  }

  /** Not by the attribute `disabled`, which would throw the focus off the page.
   * @param {HTMLElement} button @param {boolean} is */
  function setDisabled(button, is) {
    button.setAttribute("aria-disabled", String(is));
  }

  /** @param {number} place */
  function go(place) {
    const next = inside(place);
    if (next === index) return show();
    index = next;
    show();
    onChange(index, { playing: timer !== 0, animate: timer !== 0 && !still.matches });
  }

  function stop() {
    if (!timer) return;
    clearTimeout(timer);
    timer = 0;
    face(play, "play", "Play");
    element.dataset.playing = "false";
    words.setAttribute("aria-live", "polite");
    onPlay(false);
  }

  function start() {
    if (timer || length < 2) return;
    active = element;
    face(play, "pause", "Pause");
    element.dataset.playing = "true";
    words.setAttribute("aria-live", "off");
    due = performance.now();
    const again = index === length - 1;
    timer = -1;
    onPlay(true);
    if (again) go(0);
    if (timer === -1) next();
  }

  function toggle() {
    if (timer) stop();
    else start();
  }

  function next() {
    const every = 1000 / Number(select.value);
    due = Math.max(due + Math.max(every, LEAST_MS), performance.now());
    const own = setTimeout(() => {
      go(index + Math.max(1, Math.round(LEAST_MS / every)));
      if (timer !== own) return;
      if (index === length - 1) stop();
      else next();
    }, due - performance.now());
    timer = own;
  }

  /** By hand: what plays stops. @param {number} place */
  function take(place) {
    active = element;
    stop();
    go(place);
  }

  /** @param {KeyboardEvent} event */
  function hear(event) {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    const target = event.target instanceof Element ? event.target : null;
    const within = target !== null && element.contains(target);
    if (!within && (active !== element || !seen() || target?.closest(TAKES_KEYS))) return;
    const presses = target !== null && target.closest("button, select") !== null;
    if (event.key === " " && !presses) toggle();
    else if (event.key === "ArrowLeft" && target !== select) take(index - 1);
    else if (event.key === "ArrowRight" && target !== select) take(index + 1);
    else return;
    active = element;
    event.preventDefault();
  }

  /** Whether it is on the page and not hidden. */
  function seen() {
    return element.isConnected && element.getClientRects().length > 0;
  }

  back.addEventListener("click", () => take(index - 1));
  on.addEventListener("click", () => take(index + 1));
  play.addEventListener("click", toggle);
  scrub.addEventListener("input", () => take(Number(scrub.value)));
  document.addEventListener("keydown", hear);
  element.dataset.playing = "false";
  words.setAttribute("aria-live", "polite");
  active = element;
  show();

  return {
    set: go,
    play: start,
    pause: stop,
    setLength(n) {
      length = Math.max(1, n);
      if (index > length - 1) go(length - 1);
      else show();
    },
    refresh: show,
    index: () => index,
    playing: () => timer !== 0,
    close() {
      stop();
      document.removeEventListener("keydown", hear);
      if (active === element) active = null;
      element.replaceChildren();
    },
  };
}
