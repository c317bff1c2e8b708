/** All of Plotly, for the one picture with three axes. */

/** @returns {Promise<any | null>}   null: it did not come */
export async function loadWhole() {
  return window.Plotly ?? null;
}
