"""The contract's words about who reaches whom, one pair at a time."""

from __future__ import annotations

from unrolled.engine import Truncation


def reaches(rule: Truncation, i: int, t: int) -> bool:
    """Whether the loss of step i reaches h_t; t = 0 is the initial state."""
    if t > i:
        return False
    if rule.kind == "window":
        assert rule.steps is not None
        return i - t < rule.steps
    if rule.kind == "chunk":
        assert rule.steps is not None
        return (max(t, 1) - 1) // rule.steps == (i - 1) // rule.steps
    return True


def first_reached(rule: Truncation, i: int) -> int:
    """The earliest t, from 0, that the loss of step i reaches."""
    return min(t for t in range(i + 1) if reaches(rule, i, t))
