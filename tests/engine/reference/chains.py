"""Chains of Jacobians made from gates, for tests that draw these and no network."""

from __future__ import annotations

from typing import Any

import numpy as np

from unrolled.engine.cells.gru import GruLane
from unrolled.engine.cells.lstm import LstmLane
from unrolled.engine.cells.simple import SimpleLane
from unrolled.engine.choices.activations import ACTIVATIONS
from unrolled.engine.numbers.jacobians import Chain


def jacobians_of(chain: Chain) -> Any:
    """∂s_{t+1}/∂s_t of every step, (T − 1, S, S); what c enters unit by unit is a diagonal."""
    matrices, shifts = chain.block(0, chain.count)
    width = matrices.shape[2]
    dense = np.zeros((chain.count, chain.size, chain.size))
    dense[:, :, :width] = matrices[:, : chain.size]
    for row in range(chain.size if chain.size > width else 0):
        dense[:, row, width + row % width] = matrices[:, chain.size + row // width, row % width]
    return np.ldexp(dense, shifts[:, np.newaxis, np.newaxis])


def _padded(values: Any) -> Any:
    """(T − 1, …) → (T, 1, …): the step before the first Jacobian plays no part."""
    return np.concatenate((np.zeros((1, *values.shape[1:])), values))[:, np.newaxis]


def lstm_chain(
    gates: Any, c_previous: Any, c: Any, recurrent: Any, slopes: Any | None = None
) -> Chain:
    """s = (h, c) from the gates i, f, g, o at t + 1, c_t and c_{t+1}, (T − 1, H) each."""
    i, f, g, o = gates
    di, df, dg, do = slopes or (i * (1.0 - i), f * (1.0 - f), (1.0 - g) * (1.0 + g), o * (1.0 - o))
    of_c = np.stack((g * di, c_previous * df, i * dg), axis=1)
    to_c = o * ACTIVATIONS["tanh"].derivative(c)
    whole = tuple(_padded(each) for each in (to_c, of_c, np.tanh(c) * do, f))
    return LstmLane(whole, len(recurrent), recurrent, np.zeros((len(recurrent), 1))).chain()


def gru_chain(
    gates: Any, hn: Any, h_previous: Any, recurrent: Any, slopes: Any | None = None
) -> Chain:
    """s = h from the gates r, z, n at t + 1, W_n h_t + b_hn and h_t, (T − 1, H) each."""
    r, z, n = gates
    dr, dz, dn = slopes or (r * (1.0 - r), z * (1.0 - z), (1.0 - n) * (1.0 + n))
    of_n = (1.0 - z) * dn
    factors = np.stack((of_n, of_n * hn * dr, (h_previous - n) * dz, of_n * r, z), axis=1)
    width = len(recurrent) // 3 * 4
    return GruLane((_padded(factors),), width, recurrent, np.zeros((len(recurrent), 1))).chain()


def diagonal_chain(derivative: Any, recurrent: Any) -> Chain:
    """s = h of a cell without gates: J_t = diag(f′(a_{t+1})) R, from f′ at t + 1, (T − 1, H)."""
    width = len(recurrent)
    return SimpleLane((_padded(derivative),), width, recurrent, np.zeros((width, 1))).chain()
