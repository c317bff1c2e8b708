"""What an answer says about what was read and computed, beside its numbers."""

from dataclasses import dataclass
from typing import Annotated, Literal


@dataclass(frozen=True, slots=True)
class TextReport:
    """What the steps of a text read and should say.

    Attributes:
        tokens: the text's tokens in order.
        vocabulary: the distinct tokens, sorted.
        inputs: what each reading step reads.
        targets: what each emitting step should say.
    """

    tokens: list[str]
    vocabulary: list[str]
    inputs: list[str]
    targets: list[str]


@dataclass(frozen=True, slots=True)
class OverflowReport:
    """Where the forward pass left the range of a double.

    Attributes:
        quantity: what overflowed.
        step: the first step at which it did.
        steps: T as asked for.
        detail: the same in words, with what to try.
    """

    quantity: Annotated[str, Literal["h", "c", "o"]]
    step: int
    steps: int
    detail: str


@dataclass(frozen=True, slots=True)
class ScaleReport:
    """What became of a column: (x − subtract) / divide.

    Attributes:
        column: its name.
        subtract: its mean, its least value, or 0.
        divide: its standard deviation, its range, or 1.
    """

    column: str
    subtract: float
    divide: float


@dataclass(frozen=True, slots=True)
class SeriesReport:
    """How a sequence that is kept was read.

    Attributes:
        name: of the sequence.
        rows: how many it has.
        inputs: the columns that were read, each with its scale, fitted to all of its rows; of a
            text none.
        target: the target's scale; null where there is none, or the loss fixes what it may be.
        starts: the first row of every sample.
    """

    name: str
    rows: int
    inputs: list[ScaleReport]
    target: ScaleReport | None
    starts: list[int]


@dataclass(frozen=True, slots=True)
class Cost:
    """What the answer took when it was computed; one that is kept is sent again as it was.

    Attributes:
        seconds: of one processor.
        peak_bytes: the most memory that its arrays took at once.
        work: T·H²·B·G, G the blocks of weights, as the limits count it.
    """

    seconds: float
    peak_bytes: int
    work: int
