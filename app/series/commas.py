"""Tables whose numbers have a decimal comma: read as such where that is all that they can mean."""

import re

from unrolled.app.errors import shown
from unrolled.app.files.content import Refused
from unrolled.app.series.content import is_number

Rows = list[tuple[int, list[str]]]
"""Number of a line, and its cells."""

DIVIDED = frozenset({";", "\t"})
"""Delimiters beside which a comma divides nothing."""

_DECIMAL = re.compile(r"[+-]?(\d+,\d*|,\d+)([eE][+-]?\d+)?")
_GROUP = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
"""1,234: a thousand, or one and a bit."""


def with_points(rows: Rows, delimiter: str) -> tuple[Rows, str]:
    """The rows with a point in every number that has one comma, and a sentence about it, or "".

    Raises:
        Refused: other numbers have a decimal point, or every comma may stand after a thousand.
    """
    if delimiter not in DIVIDED:
        return rows, ""
    cells = [(line, cell) for line, row in rows for cell in row]
    commas = [(line, cell) for line, cell in cells if _DECIMAL.fullmatch(cell)]
    if not commas:
        return rows, ""
    line, first = commas[0]
    for other, cell in cells:
        if "." in cell and is_number(cell):
            raise Refused(
                f"line {other}: received {shown(cell)}, with a point, and in line {line} "
                f"{shown(first)}, with a comma; allowed: one of both in every number"
            )
    if all(_GROUP.fullmatch(cell) for _, cell in commas):
        raise Refused(
            f"line {line}: received {shown(first)}, which may be {first.replace(',', '.')} or "
            f"{first.replace(',', '')}, as every number with a comma here; allowed: a decimal "
            "point, and nothing between thousands"
        )
    pointed = [
        (number, [one.replace(",", ".") if _DECIMAL.fullmatch(one) else one for one in row])
        for number, row in rows
    ]
    return pointed, f"Numbers are read with a decimal comma ({shown(first)} in line {line})."
