"""What a list of reports holds of a flow: a page draws a whole training of these."""

from typing import Any

import msgspec

PLAIN = ("steps", "experiment", "diagnosis")
SERIES = ("hidden_gradient", "cell_gradient", "followed_gradient", "followed_cell_gradient")
"""Of these only `log10_norm`; the norms themselves are in the whole report."""
DIRECTION = ("layer", "reverse", "carries")
"""Of a direction, beside its own `SERIES`."""
MOST_BYTES = 2**17
"""A larger part of a flow is left out of its brief form."""

_Fields = dict[str, msgspec.Raw]


def brief(flow: bytes) -> dict[str, Any]:
    """The brief form of a flow; what in it cannot be read is left out.

    Args:
        flow: JSON of an object, which is otherwise not looked at.
    """
    fields = msgspec.json.decode(flow, type=_Fields)
    found = {name: _value(fields[name]) for name in PLAIN if name in fields}
    found |= {name: _series(fields[name]) for name in SERIES if name in fields}
    directions = _directions(fields.get("directions"))
    return found | ({"directions": directions} if directions else {})


def _directions(given: msgspec.Raw | None) -> list[dict[str, Any]]:
    """Both directions of the last layer, where there are two."""
    try:
        every = [] if given is None else msgspec.json.decode(given, type=list[_Fields] | None)
    except msgspec.DecodeError:
        return []
    return [
        {name: _value(one[name]) for name in DIRECTION if name in one}
        | {name: _series(one[name]) for name in SERIES if name in one}
        for one in (every or [])[-2:]
    ]


def _series(given: msgspec.Raw) -> dict[str, Any] | None:
    if not bytes(given).startswith(b"{"):
        return None
    norms = msgspec.json.decode(given, type=_Fields).get("log10_norm")
    return None if norms is None else {"log10_norm": _value(norms)}


def _value(given: msgspec.Raw) -> Any:
    """Read here, so that nothing that a list cannot read is kept: 1e999 is JSON, and no number."""
    if len(bytes(given)) > MOST_BYTES:
        return None
    try:
        return msgspec.json.decode(given)
    except msgspec.DecodeError:
        return None
