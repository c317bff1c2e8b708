"""What a file of a sequence holds, before it is measured."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unrolled.app.errors import shown
from unrolled.app.files.content import Refused

MOST_NUMBERS = 4_000_000
MOST_COLUMNS = 2_000
MOST_CHARACTERS = 2_000
"""Different characters of a text."""
LONGEST_NAME = 200
"""Characters of a column's name."""

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Content:
    """A file that was read: columns of numbers, or a text.

    Attributes:
        format: a name of the table of formats.
        names: of the columns; of a text one.
        values: (T, D), or (N, T, D) of a batch of sequences; NaN where one is missing. Of a text
            the places of its characters in the alphabet, (T, 1).
        alphabet: of a text its different characters, sorted; else "".
        notes: what was left out of the file, as sentences.
    """

    format: str
    names: list[str]
    values: Values
    alphabet: str = ""
    notes: list[str] = field(default_factory=list)


def bounded(rows: int, columns: int) -> None:
    """Refuse more columns, or more numbers, than may be.

    Raises:
        Refused: there are.
    """
    if columns > MOST_COLUMNS:
        raise Refused(f"received {columns} columns; allowed: {MOST_COLUMNS}")
    if rows * columns > MOST_NUMBERS:
        raise Refused(
            f"received {rows} rows of {columns} columns, {rows * columns} numbers; allowed: "
            f"{MOST_NUMBERS}"
        )


def column_names(given: Sequence[str]) -> list[str]:
    """Names as they can be told apart: the empty are numbered, and so is what comes again.

    Raises:
        Refused: one is too long or not printable.
    """
    names: list[str] = []
    taken: set[str] = set()
    for place, one in enumerate(given, start=1):
        name = one.strip() or f"column {place}"
        if len(name) > LONGEST_NAME or not name.isprintable():
            raise Refused(
                f"received a column called {shown(name)}; allowed: up to {LONGEST_NAME} printable "
                "characters"
            )
        base, again = name, 1
        while name in taken:
            again += 1
            name = f"{base} ({again})"
        taken.add(name)
        names.append(name)
    return names


MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "-", "?"})
"""What stands where a value is missing, in any case."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_COMMA = re.compile(r"[+-]?[\d.]*\d,\d[\d.,]*")
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?([T ]\d{1,2}:\d{2}.*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    r"([T ]\d{1,2}:\d{2}.*)?|\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?|\d{1,2}[ -][A-Za-z]{3,9}[ -]\d{2,4}"
)


def is_missing(cell: str) -> bool:
    """Whether a cell says that there is no value."""
    return cell.lower() in MISSING


def is_number(cell: str) -> bool:
    """Whether a cell is a number, with a decimal point."""
    return _NUMBER.fullmatch(cell) is not None


def is_date(cell: str) -> bool:
    """Whether a cell looks like a date or a time."""
    return _DATE.fullmatch(cell) is not None


def has_comma(cell: str) -> bool:
    """Whether a cell is a number with a decimal comma, or with commas between thousands."""
    return _COMMA.fullmatch(cell) is not None


def left_out(name: str, cell: str, where: str) -> str:
    """Why a column without numbers is not there."""
    what = "dates or times" if is_date(cell) else "words"
    return f"Column {shown(name)} holds {what} ({shown(cell)} {where}) and is left out."


def not_a_number(where: str, cell: str) -> Refused:
    """The refusal of a cell that is no number, in a column of numbers."""
    if has_comma(cell):
        return Refused(
            f"{where}: received {shown(cell)}, with a comma; allowed: a decimal point and nothing "
            "between thousands, as in 1234.5"
        )
    return Refused(
        f"{where}: received {shown(cell)}; allowed: a number such as -1.5 or 2e3, or NA or nothing "
        "where one is missing"
    )


def not_finite(where: str, given: Any) -> Refused:
    """The refusal of an infinity."""
    return Refused(f"{where}: received {shown(given)}; allowed: numbers that a double can hold")


def not_any(notes: Sequence[str]) -> Refused:
    """The refusal of a file without a column of numbers."""
    return Refused(" ".join(["received no column of numbers; allowed: at least one.", *notes]))
