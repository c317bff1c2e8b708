"""What happens to a run, in words."""

from collections.abc import Mapping
from typing import Any

from unrolled.engine import TRAINING_RULES

Json = dict[str, Any]


def clip_words(clip: Mapping[str, Any]) -> str:
    """A rule of clipping with its settings: norm with μ = 1."""
    row = TRAINING_RULES[clip["rule"]]
    said = [f"{one.label} = {clip[one.name]:g}" for one in row.settings if one.name in clip]
    if clip.get("per_sample"):
        said.append("each sample by itself")
    return f"{row.label} with {', '.join(said)}" if said else row.label


def change_mark(update: int, change: Json) -> Json:
    """What was changed.

    Args:
        update: the first that it holds for.
        change: as the engine made it.
    """
    words = []
    if "learning_rate" in change:
        words.append(f"the learning rate is {change['learning_rate']:g}")
    if "clip" in change:
        words.append(f"clipping is {clip_words(change['clip'])}")
    text = f"From update {update:,} on {' and '.join(words)}."
    return {"update": update, "kind": "changed", "text": text, "values": change}


def why_ended(updates: int, not_finite: Json | None) -> str:
    """Why there are no more updates.

    Args:
        updates: how many there were to be.
        not_finite: where a number left the range, if one did.
    """
    if not not_finite:
        return f"It is done: {updates:,} updates."
    step = not_finite.get("step")
    at = "" if step is None else f"_{step}"
    return (
        f"A number left the range at update {not_finite['update']:,}, first in "
        f"{not_finite['quantity']}{at}."
    )
