"""One form for all requests that mean the same."""

import re

import msgspec

from unrolled.app.resolve import Spec, filled
from unrolled.app.schemas import CheckRequest, Experiment, LandscapeRequest, NormsRequest
from unrolled.engine import CLIP_RULES


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


def canonical_landscape(asked: LandscapeRequest) -> bytes:
    """A landscape request as JSON; what does not change the answer is left at its default."""
    return _encoded({"task": "landscape", **asked.model_dump(), "experiment": _bare(asked)})


def canonical_norms(asked: NormsRequest) -> bytes:
    """A norms request as JSON, its μ filled in; as for `canonical_landscape`."""
    return _encoded(norms_spec(asked))


def norms_spec(asked: NormsRequest) -> Spec:
    """The fields of a norms request in their canonical form."""
    threshold, clip = asked.threshold, asked.experiment.clip
    if threshold is None and CLIP_RULES[clip.rule].threshold == "max_norm":
        threshold = None if CLIP_RULES[clip.rule].on_the_way else getattr(clip, "max_norm", None)
    said = asked.model_dump(exclude={"or_fewer"}) | {
        "threshold": threshold,
        "experiment": _bare(asked),
    }
    return {"task": "norms", **said}


def encoded(form: Spec) -> bytes:
    """A form that a route made of a canonical one, as JSON."""
    return _encoded(form)


def _bare(asked: LandscapeRequest | NormsRequest) -> Spec:
    """An experiment whose answer is not a flow: everything that only a flow has is left out."""
    idle = {"clip", "follow", "window", "values", "include", "lyapunov"}
    return filled(asked.experiment.model_dump() | Experiment().model_dump(include=idle))
