"""What is answered: records that a worker fills and writes, and that OpenAPI describes.

Where a record of the engine says all of it, that one is written. `app.schemas.written` describes
both by their names, types and the `Attributes` of their docstrings.
"""

from dataclasses import dataclass
from typing import Annotated, Any, NewType

from unrolled.app.report_about import Cost, OverflowReport, SeriesReport, TextReport
from unrolled.engine import (
    Activity,
    Array,
    Carried,
    Clipping,
    Diagnosis,
    Factors,
    Graph,
    InitialGradient,
    Itemized,
    LongToShort,
    Magnitudes,
    Nullable,
    ParameterCheck,
    Saturation,
    Series,
    Spectrum,
    Values,
)

Asked = NewType("Asked", dict[str, Any])
"""An experiment with every default filled in."""
ExplicitWeights = NewType("ExplicitWeights", dict[str, Any])
ExplicitSequence = NewType("ExplicitSequence", dict[str, Any])
"""What a request may hold in place of drawn weights, and of a sequence drawn or read."""
Value = Annotated[Array, list[list[float | None]] | list[float | None]]


@dataclass(frozen=True, slots=True)
class ParameterFlow:
    """∂L/∂(parameter), and what every step adds to it.

    Attributes:
        value: the sum over the steps, before clipping; null above 65,536 numbers, and null for a
            number that a double cannot hold.
        norm: ‖value‖; null where a double cannot hold it.
        log10_norm: exact far outside the range of a double; null where it is exactly zero or no
            path exists.
        clipped_norm: after clipping; null where a double cannot hold it.
        step_log10_norm: of the term that step t adds, (T,); null where it is exactly zero or no
            path exists.
    """

    value: Value | None
    norm: Nullable
    log10_norm: Nullable
    clipped_norm: Nullable
    step_log10_norm: Series


@dataclass(frozen=True, slots=True)
class SpectrumReport(Spectrum):
    """The recurrent matrix R, and the Jacobians along the trajectory of the first sample.

    Attributes:
        blocks: the spectral radius of every gate's block; null without gates. The rest of this
            report is then about the candidate's block.
        gamma: γ = sup f′; null with gates.
        bound: 1/γ; null with gates.
        sufficient: σ_max < 1/γ: gradients must vanish (Pascanu et al. 2013); null with gates.
        lyapunov_exponents: the leading ones, as many as `lyapunov` asks for, of as many as
            `directions` says: per step, natural logarithm, descending, along the first sample's
            trajectory; null where `include` leaves them out.
        exponents_over: over how many Jacobians, those of the first sample's last steps, they are
            means: T − 1 but of long and wide sequences; null where `include` leaves them out.
        directions: how many Lyapunov exponents there are: H, with a c_t 2H.
        omega: Ω_t of Pascanu et al. 2013, eq. 9, t = 1 … T−1; null where undefined.
        long_to_short: what reaches far back against what stays near; null without `itemized`.
    """

    blocks: dict[str, float] | None
    gamma: float | None
    bound: float | None
    sufficient: bool | None
    lyapunov_exponents: Series | None
    exponents_over: int | None
    directions: int
    omega: Series
    long_to_short: LongToShort | None


@dataclass(frozen=True, slots=True)
class Arrives:
    """What is left of the loss that the verdict reads, at the earliest step that it may reach.

    Attributes:
        log10_arriving: log₁₀ of ‖∂L_i/∂s_t‖ / ‖∂L_i/∂s_i‖ with i = `loss_step`, t = `step` and s
            the last layer's state, h, or (h, c) together; null where exactly nothing arrives. Where
            the last loss has a gradient and no truncation ends its way, i is the last step that
            emits a loss and t is 1. Where the forward pass overflows, of the steps before.
        loss_step: i: of the losses with a gradient the one with the most steps to travel, the last
            of several, as in `diagnosis`; null where no loss has one.
        step: t: the earliest step that this loss may reach, from 1. Of a change that lets it travel
            further, `before` is of the same loss at the same step as `after`.
        log10_norm: of ‖g‖ as it leaves clipping; null where the change is not a clip.
    """

    log10_arriving: Nullable
    loss_step: int | None
    step: int | None
    log10_norm: float | None


@dataclass(frozen=True, slots=True)
class AdviceReport:
    """A change that was tried and helps.

    Attributes:
        text: the change, and what arrives with and without it.
        patch: a JSON merge patch (RFC 7396) of `experiment`: sent with it, the experiment gives
            `after`.
        before: of this answer's experiment.
        after: with the patch.
    """

    text: str
    patch: dict[str, Any]
    before: Arrives
    after: Arrives


@dataclass(frozen=True, slots=True)
class DiagnosisReport(Diagnosis):
    """The verdict, read off one loss's way back through the last layer's whole state.

    It is the loss with the most steps to travel, and of several such the last.

    Attributes:
        advice: at most 6 changes that bring what arrives nearer to what enters: to the verdict
            `stable`, or at least twofold and to between 10⁻⁴ and 10⁴ times as much. Not one leaves
            a layer with the opposite verdict, or makes one vanish or explode that did not. The best
            first, a clip last. Empty where nothing that was tried helps, or nothing need help; null
            unless `include` names it.
        advice_tried: how many changes were tried; null unless `advice` is included.
        advice_left_out: how many would have taken too long to try; null unless `advice` is
            included.
    """

    advice: list[AdviceReport] | None = None
    advice_tried: int | None = None
    advice_left_out: int | None = None


@dataclass(frozen=True, slots=True)
class LayerReport:
    """One of several stacked layers.

    Attributes:
        layer: from 0 at the input.
        hidden_gradient: ‖∂L/∂h_t‖, every later loss included.
        cell_gradient: ‖∂L/∂c_t‖; null for cells that have no c_t.
        itemized: ‖∂L_i/∂h_t‖ for every pair; null where `include` leaves it out.
        spectrum: its recurrent matrix and its own Jacobians; null where `include` leaves it out.
        initial_gradient: what reaches its h_0 and c_0.
        gates: mean activity of every gate, of |·| for the candidate; null for cells without gates.
        saturation: shares of saturated units and gates.
    """

    layer: int
    hidden_gradient: Magnitudes
    cell_gradient: Magnitudes | None
    itemized: Itemized | None
    spectrum: SpectrumReport | None
    initial_gradient: InitialGradient
    gates: dict[str, Series] | None
    saturation: Saturation


@dataclass(frozen=True, slots=True)
class DirectionReport(LayerReport):
    """One direction of a bidirectional layer.

    In the last layer a loss reaches the steps before it forward, and those after it in reverse; in
    a layer below it reaches every step. A spectrum is on the direction's own clock, whose step 1 is
    the first sample's last step in reverse.

    Attributes:
        initial_gradient: what reaches the state that it begins with: in reverse, that behind each
            sample's last step.
        reverse: whether it reads from the end.
        carries: of the last layer, how far the loss with the most steps to travel comes; null of
            the others, and where `include` leaves out `itemized`.
    """

    reverse: bool
    carries: Carried | None


@dataclass(frozen=True, slots=True)
class Flow:
    """One sequence (or batch) forward and back.

    Attributes:
        experiment: the request with every default filled in; sent again, it gives these numbers.
        steps: T; where a state overflows, the steps before it.
        overflow: null where the forward pass stayed in range. Else everything here is about the
            steps before.
        loss: L, the sum over the steps; null where no step emits one, where a double cannot
            hold it, and where only its gradient is given.
        step_losses: L_t; null where no loss is emitted or only its gradient is given.
        hidden_gradient: ‖∂L/∂h_t‖, every later loss included.
        cell_gradient: ‖∂L/∂c_t‖; null for cells that have no c_t.
        followed_gradient: ‖∂L_i/∂h_t‖ of the followed loss, at every step; null where none is
            followed, or where `include` leaves out the graph.
        followed_cell_gradient: ‖∂L_i/∂c_t‖ likewise; null for cells that have no c_t.
        itemized: ‖∂L_i/∂h_t‖ for every pair; null where `include` leaves it out.
        initial_gradient: what reaches h_0 and c_0.
        gates: mean activity of every gate, of |·| for the candidate; null for cells without gates.
        saturation: shares of saturated units and gates.
        layers: every layer where they are stacked, else null. What stands outside is about the last
            layer.
        directions: of bidirectional layers every direction, the input's layer first, forward before
            reverse; else null. Outside then stand ∂L/∂h_t and ∂L/∂c_t of the last layer, both
            directions side by side, and no matrix, gates, diagnosis or graph.
        parameter_gradients: every parameter's.
        clipping: what the clip rule did.
        spectrum: the recurrent matrix and the Jacobians; null where `include` leaves it out.
        diagnosis: the verdict in words; null where `include` names neither `itemized` nor `advice`.
        graph: the unrolled network; only `follow` where given; null where `include` leaves it out.
        values: the signed numbers behind the norms; null unless asked for.
        chain: the factors between a loss and an earlier step; null unless asked for.
        activity: the forward pass.
        text: null unless the sequence is a text.
        notes: what should be known beside the numbers, as sentences: what is assumed of weights
            that came from a file, that float32 is computed in float64, and which columns of a
            sequence are not scaled.
        series: how a sequence that is kept was read; null of others.
        weights_of: the name of the network, out of a file, whose weights they are; null of others.
        cost: time and memory that it took; null where T·H²·B·G, G the blocks of weights, is at most
            100,000,000.
        weights: the parameters as numbers, drawn or given: in the experiment's place they give
            these numbers again; null unless `include` names them.
        sequence: inputs and targets as numbers, likewise; those of an explicit sequence as given.
    """

    experiment: Asked
    steps: int
    overflow: OverflowReport | None
    loss: Nullable
    step_losses: Series
    hidden_gradient: Magnitudes
    cell_gradient: Magnitudes | None
    followed_gradient: Magnitudes | None
    followed_cell_gradient: Magnitudes | None
    itemized: Itemized | None
    initial_gradient: InitialGradient
    gates: dict[str, Series] | None
    saturation: Saturation
    layers: list[LayerReport] | None
    directions: list[DirectionReport] | None
    parameter_gradients: dict[str, ParameterFlow]
    clipping: Clipping
    spectrum: SpectrumReport | None
    diagnosis: DiagnosisReport | None
    graph: Graph | None
    values: Values | None
    chain: Factors | None
    activity: Activity
    text: TextReport | None
    notes: list[str]
    series: SeriesReport | None
    weights_of: str | None
    cost: Cost | None
    weights: ExplicitWeights | None
    sequence: ExplicitSequence | None


@dataclass(frozen=True, slots=True)
class GradientCheck:
    """Every parameter's gradient beside central differences of the loss.

    Attributes:
        parameters: every parameter's.
        worst: the largest of theirs; null if there is none.
        exact: whether the gradient is that of the loss. false under a truncation that cuts paths:
            the two numbers then differ on purpose.
        note: the same in words; null where exact.
        passes: how often the network ran forward.
    """

    parameters: dict[str, ParameterCheck]
    worst: Nullable
    exact: bool
    note: str | None
    passes: int
