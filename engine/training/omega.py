"""Pascanu's regulariser Ω, and what it adds to the gradient of a recurrent parameter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from unrolled.engine.analysis.pascanu import omega as omega_by_step
from unrolled.engine.cells import CELLS
from unrolled.engine.clip.samples import added
from unrolled.engine.experiment.network import layered
from unrolled.engine.numbers.arrays import Array, IntArray, Parameters
from unrolled.engine.numbers.errors import InvalidInput
from unrolled.engine.numbers.magnitude import Scaled, ldexp_rows, log10_of, split_norms
from unrolled.engine.passes.arrivals import Arrived, across
from unrolled.engine.passes.bptt import Backward
from unrolled.engine.passes.passage import Passage
from unrolled.engine.passes.vector import Vector
from unrolled.engine.training.step import Gradient

OMEGA_CELLS = tuple(name for name, cell in CELLS.items() if cell.once)
"""Through the copy of the others nothing passes, or their past goes through W_hh twice."""


def omega(passage: Passage, back: Backward) -> tuple[float, Parameters]:
    """Ω of all layers, and ∂⁺Ω/∂W_hh of each: its immediate derivative.

    Ω = Σ_t Ω_t,   Ω_t = (‖v_t‖ / ‖s_{t+1}‖ − 1)²

    with s_{t+1} = ∂L/∂h_{t+1} (and ∂L/∂c_{t+1} where there is a c) and v_t what of it arrives at
    step t, ∂L/∂a_{t+1} W_hh in a simple cell. As in the paper, everything but W_hh itself counts as
    constant: the states, and ∂L/∂a_{t+1}. Then, with u_t = ∂L/∂a_{t+1} where W_hh reads h_t,

    ∂⁺Ω/∂W_hh = Σ_t 2 (‖v_t‖ / ‖s_{t+1}‖ − 1) u_tᵀ v_t / (‖s_{t+1}‖ ‖v_t‖)

    A step at which nothing arrives has Ω_t = 1 and no direction; one with no gradient has none.
    The norms are over the batch, as in the rest of the engine.

    Source: Pascanu, Mikolov & Bengio 2013, eq. 9 and 10.
    """
    value, gradients = 0.0, dict[str, Array]()
    cell = passage.cell
    for number, own in enumerate(back.layers):
        lane = passage.lane(number)
        arrived = _kept(passage, across(lane, own, own.state, own.dz))
        values, exponent = np.concatenate([part for part, _ in arrived], axis=2), arrived[0][1]
        v_norm, v_shift = _norms(Scaled(values, exponent))
        s_norm, s_shift = _norms(own.whole())
        v_log10, s_log10 = log10_of(v_norm, v_shift)[1:], log10_of(s_norm, s_shift)[1:]
        each = omega_by_step(v_log10, s_log10)
        value += float(np.nansum(each))
        live = np.isfinite(each) & ~np.isnan(v_log10)
        with np.errstate(all="ignore"):
            factor = 2.0 * (10.0 ** (v_log10 - s_log10) - 1.0)
            factor = np.where(live, factor, 0.0)[:, np.newaxis, np.newaxis]
            left = _over(own.dz, own.dz_exponent, s_norm, s_shift)
            right = _over(arrived[0][0], exponent, v_norm, v_shift)
        left[1:] = np.where(factor != 0.0, left[1:] * factor, 0.0)
        left[0] = right[0] = 0.0
        right = np.where(np.isfinite(right), right, 0.0)
        layer = replace(passage.trace.layers[number], feedback=right)
        (product,) = cell.terms(layer, left)[cell.recurrent]
        rows = product.left.reshape(-1, product.left.shape[-1])
        total = rows.T @ right.reshape(len(rows), -1)
        gradients[layered(cell.recurrent, number)] = np.asarray(total)
    return value, gradients


def with_omega(found: Gradient, weight: float) -> tuple[Gradient, float]:
    """The same gradient with that of weight · Ω, and Ω."""
    assert found.passes is not None
    passage, _, back = found.passes
    value, own = omega(passage, back)
    shapes = found.vector.shapes
    zeros = {name: np.zeros(shape) for name, shape in shapes.items()}
    more = np.concatenate([part.ravel() for part in (zeros | own).values()])
    return replace(found, vector=added(found.vector, Vector(weight * more, 0, shapes))), value


def _kept(passage: Passage, arrived: list[Arrived]) -> list[Arrived]:
    """Nothing arrives where a sample's state starts anew."""
    keeps = passage.keeps
    if keeps is None:
        return arrived
    return [(part * keeps, exponent) for part, exponent in arrived]


def _norms(scaled: Scaled) -> tuple[Array, IntArray]:
    """(norm, exponent) of every step, (T,) each."""
    norms, shift = split_norms(scaled.value.reshape(len(scaled.value), -1))
    return norms, scaled.exponent if shift is None else scaled.exponent + shift


def _over(values: Array, exponent: IntArray, norm: Array, shift: IntArray) -> Array:
    """values · 2^exponent / (norm · 2^shift), step by step."""
    shape = (-1, *([1] * (values.ndim - 1)))
    return ldexp_rows(values, exponent - shift) / norm.reshape(shape)


def refuse_omega(cell: str, clip: Mapping[str, Any]) -> None:
    """Refuse Ω for a cell that it is not defined for, or beside a rule that clips no whole g.

    Args:
        cell: a key of ``CELLS``.
        clip: as in a plan.
    """
    if cell not in OMEGA_CELLS:
        able = ", ".join(map(repr, OMEGA_CELLS))
        raise InvalidInput(
            ("omega",), f"received a weight with {cell!r}; above 0 it is allowed with {able}"
        )
    by_sample, rule = clip.get("per_sample", False), clip["rule"]
    if by_sample or rule == "backward":
        what = "per_sample" if by_sample else repr(rule)
        raise InvalidInput(
            ("clip", "per_sample" if by_sample else "rule"),
            f"received {what}, which acts before Ω has a gradient; allowed beside a weight of Ω: "
            "a rule that clips g as a whole",
        )
