"""A record that is written is described by itself: names, types and words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
import pytest
from pydantic import ValidationError

from unrolled.app.job import encode
from unrolled.app.schemas.written import model
from unrolled.engine import Array, Nullable, Series


@dataclass(frozen=True, slots=True)
class Inner:
    """A part of it.

    Attributes:
        kind: ``near`` or ``far``.
    """

    kind: Literal["near", "far"]


@dataclass(frozen=True, slots=True)
class Base:
    """What another record begins with.

    Attributes:
        norm: NaN where a double
            cannot hold it.
        t: the step. None never.
    """

    norm: Nullable
    t: int


@dataclass(frozen=True, slots=True)
class Record(Base):
    """What is written.

    None of it is more.

    Attributes:
        log10: log₁₀ ‖g‖ of ``g``, (T,).
        parts: a part under each name; None where there are none.
        named: False or not.

    More that is no field.
    """

    log10: Series
    parts: dict[str, tuple[Inner, ...]] | None
    named: Annotated[Array, list[bool]]


def test_words_are_those_of_the_docstrings_in_the_words_of_json() -> None:
    made = model(Record)
    assert made.__name__ == "Record"
    assert made.__doc__ == "What is written.\n\nnull of it is more."
    assert {name: field.description for name, field in made.model_fields.items()} == {
        "norm": "null where a double cannot hold it.",
        "t": "The step. null never.",
        "log10": "log₁₀ ‖g‖ of `g`, (T,).",
        "parts": "A part under each name; null where there are none.",
        "named": "false or not.",
    }


def test_the_record_as_it_is_written_is_its_model() -> None:
    parts: Any = {"a": (Inner("near"),)}
    record: Any = Record(np.nan, 1, np.array([1.0, np.nan]), parts, np.array([True]))
    made = model(Record)
    read = made.model_validate_json(encode(record), strict=True)
    assert list(made.model_fields) == list(msgspec.json.decode(encode(record)))
    assert read.model_dump() == {
        "norm": None,
        "t": 1,
        "log10": [1.0, None],
        "parts": {"a": ({"kind": "near"},)},
        "named": [True],
    }
    for change in ({"t": None}, {"log10": [[1.0]]}, {"parts": {"a": [{"kind": "b"}]}}, {"x": 1}):
        with pytest.raises(ValidationError):
            made.model_validate(read.model_dump() | change)


def test_a_field_without_words_is_refused() -> None:
    @dataclass
    class Silent:
        """Nothing is said of its field."""

        field: int

    with pytest.raises(KeyError, match="field"):
        model(Silent)
