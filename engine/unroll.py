"""Forward through time: the trace that the backward pass reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.activations import ACTIVATIONS
from engine.arrays import Array, Mask, Parameters, times
from engine.cells import CELLS
from engine.errors import ForwardOverflow
from engine.network import Network
from engine.sequences import Sequence
from engine.topologies import TOPOLOGIES


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything the forward pass saw, time-major; index 0 is step 1.

    Attributes:
        x: inputs, zeros where a step reads none, (T, B, D).
        a: pre-activations, (T, B, H).
        h: hidden states, (T, B, H).
        h_0: initial state, (B, H).
        feedback: what the recurrent parameter multiplied at each step: h_{t−1} (T, B, H),
            or Jordan's o_{t−1} (T, B, K).
        o: outputs at every step, (T, B, K).
        derivative: f′(a), (T, B, H).
        reads: steps that read an input, (T,).
        emits: steps that emit a loss, (T,).
    """

    x: Array
    a: Array
    h: Array
    h_0: Array
    feedback: Array
    o: Array
    derivative: Array
    reads: Mask
    emits: Mask

    @property
    def steps(self) -> int:
        """T."""
        return len(self.h)


def unroll(network: Network, parameters: Parameters, sequence: Sequence) -> Trace:
    """Run the network over the sequence.

    a_t = W_xh x_t + R-feedback + b_h;   h_t = f(a_t);   o_t = W_hy h_t + b_y

    Args:
        network: cell, topology, activation and sizes.
        parameters: name → array, as ``Network.parameter_shapes`` says.
        sequence: inputs at the reading steps, targets at the emitting ones.
    Raises:
        ForwardOverflow: at the first step whose state or output a double cannot hold.
    Source: notes, "RNN Structure".
    """
    cell = CELLS[network.cell]
    topology = TOPOLOGIES[network.topology]
    activation = ACTIVATIONS[network.activation]
    steps, batch = sequence.steps, sequence.inputs.shape[1]
    reads = topology.reads(steps)

    x = sequence.inputs
    if len(x) != steps:
        x = np.zeros((steps, batch, network.input_size))
        x[reads] = sequence.inputs
    states = np.empty((steps + 1, batch, network.hidden_size))
    states[0] = 0.0 if sequence.h_0 is None else sequence.h_0
    a = np.empty((steps, batch, network.hidden_size))
    weights = np.ascontiguousarray(parameters[cell.recurrent].T)
    output_weights = parameters["W_hy"].T
    b_y = parameters["b_y"]

    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        drive = times(x, parameters["W_xh"].T)
        drive += parameters["b_h"]
        forward, f = cell.step, activation.value
        if cell.feeds_outputs:
            outputs = np.zeros((steps + 1, batch, network.output_size))
            for t in range(steps):
                forward(weights, drive[t], outputs[t], f, a[t], states[t + 1])
                np.dot(states[t + 1], output_weights, out=outputs[t + 1])
                outputs[t + 1] += b_y
            feedback, o = outputs[:-1], outputs[1:]
        else:
            for drive_t, previous, a_t, h_t in zip(drive, states, a, states[1:], strict=False):
                forward(weights, drive_t, previous, f, a_t, h_t)
            feedback = states[:-1]
            o = times(states[1:], output_weights)
            o += b_y
        derivative = activation.derivative(a)

    h, emits = states[1:], topology.emits(steps)
    every = cell.feeds_outputs or topology.emits_all
    _refuse_overflow(h, o if every else np.where(emits[:, None, None], o, 0.0))
    return Trace(x, a, h, states[0], feedback, o, derivative, reads, emits)


def _refuse_overflow(h: Array, o: Array) -> None:
    """Raise at the first step that holds an infinity or a NaN where it is used."""
    if np.isfinite(h).all() and np.isfinite(o).all():
        return
    finite = np.stack([np.isfinite(h).all(axis=(1, 2)), np.isfinite(o).all(axis=(1, 2))])
    step = int(np.argmin(finite.all(axis=0)))
    raise ForwardOverflow("o" if finite[0, step] else "h", step + 1, len(h))
