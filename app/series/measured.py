"""A sequence in numbers: its columns, its gaps, and words about what a network reads badly."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from unrolled.app.errors import shown
from unrolled.app.series.content import Content, Values

LARGE = 10.0
"""Inputs beyond this saturate tanh and the gates: |tanh′| is below 10⁻⁸ there."""
SMALL = 0.01
"""Inputs that never leave this move no unit."""
_APART = 10.0
_LISTED = 5


@dataclass(frozen=True, slots=True)
class Column:
    """A column in numbers, over the values that are there.

    Attributes:
        name: of the column.
        min: the smallest value.
        max: the largest.
        mean: of all.
        std: the square root of the mean squared distance from the mean.
        missing: how many values are not there.
    """

    name: str
    min: float
    max: float
    mean: float
    std: float
    missing: int

    @property
    def largest(self) -> float:
        """max |x|."""
        return max(abs(self.min), abs(self.max))


@dataclass(frozen=True, slots=True)
class Measured:
    """A sequence as it is kept.

    Attributes:
        content: as it was read.
        values: the same without gaps, (T, D) or (N, T, D).
        columns: in numbers.
        warnings: what a network reads badly, and what was left out or filled, as sentences.
    """

    content: Content
    values: Values
    columns: list[Column]
    warnings: list[str]

    @property
    def kind(self) -> str:
        """`series`, `batches` or `text`."""
        if self.content.alphabet:
            return "text"
        return "batches" if self.values.ndim == 3 else "series"

    def document(self) -> dict[str, Any]:
        """What is answered of it."""
        return {
            "format": self.content.format,
            "kind": self.kind,
            "rows": self.values.shape[-2],
            "batch": self.values.shape[0] if self.values.ndim == 3 else 1,
            "columns": [asdict(one) for one in self.columns],
            "alphabet": self.content.alphabet or None,
            "warnings": self.warnings,
        }


def measure(content: Content) -> Measured:
    """Fill the gaps of a sequence, measure its columns, and say what stands out."""
    values = content.values
    columns = [
        _column(name, values[..., place].ravel()) for place, name in enumerate(content.names)
    ]
    warnings = [*content.notes]
    if not content.alphabet:
        warnings += [*_gaps(columns, values), *_scales(columns)]
    return Measured(content, _filled(values), columns, warnings)


def _column(name: str, values: Values) -> Column:
    known = values[~np.isnan(values)]
    if not known.size:  # of an array; of a table it was left out
        return Column(name, 0.0, 0.0, 0.0, 0.0, values.size)
    low, high = float(known.min()), float(known.max())
    with np.errstate(over="ignore", invalid="ignore"):
        largest = max(abs(low), abs(high)) or 1.0  # squares of what is near 10³⁰⁸ overflow
        scaled = known / largest
        mean, std = float(scaled.mean() * largest), float(scaled.std() * largest)
    constant = low == high
    return Column(
        name,
        low,
        high,
        low if constant else mean,
        0.0 if constant else std,
        values.size - known.size,
    )


def _filled(values: Values) -> Values:
    """Every gap takes the value of the row before; at the start, of the first row that has one."""
    if not np.isnan(values).any():
        return values
    whole = values if values.ndim == 3 else values[np.newaxis]
    known = ~np.isnan(whole)
    rows = np.arange(whole.shape[1])[:, np.newaxis]
    last = np.maximum.accumulate(np.where(known, rows, -1), axis=1)
    first = known.argmax(axis=1)[:, np.newaxis]
    filled = np.take_along_axis(whole, np.where(last < 0, first, last), axis=1)
    return np.nan_to_num(filled, nan=0.0).reshape(values.shape)


def _gaps(columns: Sequence[Column], values: Values) -> Iterator[str]:
    count = values.size // values.shape[-1]
    for one in columns:
        if one.missing:
            yield (
                f"Column {shown(one.name)} lacks {one.missing:,} of {count:,} values; each gap is "
                "filled with the value of the row before."
            )


def number(value: float) -> str:
    """A number in a sentence: 41,000 or 0.0123."""
    if value == int(value) and abs(value) < 1e9:
        return f"{int(value):,}"
    text = f"{value:,.3g}" if 1e-3 <= abs(value) < 1e3 else f"{value:.3g}"
    return f"{value:,.0f}" if 1e3 <= abs(value) < 1e9 else text


def span(one: Column) -> str:
    """The range of a column in words."""
    return f"from {number(one.min)} to {number(one.max)}"


def _scales(columns: Sequence[Column]) -> Iterator[str]:
    varied = [one for one in columns if one.min < one.max]
    constant = [one for one in columns if one.min == one.max]
    for one in constant[:_LISTED]:
        yield f"Column {shown(one.name)} is {number(one.min)} in every row: it says nothing."
    large = sorted((one for one in varied if one.largest > LARGE), key=lambda one: -one.largest)
    low = min(varied, key=lambda one: one.largest, default=None)
    for one in large[:_LISTED]:
        yield _large(one, low)
    if len(large) > _LISTED:
        yield f"So do {len(large) - _LISTED} more columns."
    if varied and max(one.largest for one in varied) < SMALL:
        one = max(varied, key=lambda each: each.largest)
        yield (
            f"No column leaves ±{number(SMALL)} (column {shown(one.name)} runs {span(one)}): "
            "inputs as small as that hardly move a unit. Scale them."
        )


def _large(one: Column, low: Column | None) -> str:
    if low is not None and low.largest * _APART <= one.largest:
        beside = (
            f" while column {shown(low.name)} stays within ±{number(low.largest)}: the network "
            f"hears of {shown(one.name)} alone, and its units saturate"
        )
    else:
        beside = f": inputs beyond ±{number(LARGE)} saturate tanh and the gates, where f′ is near 0"
    return f"Column {shown(one.name)} runs {span(one)}{beside}. Scale it."
