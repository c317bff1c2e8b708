"""Long short-term memory whose candidate and state go through a ReLU, as Keras's may."""

from __future__ import annotations

from unrolled.engine.cells.gates import Gate
from unrolled.engine.cells.lstm import LstmCell, lstm_wiring


class LstmReluCell(LstmCell):
    """The LSTM with g = relu(z_g) and h_t = o ⊙ relu(c_t).

    A unit whose c_t is not above 0 shows nothing, and hears nothing through h_t.
    Source: the equations of Gers, Schmidhuber & Cummins 2000 with another function.
    """

    name = "lstm-relu"
    label = "LSTM, ReLU"
    lean = None
    gates = (*LstmCell.gates[:2], Gate("cell", "g", "candidate", "relu"), *LstmCell.gates[3:])
    squash = "relu"
    wiring = lstm_wiring(
        r"\operatorname{relu}",
        r"\operatorname{relu}'(A_t^g)",
        r"\operatorname{relu}'(C_t)",
    )


LSTM_RELU = LstmReluCell()
