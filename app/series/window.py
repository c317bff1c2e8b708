"""Windows of a sequence as a batch: which rows each sample reads, which columns, scaled how."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from unrolled.app.errors import shown
from unrolled.app.series.content import Values
from unrolled.app.series.measured import Column

Json = dict[str, Any]
USUAL_STEPS = 100
"""T where nobody says it and the sequence is as long."""


@dataclass(frozen=True, slots=True)
class Scale:
    """(x − subtract) / divide, of one column.

    Attributes:
        column: its name.
        subtract: its mean, its least value, or 0.
        divide: its standard deviation, its range, or 1; 1 of a column that never changes.
    """

    column: str
    subtract: float
    divide: float

    def __call__(self, values: Values) -> Values:
        """The values, scaled."""
        return (values - self.subtract) / self.divide


def _none(one: Column) -> tuple[float, float]:
    return 0.0, 1.0


def _standard(one: Column) -> tuple[float, float]:
    return one.mean, one.std


def _minmax(one: Column) -> tuple[float, float]:
    return one.min, one.max - one.min


SCALINGS: dict[str, Callable[[Column], tuple[float, float]]] = {
    "none": _none,
    "standard": _standard,
    "minmax": _minmax,
}
"""Name → what is subtracted and by what is divided."""


def scale_of(scaling: str, one: Column) -> Scale:
    """The scale of a column, fitted to all of its values."""
    subtract, divide = SCALINGS[scaling](one)
    return Scale(one.name, subtract, divide if 0.0 < divide < np.inf else 1.0)


class NoWindow(Exception):
    """A selection that the sequence does not have.

    Attributes:
        field: of the selection.
    """

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


@dataclass(frozen=True, slots=True)
class Shape:
    """What is kept of a sequence, without its numbers.

    Attributes:
        kind: `series`, `batches` or `text`.
        rows: T of the whole.
        batch: how many sequences there are, of batches; else 1.
        columns: in numbers.
        alphabet: of a text; else "".
    """

    kind: str
    rows: int
    batch: int
    columns: Sequence[Column]
    alphabet: str = ""

    @property
    def names(self) -> list[str]:
        """Of the columns."""
        return [one.name for one in self.columns]

    def width(self, inputs: Sequence[str]) -> int:
        """D: how many numbers a step reads."""
        return len(self.alphabet) if self.alphabet else len(inputs)

    def filled(self, said: Json, single: bool) -> Json:
        """A selection with nothing left open, which the sequence has.

        Args:
            said: `inputs`, `target`, `start`, `steps`, `batch`, `stride` and `ahead`.
            single: whether the wiring takes one step alone.
        Raises:
            NoWindow: it names a column that is not there, or rows beyond the end.
        """
        target = said["target"]
        if target is not None:
            self._column("target", target)
        inputs = said["inputs"]
        if inputs is None:
            inputs = [n for n in self.names if n != target] or self.names
        for place, name in enumerate(inputs):
            self._column("inputs", name)
            if name in inputs[:place]:
                raise NoWindow("inputs", f"received {shown(name)} twice; allowed: once")
        if not inputs:
            raise NoWindow("inputs", f"received none; allowed: {_listed(self.names)}")
        ahead = said["ahead"] if target is not None else 0
        start, batch = said["start"], said["batch"]
        longest = self.rows - start - ahead
        steps = said["steps"]
        if steps is None:
            steps = 1 if single else max(1, min(USUAL_STEPS, longest))
        if steps > longest:
            raise NoWindow(
                "steps" if start + ahead < self.rows else "start", self._beyond(said, steps)
            )
        batches = self.kind == "batches"
        stride = said["stride"] if said["stride"] is not None else 1 if batches else steps
        most = self.batch if batches else self.rows - ahead - steps - start + 1
        if (batch - 1) * stride >= most:
            raise NoWindow("batch", self._too_many(batch, stride, steps, 1 + (most - 1) // stride))
        return said | {"inputs": [*inputs], "steps": steps, "stride": stride, "ahead": ahead}

    def _column(self, field: str, name: str) -> None:
        if name not in self.names:
            raise NoWindow(field, f"received {shown(name)}; allowed: {_listed(self.names)}")

    def _beyond(self, said: Json, steps: int) -> str:
        more = f" and {said['ahead']} ahead for the target" if said["target"] is not None else ""
        return (
            f"received {steps} steps from row {said['start']} on{more}; the sequence has "
            f"{self.rows} rows"
        )

    def _too_many(self, batch: int, stride: int, steps: int, most: int) -> str:
        of = (
            f"its {self.batch} sequences"
            if self.kind == "batches"
            else f"windows of {steps} steps among its {self.rows} rows"
        )
        return f"received {batch} samples, {stride} apart; allowed: {most} of {of}, or closer ones"


def _listed(names: Sequence[str]) -> str:
    first = ", ".join(shown(name) for name in names[:10])
    return f"{first} and {len(names) - 10} more" if len(names) > 10 else first


@dataclass(frozen=True, slots=True)
class Cut:
    """Samples that were cut out of a sequence.

    Attributes:
        inputs: (T, B, D), scaled; of a text one-hot.
        target: (T, B), as it stands in the file; None without one.
        scales: of the inputs, in their order; of a text none.
    """

    inputs: Values
    target: Values | None
    scales: list[Scale]


def cut(shape: Shape, values: Values, said: Json) -> Cut:
    """The samples of a selection.

    Sample b of a series reads the rows start + b·stride … + T − 1; its target at a step is `ahead`
    rows later. Sample b of batches is sequence b·stride, from row `start` on.

    Args:
        shape: of the sequence.
        values: all of it, (T, D) or (N, T, D).
        said: as `Shape.filled` gives it.
    """
    steps, batch, stride = said["steps"], said["batch"], said["stride"]
    rows = said["start"] + np.arange(steps)[:, np.newaxis]
    places = np.arange(batch) * stride
    if shape.kind != "batches":
        rows, values = rows + places, values[np.newaxis]
        places = np.zeros(batch, dtype=np.int64)
    columns = [shape.names.index(name) for name in said["inputs"]]
    read = values[places, rows][..., columns]
    target = None
    if said["target"] is not None:
        target = values[places, rows + said["ahead"], shape.names.index(said["target"])]
    if shape.alphabet:
        return Cut(np.eye(len(shape.alphabet))[read[..., 0].astype(np.int64)], target, [])
    scales = [scale_of(said["scaling"], shape.columns[place]) for place in columns]
    inputs = np.stack([one(read[..., n]) for n, one in enumerate(scales)], axis=-1)
    return Cut(inputs, target, scales)
