/**
 * Shapes that several modules share. What the service says is typed by its own description.
 *
 * @import { Filled, Flat } from "../../types/shape"
 * @import { Schemas } from "../../types/api"
 *
 * @typedef {(number | null)[]} Series   one number a step; null where there is none
 *
 * @typedef {Schemas["NodeReport"]} Node
 * @typedef {Schemas["EdgeReport"] & {pending?: boolean}} Edge   pending: whether the answer that
 *   says what it carries is still to come
 * @typedef {Schemas["GateWords"]} GateWords
 * @typedef {Schemas["CellWords"]} CellWords
 * @typedef {Schemas["ClipWords"]} ClipWords
 * @typedef {Schemas["Rule"]} Rule
 * @typedef {Schemas["Vocabulary"]} Vocabulary
 * @typedef {Schemas["ClippingReport"]} Clipping
 * @typedef {Schemas["SpectrumReport"]} Spectrum
 * @typedef {Schemas["ItemizedFlow"]} Itemized
 * @typedef {Schemas["DiagnosisReport"]} Diagnosis
 * @typedef {Schemas["ValuesReport"]} Values
 * @typedef {Schemas["LayerValues"]} LayerValues
 * @typedef {Schemas["AdviceReport"]} Advice
 * @typedef {Schemas["ProblemError"]} Fault   one thing that is wrong with a request
 *
 * @typedef {{kind: string, steps?: number}} Truncation   steps: where the kind has any
 * @typedef {Flat<Schemas["RandomWeights"] | Schemas["ExplicitWeights"] | Schemas["NetworkWeights"]
 *   | Schemas["RunWeights"]>} Weights
 * @typedef {Flat<Schemas["RandomSequence"] | Schemas["TextSequence"]
 *   | Schemas["ExplicitSequence"] | Schemas["StoredSequence"] | Schemas["RunSequence"]>} Sequence
 * @typedef {Flat<Schemas["NoClip"] | Schemas["NormClip"] | Schemas["ValueClip"]
 *   | Schemas["PerParameterClip"] | Schemas["BackwardClip"]>} Clip
 *
 * @typedef {Omit<Schemas["Experiment"], "network" | "weights" | "sequence" | "truncation" | "clip"
 *   | "follow"> & {follow: number | null, network: Filled<Schemas["Network"]>, weights: Weights, sequence: Sequence,
 *   truncation: Truncation, clip: Clip}} Experiment   with every default filled in
 *
 * @typedef {Omit<Schemas["LayerReport"], "itemized" | "spectrum">
 *   & {itemized: Itemized, spectrum: Spectrum}} Layer
 *
 * @typedef {Omit<Schemas["Flow"],
 *   "experiment" | "itemized" | "spectrum" | "graph" | "layers" | "diagnosis">
 *   & {experiment: Experiment, itemized: Itemized, spectrum: Spectrum, diagnosis: Diagnosis,
 *   graph: {nodes: Node[], edges: Edge[]}, layers: Layer[] | null, way?: Way}} Flow   the answer,
 *   with everything that the page asks for; way: which direction of a bidirectional layer it is
 *
 * @typedef {object} Way   of a direction
 * @property {boolean} reverse   whether it reads backward in time: a gradient goes to later steps
 * @property {boolean} through   whether it is below the last layer: a loss reaches its every step
 * @property {number | null} end   the furthest step that the followed loss may reach
 *
 * @typedef {{network: object, weights: object, sequence: object, loss: string,
 *   truncation: Truncation | null, clip: object, follow: number | "last" | null, window?: Steps | null,
 *   include?: string[], values?: boolean}} Request   what it may hold the vocabulary says
 *
 * @typedef {string | number | number[] | Numbers | null} Setting   the value of one
 * @typedef {Object<string, any>} Numbers   arrays as they are given, by their names; a link may
 *   hold any
 *
 * @typedef {{
 *   source: string,
 *   text: string,
 *   tokens: string,
 *   labelled: string,
 *   label: number,
 *   labels: number,
 *   steps: number,
 *   batch: number,
 *   seed: number,
 *   inputs: number,
 *   outputs: number,
 *   cell: string,
 *   layers: number,
 *   wiring: string,
 *   activation: string,
 *   hidden: number,
 *   projection: number | null,
 *   loss: string,
 *   init: string,
 *   radius: number | null,
 *   wseed: number,
 *   weights: Numbers | null,
 *   data: Numbers | null,
 *   reach: string,
 *   k: number,
 *   clip: string,
 *   mu: number,
 *   persample: string,
 *   follow: number | "last" | "all",
 *   select: string,
 *   mark: string,
 *   step: number | null,
 *   to: number | null,
 *   wall: string,
 *   numbers: string,
 *   story: string,
 *   act: number | null,
 *   preset: string,
 *   compare: string | null,
 *   [gate: string]: Setting,
 * }} Settings   of the page; beside its own the biases of gates, by the gate's name
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
 * @property {{from: number, to: number}} reach   the steps that it may reach
 * @property {Series} row   log₁₀ of the followed gradient at every step
 * @property {Series} total   log₁₀ of ‖∂L/∂h_t‖, every loss together
 * @property {Series | null} cell   as `row`, of c_t; null where there is no c, or not known yet
 * @property {number} layers
 * @property {Row[]} rows   from below
 * @property {Span} span   of the rows
 * @property {Map<string, PlacedNode>} nodes
 * @property {Map<string, PlacedEdge>} edges
 * @property {Map<string, Edge[]>} entering   the answer's edges by their target
 * @property {Map<string, Edge[]>} leaving   and by their source
 * @property {number} first   leftmost step drawn: 0, the initial state
 * @property {Sight} loaded   the steps whose nodes are there
 *
 * @typedef {object} Row
 * @property {Node["kind"]} kind   of its nodes
 * @property {number} layer   from 0
 * @property {number} y
 * @property {string} name
 *
 * @typedef {{low: number, high: number, target: number}} Span   target: where a step's is written
 * @typedef {{lo: number, hi: number}} Sight   from one time to another
 * @typedef {{first: number, last: number}} Steps   from one step to another, both included
 * @typedef {{x: number, y: number}} Point
 * @typedef {[string, string, string?]} TableRow   term, number, remark
 *
 * @typedef {object} Frame   where the time axis lies, in pixels and steps
 * @property {number} width   of the whole figure
 * @property {number} height
 * @property {number} left
 * @property {number} right
 * @property {number} lo
 * @property {number} hi
 * @property {number} [type]   the smallest that is still read, in pixels
 * @property {{width: number, height: number}} [plane]   of the picture whose scale it has
 *
 * @typedef {object} Spot   of a picture on the axis of time
 * @property {string} picture
 * @property {number} step
 * @property {string | null} thing   a node or edge
 * @property {number | null} loss   a row of the map
 *
 * @typedef {Spot & {time: number, clientX: number, clientY: number}} Pointed   under the pointer;
 *   time: the step, not rounded
 *
 * @typedef {Record<"paper" | "sheet" | "ink" | "soft" | "muted" | "rule" | "grid" | "pale"
 *   | "pale-ink" | "blocked" | "known" | "focus" | "sans", string>
 *   & {mode: "light" | "dark", flow: string[]}} Theme
 *
 * @typedef {{data: Trace[], layout: Layout}} Figure   as Plotly takes it: of what it may hold, what
 *   the page itself reads
 *
 * @typedef {{data: Object<string, unknown>[], layout: Object<string, unknown>}} FreeFigure   one that
 *   stands outside of the pictures that share an axis
 *
 * @typedef {Object<string, unknown> & {type: string, mode?: string, x?: Series, y?: Series,
 *   z?: Series[], text?: string[], textposition?: OneOrEach<string>, textfont?: Font, line?: Line,
 *   marker?: Marker, orientation?: string, base?: number}} Trace
 * @typedef {{size: number, color: OneOrEach<string>}} Font
 * @typedef {{color?: string, width?: number, dash?: string, simplify?: boolean, smoothing?: number}} Line
 * @typedef {{color?: OneOrEach<string>, size?: OneOrEach<number>, symbol?: OneOrEach<string>,
 *   line?: {width: number, color?: OneOrEach<string>}, opacity?: number}} Marker
 *
 * @typedef {Object<string, unknown> & {width: number, height: number, margin: Margin, xaxis: Axis,
 *   yaxis: Axis, shapes?: Object<string, unknown>[],
 *   annotations?: Object<string, unknown>[]}} Layout
 * @typedef {{l: number, r: number, t: number, b: number, pad?: number, autoexpand?: boolean}} Margin
 * @typedef {Object<string, unknown> & {range: number[], tickvals?: number[], ticktext?: string[],
 *   showticklabels?: boolean}} Axis
 */

/**
 * One value for all points of a trace, or each its own.
 * @template T
 * @typedef {T | T[]} OneOrEach
 */

export {};
