"""CSV: rows of cells, between which a delimiter stands that is found out."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from unrolled.app.errors import shown
from unrolled.app.files.content import Refused
from unrolled.app.series.commas import DIVIDED, Rows, with_points
from unrolled.app.series.content import (
    Content,
    Values,
    bounded,
    column_names,
    has_comma,
    is_date,
    is_missing,
    is_number,
    left_out,
    not_a_number,
    not_any,
    not_finite,
)

DELIMITERS = {";": "a semicolon", "\t": "a tab", ",": "a comma", "|": "a bar", " ": "a space"}
"""In the order in which they are looked for."""
_LOOKED_AT = 50
_LONGEST_CELL = 2_000


def read(text: str) -> Content:
    """The columns of a table, with or without a line of names.

    Raises:
        Refused: a line has another number of cells than the first, or a cell is no number.
    """
    delimiter = _delimiter(text)
    rows = list(_rows(text, delimiter))
    if not rows:
        raise Refused("received a file without a line; allowed: rows of numbers")
    rows, of_commas = with_points(rows, delimiter)
    width = len(rows[0][1])
    names = _header(rows)
    body = rows if names is None else rows[1:]
    if not body:
        raise Refused("received a line of names, and no row below it; allowed: rows of numbers")
    bounded(len(body), width)
    _refuse_ragged(rows[0], body, delimiter)
    said = column_names(names or [""] * width)
    found = _columns(said, body)
    return replace(found, notes=[of_commas, *found.notes]) if of_commas else found


def looks_like_one(text: str) -> bool:
    """Whether a text without a telling name is a table: most of its first cells are numbers."""
    lines = [line for line in islice(text.splitlines(), _LOOKED_AT) if line.strip()]
    if not lines:
        return False
    delimiter = _delimiter(text)
    try:
        rows = list(islice(_rows(text, delimiter), _LOOKED_AT))
    except Refused:
        return False
    cells = [cell for _, row in rows for cell in row]
    comma = delimiter in DIVIDED
    numbers = sum(is_number(cell) or (comma and has_comma(cell)) for cell in cells)
    return len({len(row) for _, row in rows}) == 1 and 2 * numbers >= len(cells)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that hold something; cells without the spaces around them."""
    csv.field_size_limit(_LONGEST_CELL)
    lines = text.split("\n")
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if delimiter == " " and cells and cells[-1] == "":
                cells.pop()
            if any(cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise Refused(f"line {reader.line_num}: the cells cannot be told apart: {error}") from None


def _delimiter(text: str) -> str:
    """The first that divides nearly all of the first lines into as many cells, two or more.

    A semicolon comes before the comma, which then is a decimal one, and a space comes last.
    """
    head = "\n".join(islice(text.splitlines(), _LOOKED_AT))
    for one in DELIMITERS:
        try:
            widths = [len(cells) for _, cells in _rows(head, one)]
        except Refused:
            continue
        common = max(set(widths), key=widths.count, default=1)
        if common > 1 and 10 * widths.count(common) >= 9 * (len(widths) - 1):
            return one
    return ","


def _header(rows: Rows) -> list[str] | None:
    """The first line, where it names the columns; None where it is a row itself."""
    (_, first), *rest = rows
    if any(map(_is_value, first)):
        return None
    below = rest[:_LOOKED_AT]
    for place, cell in enumerate(first):
        under = [row[place] for _, row in below if len(row) > place]
        if not is_missing(cell) and any(map(_is_value, under)):
            return first
    return first if not below else None


def _is_value(cell: str) -> bool:
    """Whether a cell is what names stand above: a number, if need be with a comma, or a date."""
    return is_number(cell) or has_comma(cell) or is_date(cell)


def _refuse_ragged(first: tuple[int, list[str]], body: Rows, delimiter: str) -> None:
    width = len(first[1])
    for line, row in body:
        if len(row) != width:
            cells = "1 cell" if len(row) == 1 else f"{len(row)} cells"
            raise Refused(
                f"line {line}: received {cells}, {DELIMITERS[delimiter]} standing between two; "
                f"allowed: {width}, as in line {first[0]}"
            )


@dataclass(frozen=True, slots=True)
class _Column:
    """Cells of one column, each with its line."""

    name: str
    lines: Sequence[int]
    cells: Sequence[str]

    def read(self) -> Values | str:
        """Its numbers, NaN where one is missing; or why it is left out."""
        known = [cell for cell in self.cells if not is_missing(cell)]
        if not known:
            return f"Column {shown(self.name)} holds nothing and is left out."
        if 2 * sum(map(is_number, known)) < len(known):
            place = next(n for n, cell in enumerate(self.cells) if not is_missing(cell))
            if has_comma(self.cells[place]):
                raise self._refusal(place)
            return left_out(self.name, self.cells[place], f"in line {self.lines[place]}")
        return np.array([self._value(n) for n in range(len(self.cells))])

    def _value(self, place: int) -> float:
        cell = self.cells[place]
        if is_number(cell):
            value = float(cell)
            if value - value != 0.0:
                raise not_finite(self._where(place), cell)
            return value
        if is_missing(cell):
            return float("nan")
        raise self._refusal(place)

    def _refusal(self, place: int) -> Refused:
        return not_a_number(self._where(place), self.cells[place])

    def _where(self, place: int) -> str:
        return f"line {self.lines[place]}, column {shown(self.name)}"


def _columns(names: list[str], body: Rows) -> Content:
    lines = [line for line, _ in body]
    kept: dict[str, Values] = {}
    notes = []
    for place, name in enumerate(names):
        found = _Column(name, lines, [row[place] for _, row in body]).read()
        if isinstance(found, str):
            notes.append(found)
        else:
            kept[name] = found
    if not kept:
        raise not_any(notes)
    return Content("csv", [*kept], np.column_stack([*kept.values()]), notes=notes)
