"""Runs: what a client says of one, and what it is told."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from unrolled.app.schemas.strict import (
    Index,
    Number,
    OneValue,
    Size,
    StrictModel,
    String,
    Switch,
    Whole,
    by_kind,
)
from unrolled.app.schemas.training import TrainingChange, TrainingPlan, TrainingState
from unrolled.app.schemas.watched import BriefReport, Instant


def _printable(text: str) -> str:
    """Refuse what PostgreSQL holds in no text."""
    if "\0" in text:
        raise PydanticCustomError("string_nul", "text without the character 0")
    return text


Words = Annotated[String, AfterValidator(_printable)]
RunName = Annotated[Words, Field(max_length=200)]
Fact = Annotated[
    Annotated[String, Field(max_length=1_000)] | Switch | Whole | Number | None, OneValue(1_000)
]
About = Annotated[dict[Annotated[String, Field(max_length=100)], Fact], Field(max_length=100)]


Note = Annotated[Words, Field(max_length=20_000)]
Kind = Literal["watched", "trained"]
_WHO = "watched: a program reports to it; trained: this service computes it."


class NewRun(StrictModel):
    """A run to be kept, to which a program will report."""

    kind: Literal["watched"] = Field(default="watched", description="What reports to it.")
    name: RunName = Field(default="", description="For people.", examples=["char-lstm"])
    about: About = Field(
        default_factory=dict,
        description="Facts: the framework, the model, how often it reports.",
        examples=[{"framework": "torch 2.13", "model": "CharLSTM", "every": 100}],
    )


class NewTraining(StrictModel):
    """A run that is to train here."""

    kind: Literal["trained"] = Field(description=_WHO)
    name: RunName = Field(default="", description="For people.", examples=["adding, not clipped"])
    note: Note = Field(default="", description="What somebody wrote about it.")
    keep: Switch = Field(
        default=False,
        description="Whether it goes on where nobody follows its events; else it ends after "
        "UNROLLED_TRAINING_UNWATCHED_SECONDS.",
    )
    paused: Switch = Field(default=False, description="Whether it waits for its first update.")
    training: TrainingPlan = Field(default=TrainingPlan(), description="What is to be learnt, how.")


AnyNewRun = Annotated[
    Annotated[NewRun, Tag("watched")] | Annotated[NewTraining, Tag("trained")],
    Discriminator(by_kind("kind", "watched")),
]


class RunChange(StrictModel):
    """What is to be changed in a run; what is left out stays."""

    name: RunName | None = Field(default=None, description="For people.")
    note: Note | None = Field(default=None, description="What somebody wrote about it.")
    state: Literal["running", "paused", "ended", "interrupted"] | None = Field(
        default=None,
        description="A report to a watched run that is over sets it running again. One that trains "
        "here may be paused, set running, also where it had ended before its last update, and "
        "ended.",
    )
    advance: Size | None = Field(
        default=None,
        description="So many updates of a run that is paused, or so many more while it advances.",
        examples=[1],
    )
    pace: Annotated[Number, Field(gt=0)] | None = Field(
        default=None,
        description="Updates a second at most; null: as fast as it goes. Left out, it stays.",
    )
    change: TrainingChange | None = Field(
        default=None, description="From the next update on; it is marked."
    )
    keep: Switch | None = Field(
        default=None, description="Whether it goes on where nobody follows its events."
    )


class Run(StrictModel):
    """A run that is kept."""

    id: str = Field(description="Nobody can guess it.")
    kind: Kind = Field(description=_WHO)
    name: str = Field(description="For people.")
    note: str = Field(description="What somebody wrote about it.")
    created: Instant = Field(description="When it began.")
    changed: Instant = Field(description="When it last reported or was changed.")
    state: Literal["queued", "running", "paused", "ended", "interrupted"] = Field(
        description="queued: it waits for a process that trains. `interrupted`: it has not ended, "
        "and what trained is gone or was silent for five minutes."
    )
    last_update: Index | None = Field(description="Of the newest report, or that is done.")
    reports: Index = Field(description="How many there are.")
    bytes: Index = Field(description="What it takes in the database.")
    about: About = Field(description="Facts: the framework, the model, how often it reports.")
    training: TrainingState | None = Field(
        default=None, description="Of a run that trains here; in a list null."
    )


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
