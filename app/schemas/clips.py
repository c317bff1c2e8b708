"""The clip rules that a client may ask for: a model for each row of the engine's table."""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, create_model

from unrolled.app.schemas.strict import Number, StrictModel, Switch, by_kind
from unrolled.engine import CLIP_RULES, Rule

Threshold = Annotated[Number, Field(gt=0)]

_OFF = next(name for name, row in CLIP_RULES.items() if row.threshold is None)
_KIND = "Says which rule this is."
_PER_SAMPLE = "Clip each sample's gradient, then take their mean."


class Clipping(StrictModel):
    """What every rule has."""

    rule: str


def clip_model(name: str, row: Rule) -> type[Clipping]:
    """The fields that a rule takes: its name, its threshold, and whether each sample by itself."""
    kind = Literal[name]  # type: ignore[valid-type]
    fields: dict[str, Any] = {
        "rule": (kind, Field(default=name, description=_KIND))
        if name == _OFF
        else (kind, Field(description=_KIND))
    }
    if row.threshold:
        described = Field(description=f"{row.letter}.", examples=[row.example])
        fields[row.threshold] = (Threshold, described)
    if row.samples:
        fields["per_sample"] = (Switch, Field(default=False, description=_PER_SAMPLE))
    words = "No" if name == _OFF else "".join(word.capitalize() for word in name.split("-"))
    return create_model(f"{words}Clip", __base__=Clipping, __doc__=row.does, **fields)


def clip_models(rules: Mapping[str, Rule]) -> dict[str, type[Clipping]]:
    """The model of every rule, by its name."""
    return {name: clip_model(name, row) for name, row in rules.items()}


CLIPS = clip_models(CLIP_RULES)
NO_CLIP = CLIPS[_OFF].model_validate({})
"""What is asked for where nothing is said."""

if TYPE_CHECKING:
    ClipChoice = Clipping
else:
    _tagged = [Annotated[model, Tag(name)] for name, model in CLIPS.items()]
    ClipChoice = Annotated[reduce(or_, _tagged), Discriminator(by_kind("rule", _OFF))]
