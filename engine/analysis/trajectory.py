"""One layer's spectrum and what its Jacobians make of the gradient along the trajectory."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from unrolled.engine.analysis.lyapunov import LEADING, followed, lyapunov_exponents
from unrolled.engine.analysis.pascanu import (
    Conditions,
    LongToShort,
    conditions,
    long_to_short,
    omega,
)
from unrolled.engine.analysis.spectrum import Spectrum, spectrum
from unrolled.engine.choices.activations import ACTIVATIONS
from unrolled.engine.choices.parameters import spectral_radius_of
from unrolled.engine.numbers.arrays import Array, cuts
from unrolled.engine.numbers.jacobians import Chain
from unrolled.engine.numbers.magnitude import Scaled
from unrolled.engine.passes.arrivals import across
from unrolled.engine.passes.bptt import LayerGradient
from unrolled.engine.passes.itemize import Itemized
from unrolled.engine.passes.passage import Passage

_PRODUCTS = 6e10
"""So many multiplications the products of Jacobians may take: about 6 s."""


@dataclass(frozen=True, slots=True)
class Trajectory:
    """The recurrent matrix of one layer, and its Jacobians.

    Attributes:
        spectrum: of the recurrent matrix (of a gated cell, of the candidate's block) and of the
            products of Jacobians.
        blocks: gate → the spectral radius of its block; None without gates.
        conditions: what the matrix alone guarantees; None for gated cells, which have no γ.
        lyapunov_exponents: the leading ones per step, descending; NaN for a direction that dies;
            None where not asked for.
        exponents_over: over how many Jacobians, the first sample's last, these are means; None
            where not asked for.
        directions: S, how many exponents there are: H, or 2H with a c_t.
        omega: Ω_t of the total gradient, (T − 1,).
        long_to_short: of the itemized gradients; None where they were not asked for.
    """

    spectrum: Spectrum
    blocks: dict[str, float] | None
    conditions: Conditions | None
    lyapunov_exponents: Array | None
    exponents_over: int | None
    directions: int
    omega: Array
    long_to_short: LongToShort | None


def trajectory(
    passage: Passage,
    number: int,
    own: LayerGradient,
    itemized: Itemized | None,
    exponents: int | None = LEADING,
) -> Trajectory:
    """Look at one layer, counted from the input.

    ``own`` is its gradients, of all losses together; ``exponents`` how many of the leading Lyapunov
    exponents, None all, 0 where they are not asked for.
    """
    cell, parameters = passage.cell, passage.of_layer(number)
    whole = passage.chain(number, initial=True)
    count = affordable(whole, len(passage.lanes))
    chain = whole.part(whole.count - count, count).held()
    ahead = max(0, whole.later().count - count)
    seen = _as_long(spectrum(cell.recurrent_matrix(parameters), chain), ahead, passage.trace.steps)
    later = (chain if count == whole.count else whole).later()
    over = followed(later, exponents or later.size)
    blocks = known = None
    if cell.gates:
        each = cell.recurrent_blocks(parameters)
        blocks = {
            gate.name: spectral_radius_of(block)
            for gate, (_, block) in zip(cell.gates, each, strict=True)
        }
    else:
        known = conditions(seen.spectral_norm, ACTIVATIONS[passage.network.activation].bound)
    ratio = None
    if itemized is not None:
        ratio = long_to_short(itemized.log10_norm, itemized.loss_steps, itemized.steps)
    return Trajectory(
        spectrum=seen,
        blocks=blocks,
        conditions=known,
        lyapunov_exponents=(None if exponents == 0 else lyapunov_exponents(later, exponents)),
        exponents_over=None if exponents == 0 else over,
        directions=chain.size,
        omega=omega(*_one_step_back(passage, number, own)),
        long_to_short=ratio,
    )


def affordable(chain: Chain, layers: int) -> int:
    """How many Jacobians are multiplied: all, or the last of a long wide chain.

    They are all up to n S² H = 6e10, of all layers together; of one of an LSTM with H = 256, 894.
    """
    return min(chain.count, max(1, int(_PRODUCTS // (layers * chain.size**2 * chain.width))))


def _as_long(seen: Spectrum, ahead: int, steps: int) -> Spectrum:
    """The same with NaN for the steps that are left out, and behind the end of the first sample,
    (T − 1,) each.
    """
    behind = steps - 1 - ahead - len(seen.jacobian_log10_norm)
    if not ahead and behind <= 0:
        return seen

    def padded(series: Array) -> Array:
        return np.concatenate((np.full(ahead, np.nan), series, np.full(max(0, behind), np.nan)))

    cells = seen.cell_product_log10_norm
    return replace(
        seen,
        jacobian_log10_norm=padded(seen.jacobian_log10_norm),
        product_log10_norm=padded(seen.product_log10_norm),
        cell_product_log10_norm=None if cells is None else padded(cells),
        first_step=ahead + 1,
    )


def _one_step_back(passage: Passage, number: int, own: LayerGradient) -> tuple[Array, Array]:
    """log₁₀ of ‖∂L/∂s_{t+1} ∂s_{t+1}/∂s_t‖ and of ‖∂L/∂s_{t+1}‖, (T − 1,) each, s the state."""
    lane, arriving = passage.lane(number), []
    for at in cuts(len(own.dz), own.dz[0].size):
        parts = across(lane, own, own.state, own.dz, at)
        values, exponent = np.concatenate([part for part, _ in parts], axis=2), parts[0][1]
        if passage.keeps is not None:
            values *= passage.keeps[at]
        arriving += [Scaled(values, exponent).log10_norms()]
    return np.concatenate(arriving)[1:], own.whole().log10_norms()[1:]
