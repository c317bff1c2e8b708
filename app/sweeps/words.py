"""A map as it is answered with its theory, and what may stand in one."""

import json
from typing import Any

from unrolled.app.schemas.sweeps import SweepWords
from unrolled.app.store.sweeps import document
from unrolled.app.store.tables import Found
from unrolled.app.sweeps.presets import SWEEP_PRESETS
from unrolled.engine import NUMBERS, THEORY

Json = dict[str, Any]


def whole(row: Found) -> Json:
    """A map with the lines beside it."""
    if row.theory is None:
        return document(row) | {"theory": None}
    lines = []
    for line in json.loads(row.theory):
        one = THEORY.get(line["name"])
        if one is None:  # kept by a version that had more lines, or other ones
            continue
        lines.append(line | {"label": one.label, "words": one.words, "source": one.source})
    return document(row) | {"theory": lines}


def _words() -> Json:
    fields = ("name", "label", "unit", "words", "trained", "share")
    numbers = [
        {field: getattr(one, field) for field in fields}
        | {"names": list(one.names), "relative": one.pairs and one.unit == "decades"}
        for one in NUMBERS.values()
    ]
    return {"numbers": numbers, "maps": list(SWEEP_PRESETS)}


WORDS = SweepWords.model_validate(_words())
"""What `GET /maps` answers, and the page is given."""
