"""Why a run is over, in words."""

from typing import Any


def why_ended(updates: int, not_finite: dict[str, Any] | None) -> str:
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
