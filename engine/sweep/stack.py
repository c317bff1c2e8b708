"""N networks of one shape, one behind the other on the axis of the samples."""

from __future__ import annotations

import copy
from collections.abc import Sequence as Many
from dataclasses import replace
from functools import cached_property

import numpy as np

from unrolled.engine.cells import CELLS
from unrolled.engine.cells.base import Drive, Layer
from unrolled.engine.cells.lane import Lane
from unrolled.engine.choices.activations import ACTIVATIONS
from unrolled.engine.choices.losses import LOSSES, Targets
from unrolled.engine.choices.topologies import TOPOLOGIES
from unrolled.engine.experiment.network import of_layer
from unrolled.engine.numbers.arrays import Array, Mask, Parameters
from unrolled.engine.numbers.magnitude import all_finite, near_one
from unrolled.engine.numbers.products import multiplier, times
from unrolled.engine.passes.passage import Entering, Passage
from unrolled.engine.passes.unroll import Trace
from unrolled.engine.sweep.trial import Trial

_TINY, _HUGE = 1e-50, 1e50
"""A factor below the first calls for the careful way, as in ``holds_tiny``. Networks with a weight
outside these are computed by themselves: a product of three may leave the range of a double."""


class Stack:
    """The forward pass of N networks, and their way back.

    What a cell computes of a step is elementwise but for its products: on the axis of the samples
    stand B of the first network, B of the second and so on, matrices are stacks (N, m, n), of which
    each part meets its own, and vectors are repeated for every sample, (N B, m). On the way back
    every network is a row of its own, with its own exponents.

    Args:
        trials: of one shape.

    Attributes:
        count: N.
        batch: B, of each.
        steps: T.
        trace: the forward pass, (T, N B, ·).
        given: ∂L_t/∂o_t, or ∂L_t/∂h_t without outputs, (T, N B, ·); zeros where no loss is emitted.
        sound: which networks can be computed together, (N,): no number on their way forward leaves
            the range of a double, and their weights are not so far from 1 that products might.
    """

    def __init__(self, trials: Many[Trial]) -> None:
        first, self.trials = trials[0], trials
        self.network, self.truncation, self.loss = first.network, first.truncation, first.loss
        self.count, self.steps = len(trials), first.sequence.steps
        self.batch = int(first.sequence.inputs.shape[1])
        self.cell, self._topology = CELLS[self.network.cell], TOPOLOGIES[self.network.topology]
        self.parameters = _stacked([trial.parameters for trial in trials], self.batch)
        with np.errstate(all="ignore"):
            self.trace = self._unrolled()
            self.given = self._judged()
        self.sound = self._finite() & self._moderate()

    def _unrolled(self) -> Trace:
        """Every network over its sequence, all steps after the other."""
        sequences = [trial.sequence for trial in self.trials]
        reads = self._topology.reads(self.steps)
        x = np.concatenate([one.inputs for one in sequences], axis=1)
        if len(x) != self.steps:
            whole = np.zeros((self.steps, *x.shape[1:]))
            whole[reads] = x
            x = whole
        layers = range(self.network.num_layers)
        initial = [
            [
                np.concatenate([one.initial(part, n, width) for one in sequences])
                for part, width in self.network.widths.items()
            ]
            for n in layers
        ]
        f = ACTIVATIONS[self.network.activation].value
        own = [of_layer(self.cell, self.parameters, n) for n in layers]
        found, o = self.cell.unroll(own, Drive(x, [(h, c) for h, c in initial], f))
        return Trace(found, o, reads, sequences[0].emitting(self._topology))

    def _judged(self) -> Array:
        """Every network's own loss: the mean is over its own samples."""
        o = self.trace.judged
        shape, targets = o.shape, [trial.sequence.targets for trial in self.trials]
        y: Targets = np.concatenate(targets, axis=1)  # type: ignore[assignment]
        rows = (-1, self.batch)
        _, gradients = LOSSES[self.loss].evaluate(
            o.reshape(*rows, shape[2]), y.reshape(*rows, *y.shape[2:])
        )
        given = np.zeros((self.steps, *shape[1:]))
        given[self.trace.emits] = gradients.reshape(shape)
        return given

    def _moderate(self) -> Mask:
        """Which networks' weights lie where products are safe, or are zero."""
        found = np.ones(self.count, dtype=bool)
        for values in self.parameters.values():
            sizes = np.abs(values)
            outside = ~(sizes < _HUGE) | ((sizes < _TINY) & (sizes > 0.0))
            if outside.any():
                found &= ~outside.reshape(self.count, -1).any(axis=1)
        return found

    def _finite(self) -> Mask:
        """Which networks stay finite wherever a number is used."""
        trace, used = self.trace, self.trace.o
        if not (self.cell.feeds_outputs or self._topology.emits_all):
            used = used[trace.emits]
        seen = [used, self.given, *(layer.h for layer in trace.layers)]
        seen += [layer.c for layer in trace.layers if layer.c is not None]
        if all(all_finite(values) for values in seen):
            return np.ones(self.count, dtype=bool)
        finite = [np.isfinite(values).all(axis=(0, 2)) for values in seen]
        every = np.logical_and.reduce(finite)
        return np.asarray(every.reshape(self.count, self.batch).all(axis=1))

    def rows(self, values: Array) -> Array:
        """(T, N B, ·) as (T N, B, ·): a row a network and step, those of step 1 first."""
        return values.reshape(-1, self.batch, *values.shape[2:])

    def in_rows(self, layer: Layer) -> Layer:
        """A layer's forward pass as (T N, B, ·)."""
        return Layer(
            self.rows(layer.x),
            self.rows(layer.feedback),
            self.rows(layer.h),
            layer.h_0,
            {name: self.rows(values) for name, values in layer.saved.items()},
            None if layer.c is None else self.rows(layer.c),
            layer.c_0,
        )

    @cached_property
    def passage(self) -> Passage:
        """The way back of all, a row a network: the coefficients of a step are (N, B, ·)."""
        slope = ACTIVATIONS[self.network.activation].derivative
        lanes = []
        with np.errstate(all="ignore"):
            for n in reversed(range(self.network.num_layers)):
                own = of_layer(self.cell, self.parameters, n)
                lane = self.cell.lane(own, self.trace.layers[n], slope)
                lane.whole = tuple(self._parted(factor) for factor in lane.whole)
                lane.alone = tuple(self._parted(factor) for factor in lane.alone)
                lanes.append(lane)
        found = self.network, self.parameters, self.trace, self.truncation, tuple(lanes)
        return Passage(*found, careful=False)

    def _parted(self, factor: Array) -> Array:
        """(T, N B, ·) as (T, N, B, ·)."""
        return factor.reshape(self.steps, self.count, self.batch, *factor.shape[2:])

    @cached_property
    def delicate(self) -> Mask:
        """Which networks call for exponents from the start, (N,)."""
        lanes = self.passage.lanes
        factors = [factor for lane in lanes for factor in lane.alone]
        factors += [lane.slope for lane in lanes if lane.slope is not None]
        factors += [self._parted(self.given), self._parted(self._local)]
        found = np.zeros(self.count, dtype=bool)
        for factor in factors:
            found |= self.tiny(factor)
        return found

    def tiny(self, factor: Array) -> Mask:
        """Which networks hold something non-zero below 1e-50, (N,), from (T, N, B, ·)."""
        sizes = np.abs(factor)
        small = sizes < _TINY
        if not small.any():
            return np.zeros(self.count, dtype=bool)
        small &= sizes > 0.0
        axes = tuple(axis for axis in range(factor.ndim) if axis != 1)
        return np.asarray(small.any(axis=axes))

    @cached_property
    def _local(self) -> Array:
        """∂L_t/∂h_t through step t's own output, (T, N B, H)."""
        if not self.network.output_size:
            return self.given
        with np.errstate(all="ignore"):
            return times(self.given, self.parameters["W_hy"])

    def entering(self, *, careful: bool) -> Entering:
        """Every loss at its own step, a row a step and network, (T N, B, ·)."""
        given = self.rows(self.given)
        exponent = np.zeros(len(given), dtype=np.int64)
        if not careful:
            return Entering(given, self.rows(self._local), exponent, careful=False)
        near, exponent = near_one(given)
        if not self.network.output_size:
            return Entering(given, near, exponent, careful=True)
        weights, shift = near_one(self.parameters["W_hy"])
        local = times(near.reshape(self.given.shape), weights)
        return Entering(given, self.rows(local), exponent + np.tile(shift, self.steps), True)

    def alone(self, n: int) -> Passage:
        """The way back of one network, from 0, as if it had been computed by itself."""
        trial, samples = self.trials[n], slice(n * self.batch, (n + 1) * self.batch)
        trace = replace(
            self.trace,
            layers=tuple(_of_samples(layer, samples) for layer in self.trace.layers),
            o=self.trace.o[:, samples],
        )
        lanes = tuple(_of_network(lane, n) for lane in self.passage.lanes)
        return Passage(self.network, trial.parameters, trace, self.truncation, lanes, careful=False)


def _stacked(every: Many[Parameters], batch: int) -> Parameters:
    """Matrices as a stack, (N, m, n); vectors once for every sample, (N B, m)."""
    found = {}
    for name, one in every[0].items():
        stack = np.stack([own[name] for own in every])
        found[name] = stack if one.ndim == 2 else np.repeat(stack, batch, axis=0)
    return found


def _of_samples(layer: Layer, samples: slice) -> Layer:
    """Some samples' part of a layer's forward pass."""
    c, c_0 = layer.c, layer.c_0
    return Layer(
        layer.x[:, samples],
        layer.feedback[:, samples],
        layer.h[:, samples],
        layer.h_0[samples],
        {name: values[:, samples] for name, values in layer.saved.items()},
        None if c is None else c[:, samples],
        None if c_0 is None else c_0[samples],
    )


def _of_network(lane: Lane, n: int) -> Lane:
    """One network's lane of those of a stack."""
    own = copy.copy(lane)
    for known in ("steps", "_blocks"):
        own.__dict__.pop(known, None)
    own.whole = tuple(factor[:, n] for factor in lane.whole)
    own.alone = tuple(factor[:, n] for factor in lane.alone)
    for name in (*lane.crossed, "inward"):
        setattr(own, name, getattr(lane, name)[n])
    own.multiply = multiplier(own.recurrent)
    return own
