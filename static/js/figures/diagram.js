/** The unrolled network: nodes and edges, coloured by how much of the gradient is left. */

import { escapeMarkup, glyph, layerMark, letterOf, shorten, subscript } from "../format.js";
import { lookup } from "../lookup.js";
import { flowColor, textOn } from "../theme.js";
import { isSpaced } from "../vocabulary.js";
import { arrowTrace, edgeTraces, selectionTrace, stopTrace } from "./edges.js";
import { plainAxis, timeLayout } from "./layout.js";

/** @import { Figure, Frame, PlacedNode, Reading, Span, Theme } from "../types.js" */

/**
 * @param {Reading} reading
 * @param {Frame} frame   the steps that are drawn
 * @param {Theme} theme
 * @param {string} selected   id of a node or edge
 * @returns {Figure}
 */
export function diagram(reading, frame, theme, selected = "") {
  const pixels = (frame.width - frame.left - frame.right) / (frame.hi - frame.lo);
  const rows = (frame.height - 26) / (reading.span.high - reading.span.low);
  const size = Math.max(6, Math.min(36, pixels - 3, pixels * 0.66 + 3, rows * 0.62));
  /** @param {number} x */
  const inSight = (x) => x > frame.lo - 0.75 && x < frame.hi + 0.75;
  const nodes = [...reading.nodes.values()].filter((placed) => inSight(placed.x));
  const edges = [...reading.edges.values()].filter((e) => inSight(e.x0) || inSight(e.x1));
  const below = size < 11 || isSpaced(reading.flow.experiment.sequence.tokens);
  return {
    data: [
      ...edgeTraces(edges, theme, size),
      selectionTrace(reading, selected, theme, size),
      arrowTrace(pixels >= 30 ? edges : [], theme),
      stopTrace(edges, theme, size),
      nodeTrace(nodes, reading, theme, size),
      labelTrace(nodes, reading, theme, { size, below, least: frame.type ?? SMALLEST }),
      tokenTrace(nodes, reading, theme, pixels, below),
    ],
    layout: {
      ...timeLayout(theme, frame, { top: 4, bottom: 22 }),
      yaxis: plainAxis(theme, {
        range: [reading.span.low, reading.span.high],
        showgrid: false,
        tickmode: "array",
        ...rowTicks(reading, frame),
      }),
    },
  };
}

/**
 * What the rows are called; above, what a text should say next.
 * @param {Reading} reading
 * @param {Frame} frame
 */
function rowTicks(reading, frame) {
  const wide = frame.left > 60;
  const label = reading.flow.experiment.sequence.label;
  const rows = reading.rows.map(({ y, name, layer }) => ({ y, name, layer }));
  if (reading.flow.text && wide && !label) rows.push({ y: reading.span.target, name: "target", layer: 0 });
  return {
    tickvals: rows.map((row) => row.y),
    ticktext: rows.map((row) => (wide ? row.name : short(row, reading))),
  };
}

/**
 * A row's name where there is little room: "H", "H⁽²⁾".
 * @param {{name: string, layer: number}} given
 * @param {Reading} reading
 */
function short({ name, layer }, reading) {
  return name.at(-1) + (reading.layers > 1 && name.startsWith("layer") ? layerMark(layer) : "");
}

/** The smallest type of a node's letter, in pixels, where nothing else is said. */
const SMALLEST = 7.5;

/** Nodes beside their step are smaller. */
const SMALLER = lookup({ context: 0.62, cell: 0.72 });

/**
 * How a node looks: fill, rim and ink.
 * @param {PlacedNode} placed
 * @param {Reading} reading
 * @param {Theme} theme
 */
function paint(placed, reading, theme) {
  const { node } = placed;
  if (node.kind === "loss") {
    const followed = reading.follow === null || node.step === reading.follow;
    if (followed) return { fill: theme.ink, rim: theme.ink, ink: theme.sheet };
    return { fill: theme.sheet, rim: theme.blocked, ink: theme["pale-ink"] };
  }
  if (placed.relative === null)
    return { fill: theme.sheet, rim: theme.pale, ink: theme["pale-ink"] };
  const fill = flowColor(theme, placed.relative);
  return { fill, rim: theme.paper, ink: textOn(fill) };
}

/**
 * @param {PlacedNode[]} nodes
 * @param {Reading} reading
 * @param {Theme} theme
 * @param {number} size
 */
function nodeTrace(nodes, reading, theme, size) {
  const looks = nodes.map((placed) => paint(placed, reading, theme));
  return {
    type: "scatter",
    mode: "markers",
    hoverinfo: "skip",
    x: nodes.map((placed) => placed.x),
    y: nodes.map((placed) => placed.y),
    marker: {
      opacity: 1,
      symbol: nodes.map((placed) => (placed.node.kind === "context" ? "square" : "circle")),
      size: nodes.map((placed) => size * (SMALLER[placed.node.kind] ?? 1)),
      color: looks.map((look) => look.fill),
      line: { width: 1.2, color: looks.map((look) => look.rim) },
    },
  };
}

/**
 * The letter in a node: its token where a text is read, else its symbol.
 * @param {PlacedNode[]} nodes
 * @param {Reading} reading
 * @param {Theme} theme
 * @param {{size: number, below: boolean, least: number}} given   least: the smallest type
 */
function labelTrace(nodes, reading, theme, { size, below, least }) {
  const inputs = reading.flow.text?.inputs;
  const roomy = size >= 23;
  const shown = size < 1.2 * least ? [] : nodes.filter(({ node }) => !(node.kind in SMALLER) || size >= 16);
  const texts = shown.map(({ node }) => {
    if (node.kind === "input" && inputs && !below) return glyph(inputs[node.step - 1]);
    if (node.kind in SMALLER) return "C";
    return roomy && node.step < 100 ? letterOf(node.id) + subscript(node.step) : letterOf(node.id);
  });
  return {
    type: "scatter",
    mode: "text",
    hoverinfo: "skip",
    cliponaxis: true,
    x: shown.map((placed) => placed.x),
    y: shown.map((placed) => placed.y),
    text: texts.map(escapeMarkup),
    textfont: {
      size: Math.max(least, Math.min(12, size * 0.62)),
      color: shown.map((placed) => paint(placed, reading, theme).ink),
    },
  };
}

/**
 * What is read, below, where it does not fit into its node; what should be said, above.
 * @param {PlacedNode[]} nodes
 * @param {Reading} reading
 * @param {Theme} theme
 * @param {number} pixels
 * @param {boolean} below
 */
function tokenTrace(nodes, reading, theme, pixels, below) {
  const { text } = reading.flow;
  const { tokens, label } = reading.flow.experiment.sequence;
  const words = isSpaced(tokens);
  /** @type {{x: number[], y: number[], text: string[], textposition: string[]}} */
  const points = { x: [], y: [], text: [], textposition: [] };
  const trace = {
    type: "scatter",
    mode: "text",
    hoverinfo: "skip",
    cliponaxis: false,
    ...points,
    textfont: { size: words ? 10.5 : 11.5, color: theme.soft },
  };
  if (!text) return trace;
  const fits = Math.floor((pixels - 4) / 6);
  /** @param {number} x @param {number} y @param {string} token */
  const put = (x, y, token, whole = false) => {
    const most = whole ? Infinity : words ? fits : Math.max(1, fits);
    if (most < (words ? 3 : 1)) return;
    points.x.push(x);
    points.y.push(y);
    points.textposition.push(whole && pixels < 60 ? "middle left" : "middle center");
    points.text.push(escapeMarkup(whole ? token : shorten(glyph(token), most)));
  };
  for (const { node, x } of nodes) {
    if (node.kind === "input" && below) put(x, -0.47, text.inputs[node.step - 1]);
    const target = text.targets[reading.lossOrder.get(node.step) ?? -1];
    const said = label ? `label ${target}` : target;
    if (node.kind === "loss") put(x, reading.span.target, said, Boolean(label));
  }
  return trace;
}

/**
 * Where a row lies in a diagram of this height, in pixels from the top.
 * @param {Frame} frame
 * @param {number} y
 * @param {Span} span
 */
export function rowPixel(frame, y, { low, high }) {
  const plot = frame.height - 26;
  return 4 + ((high - y) / (high - low)) * plot;
}
