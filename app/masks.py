"""Masks of an explicit sequence that leave nothing out."""

from typing import Any


def without_idle_masks(sequence: dict[str, Any], steps: int, emitted: int) -> dict[str, Any]:
    """Without them; a mask that does not fit stays, to be refused.

    Args:
        sequence: the fields of an explicit sequence.
        steps: T as it is said, however large; no mask of that size is ever made.
        emitted: at how many steps there is a loss.
    """
    batch = len(sequence["inputs"][0]) if sequence["inputs"] else 0
    idle: dict[str, tuple[Any, int]] = {
        "lengths": (steps, batch),
        "loss_weights": ([1.0] * batch, emitted),
        "resets": ([False] * batch, steps),
    }
    return {
        name: value
        for name, value in sequence.items()
        if name not in idle or value is None or not _repeats(value, *idle[name])
    }


def _repeats(value: list[Any], one: Any, count: int) -> bool:
    return len(value) == count and all(each == one for each in value)
