/** Elements that the templates hold: one that is missing, or of another kind, is an error. */

/**
 * The element with an id.
 * @template {Element} [T=HTMLElement]
 * @param {Document} document
 * @param {string} id
 * @param {new () => T} [kind]   an HTMLElement where left out
 * @returns {T}
 */
export function byId(document, id, kind) {
  return sure(document.getElementById(id), `#${id}`, kind);
}

/**
 * The first element inside of another that a selector finds.
 * @template {Element} [T=HTMLElement]
 * @param {ParentNode} place
 * @param {string} selector
 * @param {new () => T} [kind]   an HTMLElement where left out
 * @returns {T}
 */
export function within(place, selector, kind) {
  return sure(place.querySelector(selector), selector, kind);
}

/**
 * All of them.
 * @template {Element} [T=HTMLElement]
 * @param {ParentNode} place
 * @param {string} selector
 * @param {new () => T} [kind]   an HTMLElement where left out
 * @returns {T[]}
 */
export function allWithin(place, selector, kind) {
  return [...place.querySelectorAll(selector)].map((one) => sure(one, selector, kind));
}

/** The input with an id. @param {Document} document @param {string} id */
export function inputById(document, id) {
  return byId(document, id, HTMLInputElement);
}

/**
 * @template {Element} [T=HTMLElement]
 * @param {EventTarget | null | undefined} found
 * @param {string} what
 * @param {new () => T} [kind]
 * @returns {T}
 */
export function sure(found, what, kind) {
  const wanted = kind ?? HTMLElement;
  if (found instanceof wanted) return /** @type {T} */ (found);
  throw new TypeError(`the page has no ${wanted.name} ${what}`);
}

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Control */

/** @param {Element} element @returns {element is Control} */
function isControl(element) {
  return (
    element instanceof HTMLInputElement ||
    element instanceof HTMLSelectElement ||
    element instanceof HTMLTextAreaElement
  );
}

/**
 * The controls inside of a place that a selector finds.
 * @param {ParentNode} place
 * @param {string} selector
 */
export function controlsIn(place, selector) {
  return [...place.querySelectorAll(selector)].filter(isControl);
}

/** The control that an event happened at. @param {Event} event @returns {Control} */
export function controlOf({ target }) {
  if (target instanceof Element && isControl(target)) return target;
  throw new TypeError("the event is of no control");
}

/** Where what an event is listened to at lies. @param {Event} event */
export function boxOf({ currentTarget }) {
  return sure(currentTarget, "where the event is", Element).getBoundingClientRect();
}

/** How many pixels of the screen one of an element's is, by CSS `zoom`. @param {Element} element */
export function zoomOf(element) {
  return element.currentCSSZoom ?? 1;
}

/** The window of a document that is shown. @param {Document} document */
export function windowOf(document) {
  const { defaultView } = document;
  if (!defaultView) throw new TypeError("the document is in no window");
  return defaultView;
}

/**
 * Say when an element has become wider or narrower.
 * @param {Element} element
 * @param {() => void} changed   called before the next frame
 */
export function listenWidth(element, changed) {
  let width = 0;
  new ResizeObserver(([entry]) => {
    const now = Math.round(entry.contentRect.width);
    if (now !== width && width) requestAnimationFrame(changed);
    width = now;
  }).observe(element);
}
