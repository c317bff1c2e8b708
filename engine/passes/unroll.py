"""Forward through time: the trace that the backward pass reads, and what every step loses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from unrolled.engine.cells import CELLS
from unrolled.engine.cells.base import Drive, Layer
from unrolled.engine.choices.activations import ACTIVATIONS
from unrolled.engine.choices.losses import LOSSES, judge
from unrolled.engine.choices.topologies import TOPOLOGIES
from unrolled.engine.experiment.masks import Masks
from unrolled.engine.experiment.network import Network, of_layer
from unrolled.engine.experiment.sequences import Sequence
from unrolled.engine.numbers.arrays import Array, Mask, Parameters, record
from unrolled.engine.numbers.errors import ForwardOverflow, InvalidInput
from unrolled.engine.numbers.magnitude import all_finite


@record
class Trace:
    """Everything the forward pass saw, time-major; index 0 is step 1.

    Attributes:
        layers: the layers' own, the one that reads the input first.
        o: outputs at every step, (T, B, K); K is 0 where there are none.
        reads: steps that read an input, (T,).
        emits: steps that emit a loss, (T,).
        masks: which pairs of step and sample count; None: all. Of the others everything is 0.
    """

    layers: tuple[Layer, ...]
    o: Array
    reads: Mask
    emits: Mask
    masks: Masks | None = None

    @property
    def steps(self) -> int:
        """T."""
        return len(self.o)

    @property
    def top(self) -> Layer:
        """The layer that the outputs read."""
        return self.layers[-1]

    @property
    def h(self) -> Array:
        """Its states, (T, B, H)."""
        return self.layers[-1].h

    @property
    def judged(self) -> Array:
        """What a loss reads at the steps that emit one: o, or h of a network without outputs."""
        return (self.o if self.o.shape[2] else self.h)[self.emits]


def unroll(network: Network, parameters: Parameters, sequence: Sequence) -> Trace:
    """Run the network over the sequence.

    h_t of every layer by its cell;   o_t = W_hy h_t + b_y with h_t of the last layer

    Raises:
        ForwardOverflow: at the first step whose state or output a double cannot hold.
    Source: notes, "RNN Structure".
    """
    _refuse_both_ways(network)
    cell, counts = CELLS[network.cell], sequence.masks
    topology = TOPOLOGIES[network.topology]
    steps, batch = sequence.steps, sequence.inputs.shape[1]
    reads, emits = topology.reads(steps), sequence.emitting(topology)
    x = sequence.inputs
    if len(x) != steps:
        x = np.full((steps, batch, network.input_size), 0.0)
        x[reads] = sequence.inputs

    def state(part: str, number: int) -> Array:
        return sequence.initial(part, number, network.widths[part])

    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        layers, o = cell.unroll(
            [of_layer(cell, parameters, number) for number in range(network.num_layers)],
            Drive(
                x,
                [(state("h", number), state("c", number)) for number in range(network.num_layers)],
                ACTIVATIONS[network.activation].value,
                None if counts is None else counts.keeps,
            ),
        )
    if counts is not None:
        layers, o = living(layers, counts.live), np.where(counts.live[..., np.newaxis], o, 0.0)
    every = cell.feeds_outputs or topology.emits_all
    _refuse_overflow(layers, o if every else np.where(emits[:, np.newaxis, np.newaxis], o, 0.0))
    return Trace(layers, o, reads, emits, counts)


def _refuse_both_ways(network: Network) -> None:
    """Raise where two directions would be taken for one."""
    if network.bidirectional:
        raise InvalidInput(
            ("network", "bidirectional"),
            "received true; bidirectional layers have totals, itemized rows, terms by step, "
            "clipping and spectra, and no graph, signed values, factors, check by differences, "
            "landscape, norms of many draws or advice: allowed here: false",
        )


def living(layers: tuple[Layer, ...], live: Mask) -> tuple[Layer, ...]:
    """The same with zeros, in place, at every pair of step and sample that does not count."""
    gone = ~live
    for layer in layers:
        for values in (layer.h, layer.c, *layer.saved.values()):
            if values is not None:
                values[gone] = 0.0
    return tuple(replace(layer, live=live) for layer in layers)


def _refuse_overflow(layers: tuple[Layer, ...], o: Array) -> None:
    """Raise at the first step that holds an infinity or a NaN where it is used."""
    seen: list[tuple[str, int | None, Array]]
    seen = [("h", number, layer.h) for number, layer in enumerate(layers, 1)] + [("o", None, o)]
    seen += [("c", n, layer.c) for n, layer in enumerate(layers, 1) if layer.c is not None]
    if all(all_finite(values) for _, _, values in seen):
        return
    finite = np.stack([np.isfinite(values).all(axis=(1, 2)) for _, _, values in seen])
    step = int(np.argmin(finite.all(axis=0)))
    first = int(np.argmin(finite[:, step]))
    raise ForwardOverflow(seen[first][0], step + 1, len(o), seen[first][1])


def losses(trace: Trace, sequence: Sequence, loss: str) -> tuple[Array, Array]:
    """L_t, NaN where none is emitted or its value is not known, (T,); and its gradient.

    The gradient is ∂L_t/∂o_t, (T, B, K), or of a network without outputs ∂L_t/∂h_t, (T, B, H);
    zeros where no loss is emitted.

    Raises:
        InvalidInput: where it leaves the range of a double.
    """
    values, gradients = judge(loss, trace.judged, sequence.targets, sequence.weights)
    if not all_finite(gradients):
        raise InvalidInput(
            ("sequence", "targets"), "o − y overflows the range of a double; use smaller numbers"
        )
    step_losses, given = np.full(trace.steps, np.nan), np.zeros((trace.steps, *gradients.shape[1:]))
    given[trace.emits] = gradients
    if not LOSSES[loss].given:
        step_losses[trace.emits] = values
    return step_losses, given
