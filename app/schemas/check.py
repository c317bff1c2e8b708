"""`POST /api/v1/check`: what a client may ask for, and the answer."""

from typing import Annotated

from pydantic import Field

from unrolled.app.schemas.request import Experiment
from unrolled.app.schemas.strict import AtLeast, Number, StrictModel
from unrolled.engine import MAX_ENTRIES

Nullable = float | None


class CheckRequest(StrictModel):
    """Which gradients to compare with differences of the loss."""

    experiment: Experiment = Field(
        default=Experiment(),
        description="As for `POST /api/v1/flow`. The gradient is that of all losses together, "
        "before clipping: `follow`, `clip` and `window` change nothing here.",
    )
    entries: Annotated[int, AtLeast(1, MAX_ENTRIES)] = Field(
        default=5,
        description="How many entries of each parameter; all where it has no more. Half of them "
        "have the largest |gradient|, the others lie evenly among the rest.",
        examples=[5],
    )
    step: Annotated[Number, Field(gt=0, le=1)] | None = Field(
        default=None,
        description="h for every entry. null: for each that of 2⁻⁵² ^(1/3) · max(1, |w|) · "
        "{16, 1, 1/16, 1/256} whose difference is the least uncertain.",
        examples=[1e-5],
    )


class CheckedEntry(StrictModel):
    """One entry of a parameter's gradient, computed in two ways: b and d."""

    index: list[int] = Field(description="Where it stands in the parameter, from 0.")
    backpropagated: Nullable = Field(
        description="b, as `POST /api/v1/flow` answers it; null where a double cannot hold it."
    )
    central_difference: Nullable = Field(
        description="d = (L(w + h) − L(w − h)) / 2h, by running the network forward with that "
        "entry changed and nothing else; null where a double cannot hold it."
    )
    relative_difference: Nullable = Field(
        description="|b − d| / max(|b|, |d|); 0 where both are 0."
    )
    step: float = Field(description="h, as a double stores it.")
    uncertainty: Nullable = Field(
        description="By how much d itself may be off: its rounding, and what a larger step says "
        "differently."
    )
    kink: bool = Field(
        description="A ReLU switches between w − h and w + h, at every h that was tried: the loss "
        "has no derivative to approach there."
    )
    agrees: bool | None = Field(
        description="Whether |b − d| is within the uncertainty, or within a millionth of the "
        "larger; null where d says nothing (a kink, an overflow)."
    )


class ParameterCheckReport(StrictModel):
    """One parameter's checked entries."""

    entries: list[CheckedEntry] = Field(description="In the parameter's order.")
    worst: Nullable = Field(
        description="The largest relative difference among the entries whose d is good to a "
        "millionth; null if none is."
    )


class GradientCheck(StrictModel):
    """Every parameter's gradient beside central differences of the loss."""

    parameters: dict[str, ParameterCheckReport] = Field(description="Every parameter's.")
    worst: Nullable = Field(description="The largest of theirs; null if there is none.")
    exact: bool = Field(
        description="Whether the gradient is that of the loss. false under a truncation that cuts "
        "paths: the two numbers then differ on purpose."
    )
    note: str | None = Field(description="The same in words; null where exact.")
    passes: int = Field(description="How often the network ran forward.")
