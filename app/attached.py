"""The weights of a network that is kept, on their way into a worker and within it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from unrolled.app.errors import shown
from unrolled.app.files.content import Values
from unrolled.app.files.supported import taken
from unrolled.engine import CELLS, MODULES, Array, InvalidInput, Network


@dataclass(frozen=True, slots=True)
class Attached:
    """A module of a file, with the head that reads its states.

    Attributes:
        name: of the network, for sentences.
        kind: a key of the engine's MODULES.
        layers: array → values, layer by layer, in the layout of the kind.
        activation: f where the file says it; None where it does not, or the cell has its own.
        assumed: what the file does not say.
        head: W_hy, and b_y where there is one; empty: none is chosen.
    """

    name: str
    kind: str
    layers: Sequence[Mapping[str, Values]]
    activation: str | None
    assumed: Sequence[str]
    head: Mapping[str, Values]


_HELD: list[Attached] = []


@contextmanager
def holding(one: Attached | None) -> Iterator[None]:
    """Within, weights of the kind `network` are these."""
    _HELD[:] = [] if one is None else [one]
    try:
        yield
    finally:
        _HELD.clear()


def held() -> Attached | None:
    """What came with the job, if anything did."""
    return _HELD[0] if _HELD else None


def notes() -> list[str]:
    """What is to be said of the weights that came with the job, as sentences."""
    one = held()
    if one is None:
        return []
    said = [f"Of the network {shown(one.name)} it is assumed: {words}." for words in one.assumed]
    every = [values for layer in one.layers for values in layer.values()] + [*one.head.values()]
    if any(values.dtype != np.float64 for values in every):
        said.append("The weights came as float32; everything is computed in float64.")
    return said


def parameters(network: Network, one: Attached | None = None) -> dict[str, Array]:
    """The parameters of a network, which has to be the one of the file.

    Args:
        network: as the request says it.
        one: the weights; None: those that came with the job.
    Raises:
        InvalidInput: the experiment says another cell, size or activation than the file has.
    """
    one = one or held()
    if one is None:
        raise InvalidInput(("weights", "kind"), "received 'network', of which no weights came")
    found = taken(one.kind, one.layers)
    has = {
        "cell": found.cell,
        "input_size": found.input_size,
        "hidden_size": found.hidden_size,
        "num_layers": found.num_layers,
        "bidirectional": found.bidirectional,
    }
    if one.activation is not None and not CELLS[found.cell].gates:
        has["activation"] = one.activation
    if found.projection_size is not None:
        has["projection_size"] = found.projection_size
    own = dict(found.parameters)
    if network.output_size:
        if not one.head:
            raise InvalidInput(
                ("weights", "head"),
                "received null; allowed: a head of the network, or the loss 'given', whose "
                "gradient enters at the states",
            )
        outputs = has["output_size"] = one.head["W_hy"].shape[0]
        own["W_hy"] = one.head["W_hy"].astype(np.float64)
        own["b_y"] = one.head.get("b_y", np.zeros(outputs)).astype(np.float64)
    for field, value in has.items():
        if getattr(network, field) != value:
            raise InvalidInput(
                ("network", field),
                f"received {shown(getattr(network, field))}; the network {shown(one.name)} has "
                f"{shown(value)}: send that",
            )
    if one.head and network.output_size and one.head["W_hy"].shape[1] != network.read_size:
        raise InvalidInput(
            ("weights", "head"),
            f"reads {one.head['W_hy'].shape[1]} numbers; the module has {network.read_size}",
        )
    return {name: own[name] for name in network.parameter_shapes()}


def cell_of(kind: str) -> str:
    """The cell that computes what a module does."""
    return MODULES[kind].cell
