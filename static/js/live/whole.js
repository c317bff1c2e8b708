/** The whole of what is looked at: asked for when the hand rests, and a few are kept. */

/** A hand that moves on within this time has not come to rest, in milliseconds. */
const REST = 40;
const KEPT = 8;

/**
 * @template {{sequence: number}} T   such as a report
 * @param {{whole: (sequence: number, signal: AbortSignal) => Promise<T>}} source
 * @param {{came: () => void, failed: (cause: Error) => void}} on
 */
export function createWhole(source, on) {
  /** @type {Map<number, T>} the newest last */
  const kept = new Map();
  /** @type {{sequence: number, abort: AbortController, timer: number} | null} */
  let coming = null;

  function drop() {
    if (!coming) return;
    clearTimeout(coming.timer);
    coming.abort.abort();
    coming = null;
  }

  /** @param {number} sequence */
  function ask(sequence) {
    drop();
    const own = { sequence, abort: new AbortController(), timer: 0 };
    coming = own;
    own.timer = setTimeout(async () => {
      try {
        keep(await source.whole(sequence, own.abort.signal));
        if (coming !== own) return;
        coming = null;
        on.came();
      } catch (cause) {
        if (coming !== own) return;
        coming = null;
        on.failed(/** @type {Error} */ (cause));
      }
    }, REST);
  }

  /** @param {T} report */
  function keep(report) {
    kept.set(report.sequence, report);
    for (const sequence of kept.keys()) if (kept.size > KEPT) kept.delete(sequence);
  }

  return {
    /** The whole report, or null where it comes; then `came` is called. @param {number} sequence */
    of(sequence) {
      const known = kept.get(sequence) ?? null;
      if (known) drop();
      else if (coming?.sequence !== sequence) ask(sequence);
      return known;
    },
    close: drop,
  };
}
