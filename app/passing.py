"""What may pass on the way back: a truncation and a clipping, from a request."""

from typing import Any

from unrolled.engine import CELLS, CLIP_RULES, Clip, Network, Truncation

Spec = dict[str, Any]


def truncation_of(given: Spec | None, network: Network) -> Truncation:
    """As asked for, or what the cell does by itself."""
    if given is None:
        return CELLS[network.cell].default_truncation
    return Truncation(given["kind"], given.get("steps"))


def truncation_spec(truncation: Truncation) -> Spec:
    """As a request says it."""
    steps = {} if truncation.steps is None else {"steps": truncation.steps}
    return {"kind": truncation.kind} | steps


def clip_of(given: Spec) -> Clip:
    """A rule, and its threshold by the name that its row says."""
    threshold = given.get(CLIP_RULES[given["rule"]].threshold or "")
    return Clip(given["rule"], threshold, given.get("per_sample", False))
