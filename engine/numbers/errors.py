"""What the engine says when it cannot do what was asked."""

from __future__ import annotations

from collections.abc import Collection

Pointer = tuple[str | int, ...]


class InvalidInput(ValueError):
    """Something that was given cannot be used.

    Attributes:
        pointer: where it stands in the experiment, e.g. ``("weights", "W_hh")``.
        detail: what was received and what is allowed, written for the user.
    """

    def __init__(self, pointer: Pointer, detail: str) -> None:
        super().__init__(f"{'/'.join(map(str, pointer))}: {detail}" if pointer else detail)
        self.pointer = pointer
        self.detail = detail


class ForwardOverflow(InvalidInput):
    """A state or an output left the range of a double on the way forward.

    Attributes:
        step: the first step (from 1) at which it happened.
        quantity: ``"h"``, ``"c"`` or ``"o"``.
        steps: T.
        layer: from 1, of a state; None of an output.
    """

    def __init__(self, quantity: str, step: int, steps: int, layer: int | None = None) -> None:
        super().__init__(
            ("weights",),
            f"{quantity} overflows the range of a double at step {step} of {steps}: use "
            + (f"at most {step - 1} steps, " if step > 1 else "")
            + "smaller weights or smaller inputs",
        )
        self.quantity = quantity
        self.layer = layer
        self.step = step
        self.steps = steps


def one_of(pointer: Pointer, received: str, allowed: Collection[str]) -> None:
    """Refuse a name that is not in a table."""
    if received not in allowed:
        names = ", ".join(repr(name) for name in allowed)
        raise InvalidInput(pointer, f"received {received!r}; allowed: {names}")


def whole_number(pointer: Pointer, received: int, least: int, most: int | None = None) -> None:
    """Refuse a number that is too small or too large."""
    if received < least or (most is not None and received > most):
        allowed = f"from {least}" if most is None else f"{least} … {most}"
        raise InvalidInput(pointer, f"received {received}; allowed: a whole number {allowed}")
