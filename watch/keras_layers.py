"""The recurrent layers of a Keras model, and their weights in the order of PyTorch's rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from unrolled.watch.snapshot import Module, Numbers

CELLS: dict[type, str] = {
    keras.layers.SimpleRNNCell: "RNN",
    keras.layers.LSTMCell: "LSTM",
    keras.layers.GRUCell: "GRU",
}
"""Cell of Keras → what computes the same in PyTorch."""
ORDER = {"RNN": (0,), "LSTM": (0, 1, 2, 3), "GRU": (1, 0, 2)}
"""Block of PyTorch's rows → block of Keras's columns: i, f, g, o of both; r, z, n of z, r, n."""


@dataclass(frozen=True, slots=True)
class Found:
    """A recurrent layer of a model.

    Attributes:
        layer: itself, inside its wrapper.
        name: in the model, with its path where the name alone is taken.
        refused: why nothing can be said of it, one sentence; None where something can.
    """

    layer: Any
    name: str
    refused: str | None

    @property
    def cell(self) -> Any:
        """What holds its weights."""
        return self.layer.cell

    @property
    def variables(self) -> dict[str, Any]:
        """kernel, recurrent_kernel, bias → variable, of those that there are."""
        names = ("kernel", "recurrent_kernel", "bias")
        found = {name: getattr(self.cell, name, None) for name in names}
        return {name: variable for name, variable in found.items() if variable is not None}

    def described(self) -> Module:
        """The layer without a batch."""
        kernel = self.variables.get("kernel")
        return Module(
            name=self.name,
            kind=CELLS.get(type(self.cell), type(self.layer).__name__),
            layers=1,
            bidirectional=False,
            input_size=int(kernel.shape[0]) if kernel is not None else 0,
            hidden_size=int(getattr(self.cell, "units", 0) or 0),
            proj_size=0,
            activation=_name(getattr(self.cell, "activation", None)),
            dtype=_precision(self.layer),
            reset_after=bool(getattr(self.cell, "reset_after", True)),
        )


def recurrent(model: Any) -> list[Found]:
    """Every recurrent layer of a built model; the two of a Bidirectional are two."""
    layers = [one for one in _unwrapped(model) if isinstance(one, keras.layers.RNN)]
    taken = [one.name for one in layers]
    return [
        Found(one, one.name if taken.count(one.name) == 1 else one.path, _refused(one))
        for one in layers
    ]


def _unwrapped(model: Any) -> Iterator[Any]:
    """Every layer once, those of wrappers and of models inside too."""
    seen: set[int] = set()
    for layer in model._flatten_layers(include_self=True, recursive=True):
        if id(layer) not in seen:
            seen.add(id(layer))
            yield layer


def _precision(layer: Any) -> str:
    """In which its products are: most backends of Keras make float32 of float64."""
    return str(keras.backend.result_type(layer.compute_dtype, layer.compute_dtype))


def _name(activation: Any) -> str:
    return str(getattr(activation, "__name__", activation))


def _refused(layer: Any) -> str | None:
    cell = layer.cell
    kind = CELLS.get(type(cell))
    if kind is None:
        what = f"{type(layer).__name__} of {type(cell).__name__}"
        return f"{what}: only SimpleRNN, LSTM, GRU and RNN of one of their cells are recomputed."
    own, allowed = _name(cell.activation), ("tanh", "relu") if kind == "RNN" else ("tanh",)
    if own not in allowed:
        return f"Its activation is {own}; {' and '.join(allowed)} can be recomputed."
    gates = _name(getattr(cell, "recurrent_activation", None))
    if kind != "RNN" and gates != "sigmoid":
        return f"Its recurrent_activation is {gates}; only sigmoid can be recomputed."
    if not isinstance(getattr(cell, "kernel", None), keras.Variable):
        return "Its kernel is no variable of its own: it is not built, or computed from others."
    return None


def rows(kind: str, columns: Numbers) -> Numbers:
    """Weights (·, G·H) of Keras, or biases (G·H), as PyTorch's (G·H, ·), or (G·H)."""
    blocks = np.split(columns.T, len(ORDER[kind]))
    return np.ascontiguousarray(np.concatenate([blocks[n] for n in ORDER[kind]]))


def named(module: Module, values: dict[str, Numbers | None]) -> dict[str, Numbers | None]:
    """kernel, recurrent_kernel, bias under PyTorch's names; ``module.names`` says Keras's.

    Of a GRU whose reset gate acts after the product the bias is two rows, the input's and the
    past's; of any other layer it is the input's.
    """
    found: dict[str, Numbers | None] = {}
    two = module.kind == "GRU" and module.reset_after
    for name, value in values.items():
        if name != "bias":
            own = {"kernel": "weight_ih_l0", "recurrent_kernel": "weight_hh_l0"}[name]
            found[own] = None if value is None else rows(module.kind, value)
            module.names[own] = name
            continue
        for n, own in enumerate(("bias_ih_l0", "bias_hh_l0") if two else ("bias_ih_l0",)):
            part = value if value is None or not two else value[n]
            found[own] = None if part is None else rows(module.kind, part)
            module.names[own] = f"bias[{n}]" if two else "bias"
    return found
