/** A map under a pointer, and by keyboard: a point is told of, chosen; a rectangle is zoomed into. */

import { placeUnder } from "./figure.js";

/** @import { Box } from "./figure.js" */

/** A drag shorter than this is a click, in pixels. */
const CLICK = 6;
/** Along which axis a key goes, and which way. @type {Map<string, [number, number]>} */
const KEYS = new Map([["ArrowRight", [0, 1]], ["ArrowLeft", [0, -1]], ["ArrowUp", [1, 1]], ["ArrowDown", [1, -1]], ["PageDown", [-1, 1]], ["PageUp", [-1, -1]]]);

/**
 * @param {HTMLElement} place   the figure
 * @param {HTMLElement} rubber   the rectangle
 * @param {{sweep: () => any, boxes: () => Box[], at: () => number[] | null,
 *   over: (at: number[] | null, event: PointerEvent | null) => void,
 *   choose: (at: number[]) => void, open: () => void, zoom: (from: number[], to: number[]) => void}} on
 */
export function listenPointing(place, rubber, on) {
  /** @type {{x: number, y: number} | null} */
  let from = null;

  /** @param {PointerEvent} event */
  function spot(event) {
    const box = place.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }
  /** @param {{x: number, y: number}} at */
  const under = ({ x, y }) => placeUnder(on.sweep(), on.boxes(), x, y);

  /** @param {{x: number, y: number}} to */
  function drawn(to) {
    if (!from) return;
    const { x, y } = from;
    const one = on.sweep().axes.length < 2;
    const box = on.boxes().find(({ left, top, width, height }) => x >= left && x <= left + width && y >= top && y <= top + height);
    rubber.hidden = !(Math.abs(to.x - x) > CLICK && (one || Math.abs(to.y - y) > CLICK));
    const [top, height] = one && box ? [box.top, box.height] : [Math.min(y, to.y), Math.abs(to.y - y)];
    Object.assign(rubber.style, { left: `${Math.min(x, to.x)}px`, top: `${top}px`, width: `${Math.abs(to.x - x)}px`, height: `${height}px` });
  }

  place.addEventListener("pointerdown", (event) => {
    if (event.button || event.pointerType === "touch") return;
    from = spot(event);
    place.setPointerCapture(event.pointerId);
  });
  place.addEventListener("pointermove", (event) => {
    drawn(spot(event));
    on.over(from && !rubber.hidden ? null : under(spot(event)), event);
  });
  place.addEventListener("pointerleave", () => on.over(null, null));
  place.addEventListener("pointercancel", () => {
    from = null;
    rubber.hidden = true;
  });
  place.addEventListener("pointerup", (event) => {
    const [begun, ended] = [from && under(from), under(spot(event))];
    const dragged = !rubber.hidden;
    from = null;
    rubber.hidden = true;
    if (dragged && begun && ended) on.zoom(begun, ended);
    else if (ended && (begun || event.pointerType === "touch")) on.choose(ended);
  });
  place.addEventListener("keydown", (event) => {
    const sweep = on.sweep();
    const [axis, step] = KEYS.get(event.key) ?? [];
    const sizes = sweep.axes.map((/** @type {{values: any[]}} */ one) => one.values.length);
    const shape = sweep.rows ? [sweep.rows.values.length, ...sizes] : sizes;
    const now = on.at() ?? shape.map(() => 0);
    if (event.key === "Enter" && on.at()) on.open();
    if (axis === undefined || step === undefined) return;
    const n = axis + (sweep.rows ? 1 : 0);
    if (n < 0 || n >= shape.length || (axis < 0 && !sweep.rows)) return;
    event.preventDefault();
    const next = [...now];
    if (on.at()) next[n] = Math.max(0, Math.min(shape[n] - 1, next[n] + step));
    on.choose(next);
  });
}
