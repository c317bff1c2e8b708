/** Numbers that are drawn: one seed gives the same ones in every browser. */

/** Mulberry32: uniform in (0, 1). @param {number} seed */
function uniform(seed) {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
}

/**
 * Standard normal numbers (Box and Muller 1958), three digits behind the point.
 * @param {number} seed @param {[number, number, number]} sizes
 * @returns {number[][][]}
 */
export function drawn(seed, [steps, batch, size]) {
  const next = uniform(seed);
  const one = () => Math.round(1000 * Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next())) / 1000 + 0;
  return Array.from({ length: steps }, () => Array.from({ length: batch }, () => Array.from({ length: size }, one)));
}
