"""The cells by name; a new one is a new file and a new row."""

from __future__ import annotations

from unrolled.engine.cells.base import Cell
from unrolled.engine.cells.elman import ELMAN
from unrolled.engine.cells.gru import GRU
from unrolled.engine.cells.gru_reset_before import GRU_RESET_BEFORE
from unrolled.engine.cells.jordan import JORDAN
from unrolled.engine.cells.lstm import LSTM
from unrolled.engine.cells.lstm_peephole import LSTM_PEEPHOLE
from unrolled.engine.cells.lstm_projected import LSTM_PROJECTED
from unrolled.engine.cells.lstm_relu import LSTM_RELU
from unrolled.engine.cells.mgu import MGU
from unrolled.engine.cells.simple import SIMPLE

CELLS: dict[str, Cell] = {
    cell.name: cell
    for cell in (
        SIMPLE,
        ELMAN,
        JORDAN,
        LSTM,
        GRU,
        MGU,
        GRU_RESET_BEFORE,
        LSTM_PEEPHOLE,
        LSTM_RELU,
        LSTM_PROJECTED,
    )
}

__all__ = ["CELLS", "Cell"]
