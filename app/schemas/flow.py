"""The answer of `POST /api/v1/flow`."""

from typing import Literal

from pydantic import Field

from app.schemas.request import Experiment
from app.schemas.strict import StrictModel

Nullable = float | None
Series = list[Nullable]

LOG10 = "Exact far outside the range of a double; null where it is exactly zero or no path exists."
NORM = "null where a double cannot hold it."


class NormSeries(StrictModel):
    """A norm at every step."""

    norm: Series = Field(description=NORM)
    log10_norm: Series = Field(description=LOG10)


class ItemizedFlow(StrictModel):
    """‖∂L_i/∂h_t‖ for every pair of a loss i and a step t."""

    loss_steps: list[int] = Field(description="i of each row.")
    steps: list[int] = Field(description="t of each column.")
    log10_norm: list[Series] = Field(description=f"[i][t]; null for t > i. {LOG10}")


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


class SpectrumReport(StrictModel):
    """The recurrent matrix, and the Jacobians along the trajectory of the first sample."""

    eigenvalues: list[tuple[float, float]] = Field(description="[re, im], largest modulus first.")
    spectral_radius: float = Field(description="max |λ|.")
    spectral_norm: float = Field(description="Largest singular value.")
    jacobian_log10_norm: Series = Field(description="‖∂h_{t+1}/∂h_t‖₂, t = 1 … T−1.")
    product_log10_norm: Series = Field(description="‖∂h_T/∂h_t‖₂, t = 1 … T−1.")


class DiagnosisReport(StrictModel):
    """The verdict, read off the itemized gradients."""

    verdict: Literal["vanishing", "exploding", "stable", "blocked"] = Field(
        description="What happens to a gradient on its way back."
    )
    decay_per_step: Nullable = Field(
        description="The factor of one step back; null where no gradient crosses a step."
    )
    summary: str = Field(description="The same in words, with the cause and what to try.")


class NodeReport(StrictModel):
    """A group of units at one step."""

    id: str = Field(description="x, c, h, o or L, and the step.", examples=["h_3"])
    kind: Literal["input", "context", "hidden", "cell", "output", "loss"] = Field(
        description="Which group of units."
    )
    step: int = Field(description="From 1; 0 for an initial state.")
    label: str = Field(description="The id as it is written.", examples=["h₃"])
    log10_norm: Nullable = Field(description=f"Of the gradient with respect to it. {LOG10}")


class EdgeReport(StrictModel):
    """A connection that the forward pass uses."""

    source: str = Field(description="Where it comes from, forward.", examples=["h_2"])
    target: str = Field(description="Where it goes to, forward.", examples=["h_3"])
    kind: Literal["input", "recurrent", "context", "output", "loss"] = Field(
        description="What it carries; context is a copy."
    )
    parameter: str | None = Field(description="The parameter on it, if any.", examples=["W_hh"])
    log10_norm: Nullable = Field(description=f"What travels back, as it arrives at source. {LOG10}")
    parameter_log10_norm: Nullable = Field(
        description=f"What the edge adds to its parameter's gradient. {LOG10}"
    )
    blocked: bool = Field(description="Whether a copy or a truncation stops the gradient.")


class GraphReport(StrictModel):
    """The unrolled network with the gradient of the followed losses on every edge."""

    nodes: list[NodeReport] = Field(description="Step by step.")
    edges: list[EdgeReport] = Field(description="Step by step.")


class ActivityReport(StrictModel):
    """What the forward pass did, at every step."""

    hidden_norm: Series = Field(description="‖h_t‖.")
    mean_derivative: Series = Field(description="Mean of f′(a_t) over samples and units.")
    output_norm: Series = Field(description="‖o_t‖; null where no output is used.")


class TextReport(StrictModel):
    """What the steps of a text read and should say."""

    tokens: list[str] = Field(description="The text's tokens in order.")
    vocabulary: list[str] = Field(description="The distinct tokens, sorted.")
    inputs: list[str] = Field(description="What each reading step reads.")
    targets: list[str] = Field(description="What each emitting step should say.")


class Flow(StrictModel):
    """One sequence (or batch) forward and back."""

    experiment: Experiment = Field(
        description="The request with every default filled in; sent again, it gives these numbers."
    )
    steps: int = Field(description="T.")
    loss: Nullable = Field(description=f"L, the sum over the steps. {NORM}")
    step_losses: Series = Field(description="L_t; null where no loss is emitted.")
    hidden_gradient: NormSeries = Field(description="‖∂L/∂h_t‖, every later loss included.")
    cell_gradient: NormSeries | None = Field(description="‖∂L/∂c_t‖, for cells that have a c_t.")
    itemized: ItemizedFlow = Field(description="‖∂L_i/∂h_t‖ for every pair.")
    parameter_gradients: dict[str, ParameterFlow] = Field(description="Every parameter's.")
    clipping: ClippingReport = Field(description="What the clip rule did.")
    spectrum: SpectrumReport = Field(description="The recurrent matrix and the Jacobians.")
    diagnosis: DiagnosisReport = Field(description="The verdict in words.")
    graph: GraphReport = Field(description="The unrolled network; only `follow` where given.")
    activity: ActivityReport = Field(description="The forward pass.")
    text: TextReport | None = Field(description="null unless the sequence is a text.")
