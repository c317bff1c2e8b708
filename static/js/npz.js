/**
 * The arrays of an answer as NumPy reads them: `numpy.load(file, allow_pickle=False)`.
 *
 * An NPZ is a ZIP of NPY files, here without compression. A name is the path in the answer
 * ("hidden_gradient.log10_norm"); every number is a 64-bit float, null is NaN, and rows of several
 * lengths are filled up with NaN. "experiment" is a text: the request, as JSON.
 *
 * Sources: NumPy Enhancement Proposal 1 (NPY version 1.0); PKWARE APPNOTE 6.3.
 */

/** @import { Flow } from "./types.js" */

const encoder = new TextEncoder();

/** @type {Uint32Array} of CRC-32, by the last byte */
const TABLE = new Uint32Array(256).map((_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** @param {Uint8Array} bytes */
export function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/**
 * @param {string} type   "<f8", "<U12"
 * @param {number[]} shape
 * @param {Uint8Array} data   in C order
 */
function npy(type, shape, data) {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const words = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const length = Math.ceil((10 + words.length + 1) / 64) * 64;
  const file = new Uint8Array(length + data.length);
  file.set([0x93, ...encoder.encode("NUMPY"), 1, 0]);
  new DataView(file.buffer).setUint16(8, length - 10, true);
  file.set(encoder.encode(`${words.padEnd(length - 11)}\n`), 10);
  file.set(data, length);
  return file;
}

/** @param {(number | null)[]} values @param {number[]} shape */
function numbers(values, shape) {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  values.forEach((value, n) => view.setFloat64(8 * n, value ?? NaN, true));
  return npy("<f8", shape, new Uint8Array(view.buffer));
}

/** @param {string} words */
function text(words) {
  const points = Array.from(words, (one) => one.codePointAt(0) ?? 0);
  const view = new DataView(new ArrayBuffer(4 * points.length));
  points.forEach((point, n) => view.setUint32(4 * n, point, true));
  return npy(`<U${points.length}`, [], new Uint8Array(view.buffer));
}

/**
 * How large nested lists of numbers are; null where something else stands in them.
 * @param {unknown} value @returns {number[] | null}
 */
function shapeOf(value) {
  if (value === null || typeof value === "number") return [];
  if (!Array.isArray(value)) return null;
  const parts = value.map(shapeOf);
  const deep = Math.max(0, ...parts.map((part) => part?.length ?? 0));
  if (parts.some((part) => part?.length !== deep)) return null;
  /** @type {number[]} */
  const inner = Array.from({ length: deep }, (_, axis) =>
    Math.max(...parts.map((part) => part?.[axis] ?? 0)),
  );
  return [value.length, ...inner];
}

/** @param {any} value @param {number[]} shape @returns {(number | null)[]} */
function filled(value, [length, ...rest]) {
  if (length === undefined) return [value ?? null];
  return Array.from({ length }, (_, n) => {
    const one = value?.[n];
    return rest.length ? filled(one, rest) : [one ?? null];
  }).flat();
}

/**
 * Every array and number of an answer, by its path.
 * @param {Flow} flow
 * @returns {Map<string, Uint8Array>}
 */
export function arraysOf(flow) {
  const { experiment, ...rest } = flow;
  const files = new Map([["experiment", text(JSON.stringify(experiment))]]);
  /** @param {unknown} value @param {string} path */
  function walk(value, path) {
    if (value === null) return;
    const shape = shapeOf(value);
    if (shape) files.set(path, numbers(filled(value, shape), shape));
    else if (typeof value === "object" && !Array.isArray(value))
      for (const [name, one] of Object.entries(value ?? {}))
        walk(one, path ? `${path}.${name}` : name);
  }
  walk(rest, "");
  return files;
}

/** The first day that a ZIP knows: the same numbers make the same file. */
const DAY = (1 << 5) | 1;
/** Names are UTF-8. */
const UTF8 = 1 << 11;

/**
 * @param {DataView} view @param {number} at
 * @param {[bytes: 2 | 4, value: number][]} fields   one behind the other
 */
function put(view, at, fields) {
  let place = at;
  for (const [bytes, value] of fields) {
    if (bytes === 2) view.setUint16(place, value, true);
    else view.setUint32(place, value, true);
    place += bytes;
  }
}

/** Files as a ZIP without compression. @param {Map<string, Uint8Array>} files */
export function zip(files) {
  const entries = [...files].map(([name, data]) => ({ name: encoder.encode(name), data }));
  const size = entries.reduce((sum, { name, data }) => sum + 76 + 2 * name.length + data.length, 22);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const placed = entries.map((entry) => {
    const { name, data } = entry;
    /** @type {[2 | 4, number][]} */
    const both = [
      [2, 20], [2, UTF8], [2, 0], [2, 0], [2, DAY],
      [4, crc32(data)], [4, data.length], [4, data.length], [2, name.length], [2, 0],
    ];
    const start = at;
    put(view, at, [[4, 0x04034b50], ...both]);
    bytes.set(name, at + 30);
    bytes.set(data, at + 30 + name.length);
    at += 30 + name.length + data.length;
    return { name, both, start };
  });
  const directory = at;
  for (const { name, both, start } of placed) {
    put(view, at, [[4, 0x02014b50], [2, 20], ...both, [2, 0], [2, 0], [2, 0], [4, 0], [4, start]]);
    bytes.set(name, at + 46);
    at += 46 + name.length;
  }
  const count = placed.length;
  put(view, at, [
    [4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count],
    [4, at - directory], [4, directory], [2, 0],
  ]);
  return bytes;
}

/** An answer as an NPZ. @param {Flow} flow */
export function toNpz(flow) {
  return zip(new Map([...arraysOf(flow)].map(([name, data]) => [`${name}.npy`, data])));
}
