"""Captured calls as the mathematics wants them: float64, time-major, padded to one length."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from unrolled.watch.snapshot import Call, Module, Numbers

Array = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(slots=True)
class Batch:
    """One call in float64; S is layers × directions.

    Attributes:
        x: input, (T, B, D); zeros past a sample's end.
        lengths: steps of every sample, (B,).
        h_0: initial state, (S, B, ·).
        c_0: initial cell state, (S, B, H).
        output_gradient: ∂L/∂output, (T, B, ·); zeros past a sample's end.
        h_gradient: ∂L/∂h_n, (S, B, ·).
        c_gradient: ∂L/∂c_n, (S, B, H).
        c_whole: whether that includes what comes back through h_n.
    """

    x: Array
    lengths: IntArray
    h_0: Array
    c_0: Array
    output_gradient: Array
    h_gradient: Array
    c_gradient: Array
    c_whole: bool = False

    @property
    def steps(self) -> int:
        """T."""
        return len(self.x)

    @property
    def whole(self) -> bool:
        """Whether every sample has all the steps."""
        return bool((self.lengths == len(self.x)).all())


def batch_of(module: Module, call: Call) -> Batch:
    """One captured call in float64."""
    directions = 2 if module.bidirectional else 1
    hidden, shown = module.hidden_size, module.proj_size or module.hidden_size
    if call.batch_sizes is None:
        steps, size = call.x.shape[:2]
        lengths = np.full(size, steps)
    else:
        steps, size = len(call.batch_sizes), call.batch_sizes[0]
        lengths = (np.asarray(call.batch_sizes) > np.arange(size)[:, np.newaxis]).sum(axis=1)
    states = module.layers * directions, size

    def whole(given: Numbers | None, *shape: int) -> Array:
        return np.zeros(shape) if given is None else np.asarray(given, dtype=np.float64)

    x = _padded(call.x, call.batch_sizes)
    given = call.output_gradient
    return Batch(
        x=x,
        lengths=lengths,
        h_0=whole(call.h_0, *states, shown),
        c_0=whole(call.c_0, *states, hidden),
        output_gradient=np.zeros((steps, size, directions * shown))
        if given is None
        else _padded(given, call.batch_sizes),
        h_gradient=whole(call.h_gradient, *states, shown),
        c_gradient=whole(call.c_gradient, *states, hidden),
        c_whole=call.c_whole,
    )


def _padded(packed: Numbers, batch_sizes: list[int] | None) -> Array:
    """(T, B, ·) of a packed sequence's data (N, ·), zeros past a sample's end."""
    if batch_sizes is None:
        return np.asarray(packed, dtype=np.float64)
    sizes = np.asarray(batch_sizes)
    there = np.arange(sizes[0]) < sizes[:, np.newaxis]
    found = np.zeros((*there.shape, packed.shape[-1]))
    found[there] = packed
    return found


def reversed_steps(values: Array, lengths: IntArray) -> Array:
    """Every sample from its own last step to its first; what is past its end stays there."""
    steps = np.arange(len(values))[:, np.newaxis]
    source = np.where(steps < lengths, lengths - 1 - steps, steps)
    return np.asarray(values[source, np.arange(values.shape[1])])
