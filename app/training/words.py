"""What a run is, in words."""

from collections.abc import Mapping
from typing import Any

from unrolled.engine import TRAINING_RULES


def clip_words(clip: Mapping[str, Any]) -> str:
    """A rule of clipping with its settings: norm with μ = 1."""
    row = TRAINING_RULES[clip["rule"]]
    said = [f"{one.label} = {clip[one.name]:g}" for one in row.settings if one.name in clip]
    if clip.get("per_sample"):
        said.append("each sample by itself")
    return f"{row.label} with {', '.join(said)}" if said else row.label
