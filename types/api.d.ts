// The schemas of the API, written by scripts/api_types.py from its OpenAPI description:
// `make format` writes them anew.

export interface Schemas {
  /** The f of h = f(a). */
  ActivationWords: {
    /** As a request writes it. */
    name: string;
    /** As a sentence writes it. */
    label: string;
    /** What does not go with it. A field that no rule names is free. */
    rules: Schemas["Rule"][];
    /** In formulas; empty where f(a) = a. */
    symbol: string;
    /** γ = sup f′. */
    bound: number;
    /** The word for a saturated unit; empty where none ever is. */
    state: string;
  };
  /** What the forward pass did, at every step. */
  ActivityReport: {
    /** ‖h_t‖, (T,). */
    hidden_norm: (number | null)[];
    /** Mean of f′(a_t) over samples and units, (T,); null for gated cells. */
    mean_derivative: (number | null)[];
    /** ‖o_t‖, (T,); null where no output is used. */
    output_norm: (number | null)[];
  };
  /** A change that was tried and helps. */
  AdviceReport: {
    /** The change, and what arrives with and without it. */
    text: string;
    /**
     * A JSON merge patch (RFC 7396) of `experiment`: sent with it, the experiment gives `after`.
     */
    patch: Record<string, unknown>;
    /** Of this answer's experiment. */
    before: Schemas["Arrives"];
    /** With the patch. */
    after: Schemas["Arrives"];
  };
  /** An array in a few numbers, which are about what is finite in it. */
  ArrayStatistics: {
    /** Its sizes. */
    shape: number[];
    /** The least; null where nothing is finite. */
    min: number | null;
    /** The greatest; null likewise. */
    max: number | null;
    /** Null likewise. */
    mean: number | null;
    /** Standard deviation; null likewise. */
    std: number | null;
    /** log₁₀ ‖·‖; null where that is exactly zero. */
    log10_norm: number | null;
    /** How many numbers are zero. */
    zeros: number;
    /** How many are no finite number. */
    not_finite: number;
  };
  /** What is left of the loss that the verdict reads, at the earliest step that it may reach. */
  Arrives: {
    /**
     * log₁₀ of ‖∂L_i/∂s_t‖ / ‖∂L_i/∂s_i‖ with i = `loss_step`, t = `step` and s the last layer's
     * state, h, or (h, c) together; null where exactly nothing arrives. Where the last loss has a
     * gradient and no truncation ends its way, i is the last step that emits a loss and t is 1.
     * Where the forward pass overflows, of the steps before.
     */
    log10_arriving: number | null;
    /**
     * i: of the losses with a gradient the one with the most steps to travel, the last of several,
     * as in `diagnosis`; null where no loss has one.
     */
    loss_step: number | null;
    /**
     * t: the earliest step that this loss may reach, from 1. Of a change that lets it travel
     * further, `before` is of the same loss at the same step as `after`.
     */
    step: number | null;
    /** Of ‖g‖ as it leaves clipping; null where the change is not a clip. */
    log10_norm: number | null;
  };
  /** One entry of a parameter, and the values it takes, evenly spaced. */
  AxisRequest: {
    /** Its name, as an answer of `POST /api/v1/flow` lists it. */
    parameter: string;
    /** Where the entry stands in the parameter, from 0. */
    index: number[];
    /** The first value. */
    from: number;
    /** The last value, above the first. */
    to: number;
    /** How many values. */
    points: number;
  };
  /** One axis. */
  AxisValues: {
    /** As it was asked for. */
    parameter: string;
    /** As it was asked for. */
    index: number[];
    /** The entry's value at every point. */
    values: number[];
    /** The entry's value in the experiment itself. */
    own: number;
  };
  /** ∂L/∂h_t is rescaled to norm μ at every step while going back, wherever it is larger. */
  BackwardClip: {
    /** Says which rule this is. */
    rule: "backward";
    /** μ. */
    max_norm: number;
  };
  /** A bias by which a draw of weights opens one gate. */
  BiasWords: {
    /** Of drawn `weights`. */
    field: string;
    /** Whose bias it is. */
    gate: string;
    /** What a bias above 0 does, in words. */
    note: string;
  };
  /** A module as lists of reports have it. */
  BriefModule: {
    /** In the model. */
    name: string;
    /** Its class. */
    kind: string;
    /** How many are stacked. */
    layers: number;
    /** Whether it runs both ways. */
    bidirectional: boolean;
    /** D. */
    input_size: number;
    /** H. */
    hidden_size: number;
    /** T, of the longest sequence; null where not seen. */
    steps: number | null;
    /** B: sequences in the batch; null where not seen. */
    batch: number | null;
    /** How many of them are itemized in `flow`. */
    sampled: number;
    /** What the module computed in. */
    dtype: string;
    /** What was divided out. */
    loss_scale?: number | null;
    /** Backward passes of the step that are added up. */
    micro_batches: number;
    /** Whether it had more of them, which are left out. */
    more_micro_batches: boolean;
    /**
     * Of every weight ‖ours − theirs‖ / ‖theirs‖, theirs being the gradient of the framework; null:
     * it has none.
     */
    proof?: Record<string, number | null>;
    /** Whether the proof holds to the precision of the dtype. */
    trusted: boolean;
    /** One sentence where it does not. */
    why_not?: string | null;
    /** null: all are. */
    first_not_finite?: Schemas["FirstNotFinite"] | null;
    /**
     * Of the whole one `steps`, `experiment`, `diagnosis`, and `log10_norm` of `hidden_gradient`,
     * `cell_gradient`, `followed_gradient` and `followed_cell_gradient`; of a bidirectional module
     * in `directions` these, `layer`, `reverse` and `carries` of the last layer's.
     */
    flow?: Record<string, unknown> | null;
    /** Only a whole report has it. */
    layers_flow?: null;
  };
  /** A report as lists have it; `GET …/reports/{sequence}` answers the whole one. */
  BriefReport: {
    /** Steps of the optimizer before this one. */
    update: number;
    /** When. */
    time: string;
    /** Of the step; null where not seen. */
    loss?: number | null;
    /**
     * log₁₀ ‖g‖ of all parameters of the model before any clipping; null for an exact zero, and
     * where it is not finite or not seen.
     */
    log10_gradient?: number | null;
    /** null where none was seen. */
    clipping?: Schemas["WatchedClipping"] | null;
    /** Of the first group. */
    learning_rate?: number | null;
    /** Its class. */
    optimizer?: string | null;
    /** Of every recurrent parameter, its norm and that of its last step. */
    steps_taken?: Record<string, Schemas["StepTaken"] | null>;
    /** Every recurrent module. */
    modules?: Schemas["BriefModule"][];
    /** What the report cost. */
    seconds?: Schemas["ReportCost"] | null;
    /** From 1, without gaps, in the order of arrival. */
    sequence: number;
  };
  /** A map worth looking at. */
  BuiltIn: {
    /** Of the map. */
    name: string;
    /** For people. */
    title: string;
    /** What there is to see. */
    look: string;
    /** Ready for `POST /sweeps`. */
    sweep: Schemas["GivenSweep"];
  };
  /** What is left of the loss with the most steps to travel, where its way ends. */
  Carried: {
    /** i: forward the last step whose loss arrives anywhere, in reverse the first. */
    loss_step: number;
    /**
     * t: forward the earliest step that it may reach, in reverse the latest; there a way ends, not
     * at step 1.
     */
    step: number;
    /** log₁₀ of ‖∂L_i/∂h_t‖ / ‖∂L_i/∂h_i‖; null where exactly nothing arrives. */
    log10_arriving: number | null;
    /** The same in words. */
    sentence: string;
  };
  /** A recurrent cell. */
  CellWords: {
    /** As a request writes it. */
    name: string;
    /** As a sentence writes it. */
    label: string;
    /** What does not go with it. A field that no rule names is free. */
    rules: Schemas["Rule"][];
    /** In the order of its weights' blocks. */
    gates: Schemas["GateWords"][];
    /** In the order in which a step is drawn. */
    units: Schemas["UnitWords"][];
    /** Whether context units hold a copy of what it feeds back. */
    copies: boolean;
    /** Whether it feeds back o rather than h. */
    feeds_outputs: boolean;
    /** Whether its state has a second part c. */
    has_c: boolean;
    /** Whether h is a projection of its units, whose width P is `projection_size`. */
    projects: boolean;
    /** The parameter that carries the past into a step. */
    recurrent: string;
    /** Of one layer, as `explicit` weights name them. */
    parameters: string[];
    /**
     * Parameter of one layer → rows and columns, or a vector's length, in the units H, the inputs
     * D, the outputs K and the width P of a projected h; a further layer reads H (or P), or twice
     * that, instead of D.
     */
    shapes: Record<string, string[]>;
    /** Matrix → how the equations write it, LaTeX. */
    symbols: Record<string, string>;
    /** The gates' that a draw may set. */
    biases: Schemas["BiasWords"][];
  };
  /**
   * From the state that a loss i reads back to that of step t, of the last layer. ∂L_i/∂h_t =
   * ∂L_i/∂h_i · ∂h_i/∂h_{i−1} ⋯ ∂h_{t+1}/∂h_t, where nothing is truncated Every array has one entry
   * for each of the steps s = i − 1, …, t; null stands for exactly zero. Jacobians are those of the
   * forward pass, of the first sample; a truncation does not change them.
   */
  ChainReport: {
    /** i. */
    loss_step: number;
    /** t. */
    step: number;
    /** i − t, how many factors there are. */
    count: number;
    /** log₁₀ ‖∂h_{s+1}/∂h_s‖₂. */
    jacobian_log10_norm: (number | null)[];
    /** log₁₀ ‖∂h_i/∂h_s‖₂. */
    product_log10_norm: (number | null)[];
    /** log₁₀ ‖∂c_i/∂c_s‖₂; null where there is no c. */
    cell_product_log10_norm: (number | null)[] | null;
    /** f′(a_{s+1}); null but for one unit without gates. */
    slope: (number | null)[] | null;
    /** ∂h_{s+1}/∂h_s with its sign; null but for one unit. */
    jacobian: (number | null)[] | null;
    /** Of ∂h_i/∂h_s; likewise. */
    sign: (number | null)[] | null;
    /** log₁₀ ‖∂L_i/∂h_i‖, every sample. */
    entering_log10_norm: number | null;
    /** log₁₀ ‖∂L_i/∂h_s‖ as it travels: nothing where a truncation stops it. */
    gradient_log10_norm: (number | null)[];
  };
  /** From a loss back to a step: the factors ∂h_{s+1}/∂h_s between them. */
  ChainRequest: {
    /** i, a step that emits a loss. */
    loss_step: number;
    /** t, at most i. */
    step: number;
  };
  /** A change that was made. */
  Changed: {
    /** The first update that it holds for. */
    update: number;
    /** What it was. */
    change: Schemas["TrainingChange"];
  };
  /** Which gradients to compare with differences of the loss. */
  CheckRequest: {
    /**
     * As for `POST /api/v1/flow`. The gradient is that of all losses together, before clipping:
     * `follow`, `clip` and `window` change nothing here.
     */
    experiment: Schemas["Experiment"];
    /**
     * How many entries of each parameter; all where it has no more. Half of them have the largest
     * |gradient|, the others lie evenly among the rest.
     */
    entries: number;
    /**
     * h for every entry. null: for each that of 2⁻⁵² ^(1/3) · max(1, |w|) · {16, 1, 1/16, 1/256}
     * whose difference is the least uncertain.
     */
    step?: number | null;
  };
  /** One entry of a parameter's gradient, computed in two ways: b and d. */
  CheckedEntry: {
    /** Where it stands in the parameter, from 0. */
    index: number[];
    /** b, from the backward pass, before any clipping. */
    backpropagated: number | null;
    /**
     * d = (L(w + h) − L(w − h)) / 2h, by running the network forward with that entry changed and
     * nothing else; null where either pass overflows.
     */
    central_difference: number | null;
    /** |b − d| / max(|b|, |d|), 0 where both are 0; null without a d. */
    relative_difference: number | null;
    /** h, as a double stores it. */
    step: number;
    /**
     * By how much d itself may be off: its rounding, and what a larger step says differently; null
     * without a d.
     */
    uncertainty: number | null;
    /**
     * Whether a unit crosses a kink of its activation, as a ReLU that switches, between w − h and w
     * + h, at every h that was tried: there is no derivative to approach there.
     */
    kink: boolean;
    /**
     * Whether b and d differ by no more than the uncertainty, or by a millionth of the larger; null
     * where d says nothing (a kink, an overflow).
     */
    agrees: boolean | null;
  };
  /** No gradient crosses from a chunk of `steps` steps into the one before. */
  ChunkTruncation: {
    /** Says which kind this is. */
    kind: "chunk";
    /** k. */
    steps: number;
  };
  /** A rule of gradient clipping. */
  ClipWords: {
    /** As a request writes it. */
    name: string;
    /** As a sentence writes it. */
    label: string;
    /** What does not go with it. A field that no rule names is free. */
    rules: Schemas["Rule"][];
    /** The field that holds its threshold; null: none. */
    threshold: string | null;
    /** Of the threshold; empty: none. */
    letter: string;
    /** What it compares with the threshold, in words. */
    compares: string;
    /** Whether it scales g as a whole, down to the threshold. */
    keeps_direction: boolean;
    /** Whether it brings each parameter to the threshold by itself. */
    each: boolean;
    /** Whether it acts on ∂L/∂h_t while going back. */
    on_the_way: boolean;
  };
  /** What a clip rule did to the parameter gradient g. */
  ClippingReport: {
    /** As asked for. */
    rule: string;
    /** μ or v; null for `none`. */
    threshold: number | null;
    /** ‖g‖; null where a double cannot hold it. */
    norm_before: number | null;
    /** log₁₀ ‖g‖; null only where g is exactly zero. */
    log10_norm_before: number | null;
    /** ‖g after‖; null where a double cannot hold it. */
    norm_after: number | null;
    /** ‖g after‖ / ‖g‖: the factor of every component for `norm`. */
    scale: number | null;
    /** Whether the rule changed anything. */
    engaged: boolean;
    /** Of the angle between g and g after, the direction kept; null where g is exactly zero. */
    cosine: number | null;
    /** false where g holds an infinity, and ‖g‖ is one; it is then left as it is. */
    finite: boolean;
    /** What clipping each sample did, or null. */
    per_sample: Schemas["PerSampleReport"] | null;
    /**
     * What clipping each parameter did, or null: for other rules, and where each sample was clipped
     * by itself.
     */
    per_parameter: Schemas["PerParameterReport"] | null;
    /** ‖∂L/∂h_t‖ as `backward` leaves it, last layer, (T,), or null. */
    hidden_gradient: Schemas["NormSeries"] | null;
    /** The factor that `backward` applies to ∂L/∂h_t, last layer, (T,), or null. */
    step_scale: (number | null)[] | null;
  };
  /** A column in a few numbers, which are about the values that are there. */
  ColumnReport: {
    /** As the file calls it, or `column 1`. */
    name: string;
    /** The least. */
    min: number;
    /** The greatest. */
    max: number;
    /** Of all. */
    mean: number;
    /** Standard deviation, of all. */
    std: number;
    /** How many are missing; each takes the one of the row before. */
    missing: number;
  };
  /** What the answer took when it was computed; one that is kept is sent again as it was. */
  Cost: {
    /** Of one processor. */
    seconds: number;
    /** The most memory that its arrays took at once. */
    peak_bytes: number;
    /** T·H²·B·G, G the blocks of weights, as the limits count it. */
    work: number;
  };
  /** Where a ball was; entry 0 is its start, entry n what n steps made of it. */
  DescentReport: {
    /** Of the first axis's entry and of the second's. */
    points: number[][];
    /** E; null where a state or an output leaves the range of a double. */
    loss: (number | null)[];
    /**
     * log₁₀ of the norm of (∂E/∂first, ∂E/∂second) before clipping, also where no double holds it;
     * null where it is exactly zero, and where E is null.
     */
    gradient_log10_norm: (number | null)[];
    /** Whether clipping changed the gradient of which the next step is made. */
    engaged: boolean[];
    /** (∂E/∂first, ∂E/∂second); null beyond the range of a double. */
    gradient: ((number | null)[])[];
    /** What clipping made of it. */
    clipped: ((number | null)[])[];
    /**
     * overflow: fewer points than were asked for, since a step leads out of the range of a double,
     * or starts where the network's states do.
     */
    ended: "overflow" | null;
  };
  /** A ball that goes down the loss; it moves the two entries of the axes and nothing else. */
  DescentRequest: {
    /** Where it starts. Of the first axis's entry and of the second's. */
    start: number[];
    /**
     * How a step is made of the gradient, as in PyTorch: momentum and nesterov with 0.9, adam with
     * 0.9, 0.999 and 1e-8.
     */
    optimizer: "sgd" | "momentum" | "nesterov" | "adam";
    /** η. */
    learning_rate: number;
    /** How many. */
    steps: number;
    /**
     * What happens to the gradient before a step is made of it: to the two components alone,
     * ∂E/∂(first entry, second entry). `backward` is not allowed, for it acts elsewhere.
     */
    clip: Schemas["NoClip"] | Schemas["NormClip"] | Schemas["ValueClip"] | Schemas["PerParameterClip"] | Schemas["BackwardClip"];
  };
  /**
   * The verdict, read off one loss's way back through the last layer's whole state. It is the loss
   * with the most steps to travel, and of several such the last.
   */
  DiagnosisReport: {
    /** What happens to a gradient on its way back. */
    verdict: "vanishing" | "exploding" | "stable" | "blocked";
    /**
     * The factor by which one step back multiplies the norm of the gradient, the mean over the
     * steps behind the one where the loss enters; null where the gradient crosses no step or
     * follows no rate, 0 where one step back passes exactly nothing.
     */
    decay_per_step: number | null;
    /**
     * The same in words, with the factors of a step; and every layer below the last one in which
     * the gradient fares otherwise.
     */
    summary: string;
    /** i, the step whose loss was read, from 1; null where none travels. */
    loss_step: number | null;
    /** The earliest step that this loss may reach, from 1. */
    step: number | null;
    /**
     * log₁₀ of ‖∂L_i/∂(state of that step)‖ over ‖∂L_i/∂(state of step i)‖, c beside h where there
     * is one; null where exactly nothing arrives or nothing travels.
     */
    log10_arriving: number | null;
    /**
     * At most 6 changes that bring what arrives nearer to what enters: to the verdict `stable`, or
     * at least twofold and to between 10⁻⁴ and 10⁴ times as much. Not one leaves a layer with the
     * opposite verdict, or makes one vanish or explode that did not. The best first, a clip last.
     * Empty where nothing that was tried helps, or nothing need help; null unless `include` names
     * it.
     */
    advice: Schemas["AdviceReport"][] | null;
    /** How many changes were tried; null unless `advice` is included. */
    advice_tried: number | null;
    /** How many would have taken too long to try; null unless `advice` is included. */
    advice_left_out: number | null;
  };
  /**
   * One direction of a bidirectional layer. In the last layer a loss reaches the steps before it
   * forward, and those after it in reverse; in a layer below it reaches every step. A spectrum is
   * on the direction's own clock, whose step 1 is the first sample's last step in reverse.
   */
  DirectionReport: {
    /** From 0 at the input. */
    layer: number;
    /** ‖∂L/∂h_t‖, every later loss included. */
    hidden_gradient: Schemas["NormSeries"];
    /** ‖∂L/∂c_t‖; null for cells that have no c_t. */
    cell_gradient: Schemas["NormSeries"] | null;
    /** ‖∂L_i/∂h_t‖ for every pair; null where `include` leaves it out. */
    itemized: Schemas["ItemizedFlow"] | null;
    /** Its recurrent matrix and its own Jacobians; null where `include` leaves it out. */
    spectrum: Schemas["SpectrumReport"] | null;
    /**
     * What reaches the state that it begins with: in reverse, that behind each sample's last step.
     */
    initial_gradient: Schemas["InitialGradientReport"];
    /** Mean activity of every gate, of |·| for the candidate; null for cells without gates. */
    gates: Record<string, (number | null)[]> | null;
    /** Shares of saturated units and gates. */
    saturation: Schemas["SaturationReport"];
    /** Whether it reads from the end. */
    reverse: boolean;
    /**
     * Of the last layer, how far the loss with the most steps to travel comes; null of the others,
     * and where `include` leaves out `itemized`.
     */
    carries: Schemas["Carried"] | null;
  };
  /** A connection that the forward pass uses. */
  EdgeReport: {
    /** Id of the node where it comes from, forward. */
    source: string;
    /** Id of the node where it goes to, forward. */
    target: string;
    /**
     * What it carries; context is a copy, cell the path of c_t. Edges into a gated h_t carry every
     * gate's share.
     */
    kind: "input" | "recurrent" | "context" | "cell" | "output" | "loss";
    /** Whose weights it carries, `W_hh`, or null. */
    parameter: string | null;
    /**
     * Of the gradient that travels back along it, as it arrives at the source; null where it is
     * exactly zero or no path exists.
     */
    log10_norm: number | null;
    /** Of what it adds to its parameter's gradient; null likewise. */
    parameter_log10_norm: number | null;
    /** Whether a copy or a truncation stops the gradient here. */
    blocked: boolean;
    /** Of the node it enters. */
    layer: number;
  };
  /** How often a threshold would engage. */
  Engaged: {
    /** μ; null where none was given. */
    threshold: number | null;
    /** Of the draws, those with ‖g‖ > μ; null without a μ. */
    share: number | null;
  };
  /** A gradient as it came from a head and a loss outside, of the loss "given". */
  Entering: {
    /**
     * hidden: value is ∂L/∂h_t of the last layer, (S, B, H), of a bidirectional one (S, B, 2H), and
     * there is no output layer: `output_size`, W_hy and b_y are not needed and not used. output: it
     * is ∂L/∂o_t, (S, B, K).
     */
    at: "hidden" | "output";
    /**
     * At the steps that emit, [step][sample][unit], as a backward pass left it: no 1/B is added.
     * Where all of a step is zero nothing enters, and it has no row of its own.
     */
    value: number[][][];
  };
  /** One name that a field may hold. */
  Entry: {
    /** As a request writes it. */
    name: string;
    /** As a sentence writes it. */
    label: string;
    /** What does not go with it. A field that no rule names is free. */
    rules: Schemas["Rule"][];
  };
  /** One sequence (or batch) through one network, forward and back. */
  Experiment: {
    /** Which network. */
    network: Schemas["Network"];
    /** Its parameters. */
    weights: Schemas["RandomWeights"] | Schemas["ExplicitWeights"] | Schemas["NetworkWeights"] | Schemas["RunWeights"];
    /** What it reads. */
    sequence: Schemas["RandomSequence"] | Schemas["TextSequence"] | Schemas["ExplicitSequence"] | Schemas["StoredSequence"] | Schemas["RunSequence"];
    /**
     * L_t, the mean over the batch of the sum over the outputs. huber: a square within ±1, a line
     * beyond. binary-cross-entropy: of σ(o), so that o are logits; its targets lie from 0 to 1. A
     * text takes cross-entropy. given: a gradient from outside, as `entering` of an explicit
     * sequence holds it; its loss has no value, and `loss` and `step_losses` are null.
     */
    loss: "squared-error" | "cross-entropy" | "huber" | "binary-cross-entropy" | "given";
    /**
     * How far back a loss travels. Left out or null: what the cell does by itself (elman and jordan
     * copy, which is a window of 1).
     */
    truncation?: Schemas["NoTruncation"] | Schemas["WindowTruncation"] | Schemas["ChunkTruncation"] | null;
    /** What happens to the parameter gradient. */
    clip: Schemas["NoClip"] | Schemas["NormClip"] | Schemas["ValueClip"] | Schemas["PerParameterClip"] | Schemas["BackwardClip"];
    /**
     * null: every loss; i: the graph shows L_i alone; last: the loss of the last step, whichever
     * that is. The answer's experiment says the step.
     */
    follow?: "last" | number | null;
    /**
     * The steps whose nodes and edges the graph holds, and whose numbers `values` holds; null: all.
     */
    window?: Schemas["Window"] | null;
    /** Whether the answer holds the signed numbers behind the norms, of the steps of `window`. */
    values: boolean;
    /** A loss and an earlier step, between which every factor is wanted; null: none. */
    chain?: Schemas["ChainRequest"] | null;
    /**
     * The parts of the answer that are wanted; what is left out is null. `lyapunov` brings
     * `spectrum`, where the exponents stand. The diagnosis comes with `itemized` or `advice`,
     * changes that were tried, which takes about as long as all the rest. `weights` and `sequence`
     * say the experiment in numbers, whether they were drawn, read or given.
     */
    include: ("itemized" | "graph" | "spectrum" | "lyapunov" | "advice" | "weights" | "sequence")[];
    /** How many Lyapunov exponents the spectrum holds. */
    lyapunov: Schemas["Lyapunov"];
  };
  /** Inputs and targets as numbers, [step][sample][unit], only the steps that are used. */
  ExplicitSequence: {
    /** Says which kind this is. */
    kind: "explicit";
    /** At the steps that read, (S, B, D). */
    inputs: number[][][];
    /**
     * At the steps that emit: class indices (S, B) or numbers (S, B, K). squared-error: numbers.
     * cross-entropy: class indices. huber: numbers. binary-cross-entropy: numbers from 0 to 1. Left
     * out with the loss given, which has `entering`.
     */
    targets?: number[][] | number[][][] | null;
    /** With the loss given, and no other: the gradient that enters. */
    entering?: Schemas["Entering"] | null;
    /**
     * T_b of every sample, 1 … T; left out: T. Nothing behind a sample's end counts, in no number
     * and in no sentence. Of a topology with one loss, that of a sample is at its own last step.
     */
    lengths?: number[] | null;
    /**
     * w of L_t = (1/B) Σ_b w_tb ℓ_tb, from 0, at the steps that emit, [step][sample]; left out: 1.
     * A class target of −100 has weight 0. A given gradient is multiplied by w, and by no 1/B.
     */
    loss_weights?: number[][] | null;
    /**
     * true where a sample's state starts at zero before a step, [step][sample], T of them: the
     * recurrence is cut there, forward and back; left out: nowhere.
     */
    resets?: boolean[][] | null;
    /**
     * Initial state, (B, H), or (layers, B, H) where stacked; of bidirectional layers (2 layers, B,
     * H), a layer's reverse one behind its forward one; null: zeros.
     */
    h_0?: number[][] | number[][][] | null;
    /** Initial cell state, likewise, of cells with a c; null: zeros. */
    c_0?: number[][] | number[][][] | null;
    /** T; left out or null, or exactly what the arrays say. */
    steps?: number | null;
  };
  /**
   * Weights as numbers: exactly the parameters of the cell; G = 4 for lstm, lstm-peephole,
   * lstm-relu and lstm-projected, 3 for gru and gru-reset-before, 2 for mgu, else 1.
   */
  ExplicitWeights: {
    /** Says which kind this is. */
    kind: "explicit";
    /** Input → hidden, (G·H, D). */
    W_xh?: number[][] | null;
    /** Hidden → hidden, (G·H, H), or (G·H, P) of a projected h; not for jordan. */
    W_hh?: number[][] | null;
    /** Output → hidden, (H, K); jordan only. */
    W_yh?: number[][] | null;
    /** Bias of the hidden units, (G·H). */
    b_h?: number[] | null;
    /** Bias inside the reset product, (H); gru only. */
    b_hn?: number[] | null;
    /** Peephole through which the input gate sees C_{t−1}, (H); lstm-peephole only. */
    p_i?: number[] | null;
    /** Peephole through which the forget gate sees C_{t−1}, (H); lstm-peephole only. */
    p_f?: number[] | null;
    /** Peephole through which the output gate sees C_t, (H); lstm-peephole only. */
    p_o?: number[] | null;
    /** Units → projected h, (P, H); lstm-projected only. */
    W_hr?: number[][] | null;
    /** As W_xh, of layer 0, in reverse. */
    W_xh_reverse?: number[][] | null;
    /** As W_hh, of layer 0, in reverse. */
    W_hh_reverse?: number[][] | null;
    /** As W_yh, of layer 0, in reverse. */
    W_yh_reverse?: number[][] | null;
    /** As b_h, of layer 0, in reverse. */
    b_h_reverse?: number[] | null;
    /** As b_hn, of layer 0, in reverse. */
    b_hn_reverse?: number[] | null;
    /** As p_i, of layer 0, in reverse. */
    p_i_reverse?: number[] | null;
    /** As p_f, of layer 0, in reverse. */
    p_f_reverse?: number[] | null;
    /** As p_o, of layer 0, in reverse. */
    p_o_reverse?: number[] | null;
    /** As W_hr, of layer 0, in reverse. */
    W_hr_reverse?: number[][] | null;
    /** As W_xh, of layer 1. */
    W_xh_1?: number[][] | null;
    /** As W_hh, of layer 1. */
    W_hh_1?: number[][] | null;
    /** As W_yh, of layer 1. */
    W_yh_1?: number[][] | null;
    /** As b_h, of layer 1. */
    b_h_1?: number[] | null;
    /** As b_hn, of layer 1. */
    b_hn_1?: number[] | null;
    /** As p_i, of layer 1. */
    p_i_1?: number[] | null;
    /** As p_f, of layer 1. */
    p_f_1?: number[] | null;
    /** As p_o, of layer 1. */
    p_o_1?: number[] | null;
    /** As W_hr, of layer 1. */
    W_hr_1?: number[][] | null;
    /** As W_xh, of layer 1, in reverse. */
    W_xh_1_reverse?: number[][] | null;
    /** As W_hh, of layer 1, in reverse. */
    W_hh_1_reverse?: number[][] | null;
    /** As W_yh, of layer 1, in reverse. */
    W_yh_1_reverse?: number[][] | null;
    /** As b_h, of layer 1, in reverse. */
    b_h_1_reverse?: number[] | null;
    /** As b_hn, of layer 1, in reverse. */
    b_hn_1_reverse?: number[] | null;
    /** As p_i, of layer 1, in reverse. */
    p_i_1_reverse?: number[] | null;
    /** As p_f, of layer 1, in reverse. */
    p_f_1_reverse?: number[] | null;
    /** As p_o, of layer 1, in reverse. */
    p_o_1_reverse?: number[] | null;
    /** As W_hr, of layer 1, in reverse. */
    W_hr_1_reverse?: number[][] | null;
    /** As W_xh, of layer 2. */
    W_xh_2?: number[][] | null;
    /** As W_hh, of layer 2. */
    W_hh_2?: number[][] | null;
    /** As W_yh, of layer 2. */
    W_yh_2?: number[][] | null;
    /** As b_h, of layer 2. */
    b_h_2?: number[] | null;
    /** As b_hn, of layer 2. */
    b_hn_2?: number[] | null;
    /** As p_i, of layer 2. */
    p_i_2?: number[] | null;
    /** As p_f, of layer 2. */
    p_f_2?: number[] | null;
    /** As p_o, of layer 2. */
    p_o_2?: number[] | null;
    /** As W_hr, of layer 2. */
    W_hr_2?: number[][] | null;
    /** As W_xh, of layer 2, in reverse. */
    W_xh_2_reverse?: number[][] | null;
    /** As W_hh, of layer 2, in reverse. */
    W_hh_2_reverse?: number[][] | null;
    /** As W_yh, of layer 2, in reverse. */
    W_yh_2_reverse?: number[][] | null;
    /** As b_h, of layer 2, in reverse. */
    b_h_2_reverse?: number[] | null;
    /** As b_hn, of layer 2, in reverse. */
    b_hn_2_reverse?: number[] | null;
    /** As p_i, of layer 2, in reverse. */
    p_i_2_reverse?: number[] | null;
    /** As p_f, of layer 2, in reverse. */
    p_f_2_reverse?: number[] | null;
    /** As p_o, of layer 2, in reverse. */
    p_o_2_reverse?: number[] | null;
    /** As W_hr, of layer 2, in reverse. */
    W_hr_2_reverse?: number[][] | null;
    /** As W_xh, of layer 3. */
    W_xh_3?: number[][] | null;
    /** As W_hh, of layer 3. */
    W_hh_3?: number[][] | null;
    /** As W_yh, of layer 3. */
    W_yh_3?: number[][] | null;
    /** As b_h, of layer 3. */
    b_h_3?: number[] | null;
    /** As b_hn, of layer 3. */
    b_hn_3?: number[] | null;
    /** As p_i, of layer 3. */
    p_i_3?: number[] | null;
    /** As p_f, of layer 3. */
    p_f_3?: number[] | null;
    /** As p_o, of layer 3. */
    p_o_3?: number[] | null;
    /** As W_hr, of layer 3. */
    W_hr_3?: number[][] | null;
    /** As W_xh, of layer 3, in reverse. */
    W_xh_3_reverse?: number[][] | null;
    /** As W_hh, of layer 3, in reverse. */
    W_hh_3_reverse?: number[][] | null;
    /** As W_yh, of layer 3, in reverse. */
    W_yh_3_reverse?: number[][] | null;
    /** As b_h, of layer 3, in reverse. */
    b_h_3_reverse?: number[] | null;
    /** As b_hn, of layer 3, in reverse. */
    b_hn_3_reverse?: number[] | null;
    /** As p_i, of layer 3, in reverse. */
    p_i_3_reverse?: number[] | null;
    /** As p_f, of layer 3, in reverse. */
    p_f_3_reverse?: number[] | null;
    /** As p_o, of layer 3, in reverse. */
    p_o_3_reverse?: number[] | null;
    /** As W_hr, of layer 3, in reverse. */
    W_hr_3_reverse?: number[][] | null;
    /** Hidden → output, (K, H), of bidirectional layers (K, 2H). */
    W_hy?: number[][] | null;
    /** Bias of the outputs, (K). */
    b_y?: number[] | null;
  };
  /** Where the first number stands that is not finite. */
  FirstNotFinite: {
    /** From 0, the lowest. */
    layer: number;
    /** From 1. */
    step: number;
    /** What it is a value of: `x`, `h`, `c`, the `gradient` that enters, or a `weight`. */
    quantity: string;
    /** Of a weight: every one that holds a number that is not finite. */
    parameters?: string[];
    /**
     * Of a bidirectional module whether in the direction that reads backward in time; null where it
     * is in no direction, as an input.
     */
    reverse: boolean | null;
  };
  /** One sequence (or batch) forward and back. */
  Flow: {
    /** The request with every default filled in; sent again, it gives these numbers. */
    experiment: Schemas["Experiment"];
    /** T; where a state overflows, the steps before it. */
    steps: number;
    /**
     * null where the forward pass stayed in range. Else everything here is about the steps before.
     */
    overflow: Schemas["OverflowReport"] | null;
    /**
     * L, the sum over the steps; null where no step emits one, where a double cannot hold it, and
     * where only its gradient is given.
     */
    loss: number | null;
    /** L_t; null where no loss is emitted or only its gradient is given. */
    step_losses: (number | null)[];
    /** ‖∂L/∂h_t‖, every later loss included. */
    hidden_gradient: Schemas["NormSeries"];
    /** ‖∂L/∂c_t‖; null for cells that have no c_t. */
    cell_gradient: Schemas["NormSeries"] | null;
    /**
     * ‖∂L_i/∂h_t‖ of the followed loss, at every step; null where none is followed, or where
     * `include` leaves out the graph.
     */
    followed_gradient: Schemas["NormSeries"] | null;
    /** ‖∂L_i/∂c_t‖ likewise; null for cells that have no c_t. */
    followed_cell_gradient: Schemas["NormSeries"] | null;
    /** ‖∂L_i/∂h_t‖ for every pair; null where `include` leaves it out. */
    itemized: Schemas["ItemizedFlow"] | null;
    /** What reaches h_0 and c_0. */
    initial_gradient: Schemas["InitialGradientReport"];
    /** Mean activity of every gate, of |·| for the candidate; null for cells without gates. */
    gates: Record<string, (number | null)[]> | null;
    /** Shares of saturated units and gates. */
    saturation: Schemas["SaturationReport"];
    /**
     * Every layer where they are stacked, else null. What stands outside is about the last layer.
     */
    layers: Schemas["LayerReport"][] | null;
    /**
     * Of bidirectional layers every direction, the input's layer first, forward before reverse;
     * else null. Outside then stand ∂L/∂h_t and ∂L/∂c_t of the last layer, both directions side by
     * side, and no matrix, gates, diagnosis or graph.
     */
    directions: Schemas["DirectionReport"][] | null;
    /** Every parameter's. */
    parameter_gradients: Record<string, Schemas["ParameterFlow"]>;
    /** What the clip rule did. */
    clipping: Schemas["ClippingReport"];
    /** The recurrent matrix and the Jacobians; null where `include` leaves it out. */
    spectrum: Schemas["SpectrumReport"] | null;
    /** The verdict in words; null where `include` names neither `itemized` nor `advice`. */
    diagnosis: Schemas["DiagnosisReport"] | null;
    /** The unrolled network; only `follow` where given; null where `include` leaves it out. */
    graph: Schemas["GraphReport"] | null;
    /** The signed numbers behind the norms; null unless asked for. */
    values: Schemas["ValuesReport"] | null;
    /** The factors between a loss and an earlier step; null unless asked for. */
    chain: Schemas["ChainReport"] | null;
    /** The forward pass. */
    activity: Schemas["ActivityReport"];
    /** null unless the sequence is a text. */
    text: Schemas["TextReport"] | null;
    /**
     * What should be known beside the numbers, as sentences: what is assumed of weights that came
     * from a file, that float32 is computed in float64, and which columns of a sequence are not
     * scaled.
     */
    notes: string[];
    /** How a sequence that is kept was read; null of others. */
    series: Schemas["SeriesReport"] | null;
    /** The name of the network, out of a file, whose weights they are; null of others. */
    weights_of: string | null;
    /**
     * Time and memory that it took; null where T·H²·B·G, G the blocks of weights, is at most
     * 100,000,000.
     */
    cost: Schemas["Cost"] | null;
    /**
     * The parameters as numbers, drawn or given: in the experiment's place they give these numbers
     * again; null unless `include` names them.
     */
    weights: Schemas["ExplicitWeights"] | null;
    /** Inputs and targets as numbers, likewise; those of an explicit sequence as given. */
    sequence: Schemas["ExplicitSequence"] | null;
  };
  /** Shares of one gate's units over samples and units, (T,) each; from 0 to 1. */
  GateShares: {
    /** Below 0.1; null for a candidate. */
    shut: number[] | null;
    /** Above 0.9; null for a candidate. */
    open: number[] | null;
    /** Of a candidate, |g| above 0.9, or g = 0 of a ReLU; of a gate, shut or open. */
    saturated: number[];
  };
  /** One gate of a cell. */
  GateWords: {
    /** As an answer's `gates` name it. */
    name: string;
    /** In the equations. */
    letter: string;
    /** In a sentence. */
    label: string;
    /**
     * write: lets the candidate in; keep: holds the state; read: shows the state; reset: hides the
     * past from the candidate; candidate: what is new, with a sign.
     */
    role: "write" | "keep" | "read" | "reset" | "candidate";
  };
  /** A field that is varied: from a number to another in so many points, or values as they are. */
  GivenAxis: {
    /** JSON pointer into the experiment, or into the plan. */
    at: string;
    /** The first value. */
    from?: number | null;
    /** The last value. */
    to?: number | null;
    /** How many there are. */
    points?: number | null;
    /** Whether they lie evenly, or by equal factors. */
    scale?: "linear" | "log" | null;
    /** Instead of a span: numbers, names, or whole objects. */
    values?: unknown[] | null;
    /** What the values are called where they are drawn. */
    labels?: (number | string)[] | null;
    /** What the axis is called. */
    label?: string | null;
  };
  /** What is mapped. */
  GivenSweep: {
    /** What is varied, as `POST /flow` takes it; nothing in it is kept here. */
    experiment?: Record<string, unknown> | null;
    /** Instead of an experiment the plan of a training, as `POST /runs` takes it. */
    training?: Record<string, unknown> | null;
    /** The horizontal one first. */
    axes: Schemas["GivenAxis"][];
    /** A further one, of whose values each has a small map. */
    rows?: Schemas["GivenAxis"] | null;
    /** Draws of every point; seeds of weights and sequence are counted up. */
    seeds: number;
    /** Which are wanted, in `GET /maps`. */
    numbers?: ("arriving" | "decay_per_step" | "verdict" | "log10_norm" | "clipped" | "lyapunov" | "long_to_short" | "saturation" | "spectral_radius" | "spectral_norm" | "solved" | "updates_to_success" | "final_loss")[] | null;
    /**
     * Whether only those places are computed whose neighbours differ in the first of the numbers.
     */
    refine: boolean;
  };
  /** Every parameter's gradient beside central differences of the loss. */
  GradientCheck: {
    /** Every parameter's. */
    parameters: Record<string, Schemas["ParameterCheckReport"]>;
    /** The largest of theirs; null if there is none. */
    worst: number | null;
    /**
     * Whether the gradient is that of the loss. false under a truncation that cuts paths: the two
     * numbers then differ on purpose.
     */
    exact: boolean;
    /** The same in words; null where exact. */
    note: string | null;
    /** How often the network ran forward. */
    passes: number;
  };
  /** The unrolled network with the gradient of the followed losses on every edge. */
  GraphReport: {
    /** Step by step. */
    nodes: Schemas["NodeReport"][];
    /** Step by step; those across a window's borders name nodes that are not in it. */
    edges: Schemas["EdgeReport"][];
  };
  /** A matrix that could read the states of a module: W_hy, and the vector beside it: b_y. */
  HeadReport: {
    /** Of its own in the file. */
    name: string;
    /** The tensor that is W_hy. */
    weight: string;
    /** The tensor that is b_y; null: zeros. */
    bias: string | null;
    /** K. */
    output_size: number;
    /** How many numbers it reads. */
    input_size: number;
    /** The modules whose states it reads; null where the file does not say. */
    reads: string[] | null;
    /** What of it is not computed, or not in the file, as sentences. */
    assumed: string[];
    /** Why it cannot be taken; null where it can. */
    why_not: string | null;
  };
  /** The service is up. */
  Health: {
    /** Always ok: it answered. */
    status: "ok";
    /** Of the service. */
    version: string;
  };
  /**
   * What reaches a layer's initial state, every loss included; zero where a truncation stops it.
   */
  InitialGradientReport: {
    /** ‖∂L/∂h_0‖; null for Jordan's cell, which reads o_0 = 0 instead. */
    hidden: Schemas["OneNorm"] | null;
    /** ‖∂L/∂c_0‖; null where there is no c. */
    cell: Schemas["OneNorm"] | null;
  };
  /** How weights are drawn. */
  InitialisationWords: {
    /** As a request writes it. */
    name: string;
    /** As a sentence writes it. */
    label: string;
    /** What does not go with it. A field that no rule names is free. */
    rules: Schemas["Rule"][];
    /** Whether it has a scale of its own, so that no spectral radius is wanted. */
    scaled: boolean;
    /** Whether it asks for how long a unit shall remember at most, `t_max`. */
    takes_length: boolean;
  };
  /**
   * ‖∂L_i/∂h_t‖ for every loss i and step t, or a sample of them. Above 512 steps it holds those of
   * a grid. Where all rows together would take too long (an LSTM of 256 units, a batch of 64, 200
   * steps), it holds the rows of some losses.
   */
  ItemizedFlow: {
    /** Steps i that emit a loss and have a row, from 1, (I,). */
    loss_steps: number[];
    /** Steps t, from 1, (S,); every i is among them. */
    steps: number[];
    /** [i][t], (I, S); null where t > i, where no path exists, or where exactly zero. */
    log10_norm: ((number | null)[])[];
    /**
     * log₁₀ ‖∂L_i/∂(h_t, c_t)‖ likewise, √(‖∂L_i/∂h_t‖² + ‖∂L_i/∂c_t‖²), where the cell has a c;
     * else null: h is the whole state.
     */
    state_log10_norm: ((number | null)[])[] | null;
    /** Every step that emits a loss, from 1; null where each of them has a row. */
    emitting: number[] | null;
    /** Which losses and steps were chosen, and why, in words; null where all are there. */
    note: string | null;
  };
  /** A network that is kept. */
  KeptNetwork: {
    /** Nobody can guess it. */
    id: string;
    /** For people. */
    name: string;
    /** What somebody wrote about it. */
    note: string;
    /** When it came. */
    created: string;
    /** When it was last changed. */
    changed: string;
    /** Of the file. */
    format: "safetensors" | "npz" | "keras" | "onnx";
    /** SHA-256 of the file: the same file is kept once. */
    digest: string;
    /** Of the file. */
    bytes: number;
    /** What the file holds, the first 500. */
    tensors: Schemas["TensorReport"][];
    /** How many more there are. */
    tensors_left_off: number;
    /** The recurrent layers that were found; where several fit the same, each. */
    modules: Schemas["ModuleReport"][];
    /** What may read their states. */
    heads: Schemas["HeadReport"][];
    /** The module that is chosen: at once where exactly one is supported. */
    module: string | null;
    /** The head that is chosen, at once where exactly one fits. */
    head: string | null;
    /**
     * Of the chosen module's parameters, as `W_hh (layer 0)`, and the head's, W_hy and b_y; empty
     * where none is chosen.
     */
    statistics: Record<string, Schemas["ArrayStatistics"]>;
  };
  /** A report with its place in its run. */
  KeptReport: {
    /** Steps of the optimizer before this one. */
    update: number;
    /** When. */
    time: string;
    /** Of the step; null where not seen. */
    loss?: number | null;
    /**
     * log₁₀ ‖g‖ of all parameters of the model before any clipping; null for an exact zero, and
     * where it is not finite or not seen.
     */
    log10_gradient?: number | null;
    /** null where none was seen. */
    clipping?: Schemas["WatchedClipping"] | null;
    /** Of the first group. */
    learning_rate?: number | null;
    /** Its class. */
    optimizer?: string | null;
    /** Of every recurrent parameter, its norm and that of its last step. */
    steps_taken?: Record<string, Schemas["StepTaken"] | null>;
    /** Every recurrent module. */
    modules?: Schemas["WatchedModule"][];
    /** What the report cost. */
    seconds?: Schemas["ReportCost"] | null;
    /** From 1, without gaps, in the order of arrival. */
    sequence: number;
  };
  /** A sequence that is kept. */
  KeptSequence: {
    /** Nobody can guess it. */
    id: string;
    /** For people. */
    name: string;
    /** What somebody wrote about it. */
    note: string;
    /** When it came. */
    created: string;
    /** When it was last changed. */
    changed: string;
    /** SHA-256 of the file: the same file is kept once. */
    digest: string;
    /** Of the file. */
    bytes: number;
    /** Of the file. */
    format: "csv" | "json" | "text" | "npz";
    /** One sequence, several of one length, or characters. */
    kind: "series" | "batches" | "text";
    /** T. */
    rows: number;
    /** How many sequences there are. */
    batch: number;
    /** What a step can read; of a text one, the places of its characters. */
    columns: Schemas["ColumnReport"][];
    /** Of a text its different characters, sorted. */
    alphabet: string | null;
    /** Columns that are not scaled, constant, left out or have gaps, as sentences. */
    warnings: string[];
  };
  /** A map that is kept. */
  KeptSweep: {
    /** Nobody can guess it. */
    id: string;
    /** For people. */
    name: string;
    /** What somebody wrote about it. */
    note: string;
    /** When it was asked for. */
    created: string;
    /** When it last went on or was changed. */
    changed: string;
    /** queued: it waits for its turn. */
    state: "queued" | "running" | "paused" | "ended";
    /** Why it does not go on, or not everywhere, in words; null: it does. */
    why: string | null;
    /** Points that there are. */
    count: number;
    /** Points that are known. */
    done: number;
    /** Of these, points that are no experiment or have no numbers. */
    wrong: number;
    /** Networks that were computed for it. */
    computed: number;
    /** Networks that had been computed before. */
    known: number;
    /** Lately; null while it does not run. */
    points_per_second: number | null;
    /** At that rate; null while it does not run. */
    seconds_left: number | null;
    /** What is mapped, with every value said. */
    sweep: Record<string, unknown>;
    /** Lines beside it; in a list, and until they are there, null. */
    theory?: Schemas["Line"][] | null;
  };
  /** The class that a whole text belongs to. */
  Label: {
    /** Which class, from 0. */
    index: number;
    /** How many classes there are. */
    of: number;
  };
  /**
   * E and the norm of its gradient over the grid; [j][i] is point i of the first axis, j of the
   * second.
   */
  LandscapeReport: {
    /** The two axes. */
    axes: Schemas["AxisValues"][];
    /**
     * E; null where a state or an output leaves the range of a double; without `grid` null as a
     * whole.
     */
    loss: ((number | null)[])[] | null;
    /**
     * log₁₀ ‖(∂E/∂first, ∂E/∂second)‖, also where no double holds the norm; null where it is
     * exactly zero.
     */
    gradient_log10_norm: ((number | null)[])[] | null;
    /** In the order of the request. */
    descents: Schemas["DescentReport"][];
    /** In the order of the request. */
    places: Schemas["PlaceReport"][];
  };
  /** The loss over two entries of the parameters of a network of one unit. */
  LandscapeRequest: {
    /**
     * As for `POST /api/v1/flow`, with `hidden_size` 1 and `num_layers` 1; any cell, any number of
     * inputs, outputs and samples. `follow`, `clip`, `window`, `values`, `include` and `lyapunov`
     * change nothing here.
     */
    experiment: Schemas["Experiment"];
    /** The two entries that are moved, from where to where. */
    axes: Schemas["AxisRequest"][];
    /** Whether the loss over the grid of the axes is wanted. */
    grid: boolean;
    /** Balls that start on it. */
    descents: Schemas["DescentRequest"][];
    /** Places whose numbers are wanted. */
    places: Schemas["PlaceRequest"][];
  };
  /** One of several stacked layers. */
  LayerReport: {
    /** From 0 at the input. */
    layer: number;
    /** ‖∂L/∂h_t‖, every later loss included. */
    hidden_gradient: Schemas["NormSeries"];
    /** ‖∂L/∂c_t‖; null for cells that have no c_t. */
    cell_gradient: Schemas["NormSeries"] | null;
    /** ‖∂L_i/∂h_t‖ for every pair; null where `include` leaves it out. */
    itemized: Schemas["ItemizedFlow"] | null;
    /** Its recurrent matrix and its own Jacobians; null where `include` leaves it out. */
    spectrum: Schemas["SpectrumReport"] | null;
    /** What reaches its h_0 and c_0. */
    initial_gradient: Schemas["InitialGradientReport"];
    /** Mean activity of every gate, of |·| for the candidate; null for cells without gates. */
    gates: Record<string, (number | null)[]> | null;
    /** Shares of saturated units and gates. */
    saturation: Schemas["SaturationReport"];
  };
  /**
   * One layer's numbers at the steps of the window, S of them, [step][sample][unit]. What a double
   * cannot hold, too large or too small, is null, and so is what lies behind a sample's end.
   */
  LayerValues: {
    /** From 0 at the input. */
    layer: number;
    /** h_t, (S, B, H). */
    h: (((number | null)[])[])[];
    /** ∂L/∂h_t, every followed loss i ≥ t included, (S, B, H). */
    dh: (((number | null)[])[])[];
    /** Pre-activation a_t, (S, B, H); null for gated cells. */
    a: (((number | null)[])[])[] | null;
    /** f′(a_t), (S, B, H); null for gated cells. */
    slope: (((number | null)[])[])[] | null;
    /** c_t, (S, B, H); null where there is none. */
    c: (((number | null)[])[])[] | null;
    /** ∂L/∂c_t with what comes through h_t, likewise. */
    dc: (((number | null)[])[])[] | null;
    /** Gate → its values, the candidate's signed, (S, B, H) each; null without gates. */
    gates: Record<string, (((number | null)[])[])[]> | null;
    /** Gate → its pre-activation, likewise. */
    pre: Record<string, (((number | null)[])[])[]> | null;
    /** Gate → ∂L/∂(its pre-activation), likewise. */
    dpre: Record<string, (((number | null)[])[])[]> | null;
    /** Initial state, [sample][unit], (B, H); null where no step reads it (Jordan). */
    h_0: ((number | null)[])[] | null;
    /** ∂L/∂h_0, likewise; zero where a truncation stops before. */
    dh_0: ((number | null)[])[] | null;
    /** Initial cell state, (B, H); null where there is none. */
    c_0: ((number | null)[])[] | null;
    /** ∂L/∂c_0, likewise. */
    dc_0: ((number | null)[])[] | null;
    /**
     * What travels back along each kind of edge into the layer's units of a step, as it arrives at
     * its source, by the names of `Connection.carries`: (S, B, ·) each.
     */
    travels: Record<string, (((number | null)[])[])[]>;
  };
  /** Where theory says that something changes: a ρ for every value of the other axis. */
  Line: {
    /** Of the line. */
    name: string;
    /** What is written beside it. */
    label: string;
    /** What changes there, and what that leaves out. */
    words: string;
    /** Where it is proved. */
    source: string;
    /** Which of the axes ρ is, from 0. */
    axis: number;
    /** The ρ for every value of the other axis; null where it does not apply. */
    radii: (number | null)[];
    /** Of which small map, from 0; null where there is one. */
    row: number | null;
  };
  /** Σ ‖∂L_i/∂h_t‖ over pairs at least s steps apart, beside that over nearer ones. */
  LongToShort: {
    /** s, in steps; lags i − t ≥ s are long. */
    split: number;
    /** log₁₀ of long over short; null where either is exactly zero or has no pair. */
    log10_ratio: number | null;
  };
  /** The L_t of a step. */
  LossWords: {
    /** As a request writes it. */
    name: string;
    /** As a sentence writes it. */
    label: string;
    /** What does not go with it. A field that no rule names is free. */
    rules: Schemas["Rule"][];
    /** What explicit targets hold; null: it has none. */
    targets: "classes" | "numbers" | null;
    /**
     * The field of an explicit sequence that it takes in place of targets; null: none. No drawn
     * sequence and no text has it.
     */
    needs: string | null;
    /** What targets that are numbers lie between; null: anywhere, or there are none. */
    between: [number, number] | null;
  };
  /** The Lyapunov exponents that are wanted, where `include` names them. */
  Lyapunov: {
    /**
     * So many of the largest; null: all, which takes the decomposition of square matrices, for an
     * LSTM of 64 units and 100 steps 15 times as long as the leading 8.
     */
    count: number | null;
  };
  /** Something that happened at an update. */
  Mark: {
    /** Of the run's marks; one that comes twice has the same. */
    id: number;
    /** Of the update; 0: before the first. */
    update: number;
    /** What it is. */
    kind: string;
    /** In words. */
    text: string;
    /** The numbers that the words name. */
    values: Record<string, unknown>;
  };
  /** An optimizer, a schedule, or a rule of clipping that trainings have. */
  MethodWords: {
    /** As a request writes it. */
    name: string;
    /** As a sentence writes it. */
    label: string;
    /** What does not go with it. A field that no rule names is free. */
    rules: Schemas["Rule"][];
    /** LaTeX; empty: it has none. */
    formula: string;
    /** In a sentence; empty: the formula says it. */
    does: string;
    /** Of a rule's threshold; empty: it has none. */
    letter: string;
    /** Whether a rule's threshold follows from the norms before. */
    adapts: boolean;
    /** What stands beside its name. */
    settings: Schemas["SettingWords"][];
  };
  /** A recurrent layer of a file, or several that are stacked. */
  ModuleReport: {
    /** Of its own in the file. */
    name: string;
    /** What it is in its framework. */
    module: "torch.nn.RNN" | "torch.nn.LSTM" | "torch.nn.LSTM(proj_size)" | "torch.nn.GRU" | "keras.SimpleRNN" | "keras.LSTM" | "keras.LSTM(activation='relu')" | "keras.GRU" | "keras.GRU(reset_after=False)";
    /** The cell that computes the same. */
    cell: "simple" | "elman" | "jordan" | "lstm" | "gru" | "mgu" | "gru-reset-before" | "lstm-peephole" | "lstm-relu" | "lstm-projected";
    /** How many are stacked. */
    layers: number;
    /** Whether it has a second direction. */
    bidirectional: boolean;
    /** D. */
    input_size: number;
    /** H. */
    hidden_size: number;
    /** P of PyTorch's proj_size; null without. */
    projection_size: number | null;
    /** f of a cell without gates; null with gates. */
    activation: string | null;
    /** Of its weights; several, joined by `, `. */
    dtype: string;
    /** Array of the module → the tensor of the file that it is, or is made of. */
    tensors: Record<string, string>;
    /** Whether an experiment can take it. */
    supported: boolean;
    /** Why it cannot; null where it can. */
    why_not: string | null;
    /** What names and shapes cannot decide, as sentences. */
    assumed: string[];
  };
  /** A row of a table, with its settings beside its name. */
  Named: {
    /** Of the row. */
    name: string;
    [more: string]: string | boolean | number | null;
  };
  /** A recurrent network: its cell, its wiring and its sizes. */
  Network: {
    /** The recurrent cell. */
    cell: "simple" | "elman" | "jordan" | "lstm" | "gru" | "mgu" | "gru-reset-before" | "lstm-peephole" | "lstm-relu" | "lstm-projected";
    /** Which steps read an input and which emit a loss. */
    topology: "one-to-one" | "many-to-one" | "many-to-many" | "one-to-many";
    /** f in h = f(a); cells with gates have their own and take tanh. */
    activation: "tanh" | "sigmoid" | "relu" | "linear" | "softsign" | "leaky-relu" | "gelu";
    /** D. Left out or null: 4, or what a text needs. */
    input_size?: number | null;
    /** H. */
    hidden_size: number;
    /** K. Left out or null: 4, or what a text needs. */
    output_size?: number | null;
    /** Stacked layers; layer l reads the states of layer l − 1. */
    num_layers: number;
    /**
     * Whether every layer has a second direction, which reads from each sample's end; the layer
     * above and the outputs read both states, (2H), and the second one's weights are called
     * W_hh_reverse, W_hh_1_reverse. Not for cells with context units. The answer has `directions`;
     * there is no graph, `values`, `chain`, `follow`, `window`, `truncation`, advice or clipping on
     * the way back, and no check, landscape or norms of many draws. An answer names it where it is
     * true.
     */
    bidirectional: boolean;
    /**
     * P, the width of h_t of a cell that projects its states, at most H; lstm-projected only. Left
     * out or null: half of H, rounded up. An answer names it where there is one.
     */
    projection_size?: number | null;
  };
  /** What is to be changed in a network; what is left out stays. */
  NetworkChange: {
    /** For people; null: as it is. */
    name?: string | null;
    /** What somebody wrote about it; null: as it is. */
    note?: string | null;
    /** The name of one of its modules that are supported; null: none is chosen. */
    module?: string | null;
    /**
     * The name of one of its heads; null: none is chosen. Where a module is named and no head, the
     * one that fits, if it is the only one.
     */
    head?: string | null;
  };
  /** Networks, the newest first. */
  NetworkPage: {
    /** As many as were asked for. */
    networks: Schemas["KeptNetwork"][];
    /** What to send as `before` for those that follow. */
    next: string | null;
  };
  /**
   * Weights out of a file that is kept. What `network` says has to be what the file has; what it
   * leaves out is taken from there.
   */
  NetworkWeights: {
    /** What the recurrent matrix of every layer is multiplied by. */
    recurrent_scale: number;
    /** Added to the bias of every layer's forget gate, of cells that have one. */
    forget_bias: number;
    /** Likewise to that of the update gate. */
    update_bias: number;
    /** Says which kind this is. */
    kind: "network";
    /** Of a network of /networks. */
    id: string;
    /**
     * The name of one of its modules that are supported. Left out or null: the one that is chosen
     * in the network, as the only one that fits is. An answer names it.
     */
    module?: string | null;
    /**
     * The name of one of its heads, W_hy and b_y (zero where it has no bias). null: none, for the
     * loss given at the hidden states.
     */
    head?: string | null;
  };
  /** A run to be kept, to which a program will report. */
  NewRun: {
    /** What reports to it. */
    kind: "watched";
    /** For people. */
    name: string;
    /** Facts: the framework, the model, how often it reports. */
    about?: Record<string, string | boolean | number | null>;
  };
  /** A map that is to be computed. */
  NewSweep: {
    /** What is varied, as `POST /flow` takes it; nothing in it is kept here. */
    experiment?: Record<string, unknown> | null;
    /** Instead of an experiment the plan of a training, as `POST /runs` takes it. */
    training?: Record<string, unknown> | null;
    /** The horizontal one first. */
    axes: Schemas["GivenAxis"][];
    /** A further one, of whose values each has a small map. */
    rows?: Schemas["GivenAxis"] | null;
    /** Draws of every point; seeds of weights and sequence are counted up. */
    seeds: number;
    /** Which are wanted, in `GET /maps`. */
    numbers?: ("arriving" | "decay_per_step" | "verdict" | "log10_norm" | "clipped" | "lyapunov" | "long_to_short" | "saturation" | "spectral_radius" | "spectral_norm" | "solved" | "updates_to_success" | "final_loss")[] | null;
    /**
     * Whether only those places are computed whose neighbours differ in the first of the numbers.
     */
    refine: boolean;
    /** For people. */
    name: string;
    /** What somebody wrote about it. */
    note: string;
    /** Whether it waits for its first point. */
    paused: boolean;
  };
  /** A run that is to train here. */
  NewTraining: {
    /** watched: a program reports to it; trained: this service computes it. */
    kind: "trained";
    /** For people. */
    name: string;
    /** What somebody wrote about it. */
    note: string;
    /**
     * Whether it goes on where nobody follows its events; else it ends after
     * UNROLLED_TRAINING_UNWATCHED_SECONDS.
     */
    keep: boolean;
    /** Whether it waits for its first update. */
    paused: boolean;
    /** What is to be learnt, how. */
    training: Schemas["TrainingPlan"];
  };
  /** The gradient is left as it is. */
  NoClip: {
    /** Says which rule this is. */
    rule: "none";
  };
  /** Every loss reaches back to the first step. */
  NoTruncation: {
    /** Says which kind this is. */
    kind: "none";
  };
  /** The units of one layer at one step. */
  NodeReport: {
    /** `x_3`, `h_3`, `c_3`, `o_3` or `L_3`; in layer l ≥ 1 `h_3_l`, `c_3_l`. */
    id: string;
    /** Which group of units. */
    kind: "input" | "context" | "hidden" | "cell" | "output" | "loss";
    /** From 1; 0 for the initial state: h_0, c_0, Jordan's o_0. */
    step: number;
    /** The id as it is written, `h₃`. */
    label: string;
    /**
     * Of the gradient of the followed losses with respect to it, exact at any magnitude; null where
     * it is exactly zero or no path exists.
     */
    log10_norm: number | null;
    /** From 0 at the input to the one that the outputs read. */
    layer: number;
  };
  /** Copies of the one sample, each with noise on its targets: a small batch of training data. */
  Noise: {
    /** B. */
    samples: number;
    /** Of the standard normal noise. */
    scale: number;
    /** Its stream is its own. */
    seed: number;
  };
  /** If ‖g‖ > μ then g ← μ g / ‖g‖, all parameters together. */
  NormClip: {
    /** Says which rule this is. */
    rule: "norm";
    /** μ. */
    max_norm: number;
    /** Clip each sample's gradient, then take their mean. */
    per_sample: boolean;
  };
  /** Norms, one a step where nothing else is said, and their logarithms, (n,) each. */
  NormSeries: {
    /** null where a double cannot hold it. */
    norm: (number | null)[];
    /** Exact at any magnitude; null only where the quantity is exactly zero. */
    log10_norm: (number | null)[];
  };
  /** The norms of all draws, and what follows from them. */
  NormsReport: {
    /** N, or with `or_fewer` how many there are. */
    draws: number;
    /**
     * log₁₀ ‖g‖ of every draw before clipping, all parameters together, in the order of the draws;
     * null where g is exactly zero, and where a state leaves the range of a double.
     */
    log10_norms: (number | null)[];
    /** Draws whose g is exactly zero; they count as the smallest. */
    zeros: number;
    /** Draws in which a state leaves the range of a double; they count nowhere. */
    overflows: number;
    /**
     * Percentile → log₁₀ ‖g‖ there, as in `log10_norms` and in `log10` of the rules, not ‖g‖; null
     * where zero.
     */
    percentiles: Record<string, number | null>;
    /** What rules would choose. */
    rules: Schemas["RuleThresholds"];
    /** How often μ would engage. */
    engaged: Schemas["Engaged"];
  };
  /** Gradients of many draws of one experiment, from whose norms a threshold is to be chosen. */
  NormsRequest: {
    /**
     * As for `POST /api/v1/flow`; it is the first draw. `follow`, `window`, `values`, `include` and
     * `lyapunov` change nothing here.
     */
    experiment: Schemas["Experiment"];
    /** N. */
    draws: number;
    /**
     * true: where the service allows fewer draws of this experiment than N, as many as it allows,
     * in place of an error; `draws` of the answer says how many.
     */
    or_fewer: boolean;
    /**
     * What is drawn anew. sequence: a random one with the seeds that follow; a text's tokens in
     * another order; in place of an explicit one a random one of its size. weights: drawn ones with
     * the seeds that follow.
     */
    vary: "sequence" | "weights";
    /**
     * μ, of which it is said how often it would engage. Left out or null: that of the experiment's
     * `clip`, where it compares ‖g‖ with one.
     */
    threshold?: number | null;
    /** p of AutoClip. */
    percentile: number;
  };
  /** A number that may be mapped. */
  NumberWords: {
    /** In requests and answers. */
    name: "arriving" | "decay_per_step" | "verdict" | "log10_norm" | "clipped" | "lyapunov" | "long_to_short" | "saturation" | "spectral_radius" | "spectral_norm" | "solved" | "updates_to_success" | "final_loss";
    /** For people. */
    label: string;
    /** What it is in. */
    unit: string;
    /** What it says. */
    words: string;
    /** Whether it is of a training. */
    trained: boolean;
    /** Whether it is in decades of what there was before: 0 is as much, not one. */
    relative: boolean;
    /** What it may be, where it is a name. */
    names: string[];
    /** Whether it is a share of the draws. */
    share: boolean;
  };
  /** One norm. */
  OneNorm: {
    /** null where a double cannot hold it. */
    norm: number | null;
    /** null only where it is exactly zero. */
    log10_norm: number | null;
  };
  /** Where the forward pass left the range of a double. */
  OverflowReport: {
    /** What overflowed. */
    quantity: "h" | "c" | "o";
    /** The first step at which it did. */
    step: number;
    /** T as asked for. */
    steps: number;
    /** The same in words, with what to try. */
    detail: string;
  };
  /** The checked entries of one parameter. */
  ParameterCheckReport: {
    /** In the order of the parameter. */
    entries: Schemas["CheckedEntry"][];
    /**
     * The largest relative difference among the entries whose d is good to a millionth; null if
     * there is none.
     */
    worst: number | null;
  };
  /** ∂L/∂(parameter), and what every step adds to it. */
  ParameterFlow: {
    /**
     * The sum over the steps, before clipping; null above 65,536 numbers, and null for a number
     * that a double cannot hold.
     */
    value: ((number | null)[])[] | (number | null)[] | null;
    /** ‖value‖; null where a double cannot hold it. */
    norm: number | null;
    /** Exact far outside the range of a double; null where it is exactly zero or no path exists. */
    log10_norm: number | null;
    /** After clipping; null where a double cannot hold it. */
    clipped_norm: number | null;
    /** Of the term that step t adds, (T,); null where it is exactly zero or no path exists. */
    step_log10_norm: (number | null)[];
  };
  /** A parameter as a picture: its numbers, or the means of blocks of them. */
  ParameterValues: {
    /** Of the parameter. */
    shape: number[];
    /** At most 64 × 64; a vector is one row; null where there is no finite number. */
    values: ((number | null)[])[];
    /** How many rows and columns one value is the mean of. */
    block: [number, number];
  };
  /** If ‖g_p‖ > μ then g_p ← μ g_p / ‖g_p‖, every parameter p by itself. */
  PerParameterClip: {
    /** Says which rule this is. */
    rule: "per-parameter";
    /** μ. */
    max_norm: number;
    /** Clip each sample's gradient, then take their mean. */
    per_sample: boolean;
  };
  /** Each parameter's gradient clipped by itself; before and after stand beside the gradients. */
  PerParameterReport: {
    /** Parameter → ‖g_p after‖ / ‖g_p‖; 1 where it was not above μ. */
    scale: Record<string, number>;
    /** How many parameters were clipped. */
    engaged: number;
  };
  /** Each sample's gradient clipped by itself, then their mean. */
  PerSampleReport: {
    /** ‖g_b‖ of every sample's own loss, (B,); null where a double cannot hold it. */
    norm: (number | null)[];
    /** ‖g_b after‖ / ‖g_b‖, (B,). */
    scale: (number | null)[];
    /** How many samples were clipped. */
    engaged: number;
    /** Between the mean of the clipped gradients and the clipped mean: the bias. */
    cosine: number | null;
  };
  /** What stands at one place. */
  PlaceReport: {
    /** As it was asked for. */
    at: number[];
    /** E. */
    loss: number | null;
    /** (∂E/∂first, ∂E/∂second); null beyond the range of a double. */
    gradient: (number | null)[];
    /** log₁₀ of its norm; null where zero. */
    gradient_log10_norm: number | null;
    /** What a descent would go along: clipped, or the mean of clipped samples. */
    clipped: (number | null)[];
    /** Whether the rule changes the gradient as a whole. */
    engaged: boolean;
    /** ‖g after‖ / ‖g‖ of the gradient as a whole. */
    scale: number | null;
    /** Of the angle between both; null where g is zero. */
    cosine: number | null;
    /** With `per_sample`, else null. */
    samples: Schemas["SamplesReport"] | null;
  };
  /** A place whose loss and gradient are wanted, before and after clipping. */
  PlaceRequest: {
    /** Of the first axis's entry and of the second's. */
    at: number[];
    /** As for a descent; `per_sample` fills `samples`. */
    clip: Schemas["NoClip"] | Schemas["NormClip"] | Schemas["ValueClip"] | Schemas["PerParameterClip"] | Schemas["BackwardClip"];
    /** For an experiment of one sample whose targets are numbers; null: the experiment as it is. */
    noise?: Schemas["Noise"] | null;
  };
  /** One experiment worth looking at. */
  Preset: {
    /** Stands in links. */
    name: string;
    /** A few words. */
    title: string;
    /** What to look at. */
    look: string;
    /** What to send to `POST /api/v1/flow`. */
    experiment: Schemas["Experiment"];
  };
  /** Any error of this service, as application/problem+json. */
  Problem: {
    /** The kind of problem; the title says it. */
    type: string;
    /** The HTTP status in words. */
    title: string;
    /** The HTTP status. */
    status: number;
    /** What happened, for a reader. */
    detail: string;
    /** For bad input: everything that is wrong with it. */
    errors: Schemas["ProblemError"][] | null;
  };
  /** One thing that is wrong with a request. */
  ProblemError: {
    /** JSON pointer into the request body. */
    pointer: string;
    /** What was received and what is allowed. */
    detail: string;
  };
  /** How a task was posed where it was published. */
  PublishedWords: {
    /** Of the network and the sequences, in words. */
    size: string;
    /** Sequences of an update; null: it is not said. */
    batch: number | null;
    /** When it counted as solved, in words. */
    criterion: string;
    /** Where. */
    source: string;
  };
  /** Standard normal inputs, and targets that the loss takes: normal, classes, or 0 and 1. */
  RandomSequence: {
    /** Says which kind this is. */
    kind: "random";
    /** T. Left out or null: 20, or 1 for one-to-one. */
    steps?: number | null;
    /** B. */
    batch_size: number;
    /** Its stream is apart from the weights'. */
    seed: number;
  };
  /** Weights drawn from a seed; biases are zero but for those that are asked for. */
  RandomWeights: {
    /** Says which kind this is. */
    kind: "random";
    /**
     * How the matrices are drawn. normal: N(0, 1/fan-in). uniform: within ±1/√H, as PyTorch's
     * modules. orthogonal: orthonormal rows or columns. identity: the recurrent one, the others as
     * normal. xavier: Glorot's uniform one for every matrix. he: N(0, 2/fan-in) for every matrix.
     * keras: recurrent orthogonal, the others as xavier, and 1 in a bias (lstm's forget,
     * lstm-peephole's forget, lstm-relu's forget and lstm-projected's forget). chrono: as normal,
     * with log U(1, t_max − 1) in the bias of a gate that keeps the state and its negative in that
     * of one that writes (lstm's input and forget, gru's update, mgu's forget, gru-reset-before's
     * update, lstm-peephole's input and forget, lstm-relu's input and forget and lstm-projected's
     * input and forget; no other cell). xavier, he and keras take a gated cell's recurrent weights
     * as one matrix; the others draw gate by gate.
     */
    init: "normal" | "uniform" | "orthogonal" | "identity" | "xavier" | "he" | "keras" | "chrono";
    /**
     * Largest |eigenvalue| to which the recurrent matrix (of a gated cell, every gate's block) is
     * scaled after it is drawn, whatever the init; null leaves it as drawn. Left out: 0.9, but null
     * with xavier, he and keras, which have a scale of their own.
     */
    spectral_radius: number | null;
    /** One seed gives the same numbers for ever. */
    seed: number;
    /**
     * Added to the bias of the forget gate: one number for every layer, or a list with one a layer,
     * the lowest first. lstm, lstm-peephole, lstm-relu and lstm-projected: Above 0 the gate opens
     * and C is kept. mgu: Above 0 less of H is kept: Hₜ = (1 − f) Hₜ₋₁ + f n. Other cells take 0
     * alone.
     */
    forget_bias: number | number[];
    /**
     * Added to the bias of the update gate: one number for every layer, or a list with one a layer,
     * the lowest first. gru and gru-reset-before: Above 0 more of H is kept: Hₜ = (1 − z) n + z
     * Hₜ₋₁. Other cells take 0 alone.
     */
    update_bias: number | number[];
    /**
     * What W_xh is multiplied by after it is drawn: one number for every layer, or a list with one
     * a layer, the lowest first (an IRNN takes 0.001 and init identity). No spectral radius depends
     * on it. An answer names it where it is not 1.
     */
    input_scale: number | number[];
    /**
     * chrono only: for how many steps a unit shall remember at most. Left out or null: T, at least
     * 2.
     */
    t_max?: number | null;
  };
  /** What the report cost, in seconds. */
  ReportCost: {
    /** In the training loop. */
    capture: number;
    /** Beside it. */
    analysis: number;
  };
  /** Reports of a run, ordered by sequence. */
  ReportPage: {
    /** As many as fit. */
    reports: Schemas["BriefReport"][];
    /** What to send as `from` for those that follow. */
    next: number | null;
  };
  /** Reports that are on the disk. */
  Reported: {
    /** Of the last of them. */
    sequence: number;
  };
  /** What an entry leaves open elsewhere in the request. */
  Rule: {
    /** Of the field, an RFC 6901 pointer. */
    pointer: string;
    /** What that field may then hold; empty: leave it out. */
    allowed: (string | number | boolean | null)[];
    /** In words. */
    why: string;
  };
  /** The same as log₁₀ μ, also where no double holds μ. */
  RuleLogs: {
    /** The least and the most. */
    pascanu: (number | null)[];
    /** As below. */
    autoclip: number | null;
    /** As below. */
    zclip: number | null;
  };
  /** What the field's rules choose from these norms: μ itself; null where no double holds it. */
  RuleThresholds: {
    /** ½ and 10 times the mean norm (Pascanu, Mikolov & Bengio 2013). */
    pascanu: (number | null)[];
    /** The percentile p of the norms (Seetharaman et al. 2020). */
    autoclip: number | null;
    /**
     * The norm from which on a next gradient would be a spike: m + 2.5 s with the moving mean and
     * deviation of the norms in their order, α = 0.97 after 25 to begin with (Kumar et al. 2025).
     */
    zclip: number | null;
    /** The same as log₁₀ μ. */
    log10: Schemas["RuleLogs"];
  };
  /** A rule that clips an update, with its settings beside its name. */
  Ruled: {
    /** Of the row. */
    rule: string;
    [more: string]: string | boolean | number | null;
  };
  /** A run that is kept. */
  Run: {
    /** Nobody can guess it. */
    id: string;
    /** watched: a program reports to it; trained: this service computes it. */
    kind: "watched" | "trained";
    /** For people. */
    name: string;
    /** What somebody wrote about it. */
    note: string;
    /** When it began. */
    created: string;
    /** When it last reported or was changed. */
    changed: string;
    /**
     * queued: it waits for a process that trains. `interrupted`: it has not ended, and what trained
     * is gone or was silent for five minutes.
     */
    state: "queued" | "running" | "paused" | "ended" | "interrupted";
    /** Of the newest report, or that is done. */
    last_update: number | null;
    /** How many there are. */
    reports: number;
    /** What it takes in the database. */
    bytes: number;
    /** Facts: the framework, the model, how often it reports. */
    about: Record<string, string | boolean | number | null>;
    /** Of a run that trains here; in a list null. */
    training?: Schemas["TrainingState"] | null;
  };
  /** What is to be changed in a run; what is left out stays. */
  RunChange: {
    /** For people. */
    name?: string | null;
    /** What somebody wrote about it. */
    note?: string | null;
    /**
     * A report to a watched run that is over sets it running again. One that trains here may be
     * paused, set running, also where it had ended before its last update, and ended.
     */
    state?: "running" | "paused" | "ended" | "interrupted" | null;
    /** So many updates of a run that is paused, or so many more while it advances. */
    advance?: number | null;
    /** Updates a second at most; null: as fast as it goes. Left out, it stays. */
    pace?: number | null;
    /** From the next update on; it is marked. */
    change?: Schemas["TrainingChange"] | null;
    /** Whether it goes on where nobody follows its events. */
    keep?: boolean | null;
  };
  /** Runs, the newest first. */
  RunPage: {
    /** As many as were asked for. */
    runs: Schemas["Run"][];
    /** What to send as `before` for those that follow. */
    next: string | null;
  };
  /** The batch of an update of a run that trains here. */
  RunSequence: {
    /** Says which kind this is. */
    kind: "run";
    /** Of a run of /runs. */
    id: string;
    /** Which update, from 1. */
    update: number;
    /** T of the run; left out or null, or exactly that. */
    steps?: number | null;
    /** B of the run; left out or null, or exactly that. */
    batch_size?: number | null;
  };
  /** Weights before an update of a run that trains here: `network` says its cell and sizes. */
  RunWeights: {
    /** What the recurrent matrix of every layer is multiplied by. */
    recurrent_scale: number;
    /** Added to the bias of every layer's forget gate, of cells that have one. */
    forget_bias: number;
    /** Likewise to that of the update gate. */
    update_bias: number;
    /** Says which kind this is. */
    kind: "run";
    /** Of a run of /runs. */
    id: string;
    /** Which update, from 1. */
    update: number;
  };
  /** Each sample's gradient clipped by itself, beside the clipped mean: what "biased" means. */
  SamplesReport: {
    /** Of every sample's own loss, (B, 2). */
    gradients: ((number | null)[])[];
    /** The same after clipping, (B, 2). */
    clipped: ((number | null)[])[];
    /** Their mean. */
    mean_of_clipped: (number | null)[];
    /** What clipping makes of the mean gradient. */
    clipped_mean: (number | null)[];
    /** How many samples were clipped. */
    engaged: number;
    /** Of the angle between the two; null where one is exactly zero. */
    cosine: number | null;
    /** ‖mean of clipped‖ / ‖clipped mean‖; null where that is 0. */
    ratio: number | null;
  };
  /** What a mean hides: how many units of a layer are saturated (Karpathy et al. 2015). */
  SaturationReport: {
    /**
     * The share of units, over samples, whose f is saturated, (T,), as the activation's row defines
     * it: |tanh| or |softsign| > 0.9, σ < 0.1 or > 0.9, a ≤ 0 of a ReLU, leaky or not, Φ(a) < 0.1
     * of a GELU; null for linear units, which never are, and for gated cells.
     */
    units: number[] | null;
    /** Gate → its shares; null for cells without gates. */
    gates: Record<string, Schemas["GateShares"]> | null;
  };
  /** What became of a column: (x − subtract) / divide. */
  ScaleReport: {
    /** Its name. */
    column: string;
    /** Its mean, its least value, or 0. */
    subtract: number;
    /** Its standard deviation, its range, or 1. */
    divide: number;
  };
  /** What is to be changed in a sequence; what is left out, or null, stays as it is. */
  SequenceChange: {
    /** For people. */
    name?: string | null;
    /** What somebody wrote about it. */
    note?: string | null;
  };
  /** Sequences, the newest first. */
  SequencePage: {
    /** As many as were asked for. */
    sequences: Schemas["KeptSequence"][];
    /** What to send as `before` for those that follow. */
    next: string | null;
  };
  /** How a sequence that is kept was read. */
  SeriesReport: {
    /** Of the sequence. */
    name: string;
    /** How many it has. */
    rows: number;
    /**
     * The columns that were read, each with its scale, fitted to all of its rows; of a text none.
     */
    inputs: Schemas["ScaleReport"][];
    /** The target's scale; null where there is none, or the loss fixes what it may be. */
    target: Schemas["ScaleReport"] | null;
    /** The first row of every sample. */
    starts: number[];
  };
  /** One setting of a row. */
  SettingWords: {
    /** As a request writes it. */
    name: string;
    /** As a control has it. */
    label: string;
    /** What it is: a whole number, a number, one of `choices`, a text, true or false. */
    kind: "whole" | "number" | "choice" | "text" | "switch";
    /** What it is where nothing is said. */
    default: string | number | boolean | null;
    /** No number is below; null: no bound. */
    least: number | null;
    /** No number is above; null: no bound. */
    most: number | null;
    /** Whether `least` itself is not allowed. */
    above: boolean;
    /** Whether `most` itself is not allowed. */
    below: boolean;
    /** The words of a choice. */
    choices: string[];
    /** In a sentence. */
    help: string;
  };
  /** The recurrent matrix R, and the Jacobians along the trajectory of the first sample. */
  SpectrumReport: {
    /** Of R, as (re, im), the largest modulus first, (H, 2). */
    eigenvalues: [number, number][];
    /** Of R, descending, (H,). */
    singular_values: number[];
    /** ρ(R) = max |λ|. */
    spectral_radius: number;
    /** σ_max(R), the largest singular value. */
    spectral_norm: number;
    /**
     * log₁₀ ‖∂h_{t+1}/∂h_t‖₂, t = 1 … T−1, first sample; null where zero, and from the sample's
     * last step on.
     */
    jacobian_log10_norm: (number | null)[];
    /** log₁₀ ‖∂h_T/∂h_t‖₂, t = 1 … T−1, first sample, T being its last step; null likewise. */
    product_log10_norm: (number | null)[];
    /** log₁₀ ‖∂c_T/∂c_t‖₂ likewise; null where there is no c_t. */
    cell_product_log10_norm: (number | null)[] | null;
    /**
     * log₁₀ ‖∂h_T/∂h_0‖₂, first sample; null where zero, or where the chain does not begin at h_0.
     */
    initial_log10_norm: number | null;
    /** log₁₀ ‖∂c_T/∂c_0‖₂ likewise; null where there is no c_t. */
    cell_initial_log10_norm: number | null;
    /**
     * The first t of these series, from 1. Above 1 where the Jacobians of all steps would take too
     * long: they are then those of the sample's last steps, and null before.
     */
    first_step: number;
    /**
     * The spectral radius of every gate's block; null without gates. The rest of this report is
     * then about the candidate's block.
     */
    blocks: Record<string, number> | null;
    /** γ = sup f′; null with gates. */
    gamma: number | null;
    /** 1/γ; null with gates. */
    bound: number | null;
    /** σ_max < 1/γ: gradients must vanish (Pascanu et al. 2013); null with gates. */
    sufficient: boolean | null;
    /**
     * The leading ones, as many as `lyapunov` asks for, of as many as `directions` says: per step,
     * natural logarithm, descending, along the first sample's trajectory; null where `include`
     * leaves them out.
     */
    lyapunov_exponents: (number | null)[] | null;
    /**
     * Over how many Jacobians, those of the first sample's last steps, they are means: T − 1 but of
     * long and wide sequences; null where `include` leaves them out.
     */
    exponents_over: number | null;
    /** How many Lyapunov exponents there are: H, with a c_t 2H. */
    directions: number;
    /** Ω_t of Pascanu et al. 2013, eq. 9, t = 1 … T−1; null where undefined. */
    omega: (number | null)[];
    /** What reaches far back against what stays near; null without `itemized`. */
    long_to_short: Schemas["LongToShort"] | null;
  };
  /** A parameter beside what the optimizer added to it. */
  StepTaken: {
    /** log₁₀ ‖w‖; null for an exact zero, or where it is not finite. */
    log10_weight: number | null;
    /** log₁₀ ‖Δw‖; null for an exact zero, or where it is not finite. */
    log10_step: number | null;
  };
  /** Windows of a sequence that is kept, as a batch. */
  StoredSequence: {
    /** Says which kind this is. */
    kind: "stored";
    /** Of a sequence of /sequences. */
    id: string;
    /**
     * The columns that a step reads, in this order. Left out or null: all but the target. A text
     * has one, `characters`, which is read one-hot.
     */
    inputs?: string[] | null;
    /**
     * The column that a step should say; it may be an input, too. null: none, with the loss given.
     * Losses of classes take whole numbers from 0.
     */
    target?: string | null;
    /**
     * standard: (x − mean) / standard deviation; minmax: from 0 to 1. Fitted to all rows of each
     * column; the target is scaled too, unless the loss fixes what it may be. The answer says in
     * `series` what was subtracted and divided by.
     */
    scaling: "none" | "standard" | "minmax";
    /** The first row of the first sample. */
    start: number;
    /** T. Left out or null: 100, or what there is. */
    steps?: number | null;
    /** B. */
    batch: number;
    /**
     * How many rows after a sample the next begins; left out or null: T. Where there are several
     * sequences: how many of them further the next sample is; left out: 1.
     */
    stride?: number | null;
    /** How many rows later the target stands. */
    ahead: number;
    /** As of an explicit sequence. */
    entering?: Schemas["Entering"] | null;
  };
  /** What a number is over the draws of each point, by columns. */
  Summary: {
    /** The median; of what is 0 or 1 the mean, of a name the most frequent one. */
    middle: (number | string | null)[];
    /** The lower quartile; not there of names. */
    low?: (number | null)[];
    /** The upper one. */
    high?: (number | null)[];
    /** Of a name: the share of the draws that have each. */
    shares?: Record<string, number>[];
    /** In how many draws there is such a number. */
    count: number[];
  };
  /** What is to be changed in a map; what is left out stays. */
  SweepChange: {
    /** For people. */
    name?: string | null;
    /** What somebody wrote about it. */
    note?: string | null;
    /** One that ended before its last point may be set running again. */
    state?: "running" | "paused" | "ended" | null;
  };
  /** Maps, the newest first. */
  SweepPage: {
    /** As many as were asked for. */
    sweeps: Schemas["KeptSweep"][];
    /** What to send as `before` for those that follow. */
    next: string | null;
  };
  /** Points of a map, by columns: number i of each belongs to the same point. */
  SweepPoints: {
    /** In which order they came, from 1. */
    sequence: number[];
    /** Which value of every axis, from 0: of the rows first where there are any. */
    at: number[][];
    /** For how many places in every direction it stands until finer ones come. */
    stride: number[];
    /** Why a point has no numbers. */
    error: (string | null)[];
    /** By their names. */
    numbers: Record<string, Schemas["Summary"]>;
    /** What to send as `from` for those that follow. */
    next: number | null;
  };
  /** What may stand in a map. */
  SweepWords: {
    /** In the order in which they are offered. */
    numbers: Schemas["NumberWords"][];
    /** The first is the page's own. */
    maps: Schemas["BuiltIn"][];
  };
  /** What a network may learn. */
  TaskWords: {
    /** As a request writes it. */
    name: string;
    /** As a sentence writes it. */
    label: string;
    /** What does not go with it. A field that no rule names is free. */
    rules: Schemas["Rule"][];
    /** In a sentence. */
    about: string;
    /** Who set it, or where its data are from. */
    source: string;
    /** Empty: nowhere. */
    published: Schemas["PublishedWords"][];
    /**
     * The user's own data that it learns: in `text` itself, or in `sequence` the id of one of
     * /sequences; null: it has its own.
     */
    takes: "text" | "series" | null;
    /** What it needs that this service does not have, in words: it is refused; null: nothing. */
    lacks: string | null;
    /** What stands beside its name. */
    settings: Schemas["SettingWords"][];
  };
  /** One array of a file. */
  TensorReport: {
    /** As the file calls it. */
    name: string;
    /** Its sizes. */
    shape: number[];
    /** As NumPy calls it. */
    dtype: string;
  };
  /** What the steps of a text read and should say. */
  TextReport: {
    /** The text's tokens in order. */
    tokens: string[];
    /** The distinct tokens, sorted. */
    vocabulary: string[];
    /** What each reading step reads. */
    inputs: string[];
    /** What each emitting step should say. */
    targets: string[];
  };
  /** A text as one-hot tokens; its vocabulary is its distinct tokens in sorted order. */
  TextSequence: {
    /** Says which kind this is. */
    kind: "text";
    /** Any Unicode text. */
    text: string;
    /**
     * What one step reads: characters are Unicode code points; graphemes are what a reader takes
     * for one character each (UAX #29: a joined emoji, a flag, an e with its accent); words are cut
     * at white space.
     */
    tokens: "characters" | "words" | "graphemes";
    /** The target, for topologies with one loss; null: the next token. */
    label?: Schemas["Label"] | null;
    /** T as the text fixes it; left out or null, or exactly that. */
    steps?: number | null;
  };
  /** A rule that chooses the threshold of norm clipping. */
  ThresholdWords: {
    /** As a request writes it. */
    name: string;
    /** As a sentence writes it. */
    label: string;
    /** What does not go with it. A field that no rule names is free. */
    rules: Schemas["Rule"][];
    /** Its mark on an axis. */
    letter: string;
    /** What it takes as μ, in words. */
    chooses: string;
    /** Of the paper. */
    year: number;
  };
  /** What one step of a text reads. */
  TokenWords: {
    /** As a request writes it. */
    name: string;
    /** As a sentence writes it. */
    label: string;
    /** What does not go with it. A field that no rule names is free. */
    rules: Schemas["Rule"][];
    /** What stands between two of them in a text. */
    between: string;
    /** Whether the page offers it; else it shows it only where a link says it. */
    offered: boolean;
  };
  /** Which steps read and which emit a loss. */
  TopologyWords: {
    /** As a request writes it. */
    name: string;
    /** As a sentence writes it. */
    label: string;
    /** What does not go with it. A field that no rule names is free. */
    rules: Schemas["Rule"][];
    /** Every step reads its input; else step 1 alone. */
    reads_all: boolean;
    /** Every step emits a loss; else the last alone. */
    emits_all: boolean;
  };
  /** What changes while a run trains, from its next update on. */
  TrainingChange: {
    /** The schedule goes on from it. */
    learning_rate?: number | null;
    /** Another rule, or another threshold. */
    clip?: Schemas["Ruled"] | null;
  };
  /** Everything that decides the numbers of a training; the same plan gives the same numbers. */
  TrainingPlan: {
    /**
     * A name of `training.tasks` in `GET /api/v1/vocabulary`, and beside it that row's settings.
     * `{"name": "text", "text": "…"}` learns a text; `{"name": "series", "sequence": id}` a
     * sequence of /sequences, which is copied.
     */
    task: Schemas["Named"];
    /** The recurrent cell. */
    cell: "simple" | "elman" | "jordan" | "lstm" | "gru" | "mgu" | "gru-reset-before" | "lstm-peephole" | "lstm-relu" | "lstm-projected";
    /** f in h = f(a); cells with gates have their own and take tanh. */
    activation: "tanh" | "sigmoid" | "relu" | "linear" | "softsign" | "leaky-relu" | "gelu";
    /** H. */
    hidden_size: number;
    /** Stacked layers. */
    num_layers: number;
    /**
     * Where it begins: drawn, with the plan's seed where none is said, or as a network of /networks
     * has them, of the cell and the sizes that are asked for; a copy of them is kept.
     */
    weights: Schemas["RandomWeights"] | Schemas["NetworkWeights"];
    /** B, samples of one update. */
    batch_size: number;
    /** How many there are to be. */
    updates: number;
    /** Of batches, weights and noise. */
    seed: number;
    /** What updates are computed in; what is replayed of one is in float64. */
    precision: "float64" | "float32";
    /**
     * A name of `training.optimizers` in `GET /api/v1/vocabulary`, and beside it that row's
     * settings.
     */
    optimizer: Schemas["Named"];
    /**
     * A name of `training.schedules` in `GET /api/v1/vocabulary`, and beside it that row's
     * settings.
     */
    schedule: Schemas["Named"];
    /**
     * A name of `training.rules` in `GET /api/v1/vocabulary`, and beside it that row's settings.
     * `per_sample`: each sample by itself.
     */
    clip: Schemas["Ruled"];
    /** Weight of Pascanu's Ω in the loss; 0: it is not there. */
    omega: number;
    /**
     * Variance of the noise that the first update adds to its gradient; it falls with n^−0.55; 0:
     * none.
     */
    noise: number;
  };
  /** How far a run that trains here is. */
  TrainingState: {
    /** What was asked for, with nothing left open. */
    plan: Schemas["TrainingPlan"];
    /** Updates that are done. */
    update: number;
    /** How many there are to be. */
    updates: number;
    /** Lately; null while it does not run. */
    updates_per_second: number | null;
    /** At that rate; null while it does not run. */
    seconds_left: number | null;
    /** Loss of the constant answer, which is to be beaten; null: there is none. */
    baseline: number | null;
    /** The names of `weight` and `step`, in their order. */
    parameters: string[];
    /** T. */
    steps: number;
    /** How many there are. */
    layers: number;
    /** Whether the state has a second part c. */
    has_cell: boolean;
    /** Whether it goes on where nobody watches. */
    keep: boolean;
    /** Updates a second at most; null: as fast as it goes. */
    pace: number | null;
    /** Why it is over, in words; null: it is not. */
    ended: string | null;
    /** In their order. */
    changes: Schemas["Changed"][];
  };
  /** What a run that trains here may ask for. */
  TrainingWords: {
    /** `training.task.name`. */
    tasks: Schemas["TaskWords"][];
    /** `training.optimizer.name`. */
    optimizers: Schemas["MethodWords"][];
    /** `training.schedule.name`. */
    schedules: Schemas["MethodWords"][];
    /** `training.clip.rule`. */
    rules: Schemas["MethodWords"][];
  };
  /** How far back a loss travels. */
  TruncationWords: {
    /** As a request writes it. */
    name: string;
    /** As a sentence writes it. */
    label: string;
    /** What does not go with it. A field that no rule names is free. */
    rules: Schemas["Rule"][];
    /** Whether it takes a number of `steps`. */
    takes_steps: boolean;
    /**
     * loss: every loss reaches so many steps, its own included; start: from step 1 on, after every
     * so many steps, there is a border that no gradient crosses; null: nothing is cut.
     */
    counted_from: "loss" | "start" | null;
  };
  /** One group of units of a cell, at every step. */
  UnitWords: {
    /** Of its nodes in a graph: h_3. */
    letter: string;
    /** As a graph's nodes name it. */
    kind: "input" | "context" | "hidden" | "cell" | "output" | "loss";
  };
  /** Updates of a run, by columns: number i of each belongs to the same update. */
  Updates: {
    /** From 1. */
    update: number[];
    /** Of its batch, before the update; null: not finite. */
    loss: (number | null)[];
    /** log₁₀ ‖g‖ before clipping; null for an exact zero, or what is not finite. */
    log10_before: (number | null)[];
    /** The same after clipping; null for an exact zero, or what is not finite. */
    log10_after: (number | null)[];
    /** Whether clipping changed anything. */
    engaged: boolean[];
    /** Of the rule; null: it has none. */
    threshold: (number | null)[];
    /** As the schedule says it. */
    learning_rate: number[];
    /** log₁₀ ‖∂L/∂h_t‖, t = 1 … T, of `layer`; null for an exact zero, or what is not finite. */
    hidden: ((number | null)[])[];
    /** The same of c; null: the cell has none. */
    cell: ((number | null)[])[] | null;
    /** Parameter → log₁₀ ‖w‖ before the update. */
    weight: Record<string, (number | null)[]>;
    /** Parameter → log₁₀ ‖Δw‖. */
    step: Record<string, (number | null)[]>;
    /** ρ of the recurrent matrix, every few updates; null between. */
    rho: (number | null)[];
    /** Its largest singular value, likewise. */
    sigma: (number | null)[];
    /** Loss of the held-out set, likewise. */
    held_out: (number | null)[];
    /** Share of it that is right by the task's criterion, likewise. */
    share: (number | null)[];
    /** Pascanu's Ω, where the plan has it; else null. */
    omega: (number | null)[];
    /** Whose `hidden` and `cell` these are, from 0, the lowest. */
    layer: number;
    /** What happened at these updates, and at 0. */
    marks: Schemas["Mark"][];
    /** What to send as `from` for those that follow. */
    next: number | null;
  };
  /** Every component into [−v, v]. */
  ValueClip: {
    /** Says which rule this is. */
    rule: "value";
    /** v. */
    max_value: number;
    /** Clip each sample's gradient, then take their mean. */
    per_sample: boolean;
  };
  /**
   * The signed numbers of the steps `first` … `last`, time-major: [step][sample][unit]. L is the
   * sum of the followed losses, those that the graph shows. A number that a double cannot hold, too
   * large or too small, is null.
   */
  ValuesReport: {
    /** The first step here: of `window`, or 1. */
    first: number;
    /** The last step here; below `first` where the window holds none. */
    last: number;
    /** Inputs x_t, (B, D) each; null at steps that read no input. */
    x: (((number | null)[])[] | null)[];
    /** ∂L/∂x_t, likewise. */
    dx: (((number | null)[])[] | null)[];
    /** Outputs o_t, (B, K) each; null at steps whose output is unused. */
    o: (((number | null)[])[] | null)[];
    /** ∂L/∂o_t, what comes back through Jordan's feedback included, likewise. */
    do: (((number | null)[])[] | null)[];
    /**
     * Targets as numbers, a class as 1 among zeros, (B, K) each; null where no loss is emitted, or
     * where its gradient is given.
     */
    y: (((number | null)[])[] | null)[];
    /** The layer that reads the input first. */
    layers: Schemas["LayerValues"][];
    /**
     * Parameter → what every step adds to its gradient, [step] and then the parameter's shape, the
     * mean over the batch inside; over all steps they sum to the gradient of L.
     */
    terms: Record<string, (((number | null)[])[])[] | ((number | null)[])[]>;
    /** Parameter → the sum of the terms of the steps behind `last`. */
    behind: Record<string, ((number | null)[])[] | (number | null)[]>;
    /** Parameter → its own numbers, as drawn or given. */
    parameters: Record<string, ((number | null)[])[] | (number | null)[]>;
  };
  /**
   * The names that a request may hold, how they are called, and what goes with what. Every table
   * has the order of the page's controls. Two entries go together where no rule of one forbids what
   * the other says.
   */
  Vocabulary: {
    /** `network.cell`. */
    cells: Schemas["CellWords"][];
    /** `network.topology`. */
    topologies: Schemas["TopologyWords"][];
    /** `network.activation`. */
    activations: Schemas["ActivationWords"][];
    /** `loss`. */
    losses: Schemas["LossWords"][];
    /** `weights.init` of drawn weights. */
    initialisations: Schemas["InitialisationWords"][];
    /** `truncation.kind`. */
    truncations: Schemas["TruncationWords"][];
    /** `clip.rule`. */
    clip_rules: Schemas["ClipWords"][];
    /** `sequence.kind`. */
    sequences: Schemas["Entry"][];
    /** `sequence.tokens` of a text. */
    tokens: Schemas["TokenWords"][];
    /** `optimizer` of a descent in `POST /api/v1/landscape`. */
    optimizers: Schemas["Entry"][];
    /** `rules` in an answer of `POST /api/v1/norms`. */
    threshold_rules: Schemas["ThresholdWords"][];
    /** What a run may learn, and by which rules. */
    training: Schemas["TrainingWords"];
    /**
     * The most that a number may be, or that there may be of something, where no setting of the
     * service says so: layers, descents and their steps, draws.
     */
    limits: Record<string, number>;
    /**
     * What the page's controls begin with, by the pointers of a request: its first example; what
     * that leaves open is what a request means that leaves it out, or the example of its schema.
     */
    start: Record<string, string | number | boolean | null>;
  };
  /** How the gradient was clipped in this step of training. */
  WatchedClipping: {
    /** Which of PyTorch's two. */
    rule: "norm" | "value";
    /** What the norm, or each value, was held to. */
    threshold: number;
    /** log₁₀ ‖g‖; null for an exact zero, or where it is not finite. */
    log10_before: number | null;
    /** log₁₀ ‖g clipped‖; null for an exact zero, or where it is not finite. */
    log10_after: number | null;
    /** Whether it changed anything. */
    engaged: boolean;
  };
  /** One recurrent module in one step of training. */
  WatchedModule: {
    /** In the model. */
    name: string;
    /** Its class. */
    kind: string;
    /** How many are stacked. */
    layers: number;
    /** Whether it runs both ways. */
    bidirectional: boolean;
    /** D. */
    input_size: number;
    /** H. */
    hidden_size: number;
    /** T, of the longest sequence; null where not seen. */
    steps: number | null;
    /** B: sequences in the batch; null where not seen. */
    batch: number | null;
    /** How many of them are itemized in `flow`. */
    sampled: number;
    /** What the module computed in. */
    dtype: string;
    /** What was divided out. */
    loss_scale: number | null;
    /** Backward passes of the step that are added up. */
    micro_batches: number;
    /** Whether it had more of them, which are left out. */
    more_micro_batches: boolean;
    /**
     * Of every weight ‖ours − theirs‖ / ‖theirs‖, theirs being the gradient of the framework; null:
     * it has none.
     */
    proof?: Record<string, number | null>;
    /** Whether the proof holds to the precision of the dtype. */
    trusted: boolean;
    /** One sentence where it does not. */
    why_not: string | null;
    /** null: all are. */
    first_not_finite: Schemas["FirstNotFinite"] | null;
    /**
     * As `POST /api/v1/flow` answers, without `graph` and the arrays of `experiment`, of the
     * sampled sequences; null where nothing could be computed. Of a bidirectional module each of
     * the `directions` has `followed_gradient` and `followed_cell_gradient` of its own: of the loss
     * at the `carries.loss_step` of the last layer's direction that reads the same way. It is kept
     * as it comes.
     */
    flow: Record<string, unknown> | null;
    /** The same of every layer, where it is there. */
    layers_flow: Record<string, unknown>[] | null;
  };
  /** One step of training as it was seen. */
  WatchedReport: {
    /** Steps of the optimizer before this one. */
    update: number;
    /** When. */
    time: string;
    /** Of the step; null where not seen. */
    loss: number | null;
    /**
     * log₁₀ ‖g‖ of all parameters of the model before any clipping; null for an exact zero, and
     * where it is not finite or not seen.
     */
    log10_gradient: number | null;
    /** null where none was seen. */
    clipping: Schemas["WatchedClipping"] | null;
    /** Of the first group. */
    learning_rate: number | null;
    /** Its class. */
    optimizer: string | null;
    /** Of every recurrent parameter, its norm and that of its last step. */
    steps_taken?: Record<string, Schemas["StepTaken"] | null>;
    /** Every recurrent module. */
    modules?: Schemas["WatchedModule"][];
    /** What the report cost. */
    seconds: Schemas["ReportCost"] | null;
  };
  /** From one step to another, both included. */
  Window: {
    /** From 1. */
    first: number;
    /** At least first; steps beyond T are left out. */
    last: number;
  };
  /** A loss L_i reaches h_t only where i − t < steps. */
  WindowTruncation: {
    /** Says which kind this is. */
    kind: "window";
    /** k. */
    steps: number;
  };
}
