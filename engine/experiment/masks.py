"""What of a padded batch counts: lengths, weights of losses, and states that start anew."""

from __future__ import annotations

from collections.abc import Sequence as Many
from dataclasses import dataclass

import numpy as np

from unrolled.engine.choices.parameters import as_numbers
from unrolled.engine.choices.topologies import Topology
from unrolled.engine.numbers.arrays import Array, IntArray, Mask
from unrolled.engine.numbers.errors import InvalidInput, whole_number

IGNORED = -100
"""A class target that no loss reads: PyTorch's `ignore_index`."""


@dataclass(frozen=True, slots=True)
class Masks:
    """Which pairs of step and sample count; the first index is step 1.

    Attributes:
        live: t ≤ T_b, (T, B).
        weights: w_tb of L_t = (1/B) Σ_b w_tb ℓ_tb, (T, B); 0 where a sample emits no loss.
        fresh: where the state starts at zero, so that nothing crosses from the step before, (T, B).
    """

    live: Mask
    weights: Array
    fresh: Mask

    def first(self, steps: int) -> Masks:
        """The first steps alone."""
        return Masks(self.live[:steps], self.weights[:steps], self.fresh[:steps])

    def of(self, topology: Topology) -> Array:
        """The weights as they come: at the steps that emit, (S_out, B)."""
        return self.weights if topology.emits_all else self.weights.max(axis=0)[np.newaxis]

    @property
    def emits(self) -> Mask:
        """The steps at which any sample has a loss, (T,)."""
        return np.asarray(self.weights.any(axis=1))

    @property
    def keeps(self) -> Array:
        """1 where a step hears the one before, 0 where it starts anew or is gone, (T, B, 1)."""
        return (self.live & ~self.fresh)[..., np.newaxis].astype(np.float64)


def masks(
    topology: Topology,
    steps: int,
    batch: int,
    *,
    lengths: object = None,
    loss_weights: object = None,
    resets: object = None,
) -> Masks | None:
    """Check what came, and say what counts; None where everything does.

    Args:
        topology: which steps emit: of one loss it is at each sample's own last step.
        steps: T.
        batch: B.
        lengths: T_b of every sample, 1 … T, (B,).
        loss_weights: from 0, at the steps that emit, (S_out, B).
        resets: true where the state starts anew, (T, B).
    Raises:
        InvalidInput: for another shape, a length outside these, or a weight below 0.
    """
    if lengths is None and loss_weights is None and resets is None:
        return None
    ends = np.full(batch, steps) if lengths is None else _lengths(lengths, steps, batch)
    live = np.arange(steps)[:, np.newaxis] < ends
    emitting = int(topology.emits(steps).sum())
    weights = np.ones((emitting, batch))
    if loss_weights is not None:
        pointer = ("sequence", "loss_weights")
        weights = as_numbers(pointer, loss_weights, (emitting, batch))
        if not (weights >= 0.0).all():
            place = tuple(np.argwhere(weights < 0.0)[0].tolist())
            raise InvalidInput(
                (*pointer, *place), f"received {weights[place]:g}; allowed: numbers from 0"
            )
    at = live if topology.emits_all else np.arange(steps)[:, np.newaxis] == ends - 1
    fresh = np.zeros((steps, batch), dtype=bool) if resets is None else _resets(resets, live.shape)
    return Masks(live, np.where(at, weights, 0.0), fresh & live)


def _lengths(given: object, steps: int, batch: int) -> IntArray:
    """T_b, whole numbers from 1 to T."""
    pointer = ("sequence", "lengths")
    values = given.tolist() if isinstance(given, np.ndarray) else given
    if not isinstance(values, Many) or len(values) != batch:
        raise InvalidInput(pointer, f"needed: {batch} lengths, one for each sample")
    for b, length in enumerate(values):
        whole_number((*pointer, b), length, 1, steps)
    return np.array(values, dtype=np.int64)


def _resets(given: object, shape: tuple[int, int]) -> Mask:
    """Booleans of this shape."""
    try:
        array = np.array(given)
    except ValueError:
        array = np.empty(0)
    if array.dtype != bool or array.shape != shape:
        raise InvalidInput(
            ("sequence", "resets"), f"needed: [step][sample], true or false, of shape {shape}"
        )
    return array
