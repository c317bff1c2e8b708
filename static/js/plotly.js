/** Plotly's scripts, whose addresses the page says. */

/** @typedef {any} Plotly   what a script of Plotly leaves in `window.Plotly` */

/** The script that is loaded, or on its way: address → what it left. @type {Map<string, Promise<Plotly | null>>} */
const SCRIPTS = new Map();

/** Where the scripts are: what the page draws with, and all of Plotly. */
function addresses() {
  const said = /** @type {HTMLMetaElement} */ (document.getElementById("plotly"));
  return { own: said.content, whole: said.dataset.whole ?? said.content };
}

/** A page that nobody sees may not be painted: it waits no longer than this, in milliseconds. */
const PATIENCE = 1000;

/** Once the words that the page comes with are on the screen. @returns {Promise<void>} */
function painted() {
  return new Promise((resolve) => {
    const now = () => resolve(undefined);
    requestAnimationFrame(() => setTimeout(now));
    setTimeout(now, document.visibilityState === "hidden" ? 0 : PATIENCE);
  });
}

/**
 * Run a script of Plotly, once; where it did not come, the next who asks tries again.
 * @param {string} address
 * @returns {Promise<Plotly | null>}   null: it did not come
 */
function run(address) {
  const known = SCRIPTS.get(address);
  if (known) return known;
  const script = document.createElement("script");
  script.src = address;
  /** @type {Promise<Plotly | null>} */
  const coming = new Promise((resolve) => {
    script.addEventListener("load", () => resolve(window.Plotly));
    script.addEventListener("error", () => {
      SCRIPTS.delete(address);
      script.remove();
      resolve(null);
    });
  });
  SCRIPTS.set(address, coming);
  document.head.append(script);
  return coming;
}

/**
 * Load what the page draws with; the first flow is asked for meanwhile. The words come first: to
 * read the script takes a slow machine longer than anything else.
 * @returns {Promise<boolean>} whether it came
 */
export async function load() {
  await painted();
  if (!document.getElementById("plotly")) return Boolean(window.Plotly); // the page brings it
  const came = (await run(addresses().own)) !== null;
  await new Promise((resolve) => setTimeout(resolve)); // what is drawn has a turn of its own
  return came;
}

/**
 * Load all of Plotly, for a picture with three axes. What the page's own has drawn stays with it:
 * `window.Plotly` is what it was.
 * @returns {Promise<Plotly | null>}   null: it did not come
 */
export async function loadWhole() {
  const { own, whole } = addresses();
  const drawing = await run(own);
  if (whole === own) return drawing;
  const all = await run(whole);
  if (drawing) window.Plotly = drawing;
  return all;
}
