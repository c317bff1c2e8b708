"""The equations of the gated cells: LSTM and GRU, in the notes' symbols.

States are H_t and C_t as in the notes; gates are small letters: i_t, f_t, o_t and the candidate
g_t of an LSTM, r_t, z_t and the candidate n_t of a GRU. A_t are all pre-activations of a step.

Source: Hochreiter & Schmidhuber 1997, Gers et al. 2000; Cho et al. 2014 as PyTorch computes it.
"""

from app.notation import FROM_OUTPUT, Equation, gradient, known, shared, transposed

_A = r"A_t = W^H H_{t-1} + W^X X_t + b"
_FROM_ABOVE = rf"{transposed('W^X')} {known(gradient('L', 'A_t'))}^{{\text{{above}}}}"
_DELTA = known(gradient("L", "A_t"))
_LATER = rf"{transposed('W^H')} {known(gradient('L', 'A_{t+1}'))}"
_X = r"X_t \in \mathbb{R}^D"


def _gate(letter: str, name: str, squash: str = r"\sigma") -> str:
    return rf"{letter}_t = {squash}(A_t^{{{name}}})"


_H_T = known(gradient("L", "H_t"))
_C_T = known(gradient("L", "C_t"))
_LSTM_STATE = r"C_t = f_t \odot C_{t-1} + i_t \odot g_t"
_LSTM_HIDDEN = r"H_t = o_t \odot \tanh(C_t)"
_LSTM_GATES = (
    _A,
    _gate("i", "i") + r", \quad " + _gate("f", "f"),
    _gate("g", "g", r"\tanh") + r", \quad " + _gate("o", "o"),
)
_LSTM_BACK = (
    rf"{gradient('L', 'A_t^i')} = {_C_T} \odot g_t \odot i_t \odot (1 - i_t)",
    rf"{gradient('L', 'A_t^f')} = {_C_T} \odot C_{{t-1}} \odot f_t \odot (1 - f_t)",
    rf"{gradient('L', 'A_t^g')} = {_C_T} \odot i_t \odot (1 - g_t^2)",
    rf"{gradient('L', 'A_t^o')} = {_H_T} \odot \tanh(C_t) \odot o_t \odot (1 - o_t)",
)
_THROUGH_TANH = rf"{_H_T} \odot o_t \odot (1 - \tanh^2(C_t))"

_GRU_HIDDEN = r"H_t = (1 - z_t) \odot n_t + z_t \odot H_{t-1}"
_GRU_GATES = (
    _gate("r", "r") + r", \quad " + _gate("z", "z"),
    r"n_t = \tanh(A_t^n + r_t \odot (W_n^H H_{t-1} + b^n))",
)
_OFFERED = "(W_n^H H_{t-1} + b^n)"
_OPEN = r"r_t \odot (1 - r_t)"
_GRU_BACK = (
    rf"{gradient('L', 'A_t^z')} = {_H_T} \odot (H_{{t-1}} - n_t) \odot z_t \odot (1 - z_t)",
    rf"{gradient('L', 'A_t^n')} = {_H_T} \odot (1 - z_t) \odot (1 - n_t^2)",
    rf"{gradient('L', 'A_t^r')} = {known(gradient('L', 'A_t^n'))} \odot {_OFFERED} \odot {_OPEN}",
)


def _stacked(step: str) -> str:
    """∂L/∂A as W^H hears of it: its n rows only through the reset gate."""
    rows = [known(gradient("L", f"A_{{{step}}}^{gate}")) for gate in "rzn"]
    return rf"\left( {rows[0]}, {rows[1]}, r_{{{step}}} \odot {rows[2]} \right)"


_KEPT = rf"{_H_T} \odot z_t"
_KEPT_LATER = rf"{known(gradient('L', 'H_{t+1}'))} \odot z_{{t+1}}"


_GRU_LATER = rf"{_KEPT_LATER} + {transposed('W^H')} {_stacked('t+1')}"


def _into(
    cell: str, forward: str, back: tuple[str, ...], kept: str = "", delta: str = _DELTA
) -> list[Equation]:
    """The input, and the edges into h_t from the input and from h_{t−1}."""
    return [
        Equation(
            cell,
            "node",
            "input",
            "input",
            _X,
            rf"{gradient('L', 'X_t')} = {transposed('W^X')} {_DELTA}",
            gates=back,
        ),
        Equation(
            cell,
            "edge",
            "input",
            "input to hidden",
            forward,
            rf"{transposed('W^X')} {_DELTA}",
            parameter=rf"{gradient('L', 'W^X')}\Big|_t = {_DELTA} X_t^\top",
            gates=back,
        ),
        Equation(
            cell,
            "edge",
            "recurrent",
            "past to hidden",
            forward,
            (f"{kept} + " if kept else "") + rf"{transposed('W^H')} {delta}",
            parameter=rf"{gradient('L', 'W^H')}\Big|_t = {delta} H_{{t-1}}^\top",
            gates=back,
        ),
    ]


def _states(cell: str, forward: str, later: str, gates: tuple[str, ...]) -> list[Equation]:
    """The hidden state under an output, and under another layer."""
    return [
        Equation(
            cell,
            "node",
            kind,
            title,
            forward,
            rf"{gradient('L', 'H_t')} = {up} + {later}",
            gates=gates,
        )
        for kind, title, up in (
            ("hidden", "hidden state", FROM_OUTPUT),
            ("below", "hidden state that another layer reads", _FROM_ABOVE),
        )
    ]


_CELL_STATE = [
    Equation(
        "lstm",
        "node",
        "cell",
        "cell state",
        _LSTM_STATE,
        rf"{gradient('L', 'C_t')} = {_THROUGH_TANH} + "
        rf"{known(gradient('L', 'C_{t+1}'))} \odot f_{{t+1}}",
    ),
    Equation(
        "lstm",
        "edge",
        "cell",
        "cell state to the next",
        _LSTM_STATE,
        rf"{_C_T} {gradient('C_t', 'C_{t-1}')} = {_C_T} \odot f_t",
        jacobian=rf"{gradient('C_t', 'C_{t-1}')} = \operatorname{{diag}}(f_t)",
    ),
    Equation(
        "lstm",
        "edge",
        "exposed",
        "cell state to hidden",
        _LSTM_HIDDEN,
        rf"{_H_T} {gradient('H_t', 'C_t')} = {_THROUGH_TANH}",
    ),
]

EQUATIONS: list[Equation] = [
    *_into("lstm", _A, _LSTM_BACK),
    *_states("lstm", _LSTM_HIDDEN, _LATER, (_LSTM_STATE, *_LSTM_GATES)),
    *_CELL_STATE,
    *shared("lstm"),
    *_into("gru", _GRU_HIDDEN, _GRU_BACK, _KEPT, _stacked("t")),
    *_states("gru", _GRU_HIDDEN, _GRU_LATER, _GRU_GATES),
    *shared("gru"),
]
