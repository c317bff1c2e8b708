"""What a file holds, and the refusal of one that cannot be taken."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unrolled.app.errors import shown
from unrolled.app.files.readers import Reader

MOST_TENSORS = 20_000
"""Tensors of one file."""
LONGEST_NAME = 500
MOST_AXES = 8
MOST_NUMBERS = 2**28
"""Numbers of one tensor whose values are read."""

FLOATS = ("float16", "bfloat16", "float32", "float64")
"""The dtypes of weights; a tensor of another is listed, and its values are never read."""

Values = NDArray[Any]
"""Float32, or float64 where the file has float64."""


@dataclass(frozen=True, slots=True)
class Work:
    """What reading a file may use.

    Attributes:
        folder: for what has to be unpacked.
        held: closes what has to stay open until all values are read.
    """

    folder: Path
    held: ExitStack


class Refused(Exception):
    """A file that cannot be taken.

    Attributes:
        status: 415 where the kind of file is not taken, else 422.
    """

    def __init__(self, why: str, status: int = 422) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class Tensor:
    """One array of a file, whose values are read when they are asked for.

    Attributes:
        name: as the file calls it.
        shape: of the array.
        dtype: as NumPy calls it; bfloat16 too.
        read: its values, exactly: float16 and bfloat16 as float32; None where it holds no weights.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    read: Callable[[], Values] | None

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return int(np.prod(self.shape, dtype=object)) if self.shape else 1

    def part(
        self, shape: tuple[int, ...], take: Callable[[Values], Values], name: str = ""
    ) -> "Tensor":
        """Another array made of this one's values."""
        read = self.read
        return Tensor(
            name or self.name, shape, self.dtype, None if read is None else lambda: take(read())
        )


@dataclass(frozen=True, slots=True)
class Module:
    """A recurrent layer, or several stacked, as it was found in a file.

    Attributes:
        name: of its own in the file.
        kind: a key of the engine's MODULES; of a module that cannot be taken the nearest.
        layers: array of the module → tensor, layer by layer: weight_ih, in PyTorch's second
            direction weight_ih_reverse; of Keras's Bidirectional kernel_reverse and so on.
        input_size: D.
        hidden_size: H.
        projection_size: P of PyTorch's proj_size; None without.
        activation: f, of a module without gates; None with gates.
        assumed: what names and shapes cannot decide, as sentences.
        why_not: why it cannot be taken; None where nothing is known against it.
    """

    name: str
    kind: str
    layers: tuple[dict[str, Tensor], ...]
    input_size: int
    hidden_size: int
    projection_size: int | None = None
    activation: str | None = None
    assumed: tuple[str, ...] = ()
    why_not: str | None = None

    @property
    def bidirectional(self) -> bool:
        """Whether there is a second direction."""
        return any(name.endswith("_reverse") for name in self.layers[0])


@dataclass(frozen=True, slots=True)
class Content:
    """A file that was read.

    Attributes:
        format: a name of the table of formats.
        tensors: in the file's order.
        modules: those that the format itself names, as ONNX does.
        facts: prefix of names → what the file says of the layer there, as Keras's configuration.
        readers: matrix → its place in the graph, where the file holds one, as ONNX does.
    """

    format: str
    tensors: list[Tensor]
    modules: list[Module] = field(default_factory=list)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    readers: Mapping[str, Reader] | None = None


def named(name: object) -> str:
    """A tensor's name, where it can be said.

    Raises:
        Refused: it is no text, empty, too long, or holds what is not printable.
    """
    if not isinstance(name, str) or not name:
        raise Refused(f"received a tensor called {shown(name)}; allowed: a name")
    if len(name) > LONGEST_NAME:
        raise Refused(
            f"received a tensor's name of {len(name)} characters; allowed: {LONGEST_NAME}"
        )
    if not name.isprintable():
        raise Refused(f"received a tensor called {shown(name)}; allowed: printable characters")
    return name


def shaped(name: str, shape: object) -> tuple[int, ...]:
    """A tensor's shape.

    Raises:
        Refused: it is no list of sizes, or has too many axes or numbers.
    """
    if not isinstance(shape, (list, tuple)) or len(shape) > MOST_AXES:
        raise Refused(f"{name}: received shape {shown(shape)}; allowed: up to {MOST_AXES} sizes")
    for size in shape:
        if type(size) is not int or not 0 <= size < 2**40:
            raise Refused(f"{name}: received size {shown(size)}; allowed: a whole number from 0")
    return tuple(shape)


def few(count: int) -> None:
    """Refuse more tensors than may be."""
    if count > MOST_TENSORS:
        raise Refused(f"received {count} tensors or more; allowed: {MOST_TENSORS}")


def readable(tensor: Tensor) -> Values:
    """The values of a tensor that holds weights.

    Raises:
        Refused: there are too many of them, or the file does not hold what it says.
    """
    if tensor.read is None:
        raise Refused(f"{tensor.name}: received {tensor.dtype}; allowed: {', '.join(FLOATS)}")
    if tensor.size > MOST_NUMBERS:
        raise Refused(f"{tensor.name}: received {tensor.size} numbers; allowed: {MOST_NUMBERS}")
    values = tensor.read()
    if values.shape != tensor.shape:
        raise Refused(f"{tensor.name}: holds {values.shape} where it says {tensor.shape}")
    return values


def widened(values: Values) -> Values:
    """Float32 or float64, exactly; in the machine's byte order."""
    with np.errstate(invalid="ignore"):  # a signalling NaN stays one that is none
        return np.ascontiguousarray(
            values, dtype=np.float64 if values.dtype.itemsize > 4 else np.float32
        )


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Whatever a library says of a file that it cannot read, as a refusal.

    Raises:
        Refused: in place of any error but a want of memory.
    """
    try:
        yield
    except (Refused, MemoryError, ModuleNotFoundError):
        raise
    except Exception as error:  # noqa: BLE001  (whatever a library raises of a file)
        first = " ".join(f"{error}".split())[:200]
        raise Refused(
            f"the file cannot be read as {what}: {first or type(error).__name__}"
        ) from None
