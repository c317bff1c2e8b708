/** Which runs an address shows, and what it says of a set-up. */

export const API = "/api/v1";

/**
 * The runs that are named: one, two or none.
 * @param {string} run   that the page itself names, "" for none
 * @param {string} search   of the address
 */
export function runsIn(run, search) {
  const said = new URLSearchParams(search);
  const first = run || (said.get("run") ?? "");
  const second = said.get("with") ?? "";
  return [first, first === second ? "" : second].filter(Boolean);
}

/** @param {string[]} runs */
export function addressOf(runs) {
  const said = new URLSearchParams(runs.map((id, n) => [n ? "with" : "run", id]));
  return runs.length ? `/train?${said}` : "/train";
}
