"""One pass forward of a network of one unit over many places, its derivatives carried along."""

from __future__ import annotations

from collections.abc import Sequence as Many

import numpy as np

from unrolled.engine.cells import CELLS, Cell
from unrolled.engine.cells.base import Number
from unrolled.engine.choices.activations import ACTIVATIONS, Activation
from unrolled.engine.choices.losses import LOSSES
from unrolled.engine.choices.topologies import TOPOLOGIES
from unrolled.engine.choices.truncation import Truncation
from unrolled.engine.experiment.network import Network
from unrolled.engine.experiment.sequences import Sequence
from unrolled.engine.numbers.arrays import Array, IntArray, Mask, Parameters, record
from unrolled.engine.numbers.dual import Dual, added
from unrolled.engine.numbers.magnitude import all_finite

Entry = tuple[str, tuple[int, ...]]
"""A parameter and the index of one of its entries: what a place moves."""
_LOW, _HIGH, _SUDDEN = 1e-140, 1e140, 1e-8
"""A gradient outside the first two, or one that passes from below the third to 0 in one step, may
have lost digits on the way."""


@record
class Problem:
    """What a pass is about: an experiment of one layer of one unit, and the entries places move."""

    network: Network
    parameters: Parameters
    sequence: Sequence
    entries: tuple[Entry, Entry]
    loss: str
    truncation: Truncation

    @property
    def batch(self) -> int:
        """B."""
        return int(self.sequence.inputs.shape[1])

    def run(self, places: Array, *, careful: bool) -> tuple[Array, Array, IntArray | None, Mask]:
        """E (N,), the samples' shares of its gradient (2, N, B) with their exponents (N, B).

        Places are (N, 2); ``careful``: derivatives have exponents of their own. Last comes where
        digits may be lost without these, (N,).
        """
        return _Pass(self, places, careful=careful).run()


class _Pass:
    """One pass forward over some places, with or without exponents."""

    def __init__(self, problem: Problem, places: Array, *, careful: bool) -> None:
        self.problem, self.careful = problem, careful
        self.cell, topology = CELLS[problem.network.cell], TOPOLOGIES[problem.network.topology]
        steps = problem.sequence.steps
        self.reads, self.emits = topology.reads(steps), topology.emits(steps)
        self.shape = (len(places), problem.batch)
        self.rows, self.resets, self.read_at = _schedule(problem.truncation, steps, self.emits)
        self.weights: dict[str, list[Number]] = {
            name: list(array.ravel().tolist()) for name, array in problem.parameters.items()
        }
        self.moved: list[tuple[str, tuple[int, ...], Dual]] = []
        for axis, (name, index) in enumerate(problem.entries):
            one_hot = np.zeros((1, 2, 1, 1))
            one_hot[0, axis] = 1.0
            number = Dual(places[:, axis, np.newaxis], one_hot, self._zeros(1, 1, 1))
            flat = int(np.ravel_multi_index(index, problem.parameters[name].shape))
            self.weights[name][flat] = number
            self.moved.append((name, index, number))

    def _zeros(self, *shape: int) -> IntArray | None:
        """Exponents, where there are any."""
        return np.zeros(shape, dtype=np.int64) if self.careful else None

    def _still(self, value: Array) -> Dual:
        """A constant at every place and sample."""
        tangent = np.zeros((self.rows, 2, *self.shape))
        exponent = self._zeros(self.rows, *self.shape)
        return Dual(np.broadcast_to(value, self.shape).copy(), tangent, exponent)

    def run(self) -> tuple[Array, Array, IntArray | None, Mask]:
        """As ``Problem.run``."""
        sequence, cell, network = self.problem.sequence, self.cell, self.problem.network
        state = tuple(self._still(sequence.initial(part, 0, 1).T) for part in cell.states)
        outputs = [self._still(np.zeros((1, 1))) for _ in range(network.output_size)]
        total, exponent = np.zeros((2, *self.shape)), self._zeros(*self.shape)
        loss, sound = np.zeros(self.shape[0]), np.ones(self.shape[0], dtype=bool)
        watch, f = _Watch(self.shape), ACTIVATIONS[network.activation]
        inputs, targets, still = iter(sequence.inputs), iter(sequence.targets), self._constants()
        reads, emits = self.reads.tolist(), self.emits.tolist()
        for t in range(sequence.steps):
            for row in self.resets[t]:
                state = tuple(part.without(row) for part in state)
                outputs = [o.without(row) for o in outputs]
            entering = self._entering(still[t], next(inputs) if reads[t] else None)
            state = cell.step(_Duals(cell, self.weights, entering, outputs, f), state)
            if emits[t] or cell.feeds_outputs:
                outputs = self._outputs(state[0])
                sound &= _finite(outputs)
            sound &= _finite(state)
            if not self.careful:
                watch.see(state)
            if emits[t]:
                loss += self._add(total, exponent, outputs, sound, next(targets), self.read_at[t])
        loss[~sound] = np.nan
        flat = np.abs(total).max(axis=0).max(axis=1)
        doubtful = watch.doubtful | ~((flat > _LOW) & (flat < _HIGH))
        return loss, total, exponent, doubtful & sound

    def _constants(self) -> Array:
        """What of W_xh x_t + b_h is not moved, (T, G, 1, B)."""
        own = {name: self.problem.parameters[name].copy() for name in ("W_xh", "b_h")}
        for name, index, _ in self.moved:
            if name in own:
                own[name][index] = 0.0
        read = self.problem.sequence.inputs @ own["W_xh"].T
        still = np.zeros((len(self.reads), *read.shape[1:]))
        still[self.reads] = read
        return (still + own["b_h"]).transpose(0, 2, 1)[:, :, np.newaxis]

    def _entering(self, still: Array, x: Array | None) -> list[Number]:
        """W_xh x_t + b_h of every gate: the constant, the moved weights times x, the moved bias."""
        entering: list[Number] = list(still)
        for name, (gate, *column), number in self.moved:
            if name == "b_h":
                entering[gate] = number + entering[gate]
            elif name == "W_xh" and x is not None:
                entering[gate] = number * x[np.newaxis, :, column[0]] + entering[gate]
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
        targets: Array,
        row: int,
    ) -> Array:
        """L_t, (N,); its gradient goes on top of the total, in place.

        The places take the axis of the steps, so that the mean is that over the samples.
        """
        o = np.stack([one.value for one in outputs], axis=-1)
        o[~sound] = 0.0
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


@record
class _Duals:
    """A ``Step`` of one unit in dual numbers.

    ``weights`` are every parameter's entries, row after row, ``entering`` W_xh x_t + b_h of every
    gate, ``outputs`` o_{t−1}, f the activation of a cell without gates.
    """

    cell: Cell
    weights: dict[str, list[Number]]
    entering: list[Number]
    outputs: list[Dual]
    f: Activation

    @property
    def parameters(self) -> dict[str, Number]:
        """The first entry of each: all there is of a vector."""
        return {name: own[0] for name, own in self.weights.items()}

    def hears(self, letters: str, past: Dual) -> Number:
        own = self.weights[self.cell.recurrent]
        if self.cell.feeds_outputs:
            first, *others = (w * o for w, o in zip(own, self.outputs, strict=True))
            return sum(others, first)
        heard = [own[self.cell.letters.index(letter)] * past for letter in letters or ("",)]
        return heard if len(heard) > 1 else heard[0]

    def gates(self, letters: str, heard: Number) -> list[Dual]:
        first = self.cell.letters.index(letters)
        f = [ACTIVATIONS[gate.activation] for gate in self.cell.gates] or [self.f]
        rows = heard if isinstance(heard, list) else [heard]
        return [(one + self.entering[n]).through(f[n]) for n, one in enumerate(rows, first)]

    def times(self, name: str, value: Dual) -> Number:
        return value * self.weights[name][0]

    def keep(self, name: str, value: Dual) -> Dual:
        return value


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


def _schedule(
    truncation: Truncation, steps: int, emits: Mask
) -> tuple[int, list[list[int]], list[int]]:
    """How many gradients are carried, which of them begin anew at a step, which a loss reads.

    A window of k steps needs k of them where every step has a loss: the one that L_i reads began
    at step i − k + 1 with the state before it a constant.
    """
    reach, begins = truncation.reach(steps), ~truncation.crossings(steps)
    if truncation.kind == "window" and reach <= steps:
        if np.count_nonzero(emits) > 1:
            each = range(steps)
            return reach, [[t % reach] for t in each], [(t + 1) % reach for t in each]
        begins = np.arange(steps) == int(np.flatnonzero(emits)[0]) - reach + 1
    return 1, [[0] if begin else [] for begin in begins.tolist()], [0] * steps


def carried(truncation: Truncation, steps: int, losses: int) -> int:
    """How many gradients a pass carries beside each other: what its work is multiplied by."""
    reach = truncation.reach(steps)
    return reach if truncation.kind == "window" and reach <= steps and losses > 1 else 1
