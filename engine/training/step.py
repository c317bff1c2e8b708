"""One update's gradient: forward, back with all losses together, and the norms on the way.

Nothing is itemized and no spectrum is taken. In the ordinary range of its precision a pass has no
exponents; where a norm leaves that range, or nothing arrives where something may, the engine's own
passes go back once more, in double precision and with exponents, so that every logarithm is exact.
"""

from __future__ import annotations

import numpy as np

from unrolled.engine.cells import CELLS
from unrolled.engine.choices.losses import judge
from unrolled.engine.experiment.network import Network
from unrolled.engine.experiment.sequences import Sequence
from unrolled.engine.numbers.arrays import Array, Parameters, record
from unrolled.engine.numbers.magnitude import Magnitudes
from unrolled.engine.passes.bptt import Backward, backward
from unrolled.engine.passes.passage import Entering, Passage
from unrolled.engine.passes.unroll import losses, unroll
from unrolled.engine.passes.vector import Vector, cut
from unrolled.engine.training.lean_way import Lean
from unrolled.engine.training.way import ByCells, Way

_RANGE = {8: (1e-280, 1e280), 4: (1e-60, 1e60)}
"""By a number's bytes: squared norms between these two were carried in its ordinary range."""
_TINY = {8: 1e-50, 4: 1e-10}
"""Likewise: a factor below may make zero of what was in that range a step before."""


@record
class Gradient:
    """What one batch says.

    Attributes:
        loss: Σ_t L_t.
        vector: g, all parameters as one vector, float64.
        hidden: log₁₀ ‖∂L/∂h_t‖, (layers, T); −inf where exactly zero.
        cell: log₁₀ ‖∂L/∂c_t‖ likewise, or None.
        passes: what the engine's own passes left, where they went.
    """

    loss: float
    vector: Vector
    hidden: Array
    cell: Array | None
    passes: tuple[Passage, Entering, Backward] | None = None


class Gradients:
    """Gradients of one network, batch after batch, in the precision of its parameters.

    Args:
        network: whose.
        theta: all parameters as one vector, read anew every time.
        loss: a key of ``LOSSES``.
    """

    def __init__(self, network: Network, theta: Array, loss: str) -> None:
        self._network, self._theta, self._loss = network, theta, loss
        self._shapes = network.parameter_shapes()
        self._g = np.empty_like(theta)
        views = cut(theta, self._shapes), cut(self._g, self._shapes)
        self._lean, self._by_cells = Lean(network, *views), ByCells(network, *views)

    def of(self, sequence: Sequence) -> Gradient:
        """Of one batch; the next takes its memory over.

        Raises:
            ForwardOverflow: where a state or an output is no number.
        """
        with np.errstate(all="ignore"):
            return self._of(sequence)

    def _of(self, sequence: Sequence) -> Gradient:
        way: Way = self._lean if self._lean.serves(sequence) else self._by_cells
        outputs = way.forward(sequence)
        values, given = judge(
            self._loss, outputs.astype(np.float64, copy=False), sequence.targets, sequence.weights
        )
        way.backward(given.astype(self._g.dtype, copy=False))
        norms = _norms(way, self._g.itemsize)
        if norms is None:
            return self.by_the_engine(sequence)
        cell = norms[1] if len(norms) > 1 else None
        vector = Vector(self._g.astype(np.float64, copy=False), 0, self._shapes)
        return Gradient(float(np.add.reduce(values)), vector, norms[0], cell)

    def by_the_engine(self, sequence: Sequence) -> Gradient:
        """The same by the engine's own passes, in float64, which are kept with it."""
        double = cut(self._theta.astype(np.float64), self._shapes)
        return by_the_engine(self._network, double, sequence, self._loss)


def _norms(way: Way, size: int) -> list[Array] | None:
    """log₁₀ of the states' gradients, (layers, T) a part; None where one left the range."""
    low, high = _RANGE[size]
    layers, steps = len(way.states), len(way.states[0][0])
    squares = np.empty((len(way.states[0]), layers, steps))
    for number, state in enumerate(way.states):
        for part, values in enumerate(state):
            rows = values.reshape(steps, -1).astype(np.float64, copy=False)
            np.vecdot(rows, rows, out=squares[part, number])
    inside = (squares > low) & (squares < high)
    if not inside.all():
        zero = squares == 0.0
        if not (inside | zero).all() or _may_underflow(way, size):
            return None
    with np.errstate(divide="ignore"):
        return list(0.5 * np.log10(squares))


def _may_underflow(way: Way, size: int) -> bool:
    """Whether a zero need not be one."""
    tiny = _TINY[size]
    return any(
        bool(((sizes != 0.0) & (sizes < tiny)).any()) for sizes in map(np.abs, way.factors())
    )


def by_the_engine(
    network: Network, parameters: Parameters, sequence: Sequence, loss: str
) -> Gradient:
    """By the engine's own passes: in float64, with exponents where they are needed.

    Raises:
        ForwardOverflow: where a state or an output is no number.
    """
    trace = unroll(network, parameters, sequence)
    step_losses, given = losses(trace, sequence, loss)
    passage = Passage.of(network, parameters, trace)
    entering = passage.enter(given)
    back = backward(passage, entering)
    norms = [
        np.stack([_log10(layer.magnitudes(part)) for layer in back.layers])
        for part in range(len(CELLS[network.cell].states))
    ]
    return Gradient(
        loss=float(np.nansum(step_losses)),
        vector=back.gradients(),
        hidden=norms[0],
        cell=norms[1] if len(norms) > 1 else None,
        passes=(passage, entering, back),
    )


def _log10(sizes: Magnitudes) -> Array:
    """−inf where exactly zero."""
    return np.where(np.isnan(sizes.log10_norm), -np.inf, sizes.log10_norm)
