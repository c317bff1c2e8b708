"""What the page's controls begin with: the first example over what a request leaves out."""

from typing import Any

from pydantic import BaseModel

from unrolled.app.presets import PRESETS
from unrolled.app.schemas.clips import CLIPS
from unrolled.app.schemas.request import (
    Label,
    Network,
    RandomSequence,
    TextSequence,
    WindowTruncation,
)
from unrolled.app.schemas.vocabulary import Value
from unrolled.app.schemas.weights import RandomWeights
from unrolled.engine import CLIP_RULES

_SAID = {"network", "weights", "sequence", "loss", "truncation", "clip"}
"""The parts of an experiment that the controls say."""


def _scalars(said: dict[str, Any], at: str) -> dict[str, Value]:
    """Pointer → value of everything below a part of a request that is no list."""
    found: dict[str, Value] = {}
    for name, value in said.items():
        if isinstance(value, dict):
            found |= _scalars(value, f"{at}/{name}")
        elif value is not None and not isinstance(value, list):
            found[f"{at}/{name}"] = value
    return found


def _left_out(model: type[BaseModel], at: str) -> dict[str, Value]:
    """What the fields of a model hold where nothing is said, or what its schema shows."""
    said = {
        name: [field.default, *(field.examples or [])] for name, field in model.model_fields.items()
    }
    values = {
        name: next((one for one in all_ if isinstance(one, str | float | int)), None)
        for name, all_ in said.items()
    }
    return _scalars(values, at)


def start() -> dict[str, Value]:
    """The first example over what a request means that leaves everything out."""
    clip = next(name for name, row in CLIP_RULES.items() if row.threshold)
    models = (
        (Network, "/network"),
        (RandomWeights, "/weights"),
        (TextSequence, "/sequence"),
        (RandomSequence, "/sequence"),
        (Label, "/sequence/label"),
        (WindowTruncation, "/truncation"),
        (CLIPS[clip], "/clip"),
    )
    found: dict[str, Value] = {}
    for model, at in models:
        found |= _left_out(model, at)
    return found | _scalars(PRESETS[0].experiment.model_dump(include=_SAID), "")
