"""The two products of sizes that are limited: work and memory."""

from dataclasses import dataclass

from unrolled.engine import CELLS


@dataclass(frozen=True, slots=True)
class Most:
    """What one request may ask for, in these units."""

    work: float = float("inf")
    numbers: float = float("inf")


UNLIMITED = Most()
LARGE = 100_000_000
"""From more work on an answer names what it took."""


def blocks(cell: str, layers: int) -> int:
    """G, how many (H, H) blocks the recurrent weights of all layers have."""
    return layers * max(1, len(CELLS[cell].gates))


def work(steps: int, batch: int, hidden: int, blocks: int) -> int:
    """T·H²·B·G."""
    return steps * hidden**2 * batch * blocks


_SIDE_BY_SIDE = 8
"""So many losses that travel side by side take about as long as one pass."""


def passes(side_by_side: int) -> int:
    """⌈R/8⌉: what R losses take that a window lets travel only by themselves."""
    return -(-side_by_side // _SIDE_BY_SIDE)


def numbers(steps: int, batch: int, inputs: int, hidden: int, blocks: int, outputs: int) -> int:
    """T·B·(D + H·G + K)."""
    return steps * batch * (inputs + hidden * blocks + outputs)
