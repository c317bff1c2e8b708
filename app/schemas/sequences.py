"""Sequences out of files: what a client is told of one, and what it may change."""

from typing import Annotated, Literal

from pydantic import Field

from unrolled.app.schemas.runs import RunName, Words
from unrolled.app.schemas.strict import Index, OneOf, Size, StrictModel
from unrolled.app.schemas.watched import Instant
from unrolled.app.series.formats import NAMES


class SequenceForm(StrictModel):
    """A file to be kept."""

    file: str = Field(
        description="CSV (any delimiter, with or without a line of names), npz of named arrays "
        "(T,), (T, D) or (N, T, D), JSON (numbers, rows, batches of rows, an object of columns, "
        "objects), or text in UTF-8.",
        json_schema_extra={"format": "binary"},
    )
    name: Annotated[str, Field(max_length=200)] = Field(
        default="", description="For people; left out or empty: the file's name."
    )
    format: Annotated[str, OneOf(("", *NAMES))] = Field(
        default="", description="Left out or empty: found out."
    )


class SequenceChange(StrictModel):
    """What is to be changed in a sequence; what is left out, or null, stays as it is."""

    name: RunName | None = Field(default=None, description="For people.")
    note: Annotated[Words, Field(max_length=20_000)] | None = Field(
        default=None, description="What somebody wrote about it."
    )


class ColumnReport(StrictModel):
    """A column in a few numbers, which are about the values that are there."""

    name: str = Field(description="As the file calls it, or `column 1`.", examples=["temperature"])
    min: float = Field(description="The least.")
    max: float = Field(description="The greatest.")
    mean: float = Field(description="Of all.")
    std: float = Field(description="Standard deviation, of all.")
    missing: Index = Field(
        description="How many are missing; each takes the one of the row before."
    )


class KeptSequence(StrictModel):
    """A sequence that is kept."""

    id: str = Field(description="Nobody can guess it.")
    name: str = Field(description="For people.", examples=["weather.csv"])
    note: str = Field(description="What somebody wrote about it.")
    created: Instant = Field(description="When it came.")
    changed: Instant = Field(description="When it was last changed.")
    digest: str = Field(description="SHA-256 of the file: the same file is kept once.")
    bytes: Index = Field(description="Of the file.")
    format: Annotated[str, OneOf(NAMES)] = Field(description="Of the file.")
    kind: Literal["series", "batches", "text"] = Field(
        description="One sequence, several of one length, or characters."
    )
    rows: Size = Field(description="T.", examples=[2000])
    batch: Size = Field(description="How many sequences there are.", examples=[1])
    columns: list[ColumnReport] = Field(
        description="What a step can read; of a text one, the places of its characters."
    )
    alphabet: str | None = Field(description="Of a text its different characters, sorted.")
    warnings: list[str] = Field(
        description="Columns that are not scaled, constant, left out or have gaps, as sentences.",
        examples=[["Column 'b' runs from 0 to 41,000 while column 'a' stays within ±1: …"]],
    )


class SequencePage(StrictModel):
    """Sequences, the newest first."""

    sequences: list[KeptSequence] = Field(description="As many as were asked for.")
    next: str | None = Field(description="What to send as `before` for those that follow.")
