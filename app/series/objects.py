"""JSON: numbers, rows, columns by name, or records."""

import json
from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np

from unrolled.app.errors import shown
from unrolled.app.files.content import Refused
from unrolled.app.series.content import (
    Content,
    Values,
    bounded,
    column_names,
    is_date,
    left_out,
    not_any,
    not_finite,
)

ALLOWED = (
    "an array of numbers, of rows, or of batches of rows; an object of columns; an array of objects"
)


def read(text: str) -> Content:
    """The columns of a JSON text.

    Raises:
        Refused: it is no JSON, or of another form; with the place.
    """
    document = _parsed(text)
    if isinstance(document, dict) and document:
        return _named(document)
    if not isinstance(document, list) or not document:
        raise Refused(f"received {shown(document)}; allowed: {ALLOWED}")
    first = document[0]
    if isinstance(first, dict):
        return _named(_records(document))
    if isinstance(first, list):
        deep = bool(first) and isinstance(first[0], list)
        return _batches(document) if deep else _rows(document)
    return _named({"value": document})


def _parsed(text: str) -> Any:
    def infinity(name: str) -> float:
        if name == "NaN":
            return float("nan")
        raise Refused(f"received {name}; allowed: finite numbers, and null for what is missing")

    try:
        return json.loads(text, parse_constant=infinity)
    except json.JSONDecodeError as error:
        raise Refused(
            f"line {error.lineno}, column {error.colno}: received what is not JSON: {error.msg}"
        ) from None
    except RecursionError:
        raise Refused(f"received JSON that is nested too deeply; allowed: {ALLOWED}") from None
    except ValueError:
        raise Refused("received a number with too many digits; allowed: doubles") from None


def _records(records: list[Any]) -> dict[str, list[Any]]:
    """Objects as columns; a name that one of them lacks is missing there."""
    names: dict[str, None] = {}
    for place, one in enumerate(records):
        if not isinstance(one, dict):
            raise Refused(f"/{place}: received {shown(one)}; allowed: an object, as before it")
        names |= dict.fromkeys(one)
        bounded(len(records), len(names))
    return {name: [one.get(name) for one in records] for name in names}


def _named(columns: dict[str, Any]) -> Content:
    names, kept, notes = [], [], []
    length = 0
    said = column_names([*columns])
    for name, (key, cells) in zip(said, columns.items(), strict=True):
        at = f"/{key}"
        if not isinstance(cells, list) or not cells:
            raise Refused(f"{at}: received {shown(cells)}; allowed: an array of numbers")
        if length and len(cells) != length:
            told = f"{length}, as in /{next(iter(columns))}"
            raise Refused(f"{at}: received {len(cells)} values; allowed: {told}")
        length = len(cells)
        words = [cell for cell in cells if isinstance(cell, str)]
        known = [cell for cell in cells if cell is not None]
        if not known:
            notes.append(f"Column {shown(name)} holds nothing and is left out.")
        elif words and 2 * len(words) > len(known):
            notes.append(left_out(name, words[0], f"at {at}/{cells.index(words[0])}"))
        else:
            names.append(name)
            kept.append(_numbers(cells, at))
    if not kept:
        raise not_any(notes)
    bounded(length, len(kept))
    return Content("json", names, np.column_stack(kept), notes=notes)


def _rows(rows: list[Any]) -> Content:
    values = _matrix(rows, "")
    return Content("json", column_names([""] * values.shape[1]), values)


def _batches(batches: list[Any]) -> Content:
    found: list[Values] = []
    for place, rows in enumerate(batches):
        at = f"/{place}"
        if not isinstance(rows, list) or not rows:
            raise Refused(f"{at}: received {shown(rows)}; allowed: an array of rows")
        found.append(_matrix(rows, at))
        if found[-1].shape != found[0].shape:
            raise Refused(
                f"{at}: received {found[-1].shape[0]} rows of {found[-1].shape[1]}; allowed: "
                f"{found[0].shape[0]} of {found[0].shape[1]}, as in /0"
            )
        bounded(len(batches) * found[0].shape[0], found[0].shape[1])
    return Content("json", column_names([""] * found[0].shape[1]), np.stack(found))


def _matrix(rows: Sequence[Any], at: str) -> Values:
    width = len(rows[0]) if isinstance(rows[0], list) else 0
    if not width:
        raise Refused(f"{at}/0: received {shown(rows[0])}; allowed: an array of numbers")
    bounded(len(rows), width)
    found = np.empty((len(rows), width))
    for place, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != width:
            raise Refused(
                f"{at}/{place}: received {shown(row)}; allowed: an array of {width}, as in {at}/0"
            )
        found[place] = _numbers(row, f"{at}/{place}")
    return found


def _numbers(cells: Sequence[Any], at: str) -> Values:
    return np.array([_number(cell, f"{at}/{place}") for place, cell in enumerate(cells)])


def _number(cell: Any, at: str) -> float:
    if cell is None:
        return float("nan")
    if isinstance(cell, bool):
        return float(cell)
    if not isinstance(cell, int | float):
        _refuse(cell, at)
    try:
        value = float(cell)
    except OverflowError:
        raise not_finite(at, cell) from None
    if value in (float("inf"), float("-inf")):
        raise not_finite(at, "a number too large")
    return value


def _refuse(cell: Any, at: str) -> NoReturn:
    what = "a date" if isinstance(cell, str) and is_date(cell) else shown(cell)
    raise Refused(f"{at}: received {what}; allowed: a number, or null where one is missing")
