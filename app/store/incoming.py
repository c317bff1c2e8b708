"""A report as it is sent becomes rows: read strictly, its heavy parts never taken apart."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from pydantic import ValidationError

from unrolled.app.errors import BadInput, InputError, Unreadable, shown, within
from unrolled.app.schemas.watched import WatchedReport
from unrolled.app.store.brief import brief
from unrolled.app.store.packing import digest, packed
from unrolled.app.validation import input_errors

MOST_AT_ONCE = 1_000
"""Reports in one request."""
MOST_LIGHT_BYTES = 2**18
"""The largest a report may be without its flows."""
DEEPEST = 32
MOST_CONTAINERS = 200_000
"""How deep the arrays and objects of a flow may lie in each other, and how many there may be."""

HEAVY = ("flow", "layers_flow")
"""The fields of a module that are kept as they came."""

_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"')
_NOT_A_BRACKET = bytes(set(range(256)) - set(b"[]{}"))
_Raw = dict[str, msgspec.Raw]


@dataclass(frozen=True, slots=True)
class Part:
    """What is heavy in a module: which, and what is kept of it."""

    module: int
    field: str
    hash: str
    size: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Incoming:
    """A report that may be kept.

    Attributes:
        update: of the report.
        time: of the report, in UTC, so that one instant is one text.
        size: of its JSON, in bytes.
        body: the compressed JSON of the brief form.
        light_size: of that JSON before.
        parts: what is heavy.
    """

    update: int
    time: str
    size: int
    body: bytes
    light_size: int
    parts: tuple[Part, ...]

    @property
    def bytes(self) -> int:
        """What it takes in the database, where nothing of it is there yet."""
        return len(self.body) + sum(len(part.body) for part in self.parts)


def read_reports(body: bytes) -> list[Incoming]:
    """One report, or an array of them.

    Raises:
        Unreadable: it is no JSON.
        BadInput: something in it is not allowed.
    """
    if not body.lstrip(b" \t\r\n").startswith(b"["):
        return [read_report(body)]
    reports = _decoded(body, list[msgspec.Raw])
    if not 1 <= len(reports) <= MOST_AT_ONCE:
        told = f"received an array of {len(reports)}; allowed: 1 to {MOST_AT_ONCE} reports"
        raise BadInput([InputError((), told)])
    found = []
    for place, report in enumerate(reports):
        with within(place):
            found.append(read_report(bytes(report)))
    return found


def read_report(body: bytes) -> Incoming:
    """One report.

    Raises:
        Unreadable: it is no JSON.
        BadInput: something in it is not allowed.
    """
    _utf8(body)
    fields = _decoded(body, _Raw)
    modules, heavy, briefs = _divided(fields.pop("modules", None))
    light = sum(len(name) + len(bytes(value)) for name, value in fields.items())
    light += sum(len(bytes(value)) for module in modules or () for value in module.values())
    if light > MOST_LIGHT_BYTES:
        told = f"received a report of {light} bytes without its flows; allowed: {MOST_LIGHT_BYTES}"
        raise BadInput([InputError((), told)])
    document: dict[str, Any] = {name: _decoded(value, Any) for name, value in fields.items()}
    if modules is not None:
        document["modules"] = [
            {name: _decoded(value, Any) for name, value in module.items()} for module in modules
        ]
    _refuse_invalid(document)
    for place, flow in briefs.items():
        document["modules"][place]["flow"] = flow
    kept = msgspec.json.encode(document)
    instant = datetime.fromisoformat(document["time"]).astimezone(UTC)
    return Incoming(
        update=int(document["update"]),
        time=instant.isoformat(timespec="microseconds"),
        size=len(kept) + sum(part.size for part in heavy),
        body=packed(kept),
        light_size=len(kept),
        parts=heavy,
    )


def _refuse_invalid(document: dict[str, Any]) -> None:
    try:
        WatchedReport.model_validate(document)
    except ValidationError as error:
        errors = input_errors(WatchedReport, error.errors(include_url=False))
        raise BadInput(errors) from None
    except OverflowError:
        told = "received a number that no double can hold; allowed: finite numbers"
        raise BadInput([InputError((), told)]) from None


def _divided(
    raw: msgspec.Raw | None,
) -> tuple[list[_Raw] | None, tuple[Part, ...], dict[int, dict[str, Any]]]:
    """The modules without what is heavy, that, and by place the brief form of each flow."""
    if raw is None:
        return None, (), {}
    try:
        modules = msgspec.json.decode(raw, type=list[_Raw])
    except msgspec.ValidationError:
        told = f"received {shown(_kind(raw))}; allowed: an array of objects"
        raise BadInput([InputError(("modules",), told)]) from None
    heavy, briefs = [], {}
    for place, module in enumerate(modules):
        for field in HEAVY:
            body = bytes(module.pop(field, b"null"))
            if body != b"null":
                with within("modules", place, field):
                    _refuse_shape(body, b"{" if field == "flow" else b"[")
                heavy.append(Part(place, field, digest(body), len(body), packed(body)))
                if field == "flow":
                    briefs[place] = brief(body)
    return modules, tuple(heavy), briefs


def _kind(raw: msgspec.Raw) -> str:
    return bytes(raw)[:20].decode("utf-8", "replace")


def _refuse_shape(body: bytes, opening: bytes) -> None:
    """Refuse what is no object, or nested as nothing is that we draw; only brackets are counted."""
    if not body.startswith(opening):
        allowed = "an object" if opening == b"{" else "an array"
        told = f"received {shown(body[:20].decode('utf-8', 'replace'))}; allowed: {allowed}, null"
        raise BadInput([InputError((), told)])
    brackets = _TEXT.sub(b"", body).translate(None, _NOT_A_BRACKET)
    count = len(brackets) // 2
    depth = deepest = 0
    for one in brackets if count <= MOST_CONTAINERS else b"":
        depth += 1 if one in b"[{" else -1
        deepest = max(deepest, depth)
    if count > MOST_CONTAINERS or deepest > DEEPEST:
        told = (
            f"received {count} arrays and objects, up to {deepest} in each other; allowed: "
            f"{MOST_CONTAINERS}, {DEEPEST} in each other"
        )
        raise BadInput([InputError((), told)])


def _decoded(body: "bytes | msgspec.Raw", kind: Any) -> Any:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        if "out of range" in str(error):
            raise Unreadable(
                "received a number with too many digits; allowed: numbers that a double can hold"
            ) from None
        told = f"received {shown(_start(body))}; allowed: an object"
        raise BadInput([InputError((), told)]) from None
    except RecursionError:
        raise Unreadable(
            "received JSON that is nested too deeply; allowed: what the contract describes"
        ) from None
    except msgspec.DecodeError as error:
        raise Unreadable(f"received a body that is not JSON: {error}") from None


def _start(body: "bytes | msgspec.Raw") -> str:
    return bytes(body)[:20].decode("utf-8", "replace")


def _utf8(body: bytes) -> None:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"received bytes that are not UTF-8 at position {error.start}; allowed: JSON"
        ) from None


def keyed(reports: Sequence[Incoming], key: str | None) -> list[str | None]:
    """Of each report the name by which a client knows it again."""
    return [None if key is None else f"{key[:180]}/{place}" for place in range(len(reports))]
