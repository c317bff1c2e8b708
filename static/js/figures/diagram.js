/** The unrolled network: nodes and edges, coloured by how much of the gradient is left. */

import { escapeMarkup, glyph, shorten, subscript } from "../format.js";
import { CLASSES, classDecades, classOf, classWidth, flowColor, textOn } from "../theme.js";
import { plainAxis, timeLayout } from "./layout.js";

const ROWS = [
  { kind: "input", y: 0, name: "input x" },
  { kind: "hidden", y: 1, name: "hidden h" },
  { kind: "output", y: 2, name: "output o" },
  { kind: "loss", y: 3, name: "loss L" },
];

/** Height in rows: the four rows and half a row on either side. */
const SPAN = [-0.62, 3.62];

/**
 * @param {import("../types.js").Reading} reading
 * @param {import("../types.js").Frame} frame   the steps that are drawn
 * @param {import("../types.js").Theme} theme
 * @param {string} selected   id of a node or edge
 * @returns {import("../types.js").Figure}
 */
export function diagram(reading, frame, theme, selected = "") {
  const pixels = (frame.width - frame.left - frame.right) / (frame.hi - frame.lo);
  const rows = (frame.height - 26) / (SPAN[1] - SPAN[0]);
  const size = Math.max(7, Math.min(30, pixels * 0.66, rows * 0.6));
  const inSight = (x) => x > frame.lo - 0.75 && x < frame.hi + 0.75;
  const nodes = [...reading.nodes.values()].filter((placed) => inSight(placed.x));
  const edges = [...reading.edges.values()].filter((e) => inSight(e.x0) || inSight(e.x1));
  const words = reading.flow.experiment.sequence.tokens === "words";
  return {
    data: [
      ...edgeTraces(edges, theme),
      selectionTrace(reading, selected, theme, size),
      ...(pixels >= 30 ? [arrowTrace(edges, theme)] : [arrowTrace([], theme)]),
      nodeTrace(nodes, reading, theme, size),
      labelTrace(nodes, reading, theme, size, words),
      tokenTrace(nodes, reading, theme, pixels, words),
    ],
    layout: {
      ...timeLayout(theme, frame, { top: 4, bottom: 22 }),
      yaxis: plainAxis(theme, {
        range: SPAN,
        showgrid: false,
        tickmode: "array",
        tickvals: ROWS.map((row) => row.y),
        ticktext: ROWS.map((row) => (frame.left > 60 ? row.name : row.name.at(-1))),
      }),
    },
  };
}

/** One trace a class of edge, so that traces stay few however long the sequence. */
function edgeTraces(edges, theme) {
  const styles = Array.from({ length: CLASSES }, (_, k) => ({
    color: flowColor(theme, classDecades(k)), width: classWidth(k), dash: "solid",
  }));
  const off = CLASSES;
  styles.push({ color: theme.pale, width: 1.2, dash: "solid" });
  styles.push({ color: theme.blocked, width: 1.4, dash: "3px,3px" });
  const lines = styles.map(() => ({ x: [], y: [] }));
  for (const edge of edges) {
    const stopped = edge.state === "blocked" || edge.state === "dead";
    const k = stopped ? off + 1 : edge.relative === null ? off : classOf(edge.relative);
    lines[k].x.push(edge.x0, edge.x1, null);
    lines[k].y.push(edge.y0, edge.y1, null);
  }
  const order = [off, ...styles.keys()].filter((k, at) => k !== off || at === 0);
  return order.map((k) => ({
    type: "scatter", mode: "lines", hoverinfo: "skip", x: lines[k].x, y: lines[k].y, line: styles[k],
  }));
}

/** A ring or a glow behind what is selected. */
function selectionTrace(reading, selected, theme, size) {
  const node = reading.nodes.get(selected);
  const edge = reading.edges.get(selected);
  const trace = {
    type: "scatter", hoverinfo: "skip", mode: "lines+markers", x: [], y: [],
    line: { color: theme.focus, width: 13 }, opacity: 0.28,
    marker: { size: size + 11, color: theme.focus, line: { width: 0 } },
  };
  if (node) Object.assign(trace, { x: [node.x], y: [node.y] });
  if (edge) Object.assign(trace, { x: [edge.x0, edge.x1], y: [edge.y0, edge.y1], mode: "lines" });
  return trace;
}

/** Small arrows on the way back through time. */
function arrowTrace(edges, theme) {
  const live = edges.filter((e) => e.state === "live" && e.relative !== null && e.edge.kind === "recurrent");
  return {
    type: "scatter", mode: "markers", hoverinfo: "skip",
    x: live.map((e) => (e.x0 + e.x1) / 2),
    y: live.map((e) => (e.y0 + e.y1) / 2),
    marker: {
      symbol: "triangle-left", line: { width: 0 }, angle: 0,
      size: live.map((e) => 7 + classWidth(classOf(e.relative)) * 0.75),
      color: live.map((e) => flowColor(theme, e.relative)),
    },
  };
}

/** How a node looks: fill, rim and ink. */
function paint(placed, reading, theme) {
  const { node } = placed;
  if (node.kind === "loss") {
    const followed = reading.follow === null || node.step === reading.follow;
    if (followed) return { fill: theme.ink, rim: theme.ink, ink: theme.sheet };
    return { fill: theme.sheet, rim: theme.blocked, ink: theme["pale-ink"] };
  }
  if (placed.relative === null) return { fill: theme.sheet, rim: theme.pale, ink: theme["pale-ink"] };
  const fill = flowColor(theme, placed.relative);
  return { fill, rim: fill, ink: textOn(fill) };
}

function nodeTrace(nodes, reading, theme, size) {
  const looks = nodes.map((placed) => paint(placed, reading, theme));
  return {
    type: "scatter", mode: "markers", hoverinfo: "skip",
    x: nodes.map((placed) => placed.x),
    y: nodes.map((placed) => placed.y),
    marker: {
      opacity: 1,
      symbol: nodes.map((placed) => (placed.node.kind === "context" ? "square" : "circle")),
      size: nodes.map((placed) => (placed.node.kind === "context" ? size * 0.62 : size)),
      color: looks.map((look) => look.fill),
      line: { width: 1.2, color: looks.map((look) => look.rim) },
    },
  };
}

/** The letter in a node: its token where a text is read, else its symbol. */
function labelTrace(nodes, reading, theme, size, words) {
  const inputs = reading.flow.text?.inputs;
  const roomy = size >= 23;
  const shown = nodes.filter((placed) => placed.node.kind !== "context" || roomy);
  const texts = shown.map(({ node }) => {
    if (node.kind === "input" && inputs && !words) return glyph(inputs[node.step - 1]);
    if (node.kind === "context") return "c";
    return roomy && node.step < 100 ? node.id[0] + subscript(node.step) : node.id[0];
  });
  return {
    type: "scatter", mode: "text", hoverinfo: "skip", cliponaxis: true,
    x: shown.map((placed) => placed.x),
    y: shown.map((placed) => placed.y),
    text: texts.map(escapeMarkup),
    textfont: {
      size: Math.max(8, Math.min(12, size * 0.6)),
      color: shown.map((placed) => paint(placed, reading, theme).ink),
    },
  };
}

/** What is read, below, for words; what should be said next, above, for any text. */
function tokenTrace(nodes, reading, theme, pixels, words) {
  const { text } = reading.flow;
  const trace = {
    type: "scatter", mode: "text", hoverinfo: "skip", cliponaxis: false, x: [], y: [], text: [],
    textposition: [], textfont: { size: words ? 10.5 : 11, color: theme.soft },
  };
  if (!text) return trace;
  const fits = Math.floor((pixels - 4) / 6);
  const put = (x, y, token) => {
    const most = words ? fits : Math.max(1, fits);
    if (most < (words ? 3 : 1)) return;
    trace.x.push(x);
    trace.y.push(y);
    trace.text.push(escapeMarkup(shorten(glyph(token), most)));
  };
  for (const { node, x } of nodes) {
    if (node.kind === "input" && words) put(x, -0.47, text.inputs[node.step - 1]);
    if (node.kind === "loss") put(x, 3.46, text.targets[reading.lossSteps.indexOf(node.step)]);
  }
  return { ...trace, textposition: "middle center" };
}

/** Where a row lies in a diagram of this height, in pixels from the top. */
export function rowPixel(frame, y) {
  const plot = frame.height - 26;
  return 4 + ((SPAN[1] - y) / (SPAN[1] - SPAN[0])) * plot;
}
