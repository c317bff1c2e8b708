"""What a request takes of a run that trains here: the batch of an update."""

from typing import Annotated, Literal

from pydantic import Field

from unrolled.app.schemas.strict import Size, StrictModel, String


class RunSequence(StrictModel):
    """The batch of an update of a run that trains here."""

    kind: Literal["run"] = Field(description="Says which kind this is.")
    id: Annotated[String, Field(max_length=64)] = Field(description="Of a run of /runs.")
    update: Size = Field(description="Which update, from 1.", examples=[600])
    steps: Size | None = Field(
        default=None, description="T of the run; left out or null, or exactly that."
    )
    batch_size: Size | None = Field(
        default=None, description="B of the run; left out or null, or exactly that."
    )


class FilledRun(RunSequence):
    """The same with nothing left open, and known to be there."""
