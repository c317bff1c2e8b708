"""What the engine says when it cannot do what was asked."""

from __future__ import annotations

from collections.abc import Iterable

Pointer = tuple[str | int, ...]


class InvalidInput(ValueError):
    """Something that was given cannot be used.

    Attributes:
        pointer: where it stands in the experiment, e.g. ``("weights", "W_hh")``.
        detail: what was received and what is allowed, written for the user.
    """

    def __init__(self, pointer: Pointer, detail: str) -> None:
        super().__init__(f"{'/'.join(map(str, pointer))}: {detail}")
        self.pointer = pointer
        self.detail = detail


class ForwardOverflow(InvalidInput):
    """A state or an output left the range of a double on the way forward.

    Attributes:
        step: the first step (from 1) at which it happened.
        quantity: ``"h"``, ``"c"`` or ``"o"``.
        steps: T.
    """

    def __init__(self, quantity: str, step: int, steps: int) -> None:
        super().__init__(
            ("weights",),
            f"{quantity} overflows the range of a double at step {step} of {steps}: use "
            + (f"at most {step - 1} steps, " if step > 1 else "")
            + "smaller weights or smaller inputs",
        )
        self.quantity = quantity
        self.step = step
        self.steps = steps


def choose(pointer: Pointer, received: object, allowed: Iterable[str]) -> InvalidInput:
    """The error for a name that is not in a table."""
    names = ", ".join(repr(name) for name in allowed)
    return InvalidInput(pointer, f"received {received!r}; allowed: {names}")
