/** A flow, read for one followed loss: what is drawn where, and how much is left there. */

/** Rows of the diagram, upwards; context units stand between two steps and need room there. */
const ROWS = {
  plain: { input: 0, hidden: 1, cell: 1.5, output: 2, loss: 3 },
  elman: { input: 0, context: 0.62, hidden: 1.34, output: 2.2, loss: 3 },
  jordan: { input: 0, hidden: 0.84, context: 1.46, output: 2.16, loss: 3 },
};

/** @param {string} cell */
export function rowsOf(cell) {
  return ROWS[cell] ?? ROWS.plain;
}

/**
 * Where a node stands.
 * @param {import("./types.js").Node} node
 * @param {string} cell
 */
function place(node, cell) {
  return [node.kind === "context" ? node.step - 0.5 : node.step, rowsOf(cell)[node.kind]];
}

/**
 * What the page already knows of another followed loss, before the server answers: the itemized
 * row is exactly what stands on the hidden nodes and on the edges between them.
 * @param {import("./types.js").Flow} flow
 * @param {number | null} follow
 * @returns {import("./types.js").Flow}
 */
export function followedAtOnce(flow, follow) {
  const row = rowOf(flow, follow);
  const known = (id) => (id[0] === "h" ? (row[Number(id.slice(2)) - 1] ?? null) : null);
  const last = follow ?? flow.steps;
  return {
    ...flow,
    experiment: { ...flow.experiment, follow },
    graph: {
      nodes: flow.graph.nodes.map((node) => ({ ...node, log10_norm: known(node.id) })),
      edges: flow.graph.edges.map((edge) => ({
        ...edge,
        log10_norm:
          Number(edge.target.slice(2)) <= last && edge.kind === "recurrent"
            ? known(edge.source)
            : null,
        parameter_log10_norm: null,
      })),
    },
  };
}

/** log₁₀ ‖∂L_i/∂h_t‖ at every step, or of the total. */
function rowOf(flow, follow) {
  if (follow === null) return flow.hidden_gradient.log10_norm;
  const { loss_steps: losses, steps, log10_norm: map } = flow.itemized;
  const row = map[losses.indexOf(follow)];
  const full = new Array(flow.steps).fill(null);
  if (row)
    steps.forEach((t, k) => {
      full[t - 1] = row[k];
    });
  return full;
}

/**
 * @param {import("./types.js").Flow} flow
 * @returns {import("./types.js").Reading}
 */
export function read(flow) {
  const { cell } = flow.experiment.network;
  const lossSteps = flow.itemized.loss_steps;
  const follow = flow.experiment.follow ?? null;
  const entryStep = follow ?? lossSteps.at(-1);
  const row = rowOf(flow, follow);
  const entry = row[entryStep - 1] ?? null;
  const relative = (value) => (value === null || entry === null ? null : value - entry);

  const nodes = new Map();
  for (const node of flow.graph.nodes) {
    const [x, y] = place(node, cell);
    nodes.set(node.id, {
      node,
      x,
      y,
      relative: relative(node.log10_norm),
      alive: node.log10_norm !== null,
    });
  }
  const edges = new Map();
  for (const edge of flow.graph.edges) {
    const from = nodes.get(edge.source);
    const to = nodes.get(edge.target);
    const id = `${edge.source}>${edge.target}`;
    edges.set(id, {
      id,
      edge,
      x0: from.x,
      y0: from.y,
      x1: to.x,
      y1: to.y,
      relative: relative(edge.log10_norm),
      state: stateOf(edge, to.alive),
      stops: edge.blocked && to.alive,
    });
  }
  return {
    flow,
    steps: flow.steps,
    follow,
    lossSteps,
    entryStep,
    entry,
    row,
    total: flow.hidden_gradient.log10_norm,
    rows: rowsOf(cell),
    nodes,
    edges,
    first: nodes.has("h_0") ? 0 : 1,
  };
}

/** Whether something travels back along an edge, and if not, why. */
function stateOf(edge, targetAlive) {
  if (edge.blocked) return "blocked";
  if (edge.log10_norm !== null) return "live";
  return targetAlive ? "dead" : "off";
}

/**
 * Why nothing passes an edge, or "".
 * @param {import("./types.js").PlacedEdge} placed
 * @param {import("./types.js").Reading} reading
 */
export function reason(placed, reading) {
  const { network, truncation } = reading.flow.experiment;
  if (placed.state === "blocked") {
    if (placed.edge.kind === "context")
      return "the context unit holds a copy, and a copy passes no gradient";
    if (truncation.kind === "chunk")
      return `a chunk of ${truncation.steps} steps ends here: no gradient crosses`;
    return `the window of ${truncation.steps} steps ends here`;
  }
  if (placed.state === "dead") {
    const dead =
      network.activation === "relu" && placed.edge.kind !== "loss" && placed.edge.kind !== "output";
    return dead
      ? "every ReLU here is off (f′(a) = 0), or the weights are zero"
      : "the gradient is exactly zero here";
  }
  if (placed.state === "off") {
    return Number(placed.edge.target.slice(2)) > reading.entryStep
      ? "a loss cannot reach a later step"
      : "nothing of the followed loss comes this way";
  }
  return "";
}
