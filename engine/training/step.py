"""One update's gradient: forward, back with all losses together, and the norms on the way.

Nothing is itemized and no spectrum is taken. In the ordinary range of its precision a pass has no
exponents; where a norm leaves that range, or nothing arrives where something may, the engine's own
passes go back once more, in double precision and with exponents, so that every logarithm is exact.
"""

from __future__ import annotations

import numpy as np

from unrolled.engine.cells import CELLS
from unrolled.engine.experiment.network import Network
from unrolled.engine.experiment.sequences import Sequence
from unrolled.engine.numbers.arrays import Array, Parameters, record
from unrolled.engine.numbers.magnitude import Magnitudes
from unrolled.engine.passes.bptt import Backward, backward
from unrolled.engine.passes.passage import Entering, Passage
from unrolled.engine.passes.unroll import losses, unroll
from unrolled.engine.passes.vector import Vector


@record
class Gradient:
    """What one batch says.

    Attributes:
        loss: Σ_t L_t.
        vector: g, all parameters as one vector, float64.
        hidden: log₁₀ ‖∂L/∂h_t‖, (layers, T).
        cell: log₁₀ ‖∂L/∂c_t‖, or None.
        passes: what the engine's own passes left, where they were asked.
    """

    loss: float
    vector: Vector
    hidden: Array
    cell: Array | None
    passes: tuple[Passage, Entering, Backward] | None = None


def by_the_engine(
    network: Network, parameters: Parameters, sequence: Sequence, loss: str
) -> Gradient:
    """In float64, with exponents where they are needed.

    Raises:
        ForwardOverflow: where a state or an output is no number.
    """
    trace = unroll(network, parameters, sequence)
    step_losses, given = losses(trace, sequence, loss)
    passage = Passage.of(network, parameters, trace)
    entering = passage.enter(given)
    back = backward(passage, entering)
    parts = len(CELLS[network.cell].states)
    norms = [
        np.stack([_log10(layer.magnitudes(part)) for layer in back.layers]) for part in range(parts)
    ]
    return Gradient(
        loss=float(np.nansum(step_losses)),
        vector=back.gradients(),
        hidden=norms[0],
        cell=norms[1] if parts > 1 else None,
        passes=(passage, entering, back),
    )


def _log10(sizes: Magnitudes) -> Array:
    """−inf where exactly zero."""
    return np.where(np.isnan(sizes.log10_norm), -np.inf, sizes.log10_norm)
