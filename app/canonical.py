"""One form for all requests that mean the same."""

import re

import msgspec

from unrolled.app.resolve import filled
from unrolled.app.schemas import CheckRequest, Experiment


def canonical(experiment: Experiment) -> bytes:
    """The experiment as JSON: every default filled in, in the order of the contract.

    It is what a worker gets, so that two requests with one form have one answer.
    """
    return _encoded(filled(experiment.model_dump()))


_STRING_OR_MINUS_ZERO = re.compile(rb'("(?:[^"\\]|\\.)*")|-0\.0(?=[,\]}])')


def _encoded(form: object) -> bytes:
    """As JSON, in which zero has no sign."""
    encoded = msgspec.json.encode(form)
    if b"-0.0" not in encoded:
        return encoded
    return _STRING_OR_MINUS_ZERO.sub(lambda found: found[1] or b"0.0", encoded)


def canonical_check(asked: CheckRequest) -> bytes:
    """A check request as JSON; what does not change the answer is left at its default."""
    experiment = filled(asked.experiment.model_dump())
    idle = Experiment().model_dump(include={"clip", "follow", "window"})
    fields = asked.model_dump(include={"entries", "step"})
    return _encoded({"task": "check", "experiment": experiment | idle} | fields)
