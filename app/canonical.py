"""One form for all requests that mean the same."""

import msgspec

from app.resolve import filled
from app.schemas import CheckRequest, Experiment


def canonical(experiment: Experiment) -> bytes:
    """The experiment as JSON: every default filled in, in the order of the contract.

    It is what a worker gets, so that two requests with one form have one answer.
    """
    return msgspec.json.encode(filled(experiment.model_dump()))


def canonical_check(asked: CheckRequest) -> bytes:
    """A check request as JSON; what does not change the answer is left at its default."""
    experiment = filled(asked.experiment.model_dump())
    idle = Experiment().model_dump(include={"clip", "follow", "window"})
    fields = asked.model_dump(include={"entries", "step"})
    return msgspec.json.encode({"task": "check", "experiment": experiment | idle} | fields)
