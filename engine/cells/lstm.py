"""Long short-term memory: a state c_t that the gates let through, with PyTorch's conventions."""

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
from unrolled.engine.numbers.products import times

_TANH = ACTIVATIONS["tanh"]
_SIGNS = (-1.0, -1.0, -1.0, 1.0)
"""Of z_o, z_i, z_f and z_g where the steps are computed: the gates side by side."""


class LstmLane(Lane):
    """The way back through c_t and h_t.

    dc_t ← dc_t + dh_t ⊙ o ⊙ tanh′(c_t);   dc_{t−1} = dc_t ⊙ f;   dh_{t−1} = dz_t W_hh

    The coefficients are (o ⊙ tanh′(c), the slopes of i, f and g (B, 3, H), that of o, f itself).
    Source: Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000.
    """

    parts = 2
    past_weights = True

    def local(self, factors: Coefficients, state: State, dz: Array) -> None:
        """∂L/∂c_t completed, then ∂L/∂z_t, one block a gate in the order i, f, g, o."""
        to_c, of_c, of_h, _ = factors
        dh, dc = state
        blocks = dz.reshape(*dh.shape[:-1], 4, dh.shape[-1])
        output = blocks[..., 3, :]
        np.multiply(dh, to_c, out=output)
        np.add(dc, output, out=dc)
        np.multiply(dc[..., np.newaxis, :], of_c, out=blocks[..., :3, :])
        np.multiply(dh, of_h, out=output)

    def cross(self, factors: Coefficients, dz: Array, state: State, previous: State) -> None:
        """What arrives at h_{t−1} through all gates, and at c_{t−1} through the forget gate."""
        rows, height = self.recurrent.shape
        np.dot(dz.reshape(-1, rows), self.recurrent, out=previous[0].reshape(-1, height))
        np.multiply(state[1], factors[3], out=previous[1])

    def jacobians(self, start: int, stop: int, sample: int, out: Array) -> None:
        """From c_t: Σ diag(coefficient) W of i, f and g. From h_t: through c_t, and by W_o.

        ∂c_t/∂h_{t−1} = Σ_ifg diag(coefficient) W;   ∂c_t/∂c_{t−1} = diag(f);
        ∂h_t/∂(h, c)_{t−1} = diag(o ⊙ tanh′(c)) ∂c_t/∂(h, c)_{t−1} + diag(coefficient) [W_o, 0]
        """
        height, blocks = self.recurrent.shape[1], self._blocks
        to_c, of_c, of_h, forget = (factor[start:stop, sample] for factor in self.whole)
        of_state = np.empty((stop - start, 4, height))
        np.multiply(of_c, to_c[:, np.newaxis], out=of_state[:, :3])
        of_state[:, 3] = of_h
        from_h, from_c = out[:, :height], out[:, height:]
        for factors, part in ((of_state, from_h), (of_c, from_c)):
            towards_h = part[..., :height].transpose(1, 0, 2)
            np.matmul(factors.transpose(2, 0, 1), blocks[:, : factors.shape[1]], out=towards_h)
        if out.shape[2] > height:
            np.multiply(to_c, forget, out=np.einsum("shh->sh", from_h[..., height:]))
            np.einsum("shh->sh", from_c[..., height:])[:] = forget

    @cached_property
    def _blocks(self) -> Array:
        """A row of every block of W_hh, (H, 4, H)."""
        rows, height = self.recurrent.shape
        blocks = self.recurrent.reshape(rows // height, height, height)
        return np.ascontiguousarray(blocks.transpose(1, 0, 2))


_DELTA = known("A_t")
_GATES = (
    Line("A_t", "b", gate=True),
    Line("i_t", r"\sigma(A_t^i)", gate=True),
    Line("f_t", r"\sigma(A_t^f)", gate=True),
    Line("g_t", r"\tanh(A_t^g)", gate=True),
)
_STATE = Line("C_t", r"i_t \odot g_t")
_OUTPUT_GATE = Line("o_t", r"\sigma(A_t^o)", gate=True)
_SLOPES = (
    Slope("A_t^i", "c", rf"{known('C_t')} \odot g_t \odot i_t \odot (1 - i_t)"),
    Slope("A_t^f", "c", rf"{known('C_t')} \odot C_{{t-1}} \odot f_t \odot (1 - f_t)"),
    Slope("A_t^g", "c", rf"{known('C_t')} \odot i_t \odot (1 - g_t \odot g_t)"),
    Slope("A_t^o", "h", rf"{known('H_t')} \odot \tanh(C_t) \odot o_t \odot (1 - o_t)"),
)
_WIRING = Wiring(
    (
        INPUT,
        Unit("c", "cell", "c", (_STATE, *_GATES), initial="c_crossing"),
        Unit(
            "h",
            "hidden",
            "state",
            (Line("H_t", r"o_t \odot \tanh(C_t)"), _STATE, *_GATES, _OUTPUT_GATE),
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
            forward={"A_t": "W^H H_{t-1}"},
            backward=rf"W^{{H\top}} {_DELTA}",
            added=rf"{_DELTA} H_{{t-1}}^\top",
            offset=1,
            stops=True,
        ),
        *reading(_DELTA),
        Connection(
            kind="cell",
            source="c",
            target="c",
            carries="c_crossing",
            forward={"C_t": r"f_t \odot C_{t-1}"},
            backward=rf"{known('C_t')} \odot f_t",
            jacobian=r"\operatorname{diag}(f_t)",
            offset=1,
            stops=True,
        ),
        Connection(
            kind="cell",
            source="c",
            target="h",
            carries="c_through",
            forward={},
            backward=rf"{known('H_t')} \odot o_t \odot (1 - \tanh^2(C_t))",
            jacobian=r"\operatorname{diag}(o_t \odot (1 - \tanh^2(C_t)))",
        ),
        *OUTWARD,
    ),
)


class LstmCell(Cell):
    """PyTorch's LSTMCell, peephole-free: z_t = W_xh x_t + W_hh h_{t−1} + b_h, stacked i, f, g, o.

    i = σ(z_i), f = σ(z_f), g = tanh(z_g), o = σ(z_o);   c_t = f ⊙ c_{t−1} + i ⊙ g;
    h_t = o ⊙ tanh(c_t)

    Source: Hochreiter & Schmidhuber 1997; the forget gate: Gers, Schmidhuber & Cummins 2000.
    """

    name = "lstm"
    gates = ("input", "forget", "cell", "output")
    candidate = 2
    has_c = True
    wiring = _WIRING

    def parameter_shapes(self, inputs: int, hidden: int, outputs: int) -> Shapes:
        """W_xh (4H, D), W_hh (4H, H), b_h (4H,)."""
        return {
            "W_xh": (4 * hidden, inputs),
            "W_hh": (4 * hidden, hidden),
            "b_h": (4 * hidden,),
        }

    def recurrent_matrix(self, parameters: Parameters) -> Array:
        """The candidate's block of W_hh, (H, H)."""
        hidden = parameters["W_hh"].shape[1]
        return parameters["W_hh"][2 * hidden : 3 * hidden]

    def forward(
        self,
        parameters: Parameters,
        x: Array,
        h_0: Array,
        c_0: Array | None,
        activation: Callable[..., Array],
    ) -> Layer:
        """Every step after the other; the gates' own functions take the place of f.

        The weights of o, i and f are negated, so that −z comes out, and e = exp(−z). What a gate
        σ(z) = 1 / (1 + e) lets through is divided by 1 + e, which may be infinite:
        c_t = g_t / (1 + e_i) + c_{t−1} / (1 + e_f) is one division.
        """
        steps, (batch, hidden) = len(x), h_0.shape
        sign = signs(_SIGNS, hidden)
        inward, recurrent, bias = (_output_first(parameters[n]) for n in ("W_xh", "W_hh", "b_h"))
        z = times(x, inward.T * sign)
        z += bias * sign
        weights = np.multiply(recurrent.T, sign, order="C")
        h, c = np.empty((steps + 1, batch, hidden)), np.empty((steps, batch, hidden))
        h[0], c_0 = h_0, np.zeros(h_0.shape) if c_0 is None else c_0
        blocks = z.reshape(steps, batch, 4, hidden)
        e, a, gates, tanh_c = (
            blocks[:, :, :3],
            blocks[:, :, 3],
            np.empty(blocks.shape),
            np.empty(c.shape),
        )
        enters = np.empty((steps + 1, batch, 2, hidden))  # g_t and c_{t−1}
        enters[0, :, 1] = c_0
        through, let = np.empty((batch, 4 * hidden)), np.empty((batch, 2, hidden))
        new, kept = let[:, 0], let[:, 1]
        dot, add, divide, exp, tanh, before = np.dot, np.add, np.divide, np.exp, np.tanh, h[0]
        for z_t, e_t, a_t, below, below_h, below_c, g_c, g, c_t, tanh_c_t, h_t in zip(
            z,
            e,
            a,
            gates[:, :, :3],
            gates[:, :, 0],
            gates[:, :, 1:3],
            enters[:-1],
            enters[:-1, :, 0],
            enters[1:, :, 1],
            tanh_c,
            h[1:],
            strict=True,
        ):
            dot(before, weights, through)
            add(z_t, through, z_t)
            exp(e_t, e_t)
            add(e_t, ONE, below)
            tanh(a_t, g)
            divide(g_c, below_c, let)
            add(new, kept, c_t)
            tanh(c_t, tanh_c_t)
            divide(tanh_c_t, below_h, h_t)
            before = h_t
        below = gates[:, :, :3]
        np.reciprocal(below, out=below)
        gates[:, :, 3], c[:] = enters[:-1, :, 0], enters[1:, :, 1]
        saved = {"e_a": blocks, "gates": gates, "tanh_c": tanh_c}
        return Layer(x, h[:-1], h[1:], h[0], saved, c, c_0)

    def lane(
        self, parameters: Parameters, layer: Layer, derivative: Callable[[Array], Array]
    ) -> Lane:
        """The way back; the slopes keep their digits where a gate saturates."""
        assert layer.c is not None
        assert layer.c_0 is not None
        c, tanh_c = layer.c, layer.saved["tanh_c"]
        o, i, f, g = (layer.saved["gates"][:, :, block] for block in range(4))
        slopes = self._slopes(layer.saved)
        of_c = slopes[:, :, 1:]
        of_h = np.multiply(tanh_c, slopes[:, :, 0], out=np.empty(c.shape))
        of_c[:, :, 0] *= g
        of_c[0, :, 1] *= layer.c_0
        of_c[1:, :, 1] *= c[:-1]
        of_c[:, :, 2] *= i
        to_c = _TANH.derivative(c)
        to_c *= o
        forget = np.positive(f, out=np.empty(c.shape))
        whole = (to_c, of_c, of_h, forget)
        return LstmLane(whole, len(parameters["W_hh"]), parameters["W_hh"], parameters["W_xh"])

    def _slopes(self, saved: dict[str, Array]) -> Array:
        """σ′ of o, i and f, and tanh′ of g, (T, B, 4, H)."""
        e_a, gates = saved["e_a"], saved["gates"]
        slopes = closed(e_a, gates, out=np.empty(gates.shape))
        slopes *= gates
        slopes[:, :, 3] = _TANH.derivative(e_a[:, :, 3])
        return slopes

    def terms(self, layer: Layer, dz: Array) -> Terms:
        """Step t adds dz_tᵀ x_t, dz_tᵀ h_{t−1} and Σ_B dz_t."""
        return {"W_xh": (dz, layer.x), "W_hh": (dz, layer.feedback), "b_h": (dz, None)}

    def gate_values(self, layer: Layer) -> dict[str, Array]:
        """i, f, g and o, (T, B, H) each."""
        gates = layer.saved["gates"]
        return {name: gates[:, :, n % 4] for n, name in enumerate(self.gates, start=1)}

    def activity(self, layer: Layer) -> dict[str, Array]:
        """Mean of i, f, |g| and o over samples and units."""
        means = mean_activity(layer.saved["gates"])
        return {name: means[:, block % 4] for block, name in enumerate(self.gates, start=1)}


def _output_first(blocks: Array) -> Array:
    """Blocks i, f, g, o in the order o, i, f, g, which is not the parameters'."""
    first = len(blocks) // 4 * 3
    return np.concatenate((blocks[first:], blocks[:first]))


LSTM = LstmCell()
