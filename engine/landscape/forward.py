"""One pass forward of a network of one unit over many places, its derivatives carried along."""

from __future__ import annotations

from collections.abc import Sequence as Many

import numpy as np

from unrolled.engine.cells import CELLS, Cell
from unrolled.engine.cells.base import Number
from unrolled.engine.choices.activations import ACTIVATIONS
from unrolled.engine.choices.losses import LOSSES
from unrolled.engine.choices.topologies import TOPOLOGIES
from unrolled.engine.choices.truncation import Truncation
from unrolled.engine.experiment.network import Network
from unrolled.engine.experiment.sequences import Sequence
from unrolled.engine.numbers.arrays import Array, IntArray, Mask, Parameters
from unrolled.engine.numbers.dual import Dual, added
from unrolled.engine.numbers.magnitude import all_finite
from unrolled.engine.numbers.records import record

Entry = tuple[str, tuple[int, ...]]
"""A parameter and the index of one of its entries: what a place moves."""
_LOW, _HIGH, _SUDDEN = 1e-140, 1e140, 1e-8
"""A gradient outside the first two, or one that passes from below the third to 0 in one step, may
have lost digits on the way."""
Moved = list[tuple[int, int | None, Dual]]
"""What enters and is moved: its gate, its input (None of a bias), its number."""


@record
class Problem:
    """What a pass is about: an experiment of one unit, and the two entries that places move.

    Attributes:
        network: one layer of one unit.
        parameters: of every entry that is not moved.
        sequence: what is read, and what should be said.
        entries: the two that are moved.
        loss: a key of ``LOSSES``.
        truncation: which losses reach which steps.
    """

    network: Network
    parameters: Parameters
    sequence: Sequence
    entries: tuple[Entry, Entry]
    loss: str
    truncation: Truncation

    @property
    def cell(self) -> Cell:
        """Of the network."""
        return CELLS[self.network.cell]

    @property
    def batch(self) -> int:
        """B."""
        return int(self.sequence.inputs.shape[1])

    @property
    def reads(self) -> Mask:
        """Steps that read an input, (T,)."""
        return TOPOLOGIES[self.network.topology].reads(self.sequence.steps)

    @property
    def emits(self) -> Mask:
        """Steps that emit a loss, (T,)."""
        return TOPOLOGIES[self.network.topology].emits(self.sequence.steps)

    def run(self, places: Array, *, careful: bool) -> tuple[Array, Array, IntArray | None, Mask]:
        """E (N,), the samples' shares of its gradient (2, N, B) with their exponents (N, B).

        Args:
            places: (N, 2).
            careful: whether derivatives have exponents of their own.
        Returns:
            these, and where digits may be lost without exponents, (N,).
        """
        return _Pass(self, places, careful=careful).run()


class _Pass:
    """One pass forward over some places, with or without exponents."""

    def __init__(self, problem: Problem, places: Array, *, careful: bool) -> None:
        self.problem, self.careful = problem, careful
        self.shape = (len(places), problem.batch)
        self.rows, self.resets, self.read_at = _schedule(problem)
        self.weights: dict[str, list[Number]] = {}
        for name, array in problem.parameters.items():
            self.weights[name] = list(array.ravel().tolist())
        for axis, (name, index) in enumerate(problem.entries):
            flat = int(np.ravel_multi_index(index, self._shape(name)))
            one_hot = np.zeros((1, 2, 1, 1))
            one_hot[0, axis] = 1.0
            self.weights[name][flat] = self._dual(places[:, axis, np.newaxis], one_hot)

    def _dual(self, value: Array, tangent: Array) -> Dual:
        exponent = np.zeros((1, 1, 1), dtype=np.int64) if self.careful else None
        return Dual(value, tangent, exponent)

    def _still(self, value: Array) -> Dual:
        """A constant at every place and sample."""
        zeros = np.zeros((self.rows, 2, *self.shape))
        whole = self._dual(np.broadcast_to(value, self.shape).copy(), zeros)
        if self.careful:
            whole.exponent = np.zeros((self.rows, *self.shape), dtype=np.int64)
        return whole

    def run(self) -> tuple[Array, Array, IntArray | None, Mask]:
        """As ``Problem.run``."""
        problem = self.problem
        sequence, cell, f = problem.sequence, problem.cell, ACTIVATIONS[problem.network.activation]
        parts = ("h", "c")[: len(cell.states)]
        state = tuple(self._still(sequence.initial(part, 0, 1).T) for part in parts)
        outputs = [self._still(np.zeros((1, 1))) for _ in range(problem.network.output_size)]
        total, exponent = np.zeros((2, *self.shape)), None
        if self.careful:
            exponent = np.zeros(self.shape, dtype=np.int64)
        loss, sound = np.zeros(self.shape[0]), np.ones(self.shape[0], dtype=bool)
        watch = _Watch(self.shape)
        read = said = 0
        still, moved = self._constants()
        reads, emitting = problem.reads.tolist(), problem.emits.tolist()
        for t in range(sequence.steps):
            for row in self.resets[t]:
                state = tuple(part.without(row) for part in state)
                outputs = [o.without(row) for o in outputs]
            x = None
            if reads[t]:
                x, read = sequence.inputs[read], read + 1
            entering = self._entering(still[t], moved, x)
            state = cell.one_unit(entering, self.weights, state, outputs, f)
            emits = emitting[t]
            if emits or cell.feeds_outputs:
                outputs = self._outputs(state[0])
                sound &= _finite(outputs)
            sound &= _finite(state)
            if not self.careful:
                watch.see(state)
            if emits:
                loss += self._add(total, exponent, outputs, sound, said, self.read_at[t])
                said += 1
        loss[~sound] = np.nan
        flat = np.abs(total).max(axis=0).max(axis=1)
        doubtful = watch.doubtful | ~((flat > _LOW) & (flat < _HIGH))
        return loss, total, exponent, doubtful & sound

    def _constants(self) -> tuple[Array, Moved]:
        """What enters without being moved, (T, G, 1, B); and what is: gate, input or bias, number.

        W_xh x_t + b_h = constant + Σ (moved weight) x_td + (moved bias)
        """
        problem, moved = self.problem, Moved()
        matrix, bias = (problem.parameters[name].copy() for name in ("W_xh", "b_h"))
        for name, index in problem.entries:
            number = self.weights[name][int(np.ravel_multi_index(index, self._shape(name)))]
            assert isinstance(number, Dual)
            if name == "W_xh":
                matrix[index] = 0.0
                moved.append((index[0], index[1], number))
            elif name == "b_h":
                bias[index] = 0.0
                moved.append((index[0], None, number))
        read = problem.sequence.inputs @ matrix.T
        still = np.zeros((problem.sequence.steps, *read.shape[1:]))
        still[problem.reads] = read
        return (still + bias).transpose(0, 2, 1)[:, :, np.newaxis], moved

    def _shape(self, name: str) -> tuple[int, ...]:
        return self.problem.parameters[name].shape

    def _entering(self, still: Array, moved: Moved, x: Array | None) -> list[Number]:
        """W_xh x_t + b_h of every gate."""
        entering: list[Number] = list(still)
        for gate, column, number in moved:
            if column is None:
                entering[gate] = number + entering[gate]
            elif x is not None:
                entering[gate] = number * x[np.newaxis, :, column] + entering[gate]
        return entering

    def _outputs(self, h: Dual) -> list[Dual]:
        """o_k = W_hy,k h + b_y,k."""
        pairs = zip(self.weights["W_hy"], self.weights["b_y"], strict=True)
        return [h * weight + bias for weight, bias in pairs]

    def _add(
        self,
        total: Array,
        exponent: IntArray | None,
        outputs: Many[Dual],
        sound: Mask,
        said: int,
        row: int,
    ) -> Array:
        """L_t, (N,); its gradient goes on top of the total, in place.

        The places take the axis of the steps, so that the mean is that over the samples.
        """
        o = np.stack([one.value for one in outputs], axis=-1)
        o[~sound] = 0.0
        targets = self.problem.sequence.targets[said]
        targets = np.broadcast_to(targets, (len(o), *targets.shape))
        values, do = LOSSES[self.problem.loss].evaluate(o, targets)
        for k, one in enumerate(outputs):
            tangent = one.tangent[row] * do[np.newaxis, :, :, k]
            if exponent is None:
                total += tangent
                continue
            assert one.exponent is not None
            own = one.exponent[row : row + 1]
            both = added(total[np.newaxis], exponent[np.newaxis], tangent[np.newaxis], own)
            assert both[1] is not None
            total[...], exponent[...] = both[0][0], both[1][0]
        return values


class _Watch:
    """Where derivatives leave the ordinary range of a double on their way."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.doubtful = np.zeros(shape[0], dtype=bool)
        self._before = np.zeros((1, *shape))

    def see(self, state: Many[Dual]) -> None:
        """Look at the state's; an infinity stays one, or a NaN, to the end."""
        peak = np.abs(state[0].tangent).max(axis=1)
        for part in state[1:]:
            np.maximum(peak, np.abs(part.tangent).max(axis=1), out=peak)
        small = peak < _LOW
        if small.any():
            gone = (self._before > 0.0) & (self._before < _SUDDEN)
            small &= (peak > 0.0) | gone
            self.doubtful |= small.any(axis=(0, 2))
        self._before = peak


def _finite(numbers: Many[Dual]) -> Mask | bool:
    """At which places every value is finite, (N,), or that all are."""
    if all(all_finite(one.value) for one in numbers):
        return True
    return np.asarray(
        np.logical_and.reduce([np.isfinite(one.value).all(axis=1) for one in numbers])
    )


def _schedule(problem: Problem) -> tuple[int, list[list[int]], list[int]]:
    """How many gradients are carried, which of them begin anew at a step, which a loss reads.

    A window of k steps needs k of them where every step has a loss: the one that L_i reads began
    at step i − k + 1 with the state before it a constant.
    """
    steps, truncation = problem.sequence.steps, problem.truncation
    resets: list[list[int]] = [[] for _ in range(steps)]
    reach = truncation.reach(steps)
    if truncation.kind != "window" or reach > steps:
        for t in np.flatnonzero(~truncation.crossings(steps)).tolist():
            resets[t].append(0)
        return 1, resets, [0] * steps
    if np.count_nonzero(problem.emits) == 1:
        resets[int(np.flatnonzero(problem.emits)[0]) - reach + 1].append(0)
        return 1, resets, [0] * steps
    for t in range(steps):
        resets[t].append(t % reach)
    return reach, resets, [(t + 1) % reach for t in range(steps)]


def carried(truncation: Truncation, steps: int, losses: int) -> int:
    """How many gradients a pass carries beside each other: what its work is multiplied by."""
    reach = truncation.reach(steps)
    return reach if truncation.kind == "window" and reach <= steps and losses > 1 else 1
