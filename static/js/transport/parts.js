/** What a transport is made of on the page: three buttons, a scrubber, words, a speed. */

/** @typedef {"back" | "play" | "pause" | "on"} Icon */

const ICONS = {
  __proto__: null,
  back: "M12.5 4.5v11l-8-5.5zM15 4.5h1.8v11H15z",
  play: "M5.5 3.5l11 6.5-11 6.5z",
  pause: "M5 4h3.6v12H5zM11.4 4H15v12h-3.6z",
  on: "M7.5 4.5v11l8-5.5zM3.2 4.5H5v11H3.2z",
};
const SVG = "http://www.w3.org/2000/svg";

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

/** @param {Document} document @param {string} label */
function scrubber(document, label) {
  const scrub = document.createElement("input");
  scrub.type = "range";
  scrub.min = "0";
  scrub.step = "1";
  scrub.autocomplete = "off";
  scrub.className = "transport-scrub";
  scrub.setAttribute("aria-label", `${label}: place`);
  return scrub;
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
 * Put the parts into an element.
 * @param {HTMLElement} element
 * @param {{label: string, speeds: number[], speed: number}} of
 */
export function createParts(element, { label, speeds, speed }) {
  const document = element.ownerDocument;
  const back = iconButton(document, "back", "One step back");
  const play = iconButton(document, "play", "Play");
  const on = iconButton(document, "on", "One step on");
  const scrub = scrubber(document, label);
  const words = document.createElement("p");
  words.className = "transport-words";
  const select = speedChoice(document, speeds, speed);
  element.classList.add("transport");
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", label);
  element.replaceChildren(back, play, on, scrub, words, select);
  return { element, back, play, on, scrub, words, select };
}

/** @typedef {ReturnType<typeof createParts>} Parts */

/**
 * @param {Parts} parts
 * @param {{index: number, length: number}} at
 * @param {string} said   what the place is called
 */
export function showPlace({ back, play, on, scrub, words }, { index, length }, said) {
  scrub.max = String(length - 1);
  scrub.value = String(index);
  scrub.disabled = length < 2;
  scrub.setAttribute("aria-valuetext", said);
  scrub.style.setProperty("--done", `${length > 1 ? (100 * index) / (length - 1) : 0}%`);
  if (words.textContent !== said) words.textContent = said;
  setDisabled(back, index === 0);
  setDisabled(on, index === length - 1);
  play.disabled = length < 2;
}

/** Not by the attribute `disabled`, which would throw the focus off the page.
 * @param {HTMLElement} button @param {boolean} is */
function setDisabled(button, is) {
  button.setAttribute("aria-disabled", String(is));
}

/** While it plays no place is read out. @param {Parts} parts @param {boolean} plays */
export function showPlaying({ element, play, words }, plays) {
  if (plays) face(play, "pause", "Pause");
  else face(play, "play", "Play");
  element.dataset.playing = String(plays);
  words.setAttribute("aria-live", plays ? "off" : "polite");
}
