"""Which network: the cell, its wiring and its sizes."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as Many
from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np

from unrolled.engine.cells import CELLS, Cell
from unrolled.engine.cells.base import Shapes
from unrolled.engine.choices.activations import ACTIVATIONS
from unrolled.engine.choices.inits import INITS
from unrolled.engine.choices.parameters import (
    as_numbers,
    per_layer,
    radius_factor,
    spectral_radius_of,
)
from unrolled.engine.choices.topologies import TOPOLOGIES
from unrolled.engine.numbers.arrays import Parameters
from unrolled.engine.numbers.errors import InvalidInput, one_of, whole_number
from unrolled.engine.numbers.streams import stream

MAX_LAYERS = 4
MIN_LENGTH, MAX_LENGTH = 2, 9_999_999
"""Between what T_max lies."""
"""T_max from here on."""


@dataclass(frozen=True, slots=True)
class Network:
    """A recurrent network without its numbers.

    Attributes:
        cell: a key of ``CELLS``.
        topology: a key of ``TOPOLOGIES``.
        activation: a key of ``ACTIVATIONS``.
        input_size: D.
        hidden_size: H.
        output_size: K; 0: no outputs, a head outside reads the states.
        num_layers: how many layers are stacked, 1 … 4; layer l reads h of layer l − 1.
        bidirectional: whether every layer has a second direction, which reads from the end; the
            layer above, and the outputs, read both states side by side, (2H).
        projection_size: P, the width of h_t of a cell that projects it, 1 … H; left out or None:
            half of H, rounded up. Of other cells it is None, and h_t has width H.
    Raises:
        InvalidInput: for an unknown name, a size below 1, too many layers, an activation for a
            gated cell, which has its own, no outputs for a cell that feeds them back, a second
            direction of a cell with context units, or a P that is above H or of a cell without one.
    """

    cell: str
    topology: str
    activation: str
    input_size: int
    hidden_size: int
    output_size: int
    num_layers: int = 1
    bidirectional: bool = False
    projection_size: int | None = None

    def __post_init__(self) -> None:
        one_of(("network", "cell"), self.cell, CELLS)
        one_of(("network", "topology"), self.topology, TOPOLOGIES)
        one_of(("network", "activation"), self.activation, ACTIVATIONS)
        feeds = CELLS[self.cell].feeds_outputs
        for field, least in (("input_size", 1), ("hidden_size", 1), ("output_size", int(feeds))):
            whole_number(("network", field), getattr(self, field), least)
        whole_number(("network", "num_layers"), self.num_layers, 1, MAX_LAYERS)
        self._check_projection()
        if CELLS[self.cell].gates and self.activation != "tanh":
            raise InvalidInput(
                ("network", "activation"),
                f"received {self.activation!r}; {self.cell!r} has activations of its own: allowed "
                "'tanh', or leave it out",
            )
        if self.bidirectional and CELLS[self.cell].copies:
            *able, last = (repr(name) for name, cell in CELLS.items() if not cell.copies)
            raise InvalidInput(
                ("network", "bidirectional"),
                f"received true; the context units of {self.cell!r} hold a copy of the step before "
                f"that passes no gradient: allowed with {', '.join(able)} and {last}",
            )

    def _check_projection(self) -> None:
        pointer, size = ("network", "projection_size"), self.projection_size
        if CELLS[self.cell].projects:
            size = CELLS[self.cell].shown(self.hidden_size) if size is None else size
            whole_number(pointer, size, 1, self.hidden_size)
            object.__setattr__(self, "projection_size", size)
        elif size is not None:
            able = " or ".join(repr(name) for name, cell in CELLS.items() if cell.projects)
            raise InvalidInput(
                pointer,
                f"received {size}; {self.cell!r} does not project its states: allowed with {able}, "
                "or leave it out",
            )

    @property
    def shown_size(self) -> int:
        """The width of h_t: H, or P of a cell that projects it."""
        return self.projection_size or self.hidden_size

    @property
    def widths(self) -> dict[str, int]:
        """Letter of a part of a layer's state → its width."""
        return {"h": self.shown_size, "c": self.hidden_size}

    @property
    def ways(self) -> tuple[bool, ...]:
        """The directions of a layer: False reads from the beginning, True from the end."""
        return (False, True) if self.bidirectional else (False,)

    @property
    def read_size(self) -> int:
        """What a layer above the first reads, and the outputs: the width of h_t, or twice that
        from two directions.
        """
        return len(self.ways) * self.shown_size

    @property
    def initial_shape(self) -> tuple[int, ...]:
        """What stands before (B, H) in the shape of h_0: one state a layer and direction."""
        count = self.num_layers * len(self.ways)
        return (count,) if count > 1 else ()

    def parameter_shapes(self) -> Shapes:
        """Every parameter's shape, in the order in which they are listed.

        Layer 0 has the plain names, layer l ≥ 1 a suffix: W_hh_1; a second direction one more:
        W_hh_1_reverse. W_hy (K, H), or (K, 2H), and b_y (K,) are last; a network without outputs
        has neither.
        """
        shapes: Shapes = {}
        for layer in range(self.num_layers):
            reads = self.read_size if layer else self.input_size
            own = CELLS[self.cell].parameter_shapes(
                reads, self.hidden_size, self.output_size, self.shown_size
            )
            for way in self.ways:
                shapes |= {layered(name, layer, way): shape for name, shape in own.items()}
        outputs = {"W_hy": (self.output_size, self.read_size), "b_y": (self.output_size,)}
        return shapes | outputs if self.output_size else shapes


def layered(name: str, layer: int, reverse: bool = False) -> str:
    """What a layer's parameter is called: W_hh in layer 0, W_hh_1 in layer 1; W_hh_1_reverse."""
    return (f"{name}_{layer}" if layer else name) + ("_reverse" if reverse else "")


def of_layer(cell: Cell, parameters: Parameters, layer: int, reverse: bool = False) -> Parameters:
    """One layer's parameters under their plain names, and W_hy and b_y where there are outputs."""
    names = cell.parameter_shapes(1, 1, 1)
    own = {name: parameters[layered(name, layer, reverse)] for name in names}
    return own | outward(parameters)


def outward(parameters: Parameters) -> Parameters:
    """W_hy and b_y; nothing of a network without outputs."""
    return {name: parameters[name] for name in ("W_hy", "b_y") if name in parameters}


def draw_parameters(
    network: Network,
    *,
    init: str = next(iter(INITS)),
    spectral_radius: float | None = None,
    seed: int = 0,
    forget_bias: float | Many[float] = 0.0,
    update_bias: float | Many[float] = 0.0,
    input_scale: float | Many[float] = 1.0,
    t_max: int | None = None,
) -> Parameters:
    """Draw every parameter of a network; biases are zero but for those that are asked for.

    Peepholes are U(−0.1, 0.1) with every init (Gers & Schmidhuber 2000).

    Args:
        network: cell and sizes.
        init: one of ``INITS``.
        spectral_radius: ρ to which every layer's recurrent matrix is scaled, from 0, for gated
            cells each gate's block, whatever the init; None leaves them as drawn, which is what an
            init with a scale of its own is for.
        seed: one seed gives the same numbers for ever, from 0.
        forget_bias: what is added to the bias of the forget gate, in every layer, or one number a
            layer, the lowest first; it comes on top of what the init puts there. A positive one
            keeps more of an LSTM's c (Jozefowicz et al. 2015 take 1), and less of an MGU's
            h = (1 − f) ⊙ h + f ⊙ n.
        update_bias: likewise for a GRU's update gate z: h_t = (1 − z) ⊙ n + z ⊙ h_{t−1}, so that
            a positive one keeps more of h.
        input_scale: what W_xh is multiplied by after it is drawn (Le et al. 2015 take 0.001), in
            every layer, or one number a layer; no spectral radius depends on it.
        t_max: T_max of ``chrono``, 2 … 9 999 999: the longest time for which a unit shall
            remember; None is 2. Of the other inits it is None.
    Raises:
        InvalidInput: for an unknown init, a negative ρ or seed, a matrix that no factor can
            bring to ρ because its spectral radius is 0, a bias or scale that is not finite or does
            not have one number a layer, a bias of a gate that the cell does not have, an init for
            gates that the cell does not have, a T_max below 2, or one that the init does not take.
    """
    cell, hidden = CELLS[network.cell], network.hidden_size
    layers = list(product(range(network.num_layers), network.ways))
    recurrent = [layered(cell.recurrent, *place) for place in layers]
    one_of(("weights", "init"), init, INITS)
    whole_number(("weights", "seed"), seed, 0)
    parameters = {
        name: np.zeros(shape)
        if len(shape) == 1
        else INITS[init].matrix(name, shape, hidden, seed, recurrent=name in recurrent)
        for name, shape in network.parameter_shapes().items()
    }
    for place, own in product(layers, cell.parameters):
        if own.reads == "c":
            name = layered(own.name, *place)
            parameters[name] += stream(name, seed).uniform(-0.1, 0.1, hidden)
    if spectral_radius is not None:
        for place, name in zip(layers, recurrent, strict=True):
            for rows, matrix in cell.recurrent_blocks(of_layer(cell, parameters, *place)):
                factor = radius_factor(spectral_radius_of(matrix), spectral_radius)
                parameters[name][rows] *= factor
    scales = per_layer(("weights", "input_scale"), input_scale, network.num_layers)
    for layer, way in layers:
        if scales[layer] != 1.0:
            parameters[layered("W_xh", layer, way)] *= scales[layer]
    _set_gate_biases(parameters, network, init, seed, t_max)
    for field, bias in (("forget_bias", forget_bias), ("update_bias", update_bias)):
        _add_gate_bias(parameters, network, field, bias)
    return parameters


def _set_gate_biases(
    parameters: Parameters, network: Network, init: str, seed: int, t_max: int | None
) -> None:
    """The biases that belong to an init."""
    row, cell, hidden = INITS[init], CELLS[network.cell], network.hidden_size
    if row.gated and not cell.keeping:
        *able, last = (repr(name) for name, other in CELLS.items() if other.keeping)
        raise InvalidInput(
            ("weights", "init"),
            f"received {init!r}, which sets the bias of a gate that keeps the state; "
            f"{network.cell!r} has none: allowed with {', '.join(able)} and {last}",
        )
    if t_max is not None and not row.takes_length:
        takers = " or ".join(repr(name) for name, other in INITS.items() if other.takes_length)
        raise InvalidInput(
            ("weights", "t_max"),
            f"received {t_max}; {init!r} draws nothing by how long a unit shall remember: allowed "
            f"with {takers}, or leave it out",
        )
    longest = MIN_LENGTH if t_max is None else t_max
    whole_number(("weights", "t_max"), longest, MIN_LENGTH, MAX_LENGTH)
    for layer, way in product(range(network.num_layers), network.ways):
        name = layered("b_h", layer, way)
        random = partial(stream, name, seed)
        for gate, biases in row.biases(cell.keeping, random, hidden, longest).items():
            parameters[name][cell.rows("b_h", gate, hidden)] += biases


def _add_gate_bias(
    parameters: Parameters, network: Network, field: str, given: float | Many[float]
) -> None:
    """Open or shut one gate in every layer: its rows of b_h grow by the bias."""
    cell, gate = CELLS[network.cell], field.removesuffix("_bias")
    biases = per_layer(("weights", field), given, network.num_layers)
    if not any(biases):
        return
    if gate not in cell.biases:
        raise InvalidInput(
            ("weights", field), f"received {given}; {network.cell!r} has no {gate} gate: allowed 0"
        )
    rows = cell.rows("b_h", gate, network.hidden_size)
    for (layer, bias), way in product(enumerate(biases), network.ways):
        parameters[layered("b_h", layer, way)][rows] += bias


def check_parameters(network: Network, given: Mapping[str, object]) -> Parameters:
    """Take explicit parameters, every one of the cell's and no other.

    Raises:
        InvalidInput: naming the parameter, what came and what is allowed.
    """
    shapes = network.parameter_shapes()
    for name in given:
        if name not in shapes:
            raise InvalidInput(
                ("weights", name), f"this cell has no such parameter; allowed: {', '.join(shapes)}"
            )
    for name, shape in shapes.items():
        if name not in given:
            raise InvalidInput(("weights", name), f"missing; needed: numbers of shape {shape}")
    return {n: as_numbers(("weights", n), given[n], shape) for n, shape in shapes.items()}
