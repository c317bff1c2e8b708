/** The balls on the map: paths, places and starts, drawn by hand so that a step costs next to nothing. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @typedef {{x0: number, x1: number, y0: number, y1: number}} Inside   pixels of the axes' ends
 * @typedef {{from: [number, number], to: [number, number]}} Ranges   of both axes
 * @typedef {{name: string, colour: string, dash: string, points: [number, number][]}} Drawn
 */

/** @param {string} name @param {Object<string, string | number>} [attributes] */
export function shape(name, attributes = {}) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/**
 * A place in pixels. Far outside it is brought near, where it is not seen either.
 * @param {[number, number]} place @param {Inside} inside @param {Ranges} ranges
 * @returns {[number, number]}
 */
function pixelOf([p, q], inside, { from, to }) {
  /** @param {number} share */
  const near = (share) => Math.max(-20, Math.min(20, share));
  return [
    inside.x0 + near((p - from[0]) / (to[0] - from[0])) * (inside.x1 - inside.x0),
    inside.y0 + near((q - from[1]) / (to[1] - from[1])) * (inside.y1 - inside.y0),
  ];
}

/**
 * The place under a pixel.
 * @param {[number, number]} pixel @param {Inside} inside @param {Ranges} ranges
 * @returns {[number, number]}
 */
export function placeOf([px, py], inside, { from, to }) {
  /** @param {number} share */
  const within = (share) => Math.max(0, Math.min(1, share));
  return [
    from[0] + within((px - inside.x0) / (inside.x1 - inside.x0)) * (to[0] - from[0]),
    from[1] + within((py - inside.y0) / (inside.y1 - inside.y0)) * (to[1] - from[1]),
  ];
}

/** @param {SVGElement} svg */
export function createOverlay(svg) {
  /** @type {{path: Element, ball: Element, pixels: [number, number][], inside: boolean[]}[]} */
  let drawn = [];

  return {
    /**
     * Other paths.
     * @param {Drawn[]} balls @param {[number, number]} start @param {Inside} inside @param {Ranges} ranges
     */
    put(balls, start, inside, ranges) {
      const { x0, x1, y0, y1 } = inside;
      const clip = shape("clipPath", { id: "wall-inside" });
      clip.append(shape("rect", { x: x0, y: y1, width: Math.max(0, x1 - x0), height: Math.max(0, y0 - y1) }));
      const [sx, sy] = pixelOf(start, inside, ranges);
      const cross = shape("path", { d: `M${sx - 7},${sy}H${sx + 7}M${sx},${sy - 7}V${sy + 7}`, class: "wall-start" });
      const group = shape("g", { "clip-path": "url(#wall-inside)" });
      group.append(cross);
      drawn = balls.map(({ colour, dash, points }) => {
        const pixels = points.map((point) => pixelOf(point, inside, ranges));
        const path = shape("polyline", { class: "wall-path", style: `stroke: var(--${colour})`, "stroke-dasharray": dash });
        const ball = shape("circle", { r: 5.5, class: "wall-ball", style: `fill: var(--${colour})` });
        group.append(path, ball);
        const seen = pixels.map(([x, y]) => x >= x0 && x <= x1 && y <= y0 && y >= y1);
        return { path, ball, pixels, inside: seen };
      });
      svg.replaceChildren(clip, group);
    },

    /** Bring every ball to a step; one that has ended stays where it ended. @param {number} n */
    go(n) {
      for (const { path, ball, pixels } of drawn) {
        const last = Math.min(n, pixels.length - 1);
        path.setAttribute("points", pixels.slice(0, last + 1).map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" "));
        const [x, y] = pixels[last] ?? [-99, -99];
        ball.setAttribute("cx", x.toFixed(1));
        ball.setAttribute("cy", y.toFixed(1));
      }
    },

    /** Whether a ball lies on the map at a step. @param {number} k @param {number} n */
    onMap: (k, n) => {
      const own = drawn[k];
      return own ? own.inside[Math.min(n, own.inside.length - 1)] ?? false : false;
    },
  };
}
