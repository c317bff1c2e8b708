"""Elman's network: the simple cell, whose context units hold a copy of h_{t−1}."""

from __future__ import annotations

from unrolled.engine.cells.simple import READING, SimpleCell, copied, feedback, hidden
from unrolled.engine.cells.wiring import INPUT, LOSS, OUTWARD, Wiring, output
from unrolled.engine.choices.truncation import COPY

_CONTEXT, _COPY = copied("h")


class ElmanCell(SimpleCell):
    """The equations of the simple cell; the copy h_{t−1} → context passes no gradient.

    The copy is a truncation (window 1), so the same backward step serves.

    Source: notes, "Elman Networks".
    """

    name = "elman"
    label = "Elman"
    once = False
    default_truncation = COPY
    copies = True
    wiring = Wiring(
        (INPUT, _CONTEXT, hidden(), output(), LOSS),
        (_COPY, feedback("W^H", "W_hh", "C_t", "c", copied=True), *READING, *OUTWARD),
    )


ELMAN = ElmanCell()
