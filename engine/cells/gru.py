"""The gated recurrent unit, with PyTorch's conventions."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from unrolled.engine.cells.base import Cell, Coefficients, Lane, Layer, Shapes, State, Terms
from unrolled.engine.cells.gates import mean_activity, signs
from unrolled.engine.cells.wiring import (
    INPUT,
    LOSS,
    OUTWARD,
    Connection,
    Line,
    Slope,
    Unit,
    Wiring,
    known,
    output,
    reading,
)
from unrolled.engine.choices.activations import ACTIVATIONS, ONE, closed
from unrolled.engine.numbers.arrays import Array, Parameters

_TANH = ACTIVATIONS["tanh"]
_SIGNS = (-1.0, -1.0, 1.0)
"""Of z_r, z_z and z_n where the steps are computed."""


class GruLane(Lane):
    """The way back through h_t; every part is linear in ∂L/∂h_t.

    dz_n = dh ⊙ (1 − z) ⊙ tanh′;   dz_r = dz_n ⊙ q ⊙ σ′;   dz_z = dh ⊙ (h_{t−1} − n) ⊙ σ′;
    dh_{t−1} = dh ⊙ z + [dz_r, dz_z, dz_n ⊙ r] W_hh   with q = W_hn h_{t−1} + b_hn

    The coefficients are ([those of dz_n, dz_r, dz_z and dz_n ⊙ r, z itself] (B, 5, H),). In this
    order the first three blocks are what enters W_xh, the next three what enters W_hh.
    Source: Cho et al. 2014.
    """

    past_weights = True

    def local(self, factors: Coefficients, state: State, dz: Array) -> None:
        """∂L/∂z_t, four blocks: n, r, z, and n inside the reset product."""
        dh = state[0]
        blocks = dz.reshape(*dh.shape[:-1], 4, dh.shape[-1])
        np.multiply(dh[..., np.newaxis, :], factors[0][..., :4, :], out=blocks)

    def cross(self, factors: Coefficients, dz: Array, state: State, previous: State) -> None:
        """What arrives at h_{t−1}: past the gates through z, and through W_hh."""
        rows, height = self.recurrent.shape
        through = np.dot(dz.reshape(-1, rows + height)[:, height:], self.recurrent)
        arriving = previous[0]
        np.multiply(state[0], factors[0][..., 4, :], out=arriving)
        arriving += through.reshape(arriving.shape)

    def jacobians(self, start: int, stop: int, sample: int, out: Array) -> None:
        """diag(z) + Σ diag(coefficient) W over the three blocks of W_hh."""
        coefficients = self.whole[0][start:stop, sample, 1:]
        np.matmul(coefficients.transpose(2, 0, 1), self._blocks, out=out.transpose(1, 0, 2))

    @cached_property
    def _blocks(self) -> Array:
        """A row of every block of W_hh, and of the identity: (H, 4, H)."""
        rows, height = self.recurrent.shape
        blocks = np.empty((height, 4, height))
        blocks[:, :3] = self.recurrent.reshape(rows // height, height, height).transpose(1, 0, 2)
        blocks[:, 3] = np.eye(height)
        return blocks


_OPEN = r"\odot r_t \odot (1 - r_t)"
_SLOPES = (
    Slope("A_t^z", "h", rf"{known('H_t')} \odot (H_{{t-1}} - n_t) \odot z_t \odot (1 - z_t)"),
    Slope("A_t^n", "h", rf"{known('H_t')} \odot (1 - z_t) \odot (1 - n_t \odot n_t)"),
    Slope("A_t^r", "h", rf"{known('A_t^n')} \odot (W_n^H H_{{t-1}} + b_n^H) {_OPEN}"),
)
_READS = {"A_t^r": "W_r^X", "A_t^z": "W_z^X", "A_t^n": "W_n^X"}
_HEARS = rf"\left( {known('A_t^r')}, {known('A_t^z')}, r_t \odot {known('A_t^n')} \right)"
"""∂L/∂A_t as W^H hears of it: the rows of n only through the reset gate."""
_WIRING = Wiring(
    (
        INPUT,
        Unit(
            "h",
            "hidden",
            "state",
            (
                Line("H_t", r"(1 - z_t) \odot n_t"),
                Line("r_t", r"\sigma(A_t^r)", gate=True),
                Line("z_t", r"\sigma(A_t^z)", gate=True),
                Line("n_t", r"\tanh(A_t^n)", gate=True),
                Line("A_t^r", "b_r", gate=True),
                Line("A_t^z", "b_z", gate=True),
                Line("A_t^n", "b_n", gate=True),
            ),
            initial="crossing",
            slopes=_SLOPES,
        ),
        output(),
        LOSS,
    ),
    (
        Connection(
            kind="recurrent",
            source="h",
            target="h",
            carries="crossing",
            parameter="W_hh",
            matrix="W^H",
            forward={
                "H_t": r"z_t \odot H_{t-1}",
                "A_t^r": "W_r^H H_{t-1}",
                "A_t^z": "W_z^H H_{t-1}",
                "A_t^n": r"r_t \odot (W_n^H H_{t-1} + b_n^H)",
            },
            backward=rf"{known('H_t')} \odot z_t + W^{{H\top}} {_HEARS}",
            added=rf"{_HEARS} H_{{t-1}}^\top",
            offset=1,
            stops=True,
        ),
        *reading(known("A_t"), _READS),
        *OUTWARD,
    ),
)


class GruCell(Cell):
    """PyTorch's GRUCell: r and z from W_xh x_t + W_hh h_{t−1} + b_h, stacked r, z, n.

    n = tanh(W_xn x_t + b_n + r ⊙ (W_hn h_{t−1} + b_hn));   h_t = (1 − z) ⊙ n + z ⊙ h_{t−1}

    Source: Cho et al. 2014, with the reset inside the product as in cuDNN.
    """

    name = "gru"
    gates = ("reset", "update", "new")
    candidate = 2
    wiring = _WIRING

    def parameter_shapes(self, inputs: int, hidden: int, outputs: int) -> Shapes:
        """W_xh (3H, D), W_hh (3H, H), b_h (3H,), b_hn (H,)."""
        return {
            "W_xh": (3 * hidden, inputs),
            "W_hh": (3 * hidden, hidden),
            "b_h": (3 * hidden,),
            "b_hn": (hidden,),
        }

    def recurrent_matrix(self, parameters: Parameters) -> Array:
        """The candidate's block of W_hh, (H, H)."""
        return parameters["W_hh"][2 * parameters["W_hh"].shape[1] :]

    def forward(
        self,
        parameters: Parameters,
        x: Array,
        h_0: Array,
        c_0: Array | None,
        activation: Callable[..., Array],
    ) -> Layer:
        """Every step after the other; the gates' own functions take the place of f.

        The weights of r and z are negated, so that −z comes out, and e = exp(−z). What a gate
        σ(z) = 1 / (1 + e) lets through is divided by 1 + e, which may be infinite.
        """
        steps, (batch, hidden) = len(x), h_0.shape
        gated, rows, sign = 2 * hidden, x.reshape(-1, x.shape[2]), signs(_SIGNS, hidden)
        inward, bias = parameters["W_xh"].T, parameters["b_h"] * sign
        z = np.empty((steps, batch, 4 * hidden))  # blocks r, z, q, and what enters n
        flat = z.reshape(-1, 4 * hidden)
        np.matmul(rows, inward[:, :gated] * sign[:gated], out=flat[:, :gated])
        np.matmul(rows, inward[:, gated:], out=flat[:, 3 * hidden :])
        flat[:, :gated] += bias[:gated]
        flat[:, gated : 3 * hidden] = parameters["b_hn"]
        flat[:, 3 * hidden :] += bias[gated:]
        weights = np.multiply(parameters["W_hh"].T, sign, order="C")
        h = np.empty((steps + 1, batch, hidden))
        h[0] = h_0
        blocks, gates = z.reshape(steps, batch, 4, hidden), np.empty((steps, batch, 3, hidden))
        through, reset = np.empty((batch, 3 * hidden)), np.empty((batch, hidden))
        dot, add, divide, subtract = np.dot, np.add, np.divide, np.subtract
        exp, tanh, previous = np.exp, np.tanh, h[0]
        for returns, e_t, q_t, a_t, below, below_r, below_z, n, h_t in zip(
            z[:, :, : 3 * hidden],
            blocks[:, :, :2],
            blocks[:, :, 2],
            blocks[:, :, 3],
            gates[:, :, :2],
            gates[:, :, 0],
            gates[:, :, 1],
            gates[:, :, 2],
            h[1:],
            strict=True,
        ):
            dot(previous, weights, through)
            add(returns, through, returns)
            exp(e_t, e_t)
            add(e_t, ONE, below)
            divide(q_t, below_r, reset)
            add(a_t, reset, a_t)
            tanh(a_t, n)
            subtract(previous, n, h_t)
            divide(h_t, below_z, h_t)
            add(h_t, n, h_t)
            previous = h_t
        rz = gates[:, :, :2]
        np.reciprocal(rz, out=rz)
        return Layer(x, h[:-1], h[1:], h[0], {"e_q_a": blocks, "gates": gates})

    def lane(
        self, parameters: Parameters, layer: Layer, derivative: Callable[[Array], Array]
    ) -> Lane:
        """The way back; the slopes keep their digits where a gate saturates."""
        gates, q = layer.saved["gates"], layer.saved["e_q_a"][:, :, 2]
        r, z, n = (gates[:, :, block] for block in range(3))
        slopes, shut, of_a = self._slopes(layer.saved)
        factors = np.empty((*q.shape[:2], 5, q.shape[2]))
        of_n, of_r, of_z, of_inner, past = (factors[:, :, block] for block in range(5))
        np.multiply(shut, of_a, out=of_n)
        np.multiply(of_n, q, out=of_r)
        of_r *= slopes[:, :, 0]
        np.subtract(layer.feedback, n, out=of_z)
        of_z *= slopes[:, :, 1]
        np.multiply(of_n, r, out=of_inner)
        past[:] = z
        hidden = q.shape[2]
        inward = parameters["W_xh"]
        inward = np.concatenate((inward[2 * hidden :], inward[: 2 * hidden]))
        return GruLane((factors,), 4 * hidden, parameters["W_hh"], inward)

    def _slopes(self, saved: dict[str, Array]) -> tuple[Array, Array, Array]:
        """σ′ of r and z (T, B, 2, H), 1 − z, and tanh′ of n."""
        e_q_a, rz = saved["e_q_a"], saved["gates"][:, :, :2]
        shut = closed(e_q_a[:, :, :2], rz, out=np.empty(rz.shape))
        slopes = np.multiply(shut, rz, out=np.empty(rz.shape))
        return slopes, shut[:, :, 1], _TANH.derivative(e_q_a[:, :, 3])

    def terms(self, layer: Layer, dz: Array) -> Terms:
        """Step t adds [dz_r, dz_z, dz_n]ᵀ x_t, [dz_r, dz_z, dz_n ⊙ r]ᵀ h_{t−1}, and their sums."""
        hidden = layer.h.shape[2]
        enters = np.empty((*layer.h.shape[:2], 3 * hidden))
        enters[..., : 2 * hidden] = dz[..., hidden : 3 * hidden]
        enters[..., 2 * hidden :] = dz[..., :hidden]
        return {
            "W_xh": (enters, layer.x),
            "W_hh": (dz[..., hidden:], layer.feedback),
            "b_h": (enters, None),
            "b_hn": (dz[..., 3 * hidden :], None),
        }

    def gate_values(self, layer: Layer) -> dict[str, Array]:
        """r, z and n, (T, B, H) each."""
        gates = layer.saved["gates"]
        return {name: gates[:, :, n] for n, name in enumerate(self.gates)}

    def activity(self, layer: Layer) -> dict[str, Array]:
        """Mean of r, z and |n| over samples and units."""
        means = mean_activity(layer.saved["gates"])
        return {name: means[:, block] for block, name in enumerate(self.gates)}


GRU = GruCell()
