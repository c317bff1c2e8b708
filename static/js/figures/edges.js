/** The edges of the diagram, the arrows and crosses on them, and what is selected. */

import { CLASSES, classDecades, classOf, classWidth, flowColor } from "../theme.js";

/** @import { PlacedEdge, Reading, Series, Theme } from "../types.js" */

/**
 * One trace a class of edge, so that traces stay few however long the sequence.
 * @param {PlacedEdge[]} edges
 * @param {Theme} theme
 * @param {number} size
 */
export function edgeTraces(edges, theme, size) {
  const thin = Math.min(1, (0.5 * size) / classWidth(CLASSES - 1));
  const styles = Array.from({ length: CLASSES }, (_, k) => ({
    color: flowColor(theme, classDecades(k)),
    width: Math.max(1, thin * classWidth(k)),
    dash: "solid",
  }));
  const off = CLASSES;
  styles.push({ color: theme.pale, width: 1.2, dash: "solid" });
  styles.push({ color: theme.blocked, width: 1.4, dash: "3px,3px" });
  // Each begins with a gap, so that it is there for an edge that comes into its class.
  const lines = styles.map(() => ({
    x: /** @type {Series} */ ([null]),
    y: /** @type {Series} */ ([null]),
  }));
  for (const edge of edges) {
    const stopped = edge.state === "blocked" || edge.state === "dead";
    const k = stopped ? off + 1 : edge.relative === null ? off : classOf(edge.relative);
    lines[k].x.push(edge.x0, edge.x1, null);
    lines[k].y.push(edge.y0, edge.y1, null);
  }
  const order = [off, ...styles.keys()].filter((k, at) => k !== off || at === 0);
  return order.map((k) => ({
    type: "scatter",
    mode: "lines",
    hoverinfo: "skip",
    x: lines[k].x,
    y: lines[k].y,
    line: { ...styles[k], simplify: false },
  }));
}

/**
 * A ring or a glow behind what is selected.
 * @param {Reading} reading
 * @param {string} selected
 * @param {Theme} theme
 * @param {number} size
 */
export function selectionTrace(reading, selected, theme, size) {
  const node = reading.nodes.get(selected);
  const edge = reading.edges.get(selected);
  const trace = {
    type: "scatter",
    hoverinfo: "skip",
    mode: "lines+markers",
    x: [],
    y: [],
    line: { color: theme.focus, width: 13 },
    opacity: 0.28,
    marker: { size: size + 11, color: theme.focus, line: { width: 0 } },
  };
  if (node) Object.assign(trace, { x: [node.x], y: [node.y] });
  if (edge) Object.assign(trace, { x: [edge.x0, edge.x1], y: [edge.y0, edge.y1], mode: "lines" });
  return trace;
}

/** Small arrows on the way back through time. @param {PlacedEdge[]} edges @param {Theme} theme */
export function arrowTrace(edges, theme) {
  const live = edges.filter((e) => e.state === "live" && e.relative !== null && e.y0 === e.y1);
  return {
    type: "scatter",
    mode: "markers",
    hoverinfo: "skip",
    x: live.map((e) => (e.x0 + e.x1) / 2),
    y: live.map((e) => (e.y0 + e.y1) / 2),
    marker: {
      symbol: "triangle-left",
      line: { width: 0 },
      opacity: 1,
      size: live.map((e) => 7 + classWidth(classOf(e.relative ?? 0)) * 0.75),
      color: live.map((e) => flowColor(theme, e.relative ?? 0)),
    },
  };
}

/**
 * A cross where the followed gradient is stopped.
 * @param {PlacedEdge[]} edges
 * @param {Theme} theme
 * @param {number} size
 */
export function stopTrace(edges, theme, size) {
  const stopped = edges.filter((e) => (e.state === "blocked" && e.stops) || e.state === "dead");
  return {
    type: "scatter",
    mode: "markers",
    hoverinfo: "skip",
    x: stopped.map((e) => (e.x0 + e.x1) / 2),
    y: stopped.map((e) => (e.y0 + e.y1) / 2),
    marker: {
      symbol: "x-thin",
      size: Math.min(9, size * 0.5),
      line: { width: 2, color: theme.ink },
    },
  };
}
