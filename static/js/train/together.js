/** The runs that an address names, of which one may have been deleted since. */

import { Problem } from "../api.js";
import { LETTERS } from "./looking.js";

/** Whether the service says that there is no such run. @param {unknown} cause */
const isGone = (cause) => cause instanceof Problem && cause.status === 404;

/**
 * Those that there are; where one of two is gone, the other, and a sentence that says so.
 * @template {{close: () => void}} S
 * @param {string[]} ids @param {(id: string) => Promise<S>} open
 * @returns {Promise<{sources: S[], missing: string}>}
 * @throws where none is there, or the service does not answer
 */
export async function opened(ids, open) {
  const all = await Promise.allSettled(ids.map(open));
  const sources = all.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const failed = all.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  const fatal = sources.length ? failed.find((cause) => !isGone(cause)) : failed[0];
  if (fatal) {
    for (const one of sources) one.close();
    throw fatal;
  }
  const gone = all.findIndex(({ status }) => status === "rejected");
  return { sources, missing: gone < 0 ? "" : `Run ${LETTERS[gone]} of these two is not on this server: it has been deleted. The other one is shown.` };
}
