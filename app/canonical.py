"""One form for all requests that mean the same."""

import msgspec

from app.resolve import filled
from app.schemas import Experiment


def canonical(experiment: Experiment) -> bytes:
    """The experiment as JSON: every default filled in, in the order of the contract.

    It is what a worker gets, so that two requests with one form have one answer.
    """
    return msgspec.json.encode(filled(experiment.model_dump()))
