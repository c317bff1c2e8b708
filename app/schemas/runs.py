"""Runs: what a client says of one, and what it is told."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from unrolled.app.schemas.strict import Index, Number, Size, StrictModel, String, Switch, Whole
from unrolled.app.schemas.watched import BriefReport, Instant


def _printable(text: str) -> str:
    """Refuse what PostgreSQL holds in no text."""
    if "\0" in text:
        raise PydanticCustomError("string_nul", "text without the character 0")
    return text


Words = Annotated[String, AfterValidator(_printable)]
RunName = Annotated[Words, Field(max_length=200)]
Fact = Annotated[String, Field(max_length=1_000)] | Switch | Whole | Number | None
About = Annotated[dict[Annotated[String, Field(max_length=100)], Fact], Field(max_length=100)]


class NewRun(StrictModel):
    """A run to be kept."""

    kind: Literal["watched"] = Field(default="watched", description="What reports to it.")
    name: RunName = Field(default="", description="For people.", examples=["char-lstm"])
    about: About = Field(
        default_factory=dict,
        description="Facts: the framework, the model, how often it reports.",
        examples=[{"framework": "torch 2.13", "model": "CharLSTM", "every": 100}],
    )


class RunChange(StrictModel):
    """What is to be changed in a run; what is left out stays."""

    name: RunName | None = Field(default=None, description="For people.")
    note: Annotated[Words, Field(max_length=20_000)] | None = Field(
        default=None, description="What somebody wrote about it."
    )
    state: Literal["running", "ended", "interrupted"] | None = Field(
        default=None, description="A report to a run that is over sets it running again."
    )


class Run(StrictModel):
    """A run that is kept."""

    id: str = Field(description="Nobody can guess it.")
    kind: Literal["watched"] = Field(description="What reports to it.")
    name: str = Field(description="For people.")
    note: str = Field(description="What somebody wrote about it.")
    created: Instant = Field(description="When it began.")
    changed: Instant = Field(description="When it last reported or was changed.")
    state: Literal["running", "ended", "interrupted"] = Field(
        description="`interrupted`: it has not ended, and what trained is gone or was silent for "
        "five minutes."
    )
    last_update: Index | None = Field(description="Of the newest report.")
    reports: Index = Field(description="How many there are.")
    bytes: Index = Field(description="What they take in the database.")
    about: About = Field(description="Facts: the framework, the model, how often it reports.")


class RunPage(StrictModel):
    """Runs, the newest first."""

    runs: list[Run] = Field(description="As many as were asked for.")
    next: str | None = Field(description="What to send as `before` for those that follow.")


class ReportPage(StrictModel):
    """Reports of a run, ordered by sequence."""

    reports: list[BriefReport] = Field(description="As many as fit.")
    next: Size | None = Field(description="What to send as `from` for those that follow.")


class Reported(StrictModel):
    """Reports that are on the disk."""

    sequence: Index = Field(description="Of the last of them.")
