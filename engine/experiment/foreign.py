"""Weights of other frameworks' modules as parameters here, and gradients back in their layout."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Sequence as Many
from dataclasses import dataclass
from typing import Any

import numpy as np

from unrolled.engine.cells import CELLS, Cell
from unrolled.engine.cells.modules import MODULES, Module
from unrolled.engine.choices.parameters import as_numbers
from unrolled.engine.experiment.network import layered
from unrolled.engine.numbers.arrays import Array, IntArray, Parameters
from unrolled.engine.numbers.errors import InvalidInput, one_of

Arrays = Mapping[str, Any]
"""A layer's arrays by the names that its framework gives them."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What a module's weights are here.

    Attributes:
        cell: a key of ``CELLS``.
        input_size: D.
        hidden_size: H.
        num_layers: how many layers.
        parameters: of every layer, without W_hy and b_y: those of a network whose output_size is 0.
        dtype: of the arrays as they came, ``float32``; several, joined by ``, ``.
        bidirectional: whether every layer has two directions.
        projection_size: P of one that projects its states; else None.
    """

    cell: str
    input_size: int
    hidden_size: int
    num_layers: int
    parameters: Parameters
    dtype: str
    bidirectional: bool = False
    projection_size: int | None = None

    @property
    def note(self) -> str:
        """What is said beside every number; "" where the weights are in float64."""
        if self.dtype == "float64":
            return ""
        return f"The weights came as {self.dtype}; everything is computed in float64."


def import_module(kind: str, layers: Many[Arrays]) -> Imported:
    """Take the weights of a module, layer by layer, the one that reads the input first.

    W_xh = W_ih with its blocks in the cell's order;   b_h = b_ih + b_hh, but for the rows of a
    candidate whose reset gate multiplies W_hn h_{t−1} + b_hn: there b_h = b_ih, and b_hn is b_hh's.

    Args:
        kind: a key of ``MODULES``.
        layers: their arrays by name, at any floating dtype: float16 and float32 become float64
            exactly. Biases may be left out (``bias=False``): they are zero. Those of a second
            direction (PyTorch's ``bidirectional``, Keras's ``Bidirectional`` that concatenates)
            stand beside them with a suffix: ``weight_ih_reverse``.
    Raises:
        InvalidInput: for a kind that is not known, an array that is missing, too many or of
            another shape, with the layer and the name as its pointer.
    Source: the documentation of PyTorch's nn.LSTM and nn.GRU, and of Keras's LSTM and GRU layers.
    """
    one_of(("module",), kind, MODULES)
    module = MODULES[kind]
    if not layers:
        raise InvalidInput(("layers",), "received none; needed: the arrays of one layer or more")
    parameters: Parameters = {}
    both = any(name.endswith(_REVERSE) for arrays in layers for name in arrays)
    ways = (False, True) if both else (False,)
    (shown, hidden), inputs, dtypes = _widths(module, layers[0]), 0, set[str]()
    for n, arrays in enumerate(layers):
        for way in ways:
            own = _Own(n, way, _of_way(arrays, way))
            _names(module, own)
            dtypes |= {str(np.asarray(value).dtype) for value in own.arrays.values()}
            inputs = inputs or _columns(module, own.arrays)
            reads = len(ways) * shown if n else inputs
            taken = _taken(module, own, reads, hidden, shown)
            parameters |= {layered(name, n, way): value for name, value in taken.items()}
    dtype = ", ".join(sorted(dtypes))
    size = shown if module.projection else None
    return Imported(module.cell, inputs, hidden, len(layers), parameters, dtype, both, size)


def export_gradients(
    kind: str, gradients: Mapping[str, Array], layers: Many[Arrays]
) -> list[dict[str, Array]]:
    """∂L/∂(parameter) as ∂L/∂(every array of the module), in float64.

    Where two biases are added, both have the gradient of their sum.

    Args:
        kind: a key of ``MODULES``.
        gradients: parameter → its gradient, as ``GradientFlow.parameter_gradients`` holds them.
        layers: the arrays that were imported; of those left out there is no gradient.
    """
    one_of(("module",), kind, MODULES)
    found = []
    for n, arrays in enumerate(layers):
        here: dict[str, Array] = {}
        for way in (False, True):
            asked = _of_way(arrays, way)
            if asked:
                back = _given_back(MODULES[kind], gradients, n, way)
                here |= {name + _REVERSE * way: back[name] for name in asked}
        found.append({name: here[name] for name in arrays})
    return found


def _given_back(
    module: Module, gradients: Mapping[str, Array], layer: int, way: bool
) -> dict[str, Array]:
    """One layer's gradients in one direction by the module's own names."""
    names = _cell(module).parameter_shapes(1, 1, 1)
    own = {name: gradients[layered(name, layer, way)] for name in names}
    back = np.argsort(_order(module))
    hidden = len(own["b_h"]) // len(back)
    inside = own["b_h"].copy()
    if "b_hn" in own:
        inside[_candidate(module, hidden)] = own["b_hn"]
    biases = [_blocks(each, back, hidden) for each in (own["b_h"], inside)]
    all_ = {module.inward: own["W_xh"], module.recurrent: own["W_hh"]}
    all_ = {name: _blocks(value, back, hidden) for name, value in all_.items()}
    if module.transposed:
        all_ = {name: np.ascontiguousarray(value.T) for name, value in all_.items()}
    if module.projection:
        all_[module.projection] = own["W_hr"]
    if module.rows:
        all_[module.biases[0]] = np.stack(biases)
    else:
        all_ |= dict(zip(module.biases, biases, strict=False))
    return all_


def torch_layers(named: Arrays) -> list[dict[str, Any]]:
    """The parameters of a PyTorch module by layer, without the layer in their names.

    ``named`` is ``dict(module.named_parameters())``, as arrays: ``weight_ih_l0`` and so on. Those
    of a second direction keep its suffix, ``weight_ih_reverse``.

    Raises:
        InvalidInput: for a name that is none of these.
    """
    layers: dict[int, dict[str, Any]] = {}
    for name, value in named.items():
        found = _NAMED.fullmatch(name)
        if found is None:
            allowed = "weight_ih_l0, weight_hh_l0, …"
            raise InvalidInput(("layers", name), f"not known; allowed: {allowed}")
        layers.setdefault(int(found[2]), {})[found[1] + found[3]] = value
    if sorted(layers) != list(range(len(layers))):
        raise InvalidInput(
            ("layers",), f"received layers {sorted(layers)}; allowed: 0, 1, … in turn"
        )
    return [layers[n] for n in range(len(layers))]


def torch_names(layers: Many[Mapping[str, Array]]) -> dict[str, Array]:
    """Back: ``weight_ih`` of layer 1 is ``weight_ih_l1``; in reverse ``weight_ih_l1_reverse``."""
    return {
        f"{name.removesuffix(_REVERSE)}_l{n}{_REVERSE * name.endswith(_REVERSE)}": value
        for n, own in enumerate(layers)
        for name, value in own.items()
    }


_REVERSE = "_reverse"
"""What PyTorch calls a second direction."""
_NAMED = re.compile(r"((?:weight|bias)_[ih]h|weight_hr)_l(\d+)((?:_reverse)?)")


@dataclass(frozen=True, slots=True)
class _Own:
    """The arrays of one direction of a layer, under their names without its suffix."""

    layer: int
    reverse: bool
    arrays: Arrays

    def pointer(self, name: str) -> tuple[str | int, ...]:
        """Where one stands as it came."""
        return "layers", self.layer, name + _REVERSE * self.reverse


def _of_way(arrays: Arrays, reverse: bool) -> Arrays:
    """One direction's arrays without its suffix."""
    return {
        name.removesuffix(_REVERSE): value
        for name, value in arrays.items()
        if name.endswith(_REVERSE) == reverse
    }


def _cell(module: Module) -> Cell:
    return CELLS[module.cell]


def _order(module: Module) -> IntArray:
    """Block of the cell → block of the module."""
    found = [module.order.index(letter) for letter in _cell(module).letters]
    return np.array(found or [0], dtype=np.int64)


def _blocks(values: Array, order: IntArray, hidden: int) -> Array:
    """Blocks of H rows in another order."""
    return values.reshape(len(order), hidden, *values.shape[1:])[order].reshape(values.shape)


def _candidate(module: Module, hidden: int) -> slice:
    """The rows that the reset gate acts on, of the cell."""
    cell = _cell(module)
    return cell.rows("b_h", next(g.name for g in cell.gates if g.role == "candidate"), hidden)


def _widths(module: Module, arrays: Arrays) -> tuple[int, int]:
    """P and H, as the first layer's recurrent weights say the one and its projection the other;
    without a projection both are H.
    """
    shapes = [np.shape(arrays.get(name, ())) for name in (module.recurrent, module.projection)]
    side = 0 if module.transposed else 1
    shown, hidden = (int(shape[side]) if len(shape) == 2 else 0 for shape in shapes)
    return shown, hidden if module.projection else shown


def _columns(module: Module, arrays: Arrays) -> int:
    """D, as the inward weights say it."""
    shape = np.shape(arrays[module.inward])
    return int(shape[0 if module.transposed else 1]) if len(shape) == 2 else 0


def _names(module: Module, own: _Own) -> None:
    """Both matrices, and all biases or none."""
    arrays = own.arrays
    needed = [name for name in (module.inward, module.recurrent, module.projection) if name]
    matrices, biases = set(needed), set(module.biases)
    for name in sorted(matrices - arrays.keys()):
        raise InvalidInput(own.pointer(name), "missing")
    for name in sorted(arrays.keys() - matrices - biases):
        allowed = ", ".join((*needed, *module.biases))
        raise InvalidInput(own.pointer(name), f"not of this module; allowed: {allowed}")
    if biases & arrays.keys() and not biases <= arrays.keys():
        missing = min(biases - arrays.keys())
        raise InvalidInput(own.pointer(missing), "missing; allowed: all biases, or none")


def _taken(module: Module, own: _Own, reads: int, hidden: int, shown: int) -> Parameters:
    """One layer's parameters under their plain names."""
    order, arrays = _order(module), own.arrays
    high = len(order) * hidden

    def numbers(name: str, shape: tuple[int, ...]) -> Array:
        return as_numbers(own.pointer(name), arrays[name], shape)

    def matrix(name: str, columns: int) -> Array:
        value = numbers(name, (columns, high) if module.transposed else (high, columns))
        value = value.T if module.transposed else value
        return np.ascontiguousarray(_blocks(value, order, hidden))

    found = {"W_hh": matrix(module.recurrent, shown), "W_xh": matrix(module.inward, reads)}
    if module.projection:
        found["W_hr"] = numbers(module.projection, (shown, hidden))
    outside = inside = np.zeros(high)
    if module.biases[0] in arrays:
        if module.rows:
            outside, inside = numbers(module.biases[0], (2, high))
        else:
            rows = [numbers(name, (high,)) for name in module.biases]
            outside, inside = rows if len(rows) > 1 else (rows[0], inside)
    outside, inside = (_blocks(each, order, hidden) for each in (outside, inside))
    found["b_h"] = outside + inside
    names = _cell(module).parameter_shapes(1, 1, 1)
    if "b_hn" in names:
        rows_of_n = _candidate(module, hidden)
        found["b_h"][rows_of_n] = outside[rows_of_n]
        found["b_hn"] = inside[rows_of_n].copy()
    return {name: found[name] for name in names}
