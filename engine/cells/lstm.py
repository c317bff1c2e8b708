"""Long short-term memory: a state c_t that the gates let through, with PyTorch's conventions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from unrolled.engine.cells.base import Function, Layer, Number, Step
from unrolled.engine.cells.gated import GatedCell, through
from unrolled.engine.cells.gates import Gate, stacked
from unrolled.engine.cells.lane import MANY, Coefficients, Lane, State
from unrolled.engine.cells.lean import LeanLayer, LeanLstm
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
    recurrent,
)
from unrolled.engine.choices.activations import ACTIVATIONS
from unrolled.engine.numbers.arrays import Array, Parameters
from unrolled.engine.numbers.products import Terms, times, whole


class LstmLane(Lane):
    """The way back through c_t and h_t.

    dc_t ← dc_t + dh_t ⊙ o ⊙ tanh′(c_t);   dc_{t−1} = dc_t ⊙ f;   dh_{t−1} = dz_t W_hh

    The coefficients are (o ⊙ tanh′(c), the slopes of i, f and g (B, 3, H), that of o, f itself);
    of a cell with peepholes the first and the last with what goes through these.
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
        rows, height = self.recurrent.shape[-2:]
        self.multiply(dz.reshape(-1, rows), self.recurrent, out=previous[0].reshape(-1, height))
        np.multiply(state[1], factors[3], out=previous[1])

    def of_rows(self, most: int) -> Lane:
        """i, f and g as one matrix a sample."""
        if most < MANY:
            return self
        height = self.recurrent.shape[1]
        return LstmRows(self.whole, height, self.recurrent, self.inward)

    def jacobians(self, factors: Coefficients, out: Array) -> None:
        """From c_t: Σ diag(coefficient) W of i, f and g. From h_t: through c_t, and by W_o.

        ∂c_t/∂h_{t−1} = Σ_ifg diag(coefficient) W;   ∂c_t/∂c_{t−1} = diag(f);
        ∂h_t/∂(h, c)_{t−1} = diag(o ⊙ tanh′(c)) ∂c_t/∂(h, c)_{t−1} + diag(coefficient) [W_o, 0]
        """
        height, (to_c, of_c, of_h, forget) = self.recurrent.shape[1], factors
        of_state = np.empty((len(out), 4, height))
        np.multiply(of_c, to_c[:, np.newaxis], out=of_state[:, :3])
        of_state[:, 3] = of_h
        self.through(of_state, out[:, :height])
        self.through(of_c, out[:, height:-2])
        np.multiply(to_c, forget, out=out[:, -2])
        out[:, -1] = forget


class LstmRows(LstmLane):
    """The same of many rows: dh_{t−1} = dc_t ∂c_t/∂h_{t−1} + (dh_t ⊙ (of o)) W_o.

    ∂c_t/∂h_{t−1} = Σ_ifg diag(coefficient) W, one matrix a sample, made once for all rows.
    """

    def local(self, factors: Coefficients, state: State, dz: Array) -> None:
        """∂L/∂c_t completed, then o's block alone."""
        to_c, _, of_h, _ = factors
        dh, dc = state
        np.multiply(dh, to_c, out=dz)
        np.add(dc, dz, out=dc)
        np.multiply(dh, of_h, out=dz)

    def cross(self, factors: Coefficients, dz: Array, state: State, previous: State) -> None:
        """What arrives at h_{t−1} through c_t and through o, and at c_{t−1}."""
        _, of_c, _, forget = factors
        through, (dh, dc) = np.empty((len(of_c), self.width, self.width)), previous
        self.through(of_c, through)
        np.matmul(state[1].transpose(1, 0, 2), through, out=dh.transpose(1, 0, 2))
        dh += times(dz, self.recurrent[3 * self.width :])
        np.multiply(state[1], forget, out=dc)


_DELTA = known("A_t")
_OPEN = r"\odot {0}_t \odot (1 - {0}_t)"


def lstm_wiring(
    squash: str = r"\tanh",
    of_g: str = r"(1 - g_t \odot g_t)",
    of_c: str = r"(1 - \tanh^2(C_t))",
    peeps: Mapping[str, str] = MappingProxyType({}),
    *,
    projected: bool = False,
) -> Wiring:
    """Of an LSTM.

    Args:
        squash: the function of the candidate and of C_t.
        of_g: its slope at A_t^g.
        of_c: its slope at C_t.
        peeps: gate → what it hears of C beside A_t.
        projected: whether H_t is W^R times what the units show.
    """
    whole = rf"W^{{R\top}} {known('H_t')}" if projected else known("H_t")
    of_units = rf"\left( {whole} \right)" if projected else whole
    units = rf"\left( o_t \odot {squash}(C_t) \right)" if projected else rf"o_t \odot {squash}(C_t)"
    heard = {gate: f"A_t^{gate}" + (f" + {peeps[gate]}" if gate in peeps else "") for gate in "ifo"}
    gates = (
        Line("A_t", "b", gate=True),
        Line("i_t", rf"\sigma({heard['i']})", gate=True),
        Line("f_t", rf"\sigma({heard['f']})", gate=True),
        Line("g_t", rf"{squash}(A_t^g)", gate=True),
    )
    back = {
        gate: rf" + {peeps[gate].split()[0]} \odot {known(f'A_t^{gate}')}" if gate in peeps else ""
        for gate in "ifo"
    }
    kept, shown = rf"{known('C_t')} \odot f_t", rf"{of_units} \odot o_t \odot {of_c}"
    straight = {} if peeps else {"f": r"\operatorname{diag}(f_t)"}
    if not peeps:
        straight["o"] = rf"{'W^R ' * projected}\operatorname{{diag}}(o_t \odot {of_c})"
    state = Line("C_t", r"i_t \odot g_t")
    slopes = (
        Slope("A_t^i", "c", rf"{known('C_t')} \odot g_t {_OPEN.format('i')}"),
        Slope("A_t^f", "c", rf"{known('C_t')} \odot C_{{t-1}} {_OPEN.format('f')}"),
        Slope("A_t^g", "c", rf"{known('C_t')} \odot i_t \odot {of_g}"),
        Slope("A_t^o", "h", rf"{of_units} \odot {squash}(C_t) {_OPEN.format('o')}"),
    )
    lines = (
        Line("H_t", f"{'W^R ' * projected}{units}"),
        state,
        *gates,
        Line("o_t", rf"\sigma({heard['o']})", gate=True),
    )
    past = recurrent(
        forward={"A_t": "W^H H_{t-1}"},
        backward=rf"W^{{H\top}} {_DELTA}",
        added=rf"{_DELTA} H_{{t-1}}^\top",
    )
    crossing = Connection(
        kind="cell",
        source="c",
        target="c",
        carries="c_crossing",
        forward={"C_t": r"f_t \odot C_{t-1}"},
        backward=kept + back["i"] + back["f"],
        jacobian=straight.get("f", ""),
        offset=1,
        stops=True,
    )
    outward = Connection(
        kind="cell",
        source="c",
        target="h",
        carries="c_through",
        forward={},
        backward=shown + back["o"],
        parameter="W_hr" if projected else None,
        matrix="W^R" if projected else "",
        added=rf"{known('H_t')} {units}^\top" if projected else "",
        jacobian=straight.get("o", ""),
    )
    return Wiring(
        (
            INPUT,
            Unit("c", "cell", "c", (state, *gates), initial="c_crossing"),
            Unit("h", "hidden", "state", lines, initial="crossing", slopes=slopes),
            output(),
            LOSS,
        ),
        (past, *reading(_DELTA), crossing, outward, *OUTWARD),
    )


class LstmCell(GatedCell):
    """PyTorch's LSTMCell, peephole-free: z_t = W_xh x_t + W_hh h_{t−1} + b_h, stacked i, f, g, o.

    i = σ(z_i), f = σ(z_f), g = tanh(z_g), o = σ(z_o);   c_t = f ⊙ c_{t−1} + i ⊙ g;
    h_t = o ⊙ tanh(c_t)

    Source: Hochreiter & Schmidhuber 1997; the forget gate: Gers, Schmidhuber & Cummins 2000.
    """

    name = "lstm"
    label = "LSTM"
    once = True
    parameters = stacked("ifgo")
    states = "hc"
    gates: tuple[Gate, ...] = (
        Gate("input", "i", "write"),
        Gate("forget", "f", "keep", bias="Above 0 the gate opens and C is kept."),
        Gate("cell", "g", "candidate", "tanh"),
        Gate("output", "o", "read"),
    )
    squash = "tanh"
    """The function of c_t, a key of ``ACTIVATIONS``; the candidate's own stands in its gate."""
    lean: type[LeanLayer] | None = LeanLstm
    wiring = lstm_wiring()

    def step(self, at: Step, state: Sequence[Number]) -> tuple[Number, ...]:
        """c_t = f ⊙ c_{t−1} + i ⊙ g;   h_t = o ⊙ tanh(c_t)."""
        h, c = state
        i, f, g, o = at.gates("ifgo", at.hears("ifgo", h))
        c = f * c + i * g
        return o * at.keep("shown", through(ACTIVATIONS[self.squash], c)), c

    def lane(self, parameters: Parameters, layer: Layer, derivative: Function) -> Lane:
        """The way back; the coefficient of a gate is what it lets through times its slope."""
        assert layer.c is not None
        assert layer.c_0 is not None
        c, gates, slopes = layer.c, layer.saved["gates"], self.slopes(layer)
        i, f, g, o = (gates[:, :, block] for block in range(4))
        slope_i, slope_f, slope_g, slope_o = (slopes[:, :, block] for block in range(4))
        slope_i *= g
        slope_f[0] *= layer.c_0
        slope_f[1:] *= c[:-1]
        if layer.keeps is not None:
            slope_f *= layer.keeps
        slope_g *= i
        factors = (
            o * ACTIVATIONS[self.squash].derivative(c),
            slopes[:, :, :3],
            layer.saved["shown"] * slope_o,
            np.ascontiguousarray(f),
        )
        recurrent = parameters["W_hh"]
        return LstmLane(factors, recurrent.shape[-2], recurrent, parameters["W_xh"])

    def squashed(self, layer: Layer, activation: str) -> list[tuple[str, Array]]:
        """The candidate's pre-activation, and c_t."""
        assert layer.c is not None
        return [*super().squashed(layer, activation), (self.squash, layer.c)]

    def terms(self, layer: Layer, dz: Array) -> Terms:
        """Step t adds dz_tᵀ x_t, dz_tᵀ h_{t−1} and Σ_B dz_t."""
        return {"W_xh": whole(dz, layer.x), "W_hh": whole(dz, layer.feedback), "b_h": whole(dz)}


LSTM = LstmCell()
