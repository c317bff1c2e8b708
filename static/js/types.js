/**
 * Shapes that several modules share. The response is that of `POST /api/v1/flow`.
 *
 * @typedef {(number | null)[]} Series  one number a step; null where there is none
 *
 * @typedef {object} Node
 * @property {string} id
 * @property {"input" | "context" | "hidden" | "cell" | "output" | "loss"} kind
 * @property {number} step
 * @property {number} [layer]   from 0
 * @property {string} label
 * @property {number | null} log10_norm
 *
 * @typedef {object} Edge
 * @property {string} source
 * @property {string} target
 * @property {"input" | "recurrent" | "context" | "cell" | "output" | "loss"} kind
 * @property {string | null} parameter
 * @property {number | null} log10_norm
 * @property {number | null} parameter_log10_norm
 * @property {boolean} blocked
 * @property {number} layer   of the target
 * @property {boolean} [pending]   whether the answer that says what it carries is still to come
 *
 * @typedef {object} ParameterGradient
 * @property {number | null} norm
 * @property {number | null} log10_norm
 * @property {number | null} clipped_norm
 * @property {Series} step_log10_norm
 *
 * @typedef {object} GateWords   of the vocabulary
 * @property {string} name   as an answer names it
 * @property {string} letter
 * @property {string} label
 * @property {"write" | "keep" | "read" | "reset" | "candidate"} role
 *
 * @typedef {object} CellWords   of the vocabulary
 * @property {string} name
 * @property {string} label
 * @property {GateWords[]} gates
 * @property {boolean} copies
 * @property {boolean} feeds_outputs
 * @property {boolean} has_c
 * @property {string} recurrent
 * @property {{field: string, gate: string, note: string}[]} biases
 * @property {{pointer: string, allowed: any[], why: string}[]} rules
 *
 * @typedef {object} Flow
 * @property {object} experiment
 * @property {number} steps
 * @property {number | null} loss
 * @property {Series} step_losses
 * @property {{norm: Series, log10_norm: Series}} hidden_gradient
 * @property {{loss_steps: number[], steps: number[], log10_norm: Series[],
 *   state_log10_norm?: Series[]}} itemized
 * @property {Object<string, ParameterGradient>} parameter_gradients
 * @property {{rule: string, threshold: number | null, norm_before: number | null,
 *   log10_norm_before: number | null, norm_after: number | null, scale: number | null,
 *   engaged: boolean, cosine: number | null, finite?: boolean}} clipping
 * @property {{eigenvalues: [number, number][], spectral_radius: number, spectral_norm: number,
 *   jacobian_log10_norm: Series, product_log10_norm: Series}} spectrum
 * @property {{verdict: string, decay_per_step: number | null, summary: string,
 *   loss_step: number | null}} diagnosis
 * @property {{nodes: Node[], edges: Edge[]}} graph
 * @property {{hidden: {norm: number | null, log10_norm: number | null} | null,
 *   cell: {norm: number | null, log10_norm: number | null} | null}} initial_gradient
 * @property {{units: number[] | null, gates: Object<string, {shut: number[] | null,
 *   open: number[] | null, saturated: number[]}> | null}} saturation
 * @property {{hidden_norm: Series, mean_derivative: Series, output_norm: Series}} activity
 * @property {{tokens: string[], vocabulary: string[], inputs: string[], targets: string[]} | null}
 *   text
 *
 * @typedef {object} PlacedNode
 * @property {Node} node
 * @property {number} x   on the time axis
 * @property {number} y   in rows, upwards
 * @property {number | null} relative   decades gained since the followed loss entered
 * @property {number | null} left   the same, and null where every loss is followed at once
 * @property {boolean} alive   whether the followed loss reaches it
 *
 * @typedef {object} PlacedEdge
 * @property {string} id   "source>target"
 * @property {Edge} edge
 * @property {number} x0
 * @property {number} y0
 * @property {number} x1
 * @property {number} y1
 * @property {number | null} relative
 * @property {number | null} left
 * @property {"live" | "blocked" | "dead" | "off"} state
 * @property {boolean} stops   whether the followed gradient comes as far as this and no further
 *
 * @typedef {object} Reading   a flow, read for one followed loss
 * @property {Flow} flow
 * @property {number} steps
 * @property {number | null} follow   null: every loss
 * @property {number[]} lossSteps
 * @property {Map<number, number>} lossOrder   loss step → its place among the loss steps
 * @property {number} entryStep   where the followed loss enters
 * @property {number | null} entry   log₁₀ of the gradient there
 * @property {Series} row   log₁₀ of the followed gradient at every step
 * @property {Series} total   log₁₀ of ‖∂L/∂h_t‖, every loss together
 * @property {number} layers
 * @property {Row[]} rows   from below
 * @property {{low: number, high: number, target: number}} span   of the rows
 * @property {Map<string, PlacedNode>} nodes
 * @property {Map<string, PlacedEdge>} edges
 * @property {Map<string, Edge[]>} entering   the answer's edges by their target
 * @property {Map<string, Edge[]>} leaving   and by their source
 * @property {number} first   leftmost step drawn: 0, the initial state
 * @property {{lo: number, hi: number}} loaded   the steps whose nodes are there
 *
 * @typedef {object} Row
 * @property {string} kind   of its nodes
 * @property {number} layer   from 0
 * @property {number} y
 * @property {string} name
 *
 * @typedef {object} Frame   where the time axis lies, in pixels and steps
 * @property {number} width   of the whole figure
 * @property {number} height
 * @property {number} left
 * @property {number} right
 * @property {number} lo
 * @property {number} hi
 *
 * @typedef {Object<string, string> & {mode: "light" | "dark", flow: string[]}} Theme
 *
 * @typedef {{data: object[], layout: object}} Figure
 */

export {};
