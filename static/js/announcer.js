/** What a screen reader is told of a change. */

/** So long after the last change, in milliseconds. */
const REST = 900;

/** @param {HTMLElement} place   a live region */
export function createAnnouncer(place) {
  let timer = 0;

  /** @param {string} text */
  function announce(text) {
    clearTimeout(timer);
    place.textContent = text;
  }

  return {
    announce,

    /** The same once nothing else comes. @param {string} text */
    announceSoon(text) {
      clearTimeout(timer);
      timer = setTimeout(() => announce(text), REST);
    },
  };
}
