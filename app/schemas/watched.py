"""What a watched training run reports: one step of training, module by module."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from unrolled.app.schemas.strict import Index, Number, Size, StrictModel, String, Switch

MOST_MODULES = 64
MOST_WEIGHTS = 2_000
_FIRST_YEAR = 1970


def _instant(text: str) -> str:
    """Refuse what is no time with its zone."""
    try:
        whole = datetime.fromisoformat(text)
        sound = whole.tzinfo is not None and whole.astimezone(UTC).year >= _FIRST_YEAR
    except (ValueError, OverflowError):
        sound = False
    if not sound:
        raise PydanticCustomError("instant", "a time with its zone, as 2026-11-28T03:00:00.123Z")
    return text


Name = Annotated[String, Field(max_length=200)]
Sentence = Annotated[String, Field(max_length=2_000)]
Instant = Annotated[String, Field(max_length=40), AfterValidator(_instant)]
_LOG10 = "log₁₀ ‖{}‖; null for an exact zero, or where it is not finite."


class WatchedClipping(StrictModel):
    """How the gradient was clipped in this step of training."""

    rule: Literal["norm", "value"] = Field(description="Which of PyTorch's two.")
    threshold: Number = Field(description="What the norm, or each value, was held to.")
    log10_before: Number | None = Field(default=None, description=_LOG10.format("g"))
    log10_after: Number | None = Field(default=None, description=_LOG10.format("g clipped"))
    engaged: Switch = Field(description="Whether it changed anything.")


class StepTaken(StrictModel):
    """A parameter beside what the optimizer added to it."""

    log10_weight: Number | None = Field(default=None, description=_LOG10.format("w"))
    log10_step: Number | None = Field(default=None, description=_LOG10.format("Δw"))


class FirstNotFinite(StrictModel):
    """Where the first number stands that is not finite."""

    layer: Index = Field(description="From 0, the lowest.")
    step: Size = Field(description="From 1.")
    quantity: Name = Field(
        description="What it is a value of: `x`, `h`, `c`, the `gradient` that enters, or a "
        "`weight`."
    )
    parameters: list[Name] = Field(
        default_factory=list,
        max_length=MOST_WEIGHTS,
        description="Of a weight: every one that holds a number that is not finite.",
    )
    reverse: Switch | None = Field(
        default=None,
        description="Of a bidirectional module whether in the direction that reads backward in "
        "time; null where it is in no direction, as an input.",
    )


class WatchedModule(StrictModel):
    """One recurrent module in one step of training."""

    name: Name = Field(description="In the model.", examples=["encoder"])
    kind: Name = Field(description="Its class.", examples=["LSTM"])
    layers: Size = Field(default=1, description="How many are stacked.")
    bidirectional: Switch = Field(default=False, description="Whether it runs both ways.")
    input_size: Size = Field(description="D.")
    hidden_size: Size = Field(description="H.")
    steps: Size | None = Field(description="T, of the longest sequence; null where not seen.")
    batch: Size | None = Field(description="B: sequences in the batch; null where not seen.")
    sampled: Index = Field(description="How many of them are itemized in `flow`.")
    dtype: Name = Field(description="What the module computed in.", examples=["float32"])
    loss_scale: Number | None = Field(default=None, description="What was divided out.")
    micro_batches: Size = Field(
        default=1, description="Backward passes of the step that are added up."
    )
    more_micro_batches: Switch = Field(
        default=False, description="Whether it had more of them, which are left out."
    )
    proof: dict[Name, Number | None] = Field(
        default_factory=dict,
        max_length=MOST_WEIGHTS,
        description="Of every weight ‖ours − theirs‖ / ‖theirs‖, theirs being the gradient of the "
        "framework; null: it has none.",
    )
    trusted: Switch = Field(description="Whether the proof holds to the precision of the dtype.")
    why_not: Sentence | None = Field(default=None, description="One sentence where it does not.")
    first_not_finite: FirstNotFinite | None = Field(default=None, description="null: all are.")
    flow: dict[str, Any] | None = Field(
        default=None,
        description="As `POST /api/v1/flow` answers, without `graph` and the arrays of "
        "`experiment`, of the sampled sequences; null where nothing could be computed. Of a "
        "bidirectional module each of the `directions` has `followed_gradient` and "
        "`followed_cell_gradient` of its own: of the loss at the `carries.loss_step` of the last "
        "layer's direction that reads the same way. It is kept as it comes.",
    )
    layers_flow: list[dict[str, Any]] | None = Field(
        default=None, max_length=256, description="The same of every layer, where it is there."
    )


class ReportCost(StrictModel):
    """What the report cost, in seconds."""

    capture: Number = Field(default=0.0, description="In the training loop.")
    analysis: Number = Field(default=0.0, description="Beside it.")


class WatchedReport(StrictModel):
    """One step of training as it was seen."""

    update: Index = Field(description="Steps of the optimizer before this one.", examples=[200])
    time: Instant = Field(description="When.", examples=["2026-11-28T03:00:00.123Z"])
    loss: Number | None = Field(default=None, description="Of the step; null where not seen.")
    log10_gradient: Number | None = Field(
        default=None,
        description="log₁₀ ‖g‖ of all parameters of the model before any clipping; null for an "
        "exact zero, and where it is not finite or not seen.",
    )
    clipping: WatchedClipping | None = Field(default=None, description="null where none was seen.")
    learning_rate: Number | None = Field(default=None, description="Of the first group.")
    optimizer: Name | None = Field(default=None, description="Its class.", examples=["Adam"])
    steps_taken: dict[Name, StepTaken | None] = Field(
        default_factory=dict,
        max_length=MOST_WEIGHTS,
        description="Of every recurrent parameter, its norm and that of its last step.",
    )
    modules: list[WatchedModule] = Field(
        default_factory=list, max_length=MOST_MODULES, description="Every recurrent module."
    )
    seconds: ReportCost | None = Field(default=None, description="What the report cost.")


class KeptReport(WatchedReport):
    """A report with its place in its run."""

    sequence: Size = Field(description="From 1, without gaps, in the order of arrival.")


class BriefModule(WatchedModule):
    """A module as lists of reports have it."""

    flow: dict[str, Any] | None = Field(
        default=None,
        description="Of the whole one `steps`, `experiment`, `diagnosis`, and `log10_norm` of "
        "`hidden_gradient`, `cell_gradient`, `followed_gradient` and `followed_cell_gradient`; of "
        "a bidirectional module in `directions` these, `layer`, `reverse` and `carries` of the "
        "last layer's.",
    )
    layers_flow: None = Field(default=None, description="Only a whole report has it.")


class BriefReport(KeptReport):
    """A report as lists have it; `GET …/reports/{sequence}` answers the whole one."""

    modules: list[BriefModule] = Field(  # type: ignore[assignment]
        default_factory=list, max_length=MOST_MODULES, description="Every recurrent module."
    )
