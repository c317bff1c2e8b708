"""The weights that a client may ask for: drawn from a seed, or given as numbers."""

from collections.abc import Iterable
from itertools import product
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Discriminator, Field, Tag, create_model, model_validator

from unrolled.app.schemas.strict import (
    AtLeast,
    Index,
    Matrix,
    Number,
    OneOf,
    Size,
    StrictModel,
    String,
    Vector,
    by_kind,
)
from unrolled.engine import CELLS, INITS, MAX_LAYERS, MAX_LENGTH, MIN_LENGTH


def _one_or_several(value: Any) -> str:
    return "several" if isinstance(value, list) else "one"


PerLayer = Annotated[
    Annotated[Number, Tag("one")] | Annotated[Vector, Tag("several")],
    Discriminator(_one_or_several),
]
"""A number for every layer, or one for each, the lowest first."""


def _listed(names: Iterable[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _inits() -> str:
    """What every init draws, which gates' biases it sets, and of which cells."""
    said = []
    for name, init in INITS.items():
        set_ = {
            of: init.biases(cell.keeping, np.random.RandomState, 1, MIN_LENGTH)
            for of, cell in CELLS.items()
        }
        gates = [f"{of}'s {_listed(own)}" for of, own in set_.items() if own]
        words = f"{name}: {init.does}"
        if gates:
            words += f" ({_listed(gates)}{'; no other cell' if init.gated else ''})"
        said.append(f"{words}.")
    return " ".join(said)


def _bias(gate: str) -> str:
    """Of which cells a gate's bias is, and what it does to each."""
    notes: dict[str, list[str]] = {}
    for name, cell in CELLS.items():
        if gate in cell.biases:
            notes.setdefault(cell.biases[gate], []).append(name)
    return (
        f"Added to the bias of the {gate} gate: one number for every layer, or a list with one a "
        "layer, the lowest first. "
        + " ".join(f"{_listed(names)}: {note}" for note, names in notes.items())
        + " Other cells take 0 alone."
    )


def _blocks() -> str:
    """G of every cell that has gates: 'G = 4 for a, 2 for b and c, else 1'."""
    cells: dict[int, list[str]] = {}
    for name, cell in CELLS.items():
        cells.setdefault(len(cell.gates) or 1, []).append(name)
    counts = sorted(cells.keys() - {1}, reverse=True)
    return f"G = {', '.join(f'{g} for {_listed(cells[g])}' for g in counts)}, else 1"


def _whose(parameter: str) -> str:
    """Which cells have a parameter: the fewer of those that do and those that do not."""
    own = [name for name, cell in CELLS.items() if parameter in cell.parameter_shapes(1, 1, 1)]
    others = [name for name in CELLS if name not in own]
    return f"not for {_listed(others)}" if len(others) < len(own) else f"{_listed(own)} only"


def _peephole(gate: str, seen: str) -> str:
    """What a peephole is."""
    return f"Peephole through which the {gate} gate sees {seen}, (H); {_whose('p_i')}."


_SCALED = [name for name, init in INITS.items() if init.scaled]


class RandomWeights(StrictModel):
    """Weights drawn from a seed; biases are zero but for those that are asked for."""

    kind: Literal["random"] = Field(default="random", description="Says which kind this is.")
    init: Annotated[str, OneOf(INITS)] = Field(
        default=next(iter(INITS)),
        description=f"How the matrices are drawn. {_inits()} "
        f"{_listed(name for name, init in INITS.items() if init.whole)} take a gated cell's "
        "recurrent weights as one matrix; the others draw gate by gate.",
    )
    spectral_radius: Annotated[Number, Field(ge=0)] | None = Field(
        default=0.9,
        description="Largest |eigenvalue| to which the recurrent matrix (of a gated cell, every "
        "gate's block) is scaled after it is drawn, whatever the init; null leaves it as drawn. "
        f"Left out: 0.9, but null with {_listed(_SCALED)}, which have a scale of their own.",
        examples=[0.9],
    )
    seed: Index = Field(
        default=0, description="One seed gives the same numbers for ever.", examples=[0]
    )
    forget_bias: PerLayer = Field(default=0.0, description=_bias("forget"), examples=[0.0])
    update_bias: PerLayer = Field(default=0.0, description=_bias("update"), examples=[0.0])
    input_scale: PerLayer = Field(
        default=1.0,
        description="What W_xh is multiplied by after it is drawn: one number for every layer, or "
        "a list with one a layer, the lowest first (an IRNN takes 0.001 and init identity). No "
        "spectral radius depends on it. An answer names it where it is not 1.",
        examples=[1.0],
        exclude_if=lambda scale: scale == 1.0,
    )
    t_max: Annotated[int, AtLeast(MIN_LENGTH, MAX_LENGTH)] | None = Field(
        default=None,
        description=f"{_listed(name for name, init in INITS.items() if init.takes_length)} only: "
        "for how many steps a unit shall remember at most. Left out or "
        "null: T, at least 2.",
        exclude_if=lambda longest: longest is None,
    )

    @model_validator(mode="before")
    @classmethod
    def _as_drawn(cls, given: Any) -> Any:
        """An init with a scale of its own keeps it, unless a radius is asked for."""
        if isinstance(given, dict) and "spectral_radius" not in given:
            init = given.get("init")
            if isinstance(init, str) and init in INITS and INITS[init].scaled:
                return given | {"spectral_radius": None}
        return given


class _LayerWeights(StrictModel):
    """The parameters of the layer that reads the input."""

    kind: Literal["explicit"] = Field(description="Says which kind this is.")
    W_xh: Matrix | None = Field(default=None, description="Input → hidden, (G·H, D).")
    W_hh: Matrix | None = Field(
        default=None,
        description=f"Hidden → hidden, (G·H, H), or (G·H, P) of a projected h; {_whose('W_hh')}.",
    )
    W_yh: Matrix | None = Field(
        default=None, description=f"Output → hidden, (H, K); {_whose('W_yh')}."
    )
    b_h: Vector | None = Field(default=None, description="Bias of the hidden units, (G·H).")
    b_hn: Vector | None = Field(
        default=None, description=f"Bias inside the reset product, (H); {_whose('b_hn')}."
    )
    p_i: Vector | None = Field(default=None, description=_peephole("input", "C_{t−1}"))
    p_f: Vector | None = Field(default=None, description=_peephole("forget", "C_{t−1}"))
    p_o: Vector | None = Field(default=None, description=_peephole("output", "C_t"))
    W_hr: Matrix | None = Field(
        default=None, description=f"Units → projected h, (P, H); {_whose('W_hr')}."
    )


def _of_other_layers() -> dict[str, Any]:
    """The same for the layers above, with a suffix: W_xh_1 (G·H, H); and for second directions."""
    fields = {}
    for layer, reverse in product(range(MAX_LAYERS), (False, True)):
        for name, field in _LayerWeights.model_fields.items():
            if name != "kind" and (layer or reverse):
                said = f"As {name}, of layer {layer}{', in reverse' if reverse else ''}."
                full = (f"{name}_{layer}" if layer else name) + "_reverse" * reverse
                fields[full] = (field.annotation, Field(default=None, description=said))
    return fields


class ExplicitWeights(create_model("_Upper", __base__=_LayerWeights, **_of_other_layers())):  # type: ignore[misc]
    """Weights as numbers: exactly the parameters of the cell."""

    __doc__ = f"Weights as numbers: exactly the parameters of the cell; {_blocks()}."

    W_hy: Matrix | None = Field(
        default=None, description="Hidden → output, (K, H), of bidirectional layers (K, 2H)."
    )
    b_y: Vector | None = Field(default=None, description="Bias of the outputs, (K).")


class _KeptWeights(StrictModel):
    """What may be changed in weights that are kept."""

    recurrent_scale: Annotated[Number, Field(ge=0)] = Field(
        default=1.0,
        description="What the recurrent matrix of every layer is multiplied by.",
        exclude_if=lambda scale: scale == 1.0,
    )
    forget_bias: Number = Field(
        default=0.0,
        description="Added to the bias of every layer's forget gate, of cells that have one.",
        exclude_if=lambda bias: bias == 0.0,
    )
    update_bias: Number = Field(
        default=0.0,
        description="Likewise to that of the update gate.",
        exclude_if=lambda bias: bias == 0.0,
    )


class RunWeights(_KeptWeights):
    """Weights before an update of a run that trains here: `network` says its cell and sizes."""

    kind: Literal["run"] = Field(description="Says which kind this is.")
    id: Annotated[String, Field(max_length=64)] = Field(description="Of a run of /runs.")
    update: Size = Field(description="Which update, from 1.", examples=[600])


class NetworkWeights(_KeptWeights):
    """Weights out of a file that is kept. What `network` says has to be what the file has; what it
    leaves out is taken from there.
    """

    kind: Literal["network"] = Field(description="Says which kind this is.")
    id: Annotated[String, Field(max_length=64)] = Field(description="Of a network of /networks.")
    module: Annotated[String, Field(max_length=2_000)] | None = Field(
        default=None,
        description="The name of one of its modules that are supported. Left out or null: the one "
        "that is chosen in the network, as the only one that fits is. An answer names it.",
        examples=["encoder"],
    )
    head: Annotated[String, Field(max_length=2_000)] | None = Field(
        default=None,
        description="The name of one of its heads, W_hy and b_y (zero where it has no bias). null: "
        "none, for the loss given at the hidden states.",
        examples=["fc"],
    )


class FilledWeights(NetworkWeights):
    """The same, beside a `network` in which nothing of the file is left out."""


Weights = Annotated[
    Annotated[RandomWeights, Tag("random")]
    | Annotated[ExplicitWeights, Tag("explicit")]
    | Annotated[NetworkWeights, Tag("network")]
    | Annotated[RunWeights, Tag("run")],
    Discriminator(by_kind("kind", "random")),
]
