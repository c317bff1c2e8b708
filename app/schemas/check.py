"""What a client may ask of `POST /api/v1/check`."""

from typing import Annotated

from pydantic import Field

from unrolled.app.schemas.request import Experiment
from unrolled.app.schemas.strict import AtLeast, Number, StrictModel
from unrolled.engine import MAX_ENTRIES


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
