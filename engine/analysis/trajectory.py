"""One layer's spectrum and what its Jacobians make of the gradient along the trajectory."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from unrolled.engine.analysis.lyapunov import LEADING, lyapunov_exponents
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
from unrolled.engine.numbers.arrays import Array
from unrolled.engine.numbers.magnitude import Scaled
from unrolled.engine.passes.arrivals import across
from unrolled.engine.passes.bptt import LayerGradient
from unrolled.engine.passes.itemize import Itemized
from unrolled.engine.passes.passage import Passage


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
        directions: S, how many exponents there are: H, or 2H with a c_t.
        omega: Ω_t of the total gradient, (T − 1,).
        long_to_short: of the itemized gradients; None where they were not asked for.
    """

    spectrum: Spectrum
    blocks: dict[str, float] | None
    conditions: Conditions | None
    lyapunov_exponents: Array | None
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
    chain = passage.chain(number, initial=True).held()
    seen = _as_long(spectrum(cell.recurrent_matrix(parameters), chain), passage.trace.steps)
    blocks = known = None
    if cell.gates:
        each = np.split(parameters[cell.recurrent], len(cell.gates))
        blocks = {
            gate.name: spectral_radius_of(block)
            for gate, block in zip(cell.gates, each, strict=True)
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
        lyapunov_exponents=(
            None if exponents == 0 else lyapunov_exponents(chain.later(), exponents)
        ),
        directions=chain.size,
        omega=omega(*_one_step_back(passage, number, own)),
        long_to_short=ratio,
    )


def _as_long(seen: Spectrum, steps: int) -> Spectrum:
    """The same with NaN behind the end of the first sample, (T − 1,) each."""
    missing = steps - 1 - len(seen.jacobian_log10_norm)
    if missing <= 0:
        return seen
    nothing, cells = np.full(missing, np.nan), seen.cell_product_log10_norm
    return replace(
        seen,
        jacobian_log10_norm=np.append(seen.jacobian_log10_norm, nothing),
        product_log10_norm=np.append(seen.product_log10_norm, nothing),
        cell_product_log10_norm=None if cells is None else np.append(cells, nothing),
    )


def _one_step_back(passage: Passage, number: int, own: LayerGradient) -> tuple[Array, Array]:
    """log₁₀ of ‖∂L/∂s_{t+1} ∂s_{t+1}/∂s_t‖ and of ‖∂L/∂s_{t+1}‖, (T − 1,) each, s the state."""
    lane = passage.lane(number)
    arriving = across(lane, own, own.state, own.dz)
    values, exponent = np.stack([part for part, _ in arriving], axis=1), arriving[0][1]
    if passage.keeps is not None:
        values *= passage.keeps[:, np.newaxis]
    total = own.whole()
    return Scaled(values, exponent).log10_norms()[1:], total.log10_norms()[1:]
