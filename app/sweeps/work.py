"""The worker's side: a task as JSON in, the numbers of its networks as JSON out.

It is the same for processes of our own and for Dask's, and imports nothing of the web.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from unrolled.app import __version__
from unrolled.app.resolve import prepare
from unrolled.engine import (
    NUMBERS_VERSION,
    InvalidInput,
    Plan,
    Reading,
    Trial,
    numbers_of,
    numbers_of_training,
)

AT_ONCE = 0.2
"""Seconds after which a task looks whether it is still wanted."""
_FIRST = 64
"""So many networks come before the first look."""

_TRAINING = b'{"training":'
"""How the form of a training's plan begins."""

Stop = Callable[[], bool]


def version() -> list[Any]:
    """What must be the same on both sides, so that numbers are."""
    return [__version__, NUMBERS_VERSION]


class Task(msgspec.Struct, frozen=True):
    """What a worker is asked for.

    Attributes:
        version: of the side that asks.
        numbers: names of ``NUMBERS``.
        forms: canonical experiments.
    """

    version: list[Any]
    numbers: list[str]
    forms: list[msgspec.Raw]


class Done(msgspec.Struct, frozen=True):
    """What it answers.

    Attributes:
        numbers: of every network, in order: name → number, name or null.
        errors: why a network has no numbers, by its place as text.
        seconds: how long it took.
        refused: the version of the worker, where it is another one.
        stopped: whether it ended early, since nobody wanted it any more.
    """

    numbers: list[dict[str, float | str | None]] = []
    errors: dict[str, str] = {}
    seconds: float = 0.0
    refused: list[Any] | None = None
    stopped: bool = False


class _Version(msgspec.Struct):
    version: list[Any]


def is_other(task: bytes) -> bool:
    """Whether a task comes from another version than this one."""
    return msgspec.json.decode(task, type=_Version).version != version()


def work(task: bytes, stop: Stop = lambda: False) -> bytes:
    """Compute a task; ``stop`` is asked several times a second."""
    asked = msgspec.json.decode(task, type=Task)
    if asked.version != version():
        return msgspec.json.encode(Done(refused=version()))
    begun = time.perf_counter()
    found: list[Reading] = []
    forms = [bytes(form) for form in asked.forms]
    for some in _parts(forms):
        own = None if stop() else _numbers(some, asked.numbers, stop)
        if own is None:
            return msgspec.json.encode(Done(stopped=True))
        found += own
    errors = {str(n): one.error for n, one in enumerate(found) if one.error is not None}
    numbers = [one.numbers for one in found]
    return msgspec.json.encode(Done(numbers, errors, time.perf_counter() - begun))


def _parts(forms: list[bytes]) -> Iterator[list[bytes]]:
    """Some networks, then as many as the look after them allows."""
    size, at = 1 if forms and forms[0].startswith(_TRAINING) else _FIRST, 0
    while at < len(forms):
        begun = time.perf_counter()
        yield forms[at : at + size]
        at += size
        each = (time.perf_counter() - begun) / size
        size = max(min(size, 16), min(2 * size, int(AT_ONCE / max(each, 1e-9))))


def _numbers(forms: list[bytes], names: list[str], stop: Stop) -> list[Reading] | None:
    """Of some experiments, those that cannot be prepared included; None where it was stopped."""
    found: list[Reading | None] = []
    trials: list[Trial] = []
    for form in forms:
        if form.startswith(_TRAINING):
            own = numbers_of_training(plan_of(form), names, stop)
            if own is None:
                return None
            found.append(own)
            continue
        try:
            trials.append(trial(form))
            found.append(None)
        except InvalidInput as error:
            found.append(Reading(dict.fromkeys(names), str(error)))
    computed = iter(numbers_of(trials, names))
    return [one if one is not None else next(computed) for one in found]


def plan_of(form: bytes) -> Plan:
    """A training's plan of its canonical form."""
    return Plan.from_json(msgspec.json.decode(form)["training"])


def trial(form: bytes) -> Trial:
    """A canonical experiment in the engine's own terms.

    Raises:
        InvalidInput: where two fields contradict each other, or the engine refuses one.
    """
    one = prepare(msgspec.json.decode(form))
    return Trial(one.network, one.parameters, one.sequence, one.loss, one.truncation, one.clip)
