"""Forward through time: the trace that the backward pass reads, and what every step loses."""

from __future__ import annotations

from functools import partial

import numpy as np

from unrolled.engine.cells import CELLS
from unrolled.engine.cells.base import Layer
from unrolled.engine.choices.activations import ACTIVATIONS
from unrolled.engine.choices.losses import LOSSES
from unrolled.engine.choices.topologies import TOPOLOGIES
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
    """

    layers: tuple[Layer, ...]
    o: Array
    reads: Mask
    emits: Mask

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
    cell = CELLS[network.cell]
    topology = TOPOLOGIES[network.topology]
    steps, batch = sequence.steps, sequence.inputs.shape[1]
    reads, emits = topology.reads(steps), sequence.emitting(topology)
    x = sequence.inputs
    if len(x) != steps:
        x = np.full((steps, batch, network.input_size), 0.0)
        x[reads] = sequence.inputs
    state = partial(sequence.initial, hidden=network.hidden_size)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        layers, o = cell.unroll(
            [of_layer(cell, parameters, number) for number in range(network.num_layers)],
            x,
            [(state("h", number), state("c", number)) for number in range(network.num_layers)],
            ACTIVATIONS[network.activation].value,
        )
    every = cell.feeds_outputs or topology.emits_all
    _refuse_overflow(layers, o if every else np.where(emits[:, np.newaxis, np.newaxis], o, 0.0))
    return Trace(layers, o, reads, emits)


def _refuse_overflow(layers: tuple[Layer, ...], o: Array) -> None:
    """Raise at the first step that holds an infinity or a NaN where it is used."""
    seen = [("h", layer.h) for layer in layers] + [("o", o)]
    seen += [("c", layer.c) for layer in layers if layer.c is not None]
    if all(all_finite(values) for _, values in seen):
        return
    finite = np.stack([np.isfinite(values).all(axis=(1, 2)) for _, values in seen])
    step = int(np.argmin(finite.all(axis=0)))
    quantity = next(name for (name, _), at in zip(seen, finite[:, step], strict=True) if not at)
    raise ForwardOverflow(quantity, step + 1, len(o))


def losses(trace: Trace, sequence: Sequence, loss: str) -> tuple[Array, Array]:
    """L_t, NaN where none is emitted or its value is not known, (T,); and its gradient.

    The gradient is ∂L_t/∂o_t, (T, B, K), or of a network without outputs ∂L_t/∂h_t, (T, B, H);
    zeros where no loss is emitted.

    Raises:
        InvalidInput: where it leaves the range of a double.
    """
    row = LOSSES[loss]
    values, gradients = row.evaluate(trace.judged, sequence.targets)
    if not all_finite(gradients):
        raise InvalidInput(
            ("sequence", "targets"), "o − y overflows the range of a double; use smaller numbers"
        )
    step_losses, given = np.full(trace.steps, np.nan), np.zeros((trace.steps, *gradients.shape[1:]))
    given[trace.emits] = gradients
    if not row.given:
        step_losses[trace.emits] = values
    return step_losses, given
