"""The answer of `POST /api/v1/flow`."""

from typing import Any, Literal

from pydantic import Field

from unrolled.app.schemas.request import Experiment
from unrolled.app.schemas.strict import StrictModel
from unrolled.app.schemas.values import InitialGradientReport, SaturationReport, ValuesReport

Nullable = float | None
Series = list[Nullable]

LOG10 = "Exact far outside the range of a double; null where it is exactly zero or no path exists."
LEFT_OUT = "null where `include` leaves it out."
NORM = "null where a double cannot hold it."


class NormSeries(StrictModel):
    """A norm at every step."""

    norm: Series = Field(description=NORM)
    log10_norm: Series = Field(description=LOG10)


class ItemizedFlow(StrictModel):
    """‖∂L_i/∂h_t‖ for every pair of a loss i and a step t."""

    loss_steps: list[int] = Field(description="i of each row; above 512 steps a grid's.")
    steps: list[int] = Field(description="t of each column; above 512 steps a grid's.")
    log10_norm: list[Series] = Field(description=f"[i][t]; null for t > i. {LOG10}")
    state_log10_norm: list[Series] | None = Field(
        description="Of ∂L_i/∂(h_t, c_t) together, √(‖∂L_i/∂h_t‖² + ‖∂L_i/∂c_t‖²), "
        "likewise; null for cells whose whole state is h_t."
    )


class ParameterFlow(StrictModel):
    """∂L/∂(parameter), and what every step adds to it."""

    value: list[Series] | Series | None = Field(
        description="The sum over the steps, before clipping; null above 65,536 numbers, "
        "and null for a number that a double cannot hold."
    )
    norm: Nullable = Field(description=NORM)
    log10_norm: Nullable = Field(description=LOG10)
    clipped_norm: Nullable = Field(description=f"After clipping. {NORM}")
    step_log10_norm: Series = Field(description=f"Of the term that step t adds. {LOG10}")


class PerSampleReport(StrictModel):
    """Each sample's gradient clipped by itself, then their mean."""

    norm: Series = Field(description=f"‖g_b‖ of every sample's own loss. {NORM}")
    scale: Series = Field(description="‖g_b after‖ / ‖g_b‖.")
    engaged: int = Field(description="How many samples were clipped.")
    cosine: Nullable = Field(
        description="Between the mean of the clipped gradients and the clipped mean: the bias."
    )


class PerParameterReport(StrictModel):
    """Each parameter's gradient clipped by itself; before and after are `parameter_gradients`."""

    scale: dict[str, float] = Field(description="‖g_p after‖ / ‖g_p‖; 1 where not above μ.")
    engaged: int = Field(description="How many parameters were clipped.")


class ClippingReport(StrictModel):
    """What the clip rule did to the parameter gradient g."""

    rule: str = Field(description="As asked for.")
    threshold: Nullable = Field(description="μ or v; null for none.")
    norm_before: Nullable = Field(description=f"‖g‖. {NORM}")
    log10_norm_before: Nullable = Field(description="null where g is exactly zero.")
    norm_after: Nullable = Field(description=NORM)
    scale: Nullable = Field(description="‖g after‖ / ‖g‖.")
    engaged: bool = Field(description="Whether the rule changed anything.")
    cosine: Nullable = Field(description="Direction kept; null where g is exactly zero.")
    finite: bool = Field(description="false where g holds an infinity; it is then left as it is.")
    per_sample: PerSampleReport | None = Field(description="null unless asked for.")
    per_parameter: PerParameterReport | None = Field(
        description="null but for rule per-parameter without per_sample, of a finite gradient."
    )
    hidden_gradient: NormSeries | None = Field(
        description="‖∂L/∂h_t‖ as rule backward leaves it, last layer; null for other rules."
    )
    step_scale: Series | None = Field(
        description="The factor that rule backward applies to ∂L/∂h_t, last layer."
    )


class LongToShort(StrictModel):
    """Σ ‖∂L_i/∂h_t‖ over pairs at least `split` steps apart, against that over nearer ones."""

    split: int = Field(description="In steps.")
    log10_ratio: Nullable = Field(description="null where either sum is zero.")


class SpectrumReport(StrictModel):
    """The recurrent matrix, and the Jacobians along the trajectory of the first sample."""

    eigenvalues: list[tuple[float, float]] = Field(description="[re, im], largest modulus first.")
    spectral_radius: float = Field(description="max |λ|.")
    spectral_norm: float = Field(description="Largest singular value.")
    singular_values: list[float] = Field(description="Descending.")
    blocks: dict[str, float] | None = Field(
        description="The spectral radius of every gate's block; null without gates. The rest of "
        "this report is then about the candidate's block."
    )
    gamma: Nullable = Field(description="γ = sup f′; null with gates.")
    bound: Nullable = Field(description="1/γ.")
    sufficient: bool | None = Field(
        description="σ_max < 1/γ: gradients must vanish (Pascanu et al. 2013); null with gates."
    )
    lyapunov_exponents: Series | None = Field(
        description="The leading ones, as many as `lyapunov` asks for, of as many as `directions` "
        "says: per step, natural logarithm, descending, along the first sample's trajectory; null "
        "where `include` leaves them out."
    )
    directions: int = Field(description="How many Lyapunov exponents there are: H, with a c_t 2H.")
    omega: Series = Field(
        description="Ω_t of Pascanu et al. 2013, eq. 9, t = 1 … T−1; null where undefined."
    )
    long_to_short: LongToShort | None = Field(
        description="What reaches far back against what stays near; null without `itemized`."
    )
    jacobian_log10_norm: Series = Field(description="‖∂h_{t+1}/∂h_t‖₂, t = 1 … T−1.")
    product_log10_norm: Series = Field(description="‖∂h_T/∂h_t‖₂, t = 1 … T−1.")
    cell_product_log10_norm: Series | None = Field(
        description="‖∂c_T/∂c_t‖₂, t = 1 … T−1, for cells that have a c_t."
    )
    initial_log10_norm: Nullable = Field(
        description="‖∂h_T/∂h_0‖₂; null where exactly zero, and for jordan, which reads no h_0."
    )
    cell_initial_log10_norm: Nullable = Field(description="‖∂c_T/∂c_0‖₂, likewise.")


class Arrives(StrictModel):
    """What is left of the loss that the verdict reads, at the earliest step that it may reach."""

    log10_arriving: Nullable = Field(
        description="log₁₀ of ‖∂L_i/∂s_t‖ / ‖∂L_i/∂s_i‖ with i = `loss_step`, t = `step` and s the "
        "last layer's state, h, or (h, c) together; null where exactly nothing arrives. Where the "
        "last loss has a gradient and no truncation ends its way, i is the last step that emits a "
        "loss and t is 1. Where the forward pass overflows, of the steps before."
    )
    loss_step: int | None = Field(
        description="i: of the losses with a gradient the one with the most steps to travel, the "
        "last of several, as in `diagnosis`; null where no loss has one."
    )
    step: int | None = Field(
        description="t: the earliest step that this loss may reach, from 1. Of a change that lets "
        "it travel further, `before` is of the same loss at the same step as `after`."
    )
    log10_norm: Nullable = Field(
        default=None, description="Of ‖g‖ as it leaves clipping; only where the change is a clip."
    )


class AdviceReport(StrictModel):
    """A change that was tried and helps."""

    text: str = Field(description="The change, and what arrives with and without it.")
    patch: dict[str, Any] = Field(
        description="A JSON merge patch (RFC 7396) of `experiment`: sent with it, the experiment "
        "gives `after`."
    )
    before: Arrives = Field(description="Of this answer's experiment.")
    after: Arrives = Field(description="With the patch.")


class DiagnosisReport(StrictModel):
    """The verdict, read off one loss's way back through the last layer's whole state.

    It is the loss with the most steps to travel, and of several such the last.
    """

    verdict: Literal["vanishing", "exploding", "stable", "blocked"] = Field(
        description="What happens to a gradient on its way back."
    )
    decay_per_step: Nullable = Field(
        description="The factor of one step back, the mean over the steps behind the one where "
        "the loss enters; null where no gradient crosses a step, or where it follows no rate."
    )
    summary: str = Field(
        description="The same in words, with the factors of a step; and every layer below the "
        "last one in which the gradient fares otherwise."
    )
    loss_step: int | None = Field(
        description="i, the step whose loss was read, from 1; null where none has a gradient."
    )
    step: int | None = Field(description="The earliest step that this loss may reach, from 1.")
    log10_arriving: Nullable = Field(
        description="log₁₀ of ‖∂L_i/∂(state of that step)‖ over ‖∂L_i/∂(state of step i)‖, c "
        "beside h where there is one; null where exactly nothing arrives or nothing travels."
    )
    advice: list[AdviceReport] | None = Field(
        description="At most 6 changes that bring what arrives nearer to what enters: to the "
        "verdict `stable`, or at least twofold and to between 10⁻⁴ and 10⁴ times as much. None "
        "leaves a layer with the opposite verdict, or makes one vanish or explode that did not. "
        "The best first, a clip last. Empty where nothing that was tried helps, or nothing need "
        "help; null unless `include` names it."
    )
    advice_tried: int | None = Field(
        description="How many changes were tried; null unless `advice` is included."
    )
    advice_left_out: int | None = Field(
        description="How many would have taken too long to try; null unless `advice` is included."
    )


class NodeReport(StrictModel):
    """A group of units at one step."""

    id: str = Field(
        description="x, c, h, o or L, the step, and the layer from 1 up.", examples=["h_3"]
    )
    kind: Literal["input", "context", "hidden", "cell", "output", "loss"] = Field(
        description="Which group of units."
    )
    step: int = Field(description="From 1; 0 for the initial state: h_0, c_0, Jordan's o_0.")
    label: str = Field(description="The id as it is written.", examples=["h₃"])
    log10_norm: Nullable = Field(description=f"Of the gradient with respect to it. {LOG10}")
    layer: int = Field(description="From 0 at the input.")


class EdgeReport(StrictModel):
    """A connection that the forward pass uses."""

    source: str = Field(description="Where it comes from, forward.", examples=["h_2"])
    target: str = Field(description="Where it goes to, forward.", examples=["h_3"])
    kind: Literal["input", "recurrent", "context", "cell", "output", "loss"] = Field(
        description="What it carries; context is a copy, cell the path of c_t. Edges into a gated "
        "h_t carry every gate's share."
    )
    parameter: str | None = Field(description="The parameter on it, if any.", examples=["W_hh"])
    log10_norm: Nullable = Field(description=f"What travels back, as it arrives at source. {LOG10}")
    parameter_log10_norm: Nullable = Field(
        description=f"What the edge adds to its parameter's gradient. {LOG10}"
    )
    blocked: bool = Field(description="Whether a copy or a truncation stops the gradient.")
    layer: int = Field(description="Of the node it enters.")


class GraphReport(StrictModel):
    """The unrolled network with the gradient of the followed losses on every edge."""

    nodes: list[NodeReport] = Field(description="Step by step.")
    edges: list[EdgeReport] = Field(
        description="Step by step. Those across a window's borders name nodes that are not in it."
    )


class ActivityReport(StrictModel):
    """What the forward pass did, at every step."""

    hidden_norm: Series = Field(description="‖h_t‖.")
    mean_derivative: Series = Field(
        description="Mean of f′(a_t) over samples and units; null with gates."
    )
    output_norm: Series = Field(description="‖o_t‖; null where no output is used.")


class TextReport(StrictModel):
    """What the steps of a text read and should say."""

    tokens: list[str] = Field(description="The text's tokens in order.")
    vocabulary: list[str] = Field(description="The distinct tokens, sorted.")
    inputs: list[str] = Field(description="What each reading step reads.")
    targets: list[str] = Field(description="What each emitting step should say.")


GATES = "Mean activity of every gate, of |·| for the candidate; null for cells without gates."


class LayerReport(StrictModel):
    """One of several stacked layers."""

    layer: int = Field(description="From 0 at the input.")
    hidden_gradient: NormSeries = Field(description="‖∂L/∂h_t‖, every later loss included.")
    cell_gradient: NormSeries | None = Field(description="‖∂L/∂c_t‖, for cells that have one.")
    itemized: ItemizedFlow | None = Field(description=f"‖∂L_i/∂h_t‖ for every pair; {LEFT_OUT}")
    spectrum: SpectrumReport | None = Field(
        description=f"Its recurrent matrix and its own Jacobians; {LEFT_OUT}"
    )
    initial_gradient: InitialGradientReport = Field(description="What reaches its h_0 and c_0.")
    gates: dict[str, Series] | None = Field(description=GATES)
    saturation: SaturationReport = Field(description="Shares of saturated units and gates.")


class OverflowReport(StrictModel):
    """Where the forward pass left the range of a double."""

    quantity: Literal["h", "c", "o"] = Field(description="What overflowed.")
    step: int = Field(description="The first step at which it did.")
    steps: int = Field(description="T as asked for.")
    detail: str = Field(description="The same in words, with what to try.")


class Flow(StrictModel):
    """One sequence (or batch) forward and back."""

    experiment: Experiment = Field(
        description="The request with every default filled in; sent again, it gives these numbers."
    )
    steps: int = Field(description="T; where a state overflows, the steps before it.")
    overflow: OverflowReport | None = Field(
        description="null where the forward pass stayed in range. Else everything here is about "
        "the steps before."
    )
    loss: Nullable = Field(
        description=f"L, the sum over the steps; null where no step emits one. {NORM}"
    )
    step_losses: Series = Field(description="L_t; null where no loss is emitted.")
    hidden_gradient: NormSeries = Field(description="‖∂L/∂h_t‖, every later loss included.")
    cell_gradient: NormSeries | None = Field(description="‖∂L/∂c_t‖, for cells that have a c_t.")
    followed_gradient: NormSeries | None = Field(
        description="‖∂L_i/∂h_t‖ of the followed loss, at every step; null where none is followed, "
        "or where `include` leaves out the graph."
    )
    itemized: ItemizedFlow | None = Field(description=f"‖∂L_i/∂h_t‖ for every pair; {LEFT_OUT}")
    initial_gradient: InitialGradientReport = Field(description="What reaches h_0 and c_0.")
    gates: dict[str, Series] | None = Field(description=GATES)
    saturation: SaturationReport = Field(description="Shares of saturated units and gates.")
    layers: list[LayerReport] | None = Field(
        description="Every layer where they are stacked, else null. What stands outside is about "
        "the last layer."
    )
    parameter_gradients: dict[str, ParameterFlow] = Field(description="Every parameter's.")
    clipping: ClippingReport = Field(description="What the clip rule did.")
    spectrum: SpectrumReport | None = Field(
        description=f"The recurrent matrix and the Jacobians; {LEFT_OUT}"
    )
    diagnosis: DiagnosisReport | None = Field(
        description="The verdict in words; null where `include` names neither `itemized` nor "
        "`advice`."
    )
    graph: GraphReport | None = Field(
        description=f"The unrolled network; only `follow` where given; {LEFT_OUT}"
    )
    values: ValuesReport | None = Field(
        description="The signed numbers behind the norms; null unless asked for."
    )
    activity: ActivityReport = Field(description="The forward pass.")
    text: TextReport | None = Field(description="null unless the sequence is a text.")
