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
    /** ‖h_t‖. */
    hidden_norm: (number | null)[];
    /** Mean of f′(a_t) over samples and units; null with gates. */
    mean_derivative: (number | null)[];
    /** ‖o_t‖; null where no output is used. */
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
    /** Of ‖g‖ as it leaves clipping; only where the change is a clip. */
    log10_norm?: number | null;
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
    /** The parameter that carries the past into a step. */
    recurrent: string;
    /** Of one layer, as `explicit` weights name them. */
    parameters: string[];
    /** Matrix → how the equations write it, LaTeX. */
    symbols: Record<string, string>;
    /** The gates' that a draw may set. */
    biases: Schemas["BiasWords"][];
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
    /** b, as `POST /api/v1/flow` answers it; null where a double cannot hold it. */
    backpropagated: number | null;
    /**
     * d = (L(w + h) − L(w − h)) / 2h, by running the network forward with that entry changed and
     * nothing else; null where a double cannot hold it.
     */
    central_difference: number | null;
    /** |b − d| / max(|b|, |d|); 0 where both are 0. */
    relative_difference: number | null;
    /** h, as a double stores it. */
    step: number;
    /** By how much d itself may be off: its rounding, and what a larger step says differently. */
    uncertainty: number | null;
    /**
     * A ReLU switches between w − h and w + h, at every h that was tried: the loss has no
     * derivative to approach there.
     */
    kink: boolean;
    /**
     * Whether |b − d| is within the uncertainty, or within a millionth of the larger; null where d
     * says nothing (a kink, an overflow).
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
  /** What the clip rule did to the parameter gradient g. */
  ClippingReport: {
    /** As asked for. */
    rule: string;
    /** μ or v; null for none. */
    threshold: number | null;
    /** ‖g‖. null where a double cannot hold it. */
    norm_before: number | null;
    /** null where g is exactly zero. */
    log10_norm_before: number | null;
    /** null where a double cannot hold it. */
    norm_after: number | null;
    /** ‖g after‖ / ‖g‖. */
    scale: number | null;
    /** Whether the rule changed anything. */
    engaged: boolean;
    /** Direction kept; null where g is exactly zero. */
    cosine: number | null;
    /** false where g holds an infinity; it is then left as it is. */
    finite: boolean;
    /** null unless asked for. */
    per_sample: Schemas["PerSampleReport"] | null;
    /** null but for rule per-parameter without per_sample, of a finite gradient. */
    per_parameter: Schemas["PerParameterReport"] | null;
    /** ‖∂L/∂h_t‖ as rule backward leaves it, last layer; null for other rules. */
    hidden_gradient: Schemas["NormSeries"] | null;
    /** The factor that rule backward applies to ∂L/∂h_t, last layer. */
    step_scale: (number | null)[] | null;
  };
  /**
   * The verdict, read off one loss's way back through the last layer's whole state. It is the loss
   * with the most steps to travel, and of several such the last.
   */
  DiagnosisReport: {
    /** What happens to a gradient on its way back. */
    verdict: "vanishing" | "exploding" | "stable" | "blocked";
    /**
     * The factor of one step back, the mean over the steps behind the one where the loss enters;
     * null where no gradient crosses a step, or where it follows no rate.
     */
    decay_per_step: number | null;
    /**
     * The same in words, with the factors of a step; and every layer below the last one in which
     * the gradient fares otherwise.
     */
    summary: string;
    /** i, the step whose loss was read, from 1; null where none has a gradient. */
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
     * at least twofold and to between 10⁻⁴ and 10⁴ times as much. None leaves a layer with the
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
  /** A connection that the forward pass uses. */
  EdgeReport: {
    /** Where it comes from, forward. */
    source: string;
    /** Where it goes to, forward. */
    target: string;
    /**
     * What it carries; context is a copy, cell the path of c_t. Edges into a gated h_t carry every
     * gate's share.
     */
    kind: "input" | "recurrent" | "context" | "cell" | "output" | "loss";
    /** The parameter on it, if any. */
    parameter: string | null;
    /**
     * What travels back, as it arrives at source. Exact far outside the range of a double; null
     * where it is exactly zero or no path exists.
     */
    log10_norm: number | null;
    /**
     * What the edge adds to its parameter's gradient. Exact far outside the range of a double; null
     * where it is exactly zero or no path exists.
     */
    parameter_log10_norm: number | null;
    /** Whether a copy or a truncation stops the gradient. */
    blocked: boolean;
    /** Of the node it enters. */
    layer: number;
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
    weights: Schemas["RandomWeights"] | Schemas["ExplicitWeights"];
    /** What it reads. */
    sequence: Schemas["RandomSequence"] | Schemas["TextSequence"] | Schemas["ExplicitSequence"];
    /**
     * L_t, the mean over the batch of the sum over the outputs. huber: a square within ±1, a line
     * beyond. binary-cross-entropy: of σ(o), so that o are logits; its targets lie from 0 to 1. A
     * text takes cross-entropy.
     */
    loss: "squared-error" | "cross-entropy" | "huber" | "binary-cross-entropy";
    /**
     * How far back a loss travels. Left out or null: what the cell does by itself (elman and jordan
     * copy, which is a window of 1).
     */
    truncation?: Schemas["NoTruncation"] | Schemas["WindowTruncation"] | Schemas["ChunkTruncation"] | null;
    /** What happens to the parameter gradient. */
    clip: Schemas["NoClip"] | Schemas["NormClip"] | Schemas["ValueClip"] | Schemas["PerParameterClip"] | Schemas["BackwardClip"];
    /** null: every loss; or i: the graph shows L_i alone. */
    follow?: number | null;
    /**
     * The steps whose nodes and edges the graph holds, and whose numbers `values` holds; null: all.
     */
    window?: Schemas["Window"] | null;
    /** Whether the answer holds the signed numbers behind the norms, of the steps of `window`. */
    values: boolean;
    /**
     * The parts of the answer that are wanted; what is left out is null. `lyapunov` brings
     * `spectrum`, where the exponents stand. The diagnosis comes with `itemized` or `advice`,
     * changes that were tried, which takes about as long as all the rest.
     */
    include: ("itemized" | "graph" | "spectrum" | "lyapunov" | "advice")[];
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
     * cross-entropy: class indices. huber: numbers. binary-cross-entropy: numbers from 0 to 1.
     */
    targets: number[][] | number[][][];
    /** Initial state, (B, H), or (layers, B, H) where stacked; null: zeros. */
    h_0?: number[][] | number[][][] | null;
    /** Initial cell state, likewise, of cells with a c; null: zeros. */
    c_0?: number[][] | number[][][] | null;
    /** T; left out or null, or exactly what the arrays say. */
    steps?: number | null;
  };
  /** Weights as numbers: exactly the parameters of the cell; G = 4 for lstm, 3 for gru, else 1. */
  ExplicitWeights: {
    /** Says which kind this is. */
    kind: "explicit";
    /** Input → hidden, (G·H, D). */
    W_xh?: number[][] | null;
    /** Hidden → hidden, (G·H, H); not for jordan. */
    W_hh?: number[][] | null;
    /** Output → hidden, (H, K); jordan only. */
    W_yh?: number[][] | null;
    /** Bias of the hidden units, (G·H). */
    b_h?: number[] | null;
    /** Bias inside the reset product, (H); gru only. */
    b_hn?: number[] | null;
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
    /** Hidden → output, (K, H). */
    W_hy?: number[][] | null;
    /** Bias of the outputs, (K). */
    b_y?: number[] | null;
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
     * L, the sum over the steps; null where no step emits one. null where a double cannot hold it.
     */
    loss: number | null;
    /** L_t; null where no loss is emitted. */
    step_losses: (number | null)[];
    /** ‖∂L/∂h_t‖, every later loss included. */
    hidden_gradient: Schemas["NormSeries"];
    /** ‖∂L/∂c_t‖, for cells that have a c_t. */
    cell_gradient: Schemas["NormSeries"] | null;
    /**
     * ‖∂L_i/∂h_t‖ of the followed loss, at every step; null where none is followed, or where
     * `include` leaves out the graph.
     */
    followed_gradient: Schemas["NormSeries"] | null;
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
    /** The forward pass. */
    activity: Schemas["ActivityReport"];
    /** null unless the sequence is a text. */
    text: Schemas["TextReport"] | null;
  };
  /** Shares of a gate's units over samples and units, at every step; from 0 to 1. */
  GateShares: {
    /** Below 0.1; null for the candidate. */
    shut: number[] | null;
    /** Above 0.9; null for the candidate. */
    open: number[] | null;
    /** Shut or open; of the candidate, |g| above 0.9. */
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
    /** Step by step. Those across a window's borders name nodes that are not in it. */
    edges: Schemas["EdgeReport"][];
  };
  /** The service is up. */
  Health: {
    /** Always ok: it answered. */
    status: "ok";
    /** Of the service. */
    version: string;
  };
  /** What reaches the initial state, every loss included; zero where a truncation stops before. */
  InitialGradientReport: {
    /** ‖∂L/∂h_0‖; null for jordan, which reads o_0 = 0 instead. */
    hidden: Schemas["OneNorm"] | null;
    /** ‖∂L/∂c_0‖; null for cells without one. */
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
  };
  /** ‖∂L_i/∂h_t‖ for every pair of a loss i and a step t. */
  ItemizedFlow: {
    /** i of each row; above 512 steps a grid's. */
    loss_steps: number[];
    /** t of each column; above 512 steps a grid's. */
    steps: number[];
    /**
     * [i][t]; null for t > i. Exact far outside the range of a double; null where it is exactly
     * zero or no path exists.
     */
    log10_norm: ((number | null)[])[];
    /**
     * Of ∂L_i/∂(h_t, c_t) together, √(‖∂L_i/∂h_t‖² + ‖∂L_i/∂c_t‖²), likewise; null for cells whose
     * whole state is h_t.
     */
    state_log10_norm: ((number | null)[])[] | null;
  };
  /** The class that a whole text belongs to. */
  Label: {
    /** Which class, from 0. */
    index: number;
    /** How many classes there are. */
    of: number;
  };
  /** One of several stacked layers. */
  LayerReport: {
    /** From 0 at the input. */
    layer: number;
    /** ‖∂L/∂h_t‖, every later loss included. */
    hidden_gradient: Schemas["NormSeries"];
    /** ‖∂L/∂c_t‖, for cells that have one. */
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
  /** One layer's numbers at the steps `first` … `last`. */
  LayerValues: {
    /** From 0 at the input. */
    layer: number;
    /** h_t, [step][sample][unit]. */
    h: (((number | null)[])[])[];
    /** ∂L/∂h_t, [step][sample][unit]. null for a number that a double cannot hold. */
    dh: (((number | null)[])[])[];
    /**
     * Pre-activation a_t, [step][sample][unit]. null for a number that a double cannot hold. null
     * with gates.
     */
    a: (((number | null)[])[])[] | null;
    /** c_t, [step][sample][unit]. null for cells without one. */
    c: (((number | null)[])[])[] | null;
    /** ∂L/∂c_t, what comes through h_t included, [step][sample][unit]. */
    dc: (((number | null)[])[])[] | null;
    /** Every gate, the candidate with its sign, [step][sample][unit]. null without gates. */
    gates: Record<string, (((number | null)[])[])[]> | null;
    /** Initial state, [sample][unit]. null for jordan, which reads o_0 = 0. */
    h_0: ((number | null)[])[] | null;
    /**
     * ∂L/∂h_0, [sample][unit]. Zeros where a truncation stops before it. null for a number that a
     * double cannot hold.
     */
    dh_0: ((number | null)[])[] | null;
    /** Initial cell state, [sample][unit]. null for cells without one. */
    c_0: ((number | null)[])[] | null;
    /** ∂L/∂c_0, likewise. null for a number that a double cannot hold. */
    dc_0: ((number | null)[])[] | null;
  };
  /** Σ ‖∂L_i/∂h_t‖ over pairs at least `split` steps apart, against that over nearer ones. */
  LongToShort: {
    /** In steps. */
    split: number;
    /** null where either sum is zero. */
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
    /** What explicit targets hold. */
    targets: "classes" | "numbers";
  };
  /** The Lyapunov exponents that are wanted, where `include` names them. */
  Lyapunov: {
    /**
     * So many of the largest; null: all, which takes the decomposition of square matrices, for an
     * LSTM of 64 units and 100 steps 15 times as long as the leading 8.
     */
    count: number | null;
  };
  /** A recurrent network: its cell, its wiring and its sizes. */
  Network: {
    /** The recurrent cell. */
    cell: "simple" | "elman" | "jordan" | "lstm" | "gru" | "mgu" | "gru-reset-before";
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
  /** A group of units at one step. */
  NodeReport: {
    /** x, c, h, o or L, the step, and the layer from 1 up. */
    id: string;
    /** Which group of units. */
    kind: "input" | "context" | "hidden" | "cell" | "output" | "loss";
    /** From 1; 0 for the initial state: h_0, c_0, Jordan's o_0. */
    step: number;
    /** The id as it is written. */
    label: string;
    /**
     * Of the gradient with respect to it. Exact far outside the range of a double; null where it is
     * exactly zero or no path exists.
     */
    log10_norm: number | null;
    /** From 0 at the input. */
    layer: number;
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
  /** A norm at every step. */
  NormSeries: {
    /** null where a double cannot hold it. */
    norm: (number | null)[];
    /** Exact far outside the range of a double; null where it is exactly zero or no path exists. */
    log10_norm: (number | null)[];
  };
  /** One norm. */
  OneNorm: {
    /** null where a double cannot hold it. */
    norm: number | null;
    /** null where it is exactly zero. */
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
  /** One parameter's checked entries. */
  ParameterCheckReport: {
    /** In the parameter's order. */
    entries: Schemas["CheckedEntry"][];
    /**
     * The largest relative difference among the entries whose d is good to a millionth; null if
     * none is.
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
    /** null where a double cannot hold it. */
    norm: number | null;
    /** Exact far outside the range of a double; null where it is exactly zero or no path exists. */
    log10_norm: number | null;
    /** After clipping. null where a double cannot hold it. */
    clipped_norm: number | null;
    /**
     * Of the term that step t adds. Exact far outside the range of a double; null where it is
     * exactly zero or no path exists.
     */
    step_log10_norm: (number | null)[];
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
  /** Each parameter's gradient clipped by itself; before and after are `parameter_gradients`. */
  PerParameterReport: {
    /** ‖g_p after‖ / ‖g_p‖; 1 where not above μ. */
    scale: Record<string, number>;
    /** How many parameters were clipped. */
    engaged: number;
  };
  /** Each sample's gradient clipped by itself, then their mean. */
  PerSampleReport: {
    /** ‖g_b‖ of every sample's own loss. null where a double cannot hold it. */
    norm: (number | null)[];
    /** ‖g_b after‖ / ‖g_b‖. */
    scale: (number | null)[];
    /** How many samples were clipped. */
    engaged: number;
    /** Between the mean of the clipped gradients and the clipped mean: the bias. */
    cosine: number | null;
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
     * modules. orthogonal. identity: the recurrent one, the others as normal. xavier: Glorot's
     * uniform one for every matrix. he: N(0, 2/fan-in) for every matrix. keras: recurrent
     * orthogonal, the others as xavier, and 1 in the bias of an lstm's forget gate. chrono: as
     * normal, with log U(1, t_max − 1) in the bias of the gate that keeps the state and its
     * negative in that of lstm's input gate; lstm and gru only. xavier, he and keras take a gated
     * cell's recurrent weights as one matrix; the others draw gate by gate.
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
     * Added to the bias of the forget gate, lstm only: one number for every layer, or a list with
     * one a layer, the lowest first. A positive one keeps more of c.
     */
    forget_bias: number | number[];
    /**
     * Likewise for the update gate z, gru only: h_t = (1 − z) n + z h_{t−1}, so that a positive one
     * keeps more of h.
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
  /** What an entry leaves open elsewhere in the request. */
  Rule: {
    /** Of the field, an RFC 6901 pointer. */
    pointer: string;
    /** What that field may then hold; empty: leave it out. */
    allowed: (string | number | boolean | null)[];
    /** In words. */
    why: string;
  };
  /** What a mean hides: how many units are saturated at every step (Karpathy et al. 2015). */
  SaturationReport: {
    /**
     * The share of units, over samples, with |tanh| > 0.9; σ < 0.1 or σ > 0.9; a ≤ 0, where a ReLU
     * passes nothing; |softsign| > 0.9; a ≤ 0, where a leaky ReLU passes 0.01 of it; Φ(a) < 0.1,
     * where a GELU passes next to nothing. null for linear units and with gates.
     */
    units: number[] | null;
    /** Every gate's; null without gates. */
    gates: Record<string, Schemas["GateShares"]> | null;
  };
  /** The recurrent matrix, and the Jacobians along the trajectory of the first sample. */
  SpectrumReport: {
    /** [re, im], largest modulus first. */
    eigenvalues: [number, number][];
    /** max |λ|. */
    spectral_radius: number;
    /** Largest singular value. */
    spectral_norm: number;
    /** Descending. */
    singular_values: number[];
    /**
     * The spectral radius of every gate's block; null without gates. The rest of this report is
     * then about the candidate's block.
     */
    blocks: Record<string, number> | null;
    /** γ = sup f′; null with gates. */
    gamma: number | null;
    /** 1/γ. */
    bound: number | null;
    /** σ_max < 1/γ: gradients must vanish (Pascanu et al. 2013); null with gates. */
    sufficient: boolean | null;
    /**
     * The leading ones, as many as `lyapunov` asks for, of as many as `directions` says: per step,
     * natural logarithm, descending, along the first sample's trajectory; null where `include`
     * leaves them out.
     */
    lyapunov_exponents: (number | null)[] | null;
    /** How many Lyapunov exponents there are: H, with a c_t 2H. */
    directions: number;
    /** Ω_t of Pascanu et al. 2013, eq. 9, t = 1 … T−1; null where undefined. */
    omega: (number | null)[];
    /** What reaches far back against what stays near; null without `itemized`. */
    long_to_short: Schemas["LongToShort"] | null;
    /** ‖∂h_{t+1}/∂h_t‖₂, t = 1 … T−1. */
    jacobian_log10_norm: (number | null)[];
    /** ‖∂h_T/∂h_t‖₂, t = 1 … T−1. */
    product_log10_norm: (number | null)[];
    /** ‖∂c_T/∂c_t‖₂, t = 1 … T−1, for cells that have a c_t. */
    cell_product_log10_norm: (number | null)[] | null;
    /** ‖∂h_T/∂h_0‖₂; null where exactly zero, and for jordan, which reads no h_0. */
    initial_log10_norm: number | null;
    /** ‖∂c_T/∂c_0‖₂, likewise. */
    cell_initial_log10_norm: number | null;
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
  };
  /** One group of units of a cell, at every step. */
  UnitWords: {
    /** Of its nodes in a graph: h_3. */
    letter: string;
    /** As a graph's nodes name it. */
    kind: "input" | "context" | "hidden" | "cell" | "output" | "loss";
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
   * The signed numbers of a few steps; L is the sum of the losses that `graph` shows. A number that
   * a double cannot hold, too large or too small, is null.
   */
  ValuesReport: {
    /** The first step here: of `window`, or 1. */
    first: number;
    /** The last step here; below `first` where the window holds none. */
    last: number;
    /** x_t, [step][sample][unit]. null at steps that read no input. */
    x: (((number | null)[])[] | null)[];
    /** ∂L/∂x_t, likewise. null for a number that a double cannot hold. */
    dx: (((number | null)[])[] | null)[];
    /** o_t, [step][sample][unit]. null at steps whose output is unused. */
    o: (((number | null)[])[] | null)[];
    /**
     * ∂L/∂o_t, what comes back through jordan's feedback included, likewise. null for a number that
     * a double cannot hold.
     */
    do: (((number | null)[])[] | null)[];
    /** The layer that reads the input first. */
    layers: Schemas["LayerValues"][];
    /**
     * Parameter → the term that each step adds to its gradient, [step] and then the parameter's
     * shape. Over all steps they sum to its gradient where `follow` is null. null for a number that
     * a double cannot hold.
     */
    terms: Record<string, (((number | null)[])[])[] | ((number | null)[])[]>;
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
    tokens: Schemas["Entry"][];
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
