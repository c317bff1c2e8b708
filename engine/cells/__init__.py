"""The cells by name; a new one is a new file and a new row."""

from __future__ import annotations

from engine.cells.base import Cell
from engine.cells.elman import ELMAN
from engine.cells.gru import GRU
from engine.cells.jordan import JORDAN
from engine.cells.lstm import LSTM
from engine.cells.simple import SIMPLE

CELLS: dict[str, Cell] = {cell.name: cell for cell in (SIMPLE, ELMAN, JORDAN, LSTM, GRU)}

__all__ = ["CELLS", "Cell"]
