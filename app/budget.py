"""How many bytes of large bodies the service holds at once, over all connections."""

FREE = 2**16
"""Bytes up to which a body counts for nothing: small requests pass where large ones may not."""


class Budget:
    """What is left for large bodies.

    Args:
        most: bytes of all of them together.

    Attributes:
        held: those that are there now.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.held = 0


class Held:
    """The share of one request."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._own = 0

    def grow(self, size: int) -> bool:
        """Have a body of `size` bytes, unless all together are too much."""
        if size > FREE and self._budget.held - self._own + size > self._budget.most:
            return False
        self.become(size)
        return True

    def become(self, size: int) -> None:
        """Have `size` bytes, which are there in any case; 0 where all are gone."""
        own = size if size > FREE else 0
        self._budget.held += own - self._own
        self._own = own
