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
        o: outputs at every step, (T, B, K).
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
    reads, emits = topology.reads(steps), topology.emits(steps)
    if not len(sequence.targets):
        emits = np.zeros(steps, dtype=bool)
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
    """L_t, NaN where none is emitted, (T,); and ∂L_t/∂o_t, zeros there, (T, B, K).

    Raises:
        InvalidInput: where ∂L_t/∂o_t leaves the range of a double.
    """
    values, gradients = LOSSES[loss].evaluate(trace.o[trace.emits], sequence.targets)
    if not all_finite(gradients):
        raise InvalidInput(
            ("sequence", "targets"), "o − y overflows the range of a double; use smaller numbers"
        )
    step_losses, do = np.full(trace.steps, np.nan), np.zeros_like(trace.o)
    step_losses[trace.emits], do[trace.emits] = values, gradients
    return step_losses, do
