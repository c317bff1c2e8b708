"""Long short-term memory: a state c_t that the gates let through, with PyTorch's conventions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.activations import ACTIVATIONS, gate
from engine.arrays import Array, Parameters
from engine.cells.base import Cell, Coefficients, Lane, Layer, Shapes, State, Terms
from engine.jacobians import Chain, lstm_chain
from engine.memory import empty
from engine.products import times

_SIGMOID, _TANH = ACTIVATIONS["sigmoid"], ACTIVATIONS["tanh"]
_SIGNS = np.array([-1.0, -1.0, 1.0, -1.0])
"""Of z_i, z_f, z_g and z_o where they are saved."""
_SMALL = 48
"""Up to so many units a Jacobian leads to c_{t−1} as well."""


class LstmLane(Lane):
    """The way back through c_t and h_t.

    dc_t ← dc_t + dh_t ⊙ o ⊙ tanh′(c_t);   dc_{t−1} = dc_t ⊙ f;   dh_{t−1} = dz_t W_hh

    The coefficients are (o ⊙ tanh′(c), the slopes of i, f and g (B, 3, H), that of o, f itself).
    Source: Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000.
    """

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

    def jacobians_pay(self, numbers: int, batch: int) -> bool:
        """They are half as high as W_hh, but many samples share the steps of small rows."""
        return batch == 1 or numbers >= 8_192

    def jacobian_width(self) -> int:
        """With ∂L/∂c_{t−1} for small rows: beside a product it takes longer than in it."""
        hidden = int(self.recurrent.shape[1])
        return 2 * hidden if hidden <= _SMALL else hidden

    def jacobians(self, start: int, stop: int, sample: int, out: Array) -> None:
        """From c_t: Σ diag(coefficient) W of i, f and g. From h_t: through c_t, and by W_o.

        ∂c_t/∂h_{t−1} = Σ_ifg diag(coefficient) W;   ∂c_t/∂c_{t−1} = diag(f);
        ∂h_t/∂(h, c)_{t−1} = diag(o ⊙ tanh′(c)) ∂c_t/∂(h, c)_{t−1} + diag(coefficient) [W_o, 0]
        """
        rows, height = self.recurrent.shape
        blocks = self.recurrent.reshape(rows // height, height, height).transpose(1, 0, 2)
        to_c, of_c, of_h, forget = (factor[start:stop, sample] for factor in self.whole)
        of_state = empty((stop - start, 4, height))
        np.multiply(of_c, to_c[:, np.newaxis], out=of_state[:, :3])
        of_state[:, 3] = of_h
        from_h, from_c = out[:, :height], out[:, height:]
        for factors, part in ((of_state, from_h), (of_c, from_c)):
            towards_h = part[..., :height].transpose(1, 0, 2)
            np.matmul(factors.transpose(2, 0, 1), blocks[:, : factors.shape[1]], out=towards_h)
        if out.shape[2] > height:
            np.multiply(to_c, forget, out=np.einsum("shh->sh", from_h[..., height:]))
            np.einsum("shh->sh", from_c[..., height:])[:] = forget

    def beside(self, sample: int) -> Array:
        """[o ⊙ tanh′(c) ⊙ f, f]."""
        to_c, _, _, forget = (factor[:, sample] for factor in self.whole)
        return np.concatenate((to_c * forget, forget), axis=1)


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

        The weights of i, f and o are negated, so that −z comes out and 1 / (1 + exp(−z)) needs no
        change of sign at every step; slopes are the same at −z.
        """
        signs = np.repeat(_SIGNS, h_0.shape[1])
        z = times(x, parameters["W_xh"].T * signs)
        z += parameters["b_h"] * signs
        steps, (batch, hidden) = len(x), h_0.shape
        h, c = empty((steps + 1, batch, hidden)), empty((steps + 1, batch, hidden))
        h[0], c[0] = h_0, 0.0 if c_0 is None else c_0
        blocks, gates = z.reshape(steps, batch, 4, hidden), empty((steps, batch, 4, hidden))
        weights = np.multiply(parameters["W_hh"].T, signs, order="C")
        through, entering = np.empty((batch, 4 * hidden)), np.empty((batch, hidden))
        dot, add, multiply, tanh = np.dot, np.add, np.multiply, np.tanh
        before, c_before = h[0], c[0]
        for z_t, block, z_g, gate_t, i, f, g, o, c_t, h_t in zip(
            z,
            blocks,
            blocks[:, :, 2],
            gates,
            *(gates[:, :, number] for number in range(4)),
            c[1:],
            h[1:],
            strict=True,
        ):
            dot(before, weights, out=through)
            add(z_t, through, out=z_t)
            gate(block, gate_t)
            tanh(z_g, out=g)
            multiply(f, c_before, out=c_t)
            multiply(i, g, out=entering)
            add(c_t, entering, out=c_t)
            tanh(c_t, out=h_t)
            multiply(h_t, o, out=h_t)
            before, c_before = h_t, c_t
        return Layer(x, h[:-1], h[1:], h[0], {"z": blocks, "gates": gates}, c[1:], c[0])

    def lane(
        self, parameters: Parameters, layer: Layer, derivative: Callable[[Array], Array]
    ) -> Lane:
        """The way back; the slopes are taken at z, so that saturated gates keep their digits."""
        assert layer.c is not None
        assert layer.c_0 is not None
        z, gates, c = layer.saved["z"], layer.saved["gates"], layer.c
        slopes = self._slopes(z)
        i, f, g, o = (gates[:, :, block] for block in range(4))
        of_h, of_c, forget = empty(c.shape), slopes[:, :, :3], empty(c.shape)
        np.tanh(c, out=of_h)
        of_h *= slopes[:, :, 3]
        of_c[:, :, 0] *= g
        of_c[0, :, 1] *= layer.c_0
        of_c[1:, :, 1] *= c[:-1]
        of_c[:, :, 2] *= i
        to_c = _TANH.derivative(c)
        to_c *= o
        np.copyto(forget, f)
        whole = (to_c, of_c, of_h, forget)
        return LstmLane(whole, len(parameters["W_hh"]), parameters["W_hh"], parameters["W_xh"])

    def _slopes(self, z: Array) -> Array:
        """σ′ and tanh′ at z, of every gate, the shape of z."""
        slopes = _SIGMOID.derivative(z)
        slopes[..., 2, :] = _TANH.derivative(z[..., 2, :])
        return slopes

    def chain(self, parameters: Parameters, layer: Layer) -> Chain:
        """∂(h, c)_{t+1}/∂(h, c)_t."""
        assert layer.c is not None
        gates, slopes = layer.saved["gates"][1:, 0], self._slopes(layer.saved["z"][1:, 0])
        i, f, g, o = (gates[:, block] for block in range(4))
        di, df, dg, do = (slopes[:, block] for block in range(4))
        c = layer.c[:, 0]
        return lstm_chain((i, f, g, o), c[:-1], c[1:], parameters["W_hh"], slopes=(di, df, dg, do))

    def terms(self, layer: Layer, dz: Array) -> Terms:
        """Step t adds dz_tᵀ x_t, dz_tᵀ h_{t−1} and Σ_B dz_t."""
        return {"W_xh": (dz, layer.x), "W_hh": (dz, layer.feedback), "b_h": (dz, None)}

    def activity(self, layer: Layer) -> dict[str, Array]:
        """Mean of i, f, |g| and o over samples and units."""
        gates = layer.saved["gates"]
        means = np.add.reduce(np.abs(gates), axis=(1, 3)) / (gates.shape[1] * gates.shape[3])
        return {name: means[:, block] for block, name in enumerate(self.gates)}


LSTM = LstmCell()
