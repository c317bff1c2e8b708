"""‖g‖ of many draws of one experiment: the norms that a threshold has to be chosen from."""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Sequence as Many

import numpy as np

from unrolled.engine.choices.losses import judge, valued
from unrolled.engine.choices.truncation import Truncation
from unrolled.engine.experiment.network import Network
from unrolled.engine.experiment.sequences import Sequence
from unrolled.engine.numbers.arrays import Array, Parameters
from unrolled.engine.numbers.errors import ForwardOverflow
from unrolled.engine.numbers.magnitude import ordinary
from unrolled.engine.numbers.products import Product
from unrolled.engine.passes.bptt import Backward, backward
from unrolled.engine.passes.passage import Passage
from unrolled.engine.passes.unroll import unroll

TOGETHER = 200_000
"""Numbers of the states of draws that are computed together."""


def gradient_log10_norms(
    network: Network,
    parameters: Parameters,
    sequences: Many[Sequence],
    *,
    loss: str,
    truncation: Truncation | None = None,
) -> Array:
    """log₁₀ ‖g‖ of every sequence, g being the gradient of all parameters before clipping, (N,).

    Sequences are of one shape: samples of one batch, parted again. −inf where g is exactly zero,
    NaN where a state leaves the range of a double.

    Raises:
        InvalidInput: for an unknown loss, or one whose gradient is given.
    """
    valued(loss)
    one = sequences[0].steps * sequences[0].inputs.shape[1] * network.hidden_size
    size = max(1, TOGETHER // (one * network.num_layers))

    def back(sequence: Sequence) -> Backward:
        trace = unroll(network, parameters, sequence)
        passage, do = Passage.of(network, parameters, trace, truncation), np.zeros_like(trace.o)
        judged = judge(loss, trace.judged, sequence.targets, sequence.weights)
        do[trace.emits] = judged[1]
        return backward(passage, passage.enter(do))

    def norms(some: Many[Sequence]) -> Array:
        found = _together(back, some) if sequences[0].masks is None else None
        if found is not None:
            return found
        if len(some) == 1:
            return np.array([_alone(back, some[0])])
        half = len(some) // 2
        return np.concatenate((norms(some[:half]), norms(some[half:])))

    return np.concatenate([norms(sequences[n : n + size]) for n in range(0, len(sequences), size)])


def _together(back: Callable[[Sequence], Backward], sequences: Many[Sequence]) -> Array | None:
    """All draws as one batch; None where one of them leaves the ordinary range of a double."""
    try:
        found = back(_joined(sequences))
    except ForwardOverflow:
        return None
    if found.term_exponents is not None:
        return None
    count = len(sequences)
    squares = np.zeros(count)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for products in found.factors.values():
            for product in products:
                own = _parted(product, count)
                squares += np.vecdot(own, own)
    if not ordinary(squares):
        return None
    return 0.5 * np.log10(squares) + math.log10(count)  # the mean is over the whole batch


def _alone(back: Callable[[Sequence], Backward], sequence: Sequence) -> float:
    """One draw, at any magnitude."""
    try:
        log10_norm = back(sequence).gradients().norm()[1]
    except ForwardOverflow:
        return math.nan
    return -math.inf if math.isnan(log10_norm) else log10_norm


def _joined(sequences: Many[Sequence]) -> Sequence:
    """Sequences of one shape as one batch."""
    first = sequences[0]
    h_0, c_0 = ([getattr(one, name) for one in sequences] for name in ("h_0", "c_0"))
    return Sequence(
        np.concatenate([one.inputs for one in sequences], axis=1),
        np.concatenate([one.targets for one in sequences], axis=1),
        first.steps,
        None if h_0[0] is None else np.concatenate(h_0, axis=-2),
        None if c_0[0] is None else np.concatenate(c_0, axis=-2),
    )


def _parted(product: Product, count: int) -> Array:
    """What each of so many equal parts of the batch adds to a gradient, (count, ·)."""

    def cut(factor: Array) -> Array:
        steps, batch, width = factor.shape
        own = factor.reshape(steps, count, batch // count, width)
        return own.transpose(1, 0, 2, 3).reshape(count, -1, width)

    left = cut(product.left)
    if product.right is None:
        return np.asarray(left.sum(axis=1))
    own = np.matmul(left.transpose(0, 2, 1), cut(product.right))
    return np.asarray(own.reshape(count, -1))
